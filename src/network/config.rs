//! How the network of a cluster is set up.

use crate::value::SmolStr;

/// How the network of a cluster is set up.
#[derive(Clone, PartialEq, Debug)]
pub struct NetworkConfig {
    /// The address at which cluster DNS answers; `""` where there is none, nor a way to any: then names fail to resolve at once.
    pub dns_server: SmolStr,
    /// The cluster's domain.
    pub cluster_domain: SmolStr,
    /// Whether an ingress controller (as minikube's addon: ingress-nginx on the nodes' ports 80 and 443) gives Ingresses an address.
    pub ingress_controller: bool,
    /// Whether `minikube tunnel` runs.
    pub tunnel: bool,
    /// Whether the network plugin carries out NetworkPolicies.
    pub network_policies: bool,
}

impl NetworkConfig {
    /// The conformance set's cluster: no DNS, no ingress controller, no load balancer.
    pub fn reference() -> NetworkConfig {
        NetworkConfig { dns_server: "".into(), cluster_domain: "cluster.local".into(), ingress_controller: false, tunnel: false, network_policies: true }
    }

    /// The learner's cluster: DNS and an ingress controller; a load balancer while `minikube tunnel` runs.
    pub fn playground() -> NetworkConfig {
        NetworkConfig { dns_server: "10.96.0.10".into(), ingress_controller: true, ..NetworkConfig::reference() }
    }
}
