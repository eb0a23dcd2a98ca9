//! The controller manager: one controller a file, under upstream's names (`pkg/controller/<name>`).
//!
//! Never: calls another actor, or keeps anything that matters outside the store. Controllers see writes, queue keys, and answer with requests to the server.

mod agenda;
mod conditions;
mod controller;
mod fields;
mod hash;
mod history;
mod node_affinity;
mod pod_control;
mod pods;
mod refs;
mod service_pods;
mod taints;

mod attach_detach;
mod certificates;
mod clusterrole_aggregation;
mod cronjob;
mod daemonset;
mod deployment;
mod disruption;
mod endpoint;
mod endpointslice;
mod endpointslice_mirroring;
mod ephemeral_volume;
mod garbage_collector;
mod hostpath_provisioner;
mod job;
mod namespace;
mod node_ipam;
mod node_lifecycle;
mod persistentvolume;
mod pod_gc;
mod podautoscaler;
mod pv_protection;
mod pvc_protection;
mod replicaset;
mod resource_claim;
mod resourcequota;
mod root_ca_cert_publisher;
mod serviceaccount;
mod serviceaccount_tokens;
mod statefulset;
mod taint_eviction;
#[cfg(test)]
mod testing;
mod ttl;
mod ttl_after_finished;
mod volume_expand;

use crate::api::resource::ObjectKey;
use crate::server::Server;
use crate::server::client::Client;
use crate::server::request::User;
use crate::store::{Cause, Change, Store};
use crate::value::Vector;
use agenda::{Agenda, Due};
use controller::{Burst, Context, Controller, Memory, Queue};

/// How long a write takes to reach a controller; each controller hears a little after the one before it in the list.
const WATCH_LATENCY_MS: u64 = 5;
/// How long a request takes.
const REQUEST_MS: u64 = 7;
/// How many objects a controller looks at in a millisecond.
const OBJECTS_PER_MS: usize = 4;

/// The controllers that run in every cluster.
static CONTROLLERS: &[&dyn Controller] = &[
    &deployment::DeploymentController,
    &replicaset::REPLICA_SET,
    &replicaset::REPLICATION_CONTROLLER,
    &statefulset::StatefulSetController,
    &daemonset::DaemonSetController,
    &job::JobController,
    &ttl_after_finished::TtlAfterFinished,
    &cronjob::CronJobController,
    &resourcequota::ResourceQuotaController,
    &disruption::DisruptionController,
    &garbage_collector::GarbageCollector,
    &namespace::NamespaceController,
    &serviceaccount::ServiceAccountController,
    &root_ca_cert_publisher::RootCaCertPublisher,
    &endpoint::EndpointController,
    &endpointslice::EndpointSliceController,
    &persistentvolume::PersistentVolumeController,
    &pvc_protection::PvcProtection,
    &pv_protection::PvProtection,
    &node_lifecycle::NodeLifecycle,
    &taint_eviction::TaintEviction,
    &podautoscaler::HorizontalController,
    &pod_gc::PodGarbageCollector,
    &node_ipam::NodeIpam,
    &ttl::TtlController,
    &endpointslice_mirroring::EndpointSliceMirroring,
    &clusterrole_aggregation::ClusterRoleAggregation,
    &ephemeral_volume::EphemeralVolume,
    &resource_claim::ResourceClaimController,
    &volume_expand::ExpandController,
    &attach_detach::AttachDetach,
    &certificates::CertificateController,
    &hostpath_provisioner::HostPathProvisioner,
    &serviceaccount_tokens::TokensController,
];

/// The controller manager: what its controllers have to do. A value; cloning it costs nothing.
#[derive(Clone)]
pub struct ControllerManager {
    agenda: Agenda,
    memories: Vector<Memory>,
    unfinished: Option<Unfinished>,
}

/// A sync of which only a part is done.
#[derive(Clone)]
struct Unfinished {
    due: Due,
    burst: Burst,
    now_ms: u64,
    /// What it has cost so far.
    requests: usize,
    visited: usize,
}

impl Default for ControllerManager {
    fn default() -> ControllerManager {
        ControllerManager::new()
    }
}

impl ControllerManager {
    /// A controller manager that has seen nothing yet.
    pub fn new() -> ControllerManager {
        ControllerManager { agenda: Agenda::default(), memories: CONTROLLERS.iter().map(|_| Memory::new()).collect(), unfinished: None }
    }

    /// A write happened: queues what it concerns.
    pub fn observe(&mut self, change: &Change, store: &Store, now_ms: u64) {
        for index in 0..CONTROLLERS.len() {
            self.show(index, change, store, now_ms);
        }
    }

    fn show(&mut self, index: usize, change: &Change, store: &Store, now_ms: u64) {
        let due_ms = now_ms + WATCH_LATENCY_MS + (index % 4) as u64;
        let mut queue = Queue { agenda: &mut self.agenda, controller: index, due_ms, because: Some(change.revision) };
        CONTROLLERS[index].enqueue(change, store, &mut queue);
    }

    /// The controller manager starts again: its controllers see every object that there is, as a first list shows them.
    pub fn restart(&mut self, store: &Store, now_ms: u64) {
        *self = ControllerManager::new();
        store.listed(now_ms).for_each(|change| self.observe(&change, store, now_ms));
    }

    /// One controller forgets everything and sees every object anew; false where there is none of that name (`deployment-controller`).
    pub fn restart_one(&mut self, name: &str, store: &Store, now_ms: u64) -> bool {
        let Some(index) = CONTROLLERS.iter().position(|controller| controller.name() == name) else { return false };
        self.agenda.forget(index);
        if let Some(memory) = self.memories.get_mut(index) {
            *memory = Memory::new();
        }
        store.listed(now_ms).for_each(|change| self.show(index, &change, store, now_ms));
        true
    }

    /// The names of all controllers.
    pub fn names() -> impl Iterator<Item = &'static str> {
        CONTROLLERS.iter().map(|controller| controller.name())
    }

    /// When the next sync is due, in milliseconds since the Unix epoch.
    pub fn next_due(&self) -> Option<u64> {
        self.unfinished.as_ref().map(|unfinished| unfinished.now_ms).or_else(|| self.agenda.next_due())
    }

    /// Whether a sync is under way: all of it happens at one moment, so [`ControllerManager::run_next`] comes first, and nobody sees its writes until it is done.
    pub fn is_in_the_middle(&self) -> bool {
        self.unfinished.is_some()
    }

    /// Does the sync that is due first, if one is due at `now_ms`; of a large one the next piece.
    pub fn run_next(&mut self, server: &mut Server, now_ms: u64) {
        let (due, burst, requests, visited) = match self.unfinished.take() {
            Some(unfinished) => (unfinished.due, Some(unfinished.burst), unfinished.requests, unfinished.visited),
            None => match self.agenda.take(now_ms) {
                Some(due) => (due, None, 0, 0),
                None => return,
            },
        };
        let Some(memory) = self.memories.get_mut(due.controller) else { return };
        let controller = CONTROLLERS[due.controller];
        let cause = Cause { actor: controller.name().into(), because: due.because };
        let user = User::system(&format!("system:serviceaccount:kube-system:{}", controller.name()));
        let mut context = Context {
            client: Client::new(server, now_ms, user, cause),
            now_ms,
            memory,
            requeue_after_ms: None,
            visited,
            component: controller.component(),
            burst: None,
        };
        let result = match burst {
            Some(burst) => controller.go_on(burst, &mut context),
            None => controller.sync(&due.key, &mut context),
        };
        let requests = requests + context.client.requests();
        if let Some(burst) = context.burst.take() {
            let visited = context.visited;
            self.unfinished = Some(Unfinished { due, burst, now_ms, requests, visited });
            return;
        }
        let work_ms = requests as u64 * REQUEST_MS + (context.visited / OBJECTS_PER_MS) as u64;
        let requeue_after_ms = context.requeue_after_ms;
        self.finish(due.controller, due.key, due.because, now_ms, now_ms + work_ms, requeue_after_ms, result.is_err());
    }

    #[expect(clippy::too_many_arguments, reason = "how one sync ended")]
    fn finish(
        &mut self,
        controller: usize,
        key: ObjectKey,
        because: Option<u64>,
        now_ms: u64,
        busy_until_ms: u64,
        requeue_after_ms: Option<u64>,
        failed: bool,
    ) {
        if let Some(delay_ms) = requeue_after_ms {
            self.agenda.add_after(controller, key.clone(), now_ms + delay_ms, because);
        }
        if failed {
            self.agenda.failed(controller, key, CONTROLLERS[controller].backoff(), now_ms, busy_until_ms, because);
        } else {
            self.agenda.done(controller, key, busy_until_ms);
        }
    }
}
