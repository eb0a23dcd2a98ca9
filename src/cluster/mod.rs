//! The whole cluster as one value: the clock, and the rooms that it drives.
//!
//! Never: reads a wall clock. Time moves only in [`Cluster::advance`], from one thing that is due to the next.

mod config;
mod fault;
mod fault_words;
pub mod invariants;
mod machines;
mod metrics;
mod pod_requests;
mod terminal;

pub use config::{ClusterConfig, Flavour};
pub use fault::{Fault, Process};
pub use fault_words::USAGE as FAULT_USAGE;
pub use metrics::Load;
pub use pod_requests::STILL_RUNNING;
pub use terminal::{run_to_end, run_with};

use crate::controllers::ControllerManager;
use crate::kubelet::Kubelets;
use crate::network::Network;
use crate::scheduler::Scheduler;
use crate::server::Server;
use crate::server::http::{HttpRequest, HttpResponse, Routed};
use crate::server::request::{Request, Response};
use crate::store::Store;
use crate::value::OrdMap;
use metrics::Loads;

/// A cluster: API server and store, controllers, scheduler, machines, network, and the time it is there.
#[derive(Clone)]
pub struct Cluster {
    server: Server,
    controllers: ControllerManager,
    scheduler: Scheduler,
    kubelets: Kubelets,
    network: Network,
    execs: OrdMap<u64, pod_requests::RunningExec>,
    loads: Loads,
    now_ms: u64,
    start_ms: u64,
    observed_revision: u64,
    steps: u64,
}

/// The part of the cluster that has something to do first.
#[derive(Clone, Copy)]
enum Actor {
    Controllers,
    Scheduler,
    Kubelets,
    Network,
    Metrics,
}

impl Cluster {
    /// A cluster as it is when its control plane has just started and its machines have not joined yet.
    pub fn new(config: &ClusterConfig) -> Cluster {
        let mut server = Server::new(config.seed);
        server.bootstrap(config.start_ms);
        if config.flavour == Flavour::Playground {
            server.serve_metrics();
        }
        let mut cluster = Cluster {
            server,
            controllers: ControllerManager::new(),
            scheduler: Scheduler::new(),
            kubelets: Kubelets::new(&config.nodes, config.start_ms),
            network: Network::new(config.network()),
            execs: OrdMap::new(),
            loads: Loads::default(),
            now_ms: config.start_ms,
            start_ms: config.start_ms,
            observed_revision: 0,
            steps: 0,
        };
        cluster.observe();
        if config.flavour == Flavour::Playground {
            cluster.set_default_class(true);
            cluster.set_ingress_class(true);
        }
        cluster
    }

    /// The time there, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// When its control plane started.
    pub fn start_ms(&self) -> u64 {
        self.start_ms
    }

    /// How many things have happened since: what it costs to come this far again.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// All objects and the history of writes.
    pub fn store(&self) -> &Store {
        self.server.store()
    }

    /// The API server, for what it serves.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The scheduler, for its attempts and its queue.
    pub fn scheduler(&self) -> &Scheduler {
        &self.scheduler
    }

    /// The machines, for what runs on them.
    pub fn kubelets(&self) -> &Kubelets {
        &self.kubelets
    }

    /// Carries out a request of somebody outside, now. A command in a container is answered by [`STILL_RUNNING`] with a number until it has ended.
    pub fn request(&mut self, request: &Request) -> Response {
        // A moment's work is done before anybody comes in between.
        while self.controllers.is_in_the_middle() {
            self.step(self.now_ms, Actor::Controllers);
        }
        if request.resource.group == "metrics.k8s.io" {
            self.measure();
        }
        let response = match self.pod_request(request) {
            Some(response) => response,
            None => self.server.handle(request, self.now_ms),
        };
        self.observe();
        response
    }

    /// A number that is the same for two clusters with the same objects, revision and time: whether a replay is faithful, and whether
    /// the native cluster and the one in a browser agree. FNV-1a over everything as JSON.
    pub fn digest(&self) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |text: &str| text.bytes().for_each(|byte| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        add(&format!("{} {}", self.now_ms, self.store().revision()));
        for resource in self.store().resources() {
            add(&resource.to_string());
            self.store().list(resource, None).for_each(|object| add(&object.to_json()));
        }
        hash
    }

    /// When there is something to do, in milliseconds since the Unix epoch.
    pub fn next_due(&self) -> Option<u64> {
        self.next_actor().map(|(due_ms, _)| due_ms)
    }

    fn next_actor(&self) -> Option<(u64, Actor)> {
        if self.controllers.is_in_the_middle() {
            return Some((self.now_ms, Actor::Controllers));
        }
        // Where several are due at the same moment the order is always this one.
        [
            (self.controllers.next_due(), Actor::Controllers),
            (self.scheduler.next_due(), Actor::Scheduler),
            (self.kubelets.next_due(), Actor::Kubelets),
            (self.network.next_due(), Actor::Network),
            (self.metrics_due(), Actor::Metrics),
        ]
        .into_iter()
        .filter_map(|(due_ms, actor)| Some((due_ms?, actor)))
        .min_by_key(|&(due_ms, _)| due_ms)
    }

    /// Moves the clock to `until_ms` and does everything that is due by then, but at most `max_steps` things; true when the
    /// time is reached. Call it again, otherwise: the clock stands where the last thing was done.
    pub fn advance(&mut self, until_ms: u64, max_steps: usize) -> bool {
        for _ in 0..max_steps {
            match self.next_actor() {
                Some((due_ms, actor)) if due_ms <= until_ms => self.step(due_ms, actor),
                _ => {
                    self.now_ms = self.now_ms.max(until_ms);
                    return true;
                }
            }
        }
        false
    }

    fn step(&mut self, due_ms: u64, actor: Actor) {
        self.now_ms = self.now_ms.max(due_ms);
        self.steps += 1;
        match actor {
            Actor::Controllers => self.controllers.run_next(&mut self.server, self.now_ms),
            Actor::Scheduler => self.scheduler.run_next(&mut self.server, self.now_ms),
            Actor::Kubelets => self.run_kubelets(),
            Actor::Network => self.network.run_next(&mut self.server, self.now_ms),
            Actor::Metrics => self.run_metrics(),
        }
        if !self.controllers.is_in_the_middle() {
            self.observe();
        }
    }

    fn run_kubelets(&mut self) {
        let Some(mut node) = self.kubelets.due_node() else { return };
        let mut wires = pod_requests::NodeWires { network: &mut self.network, kubelets: &self.kubelets, served: Vec::new() };
        node.run_next(&mut self.server, &mut wires, self.now_ms);
        let served = wires.served;
        self.kubelets.put(node);
        self.tell_served(&served);
    }

    /// Carries out a request as HTTP has it: the status code, and the body on the lines below.
    pub fn raw(&mut self, method: &str, target: &str, body: &str) -> String {
        let headers = vec![("Accept".to_string(), "application/json, */*".to_string())];
        let http = HttpRequest { method: method.into(), target: target.into(), headers, body: body.into() };
        let answer = match self.server.route_api(&http) {
            Routed::Answer(answer) => answer,
            Routed::Ask(request) | Routed::Watch(request) => HttpResponse::of(&self.request(&request)),
        };
        format!("{}\n{}", answer.code, String::from_utf8_lossy(&answer.body))
    }

    /// The network, for who answers whom.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Forgets the writes that everyone has seen: of a cluster that is kept for later, they are most of what it holds.
    pub fn compact(&mut self) {
        if self.observed_revision == self.server.store().revision() {
            self.server.compact();
        }
    }

    /// Shows everyone the writes that they have not seen yet.
    fn observe(&mut self) {
        let store = self.server.store();
        // Nothing is compacted away between two steps: a step makes far fewer writes than the history holds.
        let Some(changes) = store.changes_since(self.observed_revision) else { return };
        for change in changes {
            self.controllers.observe(change, store, self.now_ms);
            self.scheduler.observe(change, store, self.now_ms);
            self.kubelets.observe(change, store, self.now_ms);
            self.network.observe(change, store, self.now_ms);
        }
        self.observed_revision = store.revision();
    }
}
