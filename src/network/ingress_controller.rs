//! The addresses that Ingresses and Services of type LoadBalancer get: from the ingress controller, and from `minikube tunnel`.

use super::config::NetworkConfig;
use super::ingress::is_ours;
use super::source::node_ip;
use crate::api::meta;
use crate::api::resource::{GroupResource, INGRESSES, NODES, ObjectKey, SERVICES};
use crate::server::Server;
use crate::server::client::Client;
use crate::server::request::{PatchType, User};
use crate::store::{Cause, Change, ChangeType, Store};
use crate::value::{OrdMap, OrdSet};
use crate::value::{Value, json};

/// How often the ingress controller publishes addresses (`UpdateInterval` of its status syncer).
const STATUS_PERIOD_MS: u64 = 60_000;
/// How long it takes to see a new Ingress.
const SYNC_DELAY_MS: u64 = 50;
/// How often the tunnel looks for Services.
const TUNNEL_PERIOD_MS: u64 = 1_000;

type Place = (GroupResource, ObjectKey);

/// What is to be done to an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Task {
    /// An event says that the Ingress was seen.
    Sync,
    /// The addresses are published.
    Publish,
}

/// What stands for both of them.
#[derive(Clone, Default)]
pub struct IngressController {
    agenda: OrdSet<(u64, Task, Place)>,
    due: OrdMap<(Task, Place), u64>,
    /// Whether Services are to be looked through, because the tunnel was started or stopped.
    tunnel_due_ms: Option<u64>,
}

impl IngressController {
    /// The tunnel was started or stopped.
    pub fn wake(&mut self, now_ms: u64) {
        self.tunnel_due_ms = Some(now_ms + TUNNEL_PERIOD_MS);
    }

    /// A write happened to a Service, an Ingress or a class.
    pub fn observe(&mut self, config: &NetworkConfig, change: &Change, store: &Store, now_ms: u64) {
        if change.resource == SERVICES {
            if config.tunnel && change.type_ != ChangeType::Deleted && is_load_balancer(&change.object) {
                self.wake(now_ms);
            }
        } else if !config.ingress_controller {
        } else if change.resource == INGRESSES {
            self.observe_ingress(change, store, now_ms);
        } else {
            for ingress in store.list(&INGRESSES, None) {
                self.schedule(Task::Publish, (INGRESSES, meta::key(ingress)), next_period(now_ms));
            }
        }
    }

    fn observe_ingress(&mut self, change: &Change, store: &Store, now_ms: u64) {
        let place = (INGRESSES, change.key());
        if change.type_ == ChangeType::Deleted {
            for task in [Task::Sync, Task::Publish] {
                if let Some(due_ms) = self.due.remove(&(task, place.clone())) {
                    self.agenda.remove(&(due_ms, task, place.clone()));
                }
            }
        } else if is_ours(store, &change.object) && (change.changed("spec") || change.changed("metadata.annotations")) {
            self.schedule(Task::Sync, place.clone(), now_ms + SYNC_DELAY_MS);
            self.schedule(Task::Publish, place, next_period(now_ms));
        }
    }

    fn schedule(&mut self, task: Task, place: Place, due_ms: u64) {
        if let Some(old_ms) = self.due.insert((task, place.clone()), due_ms) {
            self.agenda.remove(&(old_ms, task, place.clone()));
        }
        self.agenda.insert((due_ms, task, place));
    }

    /// When there is something to do.
    pub fn next_due(&self) -> Option<u64> {
        self.agenda.get_min().map(|(due_ms, ..)| *due_ms).into_iter().chain(self.tunnel_due_ms).min()
    }

    /// Does what is due first.
    pub fn run_next(&mut self, config: &NetworkConfig, server: &mut Server, now_ms: u64) {
        if self.tunnel_due_ms.is_some_and(|due_ms| due_ms <= now_ms) {
            self.tunnel_due_ms = None;
            publish_services(config, server, now_ms);
            return;
        }
        let Some((due_ms, task, place)) = self.agenda.get_min().filter(|(due_ms, ..)| *due_ms <= now_ms).cloned() else { return };
        self.agenda.remove(&(due_ms, task, place.clone()));
        self.due.remove(&(task, place.clone()));
        let mut client = client(server, now_ms, "nginx-ingress-controller");
        let Some(ingress) = client.store().get_key(&place.0, &place.1).cloned() else { return };
        match task {
            Task::Sync => client.event(&ingress, "Normal", "Sync", "Scheduled for sync", "nginx-ingress-controller", ""),
            Task::Publish if is_ours(client.store(), &ingress) => publish_ingress(&mut client, &ingress),
            Task::Publish => {}
        }
    }
}

fn client<'a>(server: &'a mut Server, now_ms: u64, actor: &str) -> Client<'a> {
    Client::new(server, now_ms, User::system(&format!("system:serviceaccount:kube-system:{actor}")), Cause { actor: actor.into(), because: None })
}

fn next_period(now_ms: u64) -> u64 {
    (now_ms + 1).next_multiple_of(STATUS_PERIOD_MS)
}

/// The address of the first node, where the controller runs.
fn publish_ingress(client: &mut Client, ingress: &Value) {
    let Some(address) = client.store().list(&NODES, None).map(node_ip).find(|address| !address.is_empty()) else { return };
    publish(client, &INGRESSES, ingress, json!([{"ip": address.as_str()}]));
}

fn publish(client: &mut Client, resource: &GroupResource, object: &Value, addresses: Value) {
    let published = object.path("status.loadBalancer.ingress");
    if *published == addresses || (published.is_empty() && addresses.is_empty()) {
        return;
    }
    let mut patch = Value::object();
    patch.set("status.loadBalancer.ingress", if addresses.is_empty() { Value::Null } else { addresses });
    // A refusal means that the object is gone meanwhile.
    let _ = client.patch(resource, meta::namespace(object), meta::name(object), "status", PatchType::Merge, patch);
}

fn is_load_balancer(service: &Value) -> bool {
    service.path("spec.type").str() == "LoadBalancer"
}

/// `minikube tunnel` gives each Service of type LoadBalancer its own cluster address as an external one, and takes it back when it ends.
fn publish_services(config: &NetworkConfig, server: &mut Server, now_ms: u64) {
    let mut client = client(server, now_ms, "minikube-tunnel");
    let services: Vec<Value> = client.store().list(&SERVICES, None).filter(|service| is_load_balancer(service)).cloned().collect();
    for service in services {
        let address = service.path("spec.clusterIP").str();
        let addresses = if config.tunnel && !matches!(address, "" | "None") { json!([{"ip": address, "ipMode": "VIP"}]) } else { json!([]) };
        publish(&mut client, &SERVICES, &service, addresses);
    }
}
