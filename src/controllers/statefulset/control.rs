//! One step of a StatefulSet (`pkg/controller/statefulset/stateful_set_control.go`): pods come in the order of their numbers and go the other way
//! around, one at a time, unless `podManagementPolicy` is Parallel.

use super::{pod, retention};
use crate::api::meta;
use crate::api::resource::PODS;
use crate::api::status::Status;
use crate::controllers::controller::{Context, ignore_not_found};
use crate::controllers::fields::{count, replicas, scaled};
use crate::controllers::{conditions, history, pods};
use crate::server::request::Options;
use crate::value::{Sort, Value};

/// A step, and what it has found out.
pub(super) struct Update<'a, 'b> {
    context: &'a mut Context<'b>,
    set: &'a Value,
    /// The set as it was in the current revision, and as it is.
    current_set: Value,
    current_revision: String,
    update_revision: String,
    /// The pods that there are by number, those beyond `spec.replicas` apart, highest first.
    members: Vec<Option<Value>>,
    condemned: Vec<Value>,
    pub(super) status: Value,
}

/// Whether the loop over the pods goes on.
enum Next {
    Continue,
    Wait,
}

impl<'a, 'b> Update<'a, 'b> {
    pub(super) fn new(context: &'a mut Context<'b>, set: &'a Value, current: &Value, update: &Value, pods: Vec<Value>) -> Update<'a, 'b> {
        let (start, wanted) = (count(set, "spec.ordinals.start"), replicas(set).max(0));
        let mut members: Vec<Option<Value>> = vec![None; wanted as usize];
        let mut condemned = Vec::new();
        for pod in pods {
            match usize::try_from(pod::ordinal(&pod) - start) {
                Ok(index) if index < members.len() => members[index] = Some(pod),
                _ => condemned.push(pod),
            }
        }
        condemned.order_by_key(|pod| std::cmp::Reverse(pod::ordinal(pod)));
        context.visited(members.len() + condemned.len());
        Update {
            current_set: history::apply(set, current),
            current_revision: meta::name(current).into(),
            update_revision: meta::name(update).into(),
            status: set.get("status").clone(),
            context,
            set,
            members,
            condemned,
        }
    }

    /// Counts what there is, and does the step.
    pub(super) fn run(&mut self) -> Result<(), Status> {
        self.count();
        if meta::is_being_deleted(self.set) {
            return Ok(());
        }
        if self.process_members()? {
            return Ok(());
        }
        retention::fix_condemned(self.context, self.set, &self.condemned)?;
        let unhealthy = self.first_unhealthy();
        for pod in self.condemned.clone() {
            if let Next::Wait = self.process_condemned(&pod, unhealthy.as_deref())? {
                return Ok(());
            }
        }
        self.roll()
    }

    /// The status after the step, and the pods as the step found them.
    pub(super) fn finish(mut self) -> (Value, Vec<Value>) {
        self.complete_rolling_update();
        let pods: Vec<Value> = self.members.into_iter().flatten().chain(self.condemned).collect();
        (self.status, pods)
    }

    fn is_parallel(&self) -> bool {
        self.set.path("spec.podManagementPolicy").str() == "Parallel"
    }

    fn is_available(&self, pod: &Value) -> bool {
        is_running_and_ready(pod) && pods::is_available(pod, count(self.set, "spec.minReadySeconds"), self.context.now_ms)
    }

    fn start(&self) -> i64 {
        count(self.set, "spec.ordinals.start")
    }

    fn count(&mut self) {
        let all: Vec<Value> = self.members.iter().flatten().chain(&self.condemned).cloned().collect();
        let number = |test: &dyn Fn(&Value) -> bool| all.iter().filter(|pod| test(pod)).count() as i64;
        let of_revision = |pod: &Value, revision: &str| !meta::is_being_deleted(pod) && pod::revision(pod) == revision;
        let mut status = self.status.clone();
        status.set("observedGeneration", count(self.set, "metadata.generation"));
        status.set("replicas", number(&|pod| !pods::phase(pod).is_empty()));
        status.set("availableReplicas", number(&|pod| self.is_available(pod)));
        conditions::set_count(&mut status, "readyReplicas", number(&is_running_and_ready));
        conditions::set_count(&mut status, "currentReplicas", number(&|pod| of_revision(pod, &self.current_revision)));
        conditions::set_count(&mut status, "updatedReplicas", number(&|pod| of_revision(pod, &self.update_revision)));
        status.set("currentRevision", self.current_revision.as_str());
        status.set("updateRevision", self.update_revision.as_str());
        self.status = status;
    }

    /// The pod that holds up an ordered scale-down unless it is itself the one to go: of the wanted ones the first, else of the condemned the last that is
    /// not healthy.
    fn first_unhealthy(&self) -> Option<String> {
        let is_unhealthy = |pod: &&Value| !is_running_and_ready(pod) || meta::is_being_deleted(pod);
        let of_members = self.members.iter().flatten().find(is_unhealthy);
        of_members.or_else(|| self.condemned.iter().rev().find(is_unhealthy)).map(|pod| meta::name(pod).to_string())
    }

    /// `runForAll`: one after the other, or, where they are Parallel, in batches of 1, 2, 4 … that end with the first that fails. Whether the step ends here.
    fn process_members(&mut self) -> Result<bool, Status> {
        let (mut index, mut batch) = (0, 1);
        while index < self.members.len() {
            let size = if self.is_parallel() { batch } else { 1 };
            let (mut ends, mut result) = (false, Ok(()));
            for member in index..(index + size).min(self.members.len()) {
                match self.process_member(member) {
                    Ok(next) => ends |= matches!(next, Next::Wait),
                    Err(status) => result = result.and(Err(status)),
                }
            }
            result?;
            if ends {
                return Ok(true);
            }
            index += size;
            batch *= 2;
        }
        Ok(false)
    }

    /// `processReplica`.
    fn process_member(&mut self, index: usize) -> Result<Next, Status> {
        let wait_unless_parallel = if self.is_parallel() { Next::Continue } else { Next::Wait };
        let Some(pod) = self.members[index].clone() else {
            self.create(self.start() + index as i64)?;
            return Ok(wait_unless_parallel);
        };
        if pods::is_terminal(&pod) {
            if !meta::is_being_deleted(&pod) {
                self.recreate(&pod)?;
            }
            return Ok(Next::Wait);
        }
        if pods::phase(&pod) == "Pending" {
            retention::create_claims(self.context, self.set, &pod)?;
        }
        if meta::is_being_deleted(&pod) || !self.is_available(&pod) {
            if !self.is_parallel() {
                return Ok(Next::Wait);
            }
            if meta::is_being_deleted(&pod) {
                return Ok(Next::Continue);
            }
        }
        retention::fix(self.context, self.set, &pod)?;
        let mut named = pod;
        if pod::set_identity(&mut named) {
            self.context.client.update(&PODS, named)?;
        }
        Ok(Next::Continue)
    }

    fn recreate(&mut self, pod: &Value) -> Result<(), Status> {
        let set = format!("{}/{}", meta::namespace(self.set), meta::name(self.set));
        if pods::phase(pod) == "Failed" {
            let message = format!("StatefulSet {set} is recreating failed Pod {}", meta::name(pod));
            self.context.event(self.set, "Warning", "RecreatingFailedPod", &message);
        } else {
            let message = format!("StatefulSet {set} is recreating terminated Pod {}", meta::name(pod));
            self.context.event(self.set, "Normal", "RecreatingTerminatedPod", &message);
        }
        self.delete(pod)
    }

    /// Creates the pod of that number, in the revision that it should have: below the partition the current one.
    fn create(&mut self, ordinal: i64) -> Result<(), Status> {
        let strategy = self.set.path("spec.updateStrategy");
        let partition = strategy.path("rollingUpdate.partition").as_i64();
        let current_until = match (strategy.get("type").str(), partition) {
            ("RollingUpdate", Some(partition)) => partition,
            ("RollingUpdate", None) => count(self.set, "status.currentReplicas"),
            _ => 0,
        };
        let pod = if ordinal < self.start() + current_until {
            pod::new(&self.current_set, ordinal, &self.current_revision)
        } else {
            pod::new(self.set, ordinal, &self.update_revision)
        };
        let (name, set_name) = (meta::name(&pod).to_string(), meta::name(self.set).to_string());
        let created = retention::create_claims(self.context, self.set, &pod).and_then(|()| self.context.client.create(&PODS, meta::namespace(self.set), pod));
        match created {
            Ok(pod) => {
                retention::fix(self.context, self.set, &pod)?;
                let message = format!("Create Pod {name} in StatefulSet {set_name} successful");
                self.context.event(self.set, "Normal", "SuccessfulCreate", &message);
                Ok(())
            }
            Err(status) if status.reason == "AlreadyExists" => Err(status),
            Err(status) => {
                let message = format!("Create Pod {name} in StatefulSet {set_name} failed error: {}", status.message);
                self.context.event(self.set, "Warning", "FailedCreate", &message);
                Err(status)
            }
        }
    }

    fn delete(&mut self, pod: &Value) -> Result<(), Status> {
        let result = ignore_not_found(self.context.client.delete(&PODS, meta::namespace(pod), meta::name(pod), Options::default()));
        let (name, set_name) = (meta::name(pod), meta::name(self.set));
        match &result {
            Ok(()) => self.context.event(self.set, "Normal", "SuccessfulDelete", &format!("Delete Pod {name} in StatefulSet {set_name} successful")),
            Err(status) => {
                let message = format!("Delete Pod {name} in StatefulSet {set_name} failed error: {}", status.message);
                self.context.event(self.set, "Warning", "FailedDelete", &message);
            }
        }
        result
    }

    /// `processCondemned`.
    fn process_condemned(&mut self, pod: &Value, unhealthy: Option<&str>) -> Result<Next, Status> {
        let wait_unless_parallel = if self.is_parallel() { Next::Continue } else { Next::Wait };
        if meta::is_being_deleted(pod) {
            return Ok(wait_unless_parallel);
        }
        if !self.is_parallel() && !self.is_available(pod) && unhealthy != Some(meta::name(pod)) {
            return Ok(Next::Wait);
        }
        self.delete(pod)?;
        Ok(wait_unless_parallel)
    }

    /// The rolling update: from the highest number down to the partition, pods of another revision are deleted to be made anew, as many at once as may be
    /// unavailable.
    fn roll(&mut self) -> Result<(), Status> {
        let strategy = self.set.path("spec.updateStrategy");
        if strategy.get("type").str() == "OnDelete" {
            return Ok(());
        }
        let partition = (count(strategy, "rollingUpdate.partition")).clamp(0, self.members.len() as i64) as usize;
        let limit = strategy.path("rollingUpdate.maxUnavailable");
        let max_unavailable = if limit.is_null() { 1 } else { scaled(limit, replicas(self.set), false).max(1) };
        let mut unavailable = 0;
        for index in (partition..self.members.len()).rev() {
            let Some(pod) = self.members[index].clone() else { return Ok(()) };
            if pod::revision(&pod) != self.update_revision && !meta::is_being_deleted(&pod) {
                self.delete(&pod)?;
                if pod::revision(&pod) == self.current_revision {
                    let current = count(&self.status, "currentReplicas");
                    conditions::set_count(&mut self.status, "currentReplicas", (current - 1).max(0));
                }
                unavailable += 1;
            } else if meta::is_being_deleted(&pod) || !self.is_available(&pod) {
                unavailable += 1;
            }
            if unavailable >= max_unavailable {
                return Ok(());
            }
        }
        Ok(())
    }

    /// When all pods are of the update revision and ready, it is the current one (`completeRollingUpdate`).
    fn complete_rolling_update(&mut self) {
        let status = &mut self.status;
        let wanted = count(status, "replicas");
        let is_rolling = self.set.path("spec.updateStrategy.type").str() == "RollingUpdate";
        if is_rolling && count(status, "updatedReplicas") == wanted && count(status, "readyReplicas") == wanted && wanted == replicas(self.set) {
            conditions::set_count(status, "currentReplicas", count(status, "updatedReplicas"));
            status.set("currentRevision", status.get("updateRevision").clone());
        }
    }
}

fn is_running_and_ready(pod: &Value) -> bool {
    pods::phase(pod) == "Running" && pods::is_ready(pod)
}
