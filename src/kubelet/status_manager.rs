//! Making a pod's status and sending it to the server: `generateAPIPodStatus` and `pkg/kubelet/status/status_manager.go`.

use super::conditions;
use super::container_statuses::{Sources, container_statuses};
use super::mirror_pods::mirrored;
use super::phase;
use super::pod_spec::{self, ContainerKind, is_terminal_phase};
use super::pod_status::PodStatus;
use super::pod_sync::PodSync;
use super::pod_worker::Stage;
use super::resources;
use super::restart_all;
use crate::api::resource::PODS;
use crate::api::{meta, time};
use crate::server::request::{Options, PatchType};
use crate::value::{SmolStr, Value};

/// The fields of a pod's status that are not the kubelet's.
const FOREIGN_FIELDS: [&str; 4] = ["nominatedNodeName", "resourceClaimStatuses", "extendedResourceClaimStatus", "nodeAllocatableResourceClaimStatuses"];

impl PodSync<'_, '_> {
    /// The pod's status as the runtime and the probes have it. `is_over` says that no container runs or will run again.
    pub(super) fn generate_status(&self, runtime_status: &PodStatus, is_over: bool) -> Value {
        let worker = &*self.worker;
        let pod = &worker.pod;
        let old = worker.last_status();
        let sources = Sources { worker, status: runtime_status, runtime: &self.node.runtime, profile: self.node.config.profile };
        let mut status = Value::object();
        for kind in [ContainerKind::Regular, ContainerKind::Init, ContainerKind::Ephemeral] {
            let statuses = container_statuses(&sources, kind);
            if !statuses.is_empty() {
                status.set(kind.status_field(), statuses);
            }
        }
        let initialized = runtime_status.has_regular_container(pod);
        let mut phase = phase::phase(pod, &status, is_over, initialized);
        let (old_phase, server_phase) = (old.get("phase").str(), pod.path("status.phase").str());
        for kept in ["Failed", "Succeeded"] {
            if server_phase == kept || (old_phase == kept && !is_terminal_phase(phase) && !is_terminal_phase(server_phase)) {
                phase = kept;
            }
        }
        if phase == old_phase {
            for field in ["reason", "message"] {
                if !old.get(field).is_empty() {
                    status.set(field, old.get(field));
                }
            }
        }
        if !worker.termination.reason.is_empty() {
            phase = "Failed";
            status.set("reason", &worker.termination.reason);
            status.set("message", worker.termination.message.as_str());
        }
        status.set("phase", phase);
        let mut all: Vec<Value> = self.foreign_conditions(old);
        if !is_over {
            all.extend(worker.resize.conditions(pod.path("metadata.generation").as_i64().unwrap_or(0)));
        }
        all.extend(conditions::generate(pod, &status, &all, runtime_status.sandbox_ready));
        if restart_all::is_possible(pod) {
            all.push(conditions::all_containers_restarting(restart_all::is_asked_for(pod, runtime_status), phase));
        }
        status.set("conditions", all);
        self.set_addresses(runtime_status, old, &mut status);
        status.set("qosClass", resources::qos_class(pod));
        status.set("resources", if is_over { resources::left_behind(pod) } else { resources::effective(pod) });
        let requests = resources::pod_requests(pod);
        if !requests.is_empty() {
            status.set("allocatedResources", requests);
        }
        status
    }

    /// The conditions of others, as the server has them; a disruption that the kubelet causes is added to them.
    fn foreign_conditions(&self, old: &Value) -> Vec<Value> {
        let is_own = |condition: &&Value| conditions::OWN_TYPES.contains(&condition.get("type").str());
        let mut foreign: Vec<Value> = self.server_status().get("conditions").items().iter().filter(|condition| !is_own(condition)).cloned().collect();
        let is_disruption = |condition: &&Value| condition.get("type").str() == "DisruptionTarget";
        let own = Some(&self.worker.termination.condition).filter(|condition| !condition.is_null());
        if let Some(disruption) = own.or_else(|| old.get("conditions").items().iter().find(is_disruption)) {
            foreign.retain(|condition| !is_disruption(&condition));
            foreign.push(disruption.clone());
        }
        foreign
    }

    fn set_addresses(&self, runtime_status: &PodStatus, old: &Value, status: &mut Value) {
        let host_ip = &self.node.config.internal_ip;
        status.set("hostIP", host_ip);
        status.set("hostIPs", list_of_ips(host_ip));
        let ip = if pod_spec::is_host_network(&self.worker.pod) {
            let known = old.get("podIP").str();
            if known.is_empty() { host_ip.clone() } else { SmolStr::new(known) }
        } else {
            runtime_status.ip.clone()
        };
        if !ip.is_empty() {
            status.set("podIP", &ip);
            status.set("podIPs", list_of_ips(&ip));
        }
    }

    /// The pod's status as the server has it now.
    fn server_status(&self) -> Value {
        self.server_pod().map(|pod| pod.get("status").clone()).unwrap_or_default()
    }

    /// The pod as the server has it now; `None` where it is gone, or another pod has its name.
    pub(super) fn server_pod(&self) -> Option<Value> {
        let pod = &self.worker.pod;
        let found = self.client.store().get(&PODS, meta::namespace(pod), meta::name(pod))?;
        let is_it = if pod_spec::is_static(pod) { mirrored(found) == meta::uid(pod) } else { meta::uid(found) == meta::uid(pod) };
        is_it.then(|| found.clone())
    }

    /// Takes `status` as the pod's and sends what has changed to the server.
    pub(super) fn set_status(&mut self, mut status: Value) {
        let old = self.worker.last_status().clone();
        self.set_transition_times(&mut status, &old);
        let start_time = old.get("startTime");
        status.set("startTime", if start_time.is_empty() { Value::from(time::rfc3339(self.now_ms)) } else { start_time.clone() });
        let generation = self.worker.pod.path("metadata.generation");
        if generation.as_i64().is_some_and(|generation| generation > 0) {
            status.set("observedGeneration", generation);
        }
        self.worker.status = status;
        self.send_status();
    }

    /// A condition's time is that of its last change of status.
    fn set_transition_times(&self, status: &mut Value, old: &Value) {
        let now = time::rfc3339(self.now_ms);
        let old_conditions = old.get("conditions").items();
        if status.get("conditions").items().is_empty() {
            return;
        }
        for condition in status.path_mut("conditions").items_mut() {
            let type_ = condition.get("type").str();
            if !conditions::OWN_TYPES.contains(&type_) && type_ != "DisruptionTarget" {
                continue;
            }
            let before = old_conditions.iter().find(|before| before.get("type").str() == type_);
            let time = match before.filter(|before| before.get("status") == condition.get("status") && !before.get("lastTransitionTime").is_null()) {
                Some(before) => before.get("lastTransitionTime").clone(),
                None => Value::from(now.as_str()),
            };
            condition.set("lastTransitionTime", time);
        }
    }

    /// Sends the difference between the pod's status and the server's, if there is one; deletes the pod's object where it
    /// was waiting for that.
    pub(super) fn send_status(&mut self) {
        let Some(pod) = self.server_pod() else { return };
        let merged = self.merged_status(pod.get("status"));
        let patch = difference(pod.get("status"), &merged);
        let (namespace, name) = (SmolStr::new(meta::namespace(&pod)), SmolStr::new(meta::name(&pod)));
        let mut current = pod;
        if !patch.is_empty() {
            let mut body = Value::object();
            body.set("status", patch);
            match self.client.patch(&PODS, &namespace, &name, "status", PatchType::Merge, body) {
                Ok(pod) => current = pod,
                Err(_) => {
                    // Upstream tries again at its next round; so does this one.
                    self.reconcile_status_later();
                    return;
                }
            }
        }
        let finished = self.worker.stage == Stage::Finished && is_terminal_phase(current.path("status.phase").str());
        if finished && meta::is_being_deleted(&current) && !pod_spec::is_static(&self.worker.pod) {
            let options = Options { grace_period_seconds: Some(0), precondition_uid: SmolStr::new(meta::uid(&current)), ..Options::default() };
            if self.client.delete(&PODS, &namespace, &name, options).is_err() {
                self.reconcile_status_later();
            }
        }
    }

    /// The status to be sent: a pod isn't reported as ended while its containers may still run.
    fn merged_status(&self, server: &Value) -> Value {
        let mut status = self.worker.status.clone();
        for field in FOREIGN_FIELDS {
            if !server.get(field).is_null() {
                status.set(field, server.get(field));
            }
        }
        let foreign = |condition: &&Value| !conditions::OWN_TYPES.contains(&condition.get("type").str());
        let ends = !is_terminal_phase(server.get("phase").str()) && is_terminal_phase(status.get("phase").str());
        let may_run = self.may_have_running_containers();
        let mut merged: Vec<Value> = server.get("conditions").items().iter().filter(foreign).cloned().collect();
        for condition in status.get("conditions").items() {
            if conditions::OWN_TYPES.contains(&condition.get("type").str()) {
                merged.push(condition.clone());
            } else if condition.get("type").str() == "DisruptionTarget" && ends && !may_run {
                merged.retain(|other| other.get("type").str() != "DisruptionTarget");
                merged.push(condition.clone());
            }
        }
        if !merged.is_empty() {
            status.set("conditions", merged);
        }
        if ends && may_run {
            for field in ["phase", "reason", "message"] {
                match server.get(field) {
                    Value::Null => {
                        status.remove(field);
                    }
                    value => status.set(field, value),
                }
            }
        }
        status
    }

    fn may_have_running_containers(&self) -> bool {
        match self.worker.stage {
            Stage::Running => self.worker.sandbox.is_some(),
            Stage::Terminating => true,
            Stage::Terminated | Stage::Finished => false,
        }
    }
}

fn list_of_ips(ip: &SmolStr) -> Value {
    let mut entry = Value::object();
    entry.set("ip", ip);
    Value::array(vec![entry])
}

/// The merge patch that makes `old` into `new`; lists are sent whole.
fn difference(old: &Value, new: &Value) -> Value {
    let mut patch = Value::object();
    for (field, value) in new.fields().iter() {
        let before = old.get(field);
        if before.same(value) || before == value {
            continue;
        }
        let part = if before.is_object() && value.is_object() { difference(before, value) } else { value.clone() };
        patch.fields_mut().insert(field.clone(), part);
    }
    for field in old.fields().keys() {
        if !new.has(field) {
            patch.fields_mut().insert(field.clone(), Value::Null);
        }
    }
    patch
}
