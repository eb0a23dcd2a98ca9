//! Addresses, Services, DNS, Ingress, NetworkPolicy: who answers a request, and by which way.
//!
//! It stands for kube-proxy, CoreDNS, the network plugin and, where the cluster has them, an ingress controller and `minikube tunnel`.
//! Never: keeps anything that the store says better. It only remembers which address belongs to what, and how many connections there were.

mod answers;
mod config;
mod connect;
mod containers;
mod dns;
mod hop;
mod ingress;
mod ingress_controller;
mod ip;
mod links;
mod pattern;
mod policy;
mod proxy;
mod request;
mod seen;
mod source;
#[cfg(test)]
mod tests;
mod url;
mod ways;

pub use config::NetworkConfig;
pub use containers::{Containers, Served};
pub use hop::{Hop, HopKind, Place};
pub use ingress::{CONTROLLER as INGRESS_CONTROLLER, is_ours as is_ours_ingress};
pub use links::{CutLinks, Link, LinkEnd};
pub use request::Answer;
pub use seen::SeenByContainers;
pub use source::Source;
pub use url::request_of;
pub use ways::{Way, Ways};

use crate::api::meta;
use crate::api::resource::{GroupResource, INGRESS_CLASSES, INGRESSES, NODES, ObjectKey, PODS, SERVICES};
use crate::kubelet::runtime::HttpRequest;
use crate::server::Server;
use crate::store::{Change, ChangeType, Store};
use crate::value::{OrdMap, OrdSet};
use crate::value::{SmolStr, Value};
use ingress_controller::IngressController;

/// The network of the cluster.
#[derive(Clone)]
pub struct Network {
    config: NetworkConfig,
    /// Pods, Services and nodes by their addresses. Pods with `hostNetwork` are found through their node.
    addresses: OrdMap<SmolStr, OrdSet<(GroupResource, ObjectKey)>>,
    /// How many connections containers have made: what load balancing draws from.
    connections: u64,
    ingress_controller: IngressController,
    links: CutLinks,
    ways: Ways,
}

impl Network {
    /// A network without any machines yet.
    pub fn new(config: NetworkConfig) -> Network {
        Network {
            config,
            addresses: OrdMap::new(),
            connections: 0,
            ingress_controller: IngressController::default(),
            links: CutLinks::default(),
            ways: Ways::default(),
        }
    }

    /// How the network is set up.
    pub fn config(&self) -> &NetworkConfig {
        &self.config
    }

    /// Starts or stops `minikube tunnel`: while it runs, Services of type LoadBalancer have an external address, and cluster addresses can be
    /// reached from outside.
    pub fn set_tunnel(&mut self, running: bool, now_ms: u64) {
        self.config.tunnel = running;
        self.ingress_controller.wake(now_ms);
    }

    /// Switches the ingress controller on or off.
    pub fn set_ingress_controller(&mut self, running: bool, now_ms: u64) {
        self.config.ingress_controller = running;
        self.ingress_controller.wake(now_ms);
    }

    /// Cuts a link, or mends it.
    pub fn set_cut(&mut self, link: Link, is_cut: bool) {
        self.links.set(link, is_cut);
    }

    /// The links that are cut.
    pub fn cut_links(&self) -> &CutLinks {
        &self.links
    }

    /// All that it remembers of addresses and tasks is forgotten, and made anew from what there is.
    pub fn restart(&mut self, store: &Store, now_ms: u64) {
        self.addresses = OrdMap::new();
        self.ingress_controller = IngressController::default();
        store.listed(now_ms).for_each(|change| self.observe(&change, store, now_ms));
    }

    /// A write happened.
    pub fn observe(&mut self, change: &Change, store: &Store, now_ms: u64) {
        if change.resource == PODS || change.resource == SERVICES || change.resource == NODES {
            self.observe_addresses(change);
        }
        if change.resource == SERVICES || change.resource == INGRESSES || change.resource == INGRESS_CLASSES {
            self.ingress_controller.observe(&self.config, change, store, now_ms);
        }
    }

    /// When there is something to do, in milliseconds since the Unix epoch.
    pub fn next_due(&self) -> Option<u64> {
        self.ingress_controller.next_due()
    }

    /// Does what is due first.
    pub fn run_next(&mut self, server: &mut Server, now_ms: u64) {
        self.ingress_controller.run_next(&self.config, server, now_ms);
    }

    /// The network as processes in containers meet it. The servers that have answered are added to `served`; their logs are to be told.
    pub fn seen_by_containers<'a>(&'a mut self, store: &'a Store, containers: &'a dyn Containers, served: &'a mut Vec<Served>) -> SeenByContainers<'a> {
        SeenByContainers::new(self, store, containers, served)
    }

    /// Sends a request and tells every step of its way. Nothing changes by it; see [`Answer::served`] for the server's log.
    pub fn request(&self, store: &Store, containers: &dyn Containers, from: &Source, request: &HttpRequest, now_ms: u64) -> Answer {
        request::request(&self.view(store, containers, self.connections), from, request, now_ms)
    }

    /// A request as [`Network::request`] told of it is on its way.
    pub fn note(&mut self, answer: &Answer) {
        self.ways.note(None, &answer.hops, answer.outcome.is_ok());
    }

    /// The ways of the last requests.
    pub fn ways(&self) -> &Ways {
        &self.ways
    }

    /// As [`Network::request`], `GET` of a URL (`http://web.demo/shop?x=1`).
    ///
    /// # Errors
    /// What is wrong with the URL, in curl's words.
    pub fn get(&self, store: &Store, containers: &dyn Containers, from: &Source, url: &str, now_ms: u64) -> Result<Answer, String> {
        Ok(self.request(store, containers, from, &url::request_of(url)?, now_ms))
    }

    fn view<'a>(&'a self, store: &'a Store, containers: &'a dyn Containers, draw: u64) -> connect::View<'a> {
        connect::View { config: &self.config, addresses: &self.addresses, links: &self.links, store, containers, draw }
    }

    fn observe_addresses(&mut self, change: &Change) {
        let place = (change.resource.clone(), change.key());
        let before = addresses_of(&change.resource, &change.previous);
        let after = if change.type_ == ChangeType::Deleted { Vec::new() } else { addresses_of(&change.resource, &change.object) };
        if before == after {
            return;
        }
        for address in before {
            if let Some(places) = self.addresses.get_mut(&address) {
                places.remove(&place);
                if places.is_empty() {
                    self.addresses.remove(&address);
                }
            }
        }
        for address in after {
            self.addresses.get_or_default(address).insert(place.clone());
        }
    }
}

/// The addresses by which an object can be reached.
fn addresses_of(resource: &GroupResource, object: &Value) -> Vec<SmolStr> {
    let mut addresses: Vec<SmolStr> = Vec::new();
    let mut add = |value: &Value| {
        let address = value.str();
        if !address.is_empty() && address != "None" && !addresses.iter().any(|known| known == address) {
            addresses.push(SmolStr::new(address));
        }
    };
    if *resource == PODS {
        let has_own = object.path("spec.hostNetwork").as_bool() != Some(true) && !matches!(object.path("status.phase").str(), "Succeeded" | "Failed");
        for ip in object.path("status.podIPs").items().iter().filter(|_| has_own) {
            add(ip.get("ip"));
        }
        if has_own {
            add(object.path("status.podIP"));
        }
    } else if *resource == SERVICES {
        add(object.path("spec.clusterIP"));
        for list in ["spec.clusterIPs", "spec.externalIPs"] {
            object.path(list).items().iter().for_each(&mut add);
        }
        object.path("status.loadBalancer.ingress").items().iter().for_each(|ingress| add(ingress.get("ip")));
    } else if *resource == NODES {
        object
            .path("status.addresses")
            .items()
            .iter()
            .filter(|address| address.get("type").str() != "Hostname")
            .for_each(|address| add(address.get("address")));
    }
    addresses
}

/// What a log line calls an object: `Service demo/web`.
fn named(kind: &str, object: &Value) -> String {
    format!("{kind} {}", meta::key(object))
}
