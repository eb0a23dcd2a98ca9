//! What follows from a cycle: binding, telling why not, making room (upstream: the second half of `schedule_one.go`).

use super::attempts::{self, Attempt};
use super::cycle::{self, Diagnosis, Filters, Outcome, ScoreTable};
use super::framework::{Cycle, CycleState};
use super::node_info::NodeInfo;
use super::plugins::default_preemption::{self, Preemption};
use super::plugins::volume_binding::{self, PodVolumes, SELECTED_NODE};
use super::plugins::{default_binder, dynamic_resources};
use super::pod_info::PodInfo;
use super::queue::QueuedPod;
use super::{SCHEDULER_NAME, Scheduler, volumes};
use crate::api::resource::{NODES, ObjectKey, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS};
use crate::api::{meta, time};
use crate::server::Server;
use crate::server::client::Client;
use crate::server::request::{Options, PatchType, User};
use crate::store::Cause;
use crate::value::{SmolStr, Value, json};
use std::sync::Arc;

/// How long a note of an event may be.
const NOTE_LENGTH_LIMIT: usize = 1024;
/// How often it is looked whether volumes are bound.
const BINDING_POLL_MS: u64 = 1_000;
/// How long volumes may take to be bound (`bindTimeoutSeconds`).
const BINDING_TIMEOUT_MS: u64 = 600_000;
/// How long after the cycle victims are deleted.
const PREEMPTION_DELAY_MS: u64 = 10;

/// A pod that has a node but waits for its volumes.
#[derive(Clone)]
pub struct PendingBinding {
    /// The pod as it was taken from the queue.
    pub pod: QueuedPod,
    node: SmolStr,
    volumes: PodVolumes,
    scores: ScoreTable,
    diagnosis: Diagnosis,
    since_ms: u64,
    /// When it is looked at next.
    pub due_ms: u64,
}

/// Room that is about to be made for a pod.
#[derive(Clone)]
pub struct PendingPreemption {
    preemptor: Arc<PodInfo>,
    node: SmolStr,
    victims: Vec<Arc<PodInfo>>,
    /// When.
    pub due_ms: u64,
}

impl Scheduler {
    pub(super) fn schedule_one(&mut self, mut pod: QueuedPod, server: &mut Server, now_ms: u64) {
        let key = pod.info.key.clone();
        let Some(current) = server.store().get_key(&PODS, &key).filter(|current| meta::uid(current) == pod.info.uid).cloned() else { return };
        if !current.path("spec.nodeName").is_empty() {
            return;
        }
        pod.info = Arc::new(PodInfo::of(&current));
        let mut client = client(server, now_ms, pod.because);
        if meta::is_being_deleted(&current) {
            let note = format!("skip schedule deleting pod: {}/{}", key.namespace, key.name);
            event(&mut client, &current, None, "Warning", "FailedScheduling", "Scheduling", &note);
            return;
        }
        self.cache.set_order();
        let order = self.cache.in_order();
        let mut state = CycleState::default();
        let mut random = client.random().clone();
        let cycle = Cycle { pod: &pod.info, config: &self.config, cache: &self.cache, store: client.store() };
        let node_count = order.len();
        let outcome = self.search.schedule_pod(&cycle, &order, &mut state, &mut random);
        match outcome {
            Outcome::Node { node, scores, diagnosis } => {
                let volumes = match self.cache.node(&node) {
                    Some(info) => volume_binding::find_pod_volumes(&cycle, &state, info).unwrap_or_default(),
                    None => PodVolumes::default(),
                };
                *client.random() = random;
                let binding = PendingBinding { pod, node, volumes, scores, diagnosis, since_ms: now_ms, due_ms: now_ms + BINDING_POLL_MS };
                self.reserve_and_bind(binding, client);
            }
            Outcome::Unfit(mut diagnosis) => {
                let preemption = post_filter(&cycle, &state, &mut diagnosis, &order, random.next_u64());
                *client.random() = random;
                self.fail(pod, diagnosis, preemption, client);
            }
            Outcome::Error(message) => {
                *client.random() = random;
                let reason = if message == cycle::NO_NODES { "Unschedulable" } else { "SchedulerError" };
                self.tell_failure(&pod, reason, &message, None, &mut client);
                self.attempts.add(&pod.info.uid, Attempt { time_ms: now_ms, node: None, message, nodes: Vec::new(), node_count });
                self.queue.put_back(pod, Vec::new(), now_ms);
            }
        }
    }

    /// Reserve, PreBind and Bind: the pod is counted on its node from now on; it is bound at once unless volumes have to be bound first.
    fn reserve_and_bind(&mut self, binding: PendingBinding, mut client: Client) {
        self.cache.remove_nominated(&binding.pod.info.uid);
        self.cache.set_pod(binding.pod.info.clone(), &binding.node);
        if binding.volumes.static_bindings.is_empty() && binding.volumes.dynamic_provisions.is_empty() {
            self.bind(binding, client);
            return;
        }
        match bind_volumes(&binding, &mut client) {
            Ok(()) => {
                self.bindings.insert(binding.pod.info.key.clone(), binding);
            }
            Err(message) => self.fail_binding(binding, &message, client),
        }
    }

    pub(super) fn check_binding(&mut self, key: &ObjectKey, server: &mut Server, now_ms: u64) {
        let Some(mut binding) = self.bindings.remove(key) else { return };
        let client = client(server, now_ms, binding.pod.because);
        match are_volumes_bound(&binding, &client) {
            Ok(true) => self.bind(binding, client),
            Ok(false) if now_ms < binding.since_ms + BINDING_TIMEOUT_MS => {
                binding.due_ms = now_ms + BINDING_POLL_MS;
                self.bindings.insert(key.clone(), binding);
            }
            Ok(false) => self.fail_binding(binding, "binding volumes: context deadline exceeded", client),
            Err(message) => self.fail_binding(binding, &format!("binding volumes: {message}"), client),
        }
    }

    fn bind(&mut self, binding: PendingBinding, mut client: Client) {
        if let Err(status) = default_binder::bind(&mut client, &binding.pod.info, &binding.node) {
            self.fail_binding(binding, &status.message, client);
            return;
        }
        let (pod, node) = (&binding.pod.info, &binding.node);
        let message = format!("Successfully assigned {}/{} to {node}", pod.key.namespace, pod.key.name);
        event(&mut client, &pod.pod, None, "Normal", "Scheduled", "Binding", &message);
        let nodes = attempts::verdicts_of_success(node, &binding.scores, &binding.diagnosis);
        let attempt = Attempt { time_ms: client.now_ms(), node: Some(node.clone()), message, nodes, node_count: binding.diagnosis.node_count };
        self.attempts.add(&pod.uid, attempt);
    }

    /// The node was found, but the pod couldn't be bound to it: it is tried again.
    fn fail_binding(&mut self, binding: PendingBinding, message: &str, mut client: Client) {
        self.cache.remove_pod(&binding.pod.info.uid);
        self.tell_failure(&binding.pod, "SchedulerError", message, Some(""), &mut client);
        if client.store().get_key(&PODS, &binding.pod.info.key).is_some_and(|pod| pod.path("spec.nodeName").is_empty()) {
            self.queue.put_back(binding.pod, Vec::new(), client.now_ms());
        }
    }

    /// No node would do.
    fn fail(&mut self, pod: QueuedPod, diagnosis: Diagnosis, preemption: Option<Preemption>, mut client: Client) {
        let now_ms = client.now_ms();
        let message = diagnosis.message();
        let nominated = match &preemption {
            Some(Preemption::Candidate { node, .. }) => Some(node.as_str()),
            Some(Preemption::NoCandidate(_)) => Some(""),
            Some(Preemption::NotEligible(_)) | None => None,
        };
        let nodes = attempts::verdicts_of_failure(&diagnosis);
        self.attempts.add(&pod.info.uid, Attempt { time_ms: now_ms, node: None, message: message.clone(), nodes, node_count: diagnosis.node_count });
        self.tell_failure(&pod, "Unschedulable", &message, nominated, &mut client);
        if let Some(Preemption::Candidate { node, victims }) = preemption {
            let preemption = PendingPreemption { preemptor: pod.info.clone(), node, victims, due_ms: now_ms + PREEMPTION_DELAY_MS };
            self.preemptions.insert(pod.info.key.clone(), preemption);
        }
        self.queue.put_back(pod, diagnosis.rejectors.into_iter().collect(), now_ms);
    }

    /// The event and the condition that say why a pod is not scheduled; `nominated` is the node kept for it from now on (`""` for none, `None` for no change).
    fn tell_failure(&self, pod: &QueuedPod, reason: &str, message: &str, nominated: Option<&str>, client: &mut Client) {
        let key = &pod.info.key;
        let Some(current) = client.get(&PODS, &key.namespace, &key.name) else { return };
        event(client, &current, None, "Warning", "FailedScheduling", "Scheduling", message);
        let mut condition = json!({"type": "PodScheduled", "status": "False", "reason": reason, "message": message, "lastProbeTime": null});
        if let Some(generation) = current.path("metadata.generation").as_i64() {
            condition.set("observedGeneration", generation);
        }
        patch_status(client, &current, condition, nominated);
    }

    /// Deletes the pods in whose place another one is to run (upstream: `preemption.Executor`).
    pub(super) fn run_preemption(&mut self, key: &ObjectKey, server: &mut Server, now_ms: u64) {
        let Some(preemption) = self.preemptions.remove(key) else { return };
        let mut client = client(server, now_ms, None);
        let preemptor = preemption.preemptor;
        let displaced: Vec<_> =
            self.cache.nominated(&preemption.node).filter(|other| other.priority < preemptor.priority).map(|other| other.key.clone()).collect();
        for other in displaced {
            if let Some(current) = client.get(&PODS, &other.namespace, &other.name) {
                patch_status(&mut client, &current, Value::Null, Some(""));
            }
        }
        let mut is_room_coming = false;
        for victim in &preemption.victims {
            let victim_key = &victim.key;
            let Some(current) = client.get(&PODS, &victim_key.namespace, &victim_key.name) else { continue };
            if meta::uid(&current) != victim.uid {
                continue;
            }
            if meta::is_being_deleted(&current) {
                is_room_coming = true;
                continue;
            }
            let mut condition = json!({
                "type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler", "lastProbeTime": null,
                "message": format!("{SCHEDULER_NAME}: preempting to accommodate a higher priority pod"),
            });
            if let Some(generation) = current.path("metadata.generation").as_i64() {
                condition.set("observedGeneration", generation);
            }
            patch_status(&mut client, &current, condition, None);
            if client.delete(&PODS, &victim_key.namespace, &victim_key.name, Options::default()).is_ok() {
                is_room_coming = true;
                let note = format!("Preempted by pod {} on node {}", preemptor.uid, preemption.node);
                event(&mut client, &current, Some(&preemptor.pod), "Normal", "Preempted", "Preempting", &note);
            }
        }
        if !is_room_coming {
            // They are all gone already, or can't be deleted: no deletion will come that lets the pod be tried again.
            self.queue.requeue(key, now_ms, None);
        }
    }
}

/// PostFilter: DynamicResources is asked first, then DefaultPreemption. The words of both end up in the message.
fn post_filter(cycle: &Cycle, state: &CycleState, diagnosis: &mut Diagnosis, order: &[(usize, &Arc<NodeInfo>)], offset: u64) -> Option<Preemption> {
    if !diagnosis.pre_filter_message.is_empty() && !diagnosis.rejectors.contains(dynamic_resources::NAME) {
        // DynamicResources finds no notes of its own about this pod, since it wasn't asked; upstream passes that on as it is.
        diagnosis.post_filter_message = "not found".into();
        return None;
    }
    let mut fresh = state.clone();
    let filters: Option<Filters> = cycle::run_pre_filters(cycle, &mut fresh).ok();
    let preemption = default_preemption::preempt(cycle, filters.as_ref(), &fresh, diagnosis, order, offset);
    diagnosis.post_filter_message = match &preemption {
        Preemption::Candidate { .. } => String::new(),
        other => format!("{}, {}", dynamic_resources::post_filter_message(state), default_preemption::message(other)),
    };
    Some(preemption)
}

fn client(server: &mut Server, now_ms: u64, because: Option<u64>) -> Client<'_> {
    Client::new(server, now_ms, User::system("system:kube-scheduler"), Cause { actor: SCHEDULER_NAME.into(), because })
}

fn event(client: &mut Client, regarding: &Value, related: Option<&Value>, type_: &str, reason: &str, action: &str, note: &str) {
    let note = match note.char_indices().nth(NOTE_LENGTH_LIMIT) {
        Some(_) => format!("{} ...", note.chars().take(NOTE_LENGTH_LIMIT - 4).collect::<String>()),
        None => note.to_string(),
    };
    client.event_with_action(regarding, related, type_, reason, action, &note, SCHEDULER_NAME, "default-scheduler-control-plane");
}

/// Sets a condition (unless `Null`) and the nominated node (unless `None`) of a pod, where that changes anything.
fn patch_status(client: &mut Client, pod: &Value, mut condition: Value, nominated: Option<&str>) {
    let mut status = Value::object();
    let old = meta::condition(pod, condition.get("type").str());
    if !condition.is_null() {
        let since = if old.get("status") == condition.get("status") { old.get("lastTransitionTime").clone() } else { time::rfc3339(client.now_ms()).into() };
        condition.set("lastTransitionTime", since);
        if *old != condition {
            let mut conditions: Vec<Value> = pod.path("status.conditions").items().to_vec();
            match conditions.iter_mut().find(|other| other.get("type") == condition.get("type")) {
                Some(other) => *other = condition,
                None => conditions.push(condition),
            }
            status.set("conditions", conditions);
        }
    }
    if let Some(nominated) = nominated
        && nominated != pod.path("status.nominatedNodeName").str()
    {
        status.set("nominatedNodeName", if nominated.is_empty() { Value::Null } else { Value::from(nominated) });
    }
    if !status.is_empty() {
        let mut patch = Value::object();
        patch.set("status", status);
        // A refusal means that the pod is gone or has changed meanwhile, and then what is said here is outdated.
        let _ = client.patch(&PODS, meta::namespace(pod), meta::name(pod), "status", PatchType::Merge, patch);
    }
}

/// Asks for the pod's volumes: a claim is entered in the volumes that are there, and the node in the claims that need a new one.
fn bind_volumes(binding: &PendingBinding, client: &mut Client) -> Result<(), String> {
    for (volume, claim) in &binding.volumes.static_bindings {
        let mut volume = volume.clone();
        let mut reference = meta::object_reference(claim);
        reference.set("apiVersion", "v1");
        reference.set("kind", "PersistentVolumeClaim");
        volume.set("spec.claimRef", reference);
        meta::set_annotation(&mut volume, "pv.kubernetes.io/bound-by-controller", "yes");
        client.update(&PERSISTENT_VOLUMES, volume).map_err(|status| status.message)?;
    }
    for claim in &binding.volumes.dynamic_provisions {
        let mut claim = claim.clone();
        meta::set_annotation(&mut claim, SELECTED_NODE, &binding.node);
        client.update(&PERSISTENT_VOLUME_CLAIMS, claim).map_err(|status| status.message)?;
    }
    Ok(())
}

fn are_volumes_bound(binding: &PendingBinding, client: &Client) -> Result<bool, String> {
    let store = client.store();
    let Some(node) = store.get(&NODES, "", &binding.node) else {
        return Err(format!("failed to get node \"{}\": node \"{}\" not found", binding.node, binding.node));
    };
    let claims = binding.volumes.static_bindings.iter().map(|(_, claim)| (claim, false));
    for (claim, is_dynamic) in claims.chain(binding.volumes.dynamic_provisions.iter().map(|claim| (claim, true))) {
        let name = meta::name(claim);
        let current =
            volumes::claim(store, &binding.pod.info, name).ok_or_else(|| format!("failed to check binding: could not find claim \"{}\"", meta::key(claim)))?;
        if is_dynamic && meta::annotation(current, SELECTED_NODE) != binding.node {
            return Err(format!("provisioning failed for PVC \"{name}\""));
        }
        if !volumes::is_bound(current) {
            return Ok(false);
        }
        let volume = store.get(&PERSISTENT_VOLUMES, "", current.path("spec.volumeName").str());
        if let Some(volume) = volume.filter(|volume| !volumes::is_reachable(volume, node)) {
            return Err(format!("pv \"{}\" node affinity doesn't match node \"{}\": no matching NodeSelectorTerms", meta::name(volume), binding.node));
        }
    }
    Ok(true)
}
