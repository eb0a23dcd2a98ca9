//! Amounts of resources in the units the scheduler counts in: thousandths of a CPU, bytes, pieces.

use crate::api::quantity::Quantity;
use crate::value::{SmolStr, Value};

/// What a container that requests no CPU is counted as in scores (`DefaultMilliCPURequest`).
const DEFAULT_MILLI_CPU: i64 = 100;
/// What a container that requests no memory is counted as in scores (`DefaultMemoryRequest`, 200 MiB).
const DEFAULT_MEMORY_BYTES: i64 = 200 * 1024 * 1024;

/// Amounts of resources; upstream's `framework.Resource`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resources {
    /// Thousandths of a CPU.
    pub milli_cpu: i64,
    /// Bytes.
    pub memory: i64,
    /// Bytes.
    pub ephemeral_storage: i64,
    /// How many pods a node takes; 0 in requests.
    pub pods: i64,
    /// Extended resources, huge pages and the like, by name.
    pub scalars: Vec<(SmolStr, i64)>,
}

impl Resources {
    /// Reads a `ResourceList`: `{cpu: 500m, memory: 1Gi}`.
    pub fn of(list: &Value) -> Resources {
        let mut resources = Resources::default();
        for (name, amount) in list.fields().iter() {
            let quantity = quantity_of(amount, name == "cpu");
            *resources.amount_mut(name) = quantity;
        }
        resources
    }

    /// The amount of a resource by its name.
    pub fn amount(&self, name: &str) -> i64 {
        match name {
            "cpu" => self.milli_cpu,
            "memory" => self.memory,
            "ephemeral-storage" => self.ephemeral_storage,
            "pods" => self.pods,
            _ => self.scalars.iter().find(|(scalar, _)| scalar == name).map_or(0, |(_, amount)| *amount),
        }
    }

    fn amount_mut(&mut self, name: &str) -> &mut i64 {
        match name {
            "cpu" => &mut self.milli_cpu,
            "memory" => &mut self.memory,
            "ephemeral-storage" => &mut self.ephemeral_storage,
            "pods" => &mut self.pods,
            _ => {
                let index = match self.scalars.binary_search_by(|(scalar, _)| scalar.as_str().cmp(name)) {
                    Ok(index) => index,
                    Err(index) => {
                        self.scalars.insert(index, (SmolStr::new(name), 0));
                        index
                    }
                };
                &mut self.scalars[index].1
            }
        }
    }

    fn merge(&mut self, other: &Resources, with: impl Fn(i64, i64) -> i64) {
        for (mine, theirs) in [(&mut self.milli_cpu, other.milli_cpu), (&mut self.memory, other.memory), (&mut self.ephemeral_storage, other.ephemeral_storage)]
        {
            *mine = with(*mine, theirs);
        }
        for (name, theirs) in &other.scalars {
            let mine = self.amount_mut(name);
            *mine = with(*mine, *theirs);
        }
    }

    /// Adds all amounts of `other`.
    pub fn add(&mut self, other: &Resources) {
        self.merge(other, i64::saturating_add);
    }

    /// Takes all amounts of `other` away.
    pub fn subtract(&mut self, other: &Resources) {
        self.merge(other, i64::saturating_sub);
    }

    /// Raises each amount to that of `other`.
    pub fn raise_to(&mut self, other: &Resources) {
        self.merge(other, i64::max);
    }
}

fn quantity_of(amount: &Value, in_thousandths: bool) -> i64 {
    match Quantity::from_value(amount) {
        Ok(quantity) if in_thousandths => quantity.milli_value(),
        Ok(quantity) => quantity.value(),
        Err(_) => 0,
    }
}

/// Whether each container without a request counts with the defaults, as scores have it, or with nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Nothing.
    Zero,
    /// 100m CPU and 200Mi memory a container.
    Defaults,
}

/// What a pod requests: the sum of its containers, or of its init containers where that is more at some time, and its overhead
/// (upstream: `k8s.io/component-helpers/resource`, `PodRequests`). Amounts that a running container still holds while it is resized count too.
pub fn pod_requests(pod: &Value, missing: Missing) -> Resources {
    let spec = pod.get("spec");
    let statuses = pod.path("status.containerStatuses").items();
    let mut total = Resources::default();
    for container in spec.get("containers").items() {
        total.add(&container_requests(container, statuses, missing));
    }
    let init_statuses = pod.path("status.initContainerStatuses").items();
    let mut peak = Resources::default();
    let mut sidecars = Resources::default();
    for container in spec.get("initContainers").items() {
        let mut requests = container_requests(container, init_statuses, missing);
        if container.get("restartPolicy").str() == "Always" {
            total.add(&requests);
            sidecars.add(&requests);
            requests = sidecars.clone();
        } else {
            requests.add(&sidecars);
        }
        peak.raise_to(&requests);
    }
    total.raise_to(&peak);
    for (name, amount) in spec.path("resources.requests").fields().iter() {
        if name == "cpu" || name == "memory" || name.starts_with("hugepages-") {
            *total.amount_mut(name) = quantity_of(amount, name == "cpu");
        }
    }
    total.add(&Resources::of(spec.get("overhead")));
    total
}

fn container_requests(container: &Value, statuses: &[Value], missing: Missing) -> Resources {
    let listed = container.path("resources.requests");
    let mut requests = Resources::of(listed);
    if let Some(status) = statuses.iter().find(|status| status.get("name") == container.get("name")) {
        requests.raise_to(&Resources::of(status.path("resources.requests")));
        requests.raise_to(&Resources::of(status.get("allocatedResources")));
    }
    if missing == Missing::Defaults {
        if listed.get("cpu").is_null() {
            requests.milli_cpu = DEFAULT_MILLI_CPU;
        }
        if listed.get("memory").is_null() {
            requests.memory = DEFAULT_MEMORY_BYTES;
        }
    }
    requests
}
