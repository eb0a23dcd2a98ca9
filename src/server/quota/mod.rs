//! What objects take of ResourceQuotas (`pkg/quota/v1/evaluator/core`); for admission, and for the controller that counts anew.

pub mod pods;

use crate::api::meta;
use crate::api::quantity::{Format, Quantity};
use crate::api::resource::{GroupResource, PERSISTENT_VOLUME_CLAIMS, PODS, SERVICES};
use crate::store::Store;
use crate::value::{SmolStr, SortedMap, Value};

/// Amounts by the name of what is counted: `requests.cpu`, `count/configmaps`.
pub type Amounts = SortedMap<SmolStr, Quantity>;

const CLASS_SUFFIX: &str = ".storageclass.storage.k8s.io/";

fn one() -> Quantity {
    Quantity::new(1, Format::DecimalSI)
}

/// `count/deployments.apps`.
fn count_name(resource: &GroupResource) -> SmolStr {
    SmolStr::from(format!("count/{resource}"))
}

/// What an object takes, whatever quotas there are.
pub fn usage(resource: &GroupResource, object: &Value, now_ms: u64) -> Amounts {
    if *resource == PODS {
        return pods::usage(object, now_ms);
    }
    let mut used = Amounts::from([(count_name(resource), one())]);
    if *resource == SERVICES {
        used.extend(service_usage(object));
    } else if *resource == PERSISTENT_VOLUME_CLAIMS {
        used.extend(claim_usage(object));
    } else if resource.group.is_empty() && ["configmaps", "secrets", "replicationcontrollers", "resourcequotas"].contains(&resource.resource.as_str()) {
        used.insert(resource.resource.clone(), one());
    }
    used
}

fn service_usage(service: &Value) -> Amounts {
    let count = |number: i64| Quantity::new(number, Format::DecimalSI);
    let ports = service.path("spec.ports").items();
    let (balancers, node_ports) = match service.path("spec.type").str() {
        "NodePort" => (0, ports.len() as i64),
        "LoadBalancer" if service.path("spec.allocateLoadBalancerNodePorts").as_bool() == Some(false) => {
            (1, ports.iter().filter(|port| port.get("nodePort").as_i64().unwrap_or(0) != 0).count() as i64)
        }
        "LoadBalancer" => (1, ports.len() as i64),
        _ => (0, 0),
    };
    Amounts::from([("services".into(), one()), ("services.loadbalancers".into(), count(balancers)), ("services.nodeports".into(), count(node_ports))])
}

fn claim_usage(claim: &Value) -> Amounts {
    let mut used = Amounts::from([(SmolStr::new_static("persistentvolumeclaims"), one())]);
    let class = claim.path("spec.storageClassName").str();
    if !class.is_empty() {
        used.insert(SmolStr::from(format!("{class}{CLASS_SUFFIX}persistentvolumeclaims")), one());
    }
    let storage = claim.path("spec.resources.requests.storage");
    if !storage.is_null() {
        used.insert("requests.storage".into(), Quantity::of(storage));
        if !class.is_empty() {
            used.insert(SmolStr::from(format!("{class}{CLASS_SUFFIX}requests.storage")), Quantity::of(storage));
        }
    }
    used
}

/// Whether a name in a quota is counted by this resource's objects.
pub fn counts(resource: &GroupResource, name: &str) -> bool {
    if name == count_name(resource) {
        return true;
    }
    if *resource == PODS {
        let compute = ["pods", "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage"];
        let limits = ["limits.cpu", "limits.memory", "limits.ephemeral-storage"];
        let is_extended = name.strip_prefix("requests.").is_some_and(|name| name.contains('/') && !name.contains("storageclass.storage.k8s.io"));
        return compute.contains(&name) || limits.contains(&name) || is_extended || name.starts_with("hugepages-") || name.starts_with("requests.hugepages-");
    }
    if *resource == SERVICES {
        return ["services", "services.loadbalancers", "services.nodeports"].contains(&name);
    }
    if *resource == PERSISTENT_VOLUME_CLAIMS {
        return ["persistentvolumeclaims", "requests.storage"].iter().any(|counted| name == *counted || name.ends_with(&format!("{CLASS_SUFFIX}{counted}")));
    }
    resource.group.is_empty()
        && ["configmaps", "secrets", "replicationcontrollers", "resourcequotas"].contains(&resource.resource.as_str())
        && name == resource.resource
}

/// Whether the object is in all scopes of the quota.
pub fn is_in_scope(quota: &Value, resource: &GroupResource, object: &Value) -> bool {
    let scopes = quota.path("spec.scopes").items();
    let expressions = quota.path("spec.scopeSelector.matchExpressions").items();
    if scopes.is_empty() && expressions.is_empty() {
        return true;
    }
    *resource == PODS
        && scopes.iter().all(|scope| pods::matches_scope(object, scope.str(), "Exists", &[]))
        && expressions.iter().all(|expression| {
            pods::matches_scope(object, expression.get("scopeName").str(), expression.get("operator").str(), expression.get("values").items())
        })
}

/// What all objects of the quota's namespace take of what it limits: the `used` of its status (`quota.CalculateUsage`).
pub fn calculate(store: &Store, quota: &Value, now_ms: u64) -> Amounts {
    let namespace = meta::namespace(quota);
    let hard: Vec<&SmolStr> = quota.path("spec.hard").fields().keys().collect();
    let mut used: Amounts = hard.iter().map(|name| ((*name).clone(), Quantity::new(0, Format::DecimalSI))).collect();
    let resources: Vec<GroupResource> = store.resources().filter(|resource| hard.iter().any(|name| counts(resource, name))).cloned().collect();
    for resource in &resources {
        for object in store.list(resource, Some(namespace)).filter(|object| is_in_scope(quota, resource, object)) {
            for (name, amount) in usage(resource, object, now_ms) {
                if let Some(total) = used.get_mut(&name) {
                    *total = if total.is_zero() { amount } else { total.add(&amount) };
                }
            }
        }
    }
    used
}

/// Amounts as a list in an object.
pub fn to_value(amounts: &Amounts) -> Value {
    let mut list = Value::object();
    for (name, amount) in amounts {
        list.fields_mut().insert(name.clone(), amount.to_string());
    }
    list
}
