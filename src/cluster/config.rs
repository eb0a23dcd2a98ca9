//! The clusters there are.

use crate::kubelet::NodeConfig;
use crate::kubelet::runtime::Profile;
use crate::network::NetworkConfig;

/// Which cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flavour {
    /// The one that the conformance set was recorded on: three nodes, no DNS, no ingress controller, no default StorageClass, no load balancer.
    Reference,
    /// What a learner finds: the same three nodes with DNS, an ingress controller, and a default StorageClass.
    Playground,
}

/// All that a new cluster depends on.
#[derive(Clone, PartialEq, Debug)]
pub struct ClusterConfig {
    /// Which cluster.
    pub flavour: Flavour,
    /// The seed of all that is drawn at random.
    pub seed: u64,
    /// The time there when it starts, in milliseconds since the Unix epoch.
    pub start_ms: u64,
    /// Its machines.
    pub nodes: Vec<NodeConfig>,
}

/// 2026-11-23T08:00:00Z: when a cluster starts unless it is said otherwise.
pub const START_MS: u64 = 1_795_420_800_000;

impl ClusterConfig {
    /// The reference cluster.
    pub fn reference(seed: u64) -> ClusterConfig {
        ClusterConfig::with_workers(Flavour::Reference, seed, 3)
    }

    /// The learner's cluster.
    pub fn playground(seed: u64) -> ClusterConfig {
        ClusterConfig::with_workers(Flavour::Playground, seed, 3)
    }

    /// A cluster of `count` machines `worker-1` … in three zones, each with 4 CPU, 8Gi memory and room for 110 pods.
    pub fn with_workers(flavour: Flavour, seed: u64, count: usize) -> ClusterConfig {
        let profile = match flavour {
            Flavour::Reference => Profile::Reference,
            Flavour::Playground => Profile::Playground,
        };
        let nodes = (1..=count).map(|number| NodeConfig { profile, ..NodeConfig::worker(number) }).collect();
        ClusterConfig { flavour, seed, start_ms: START_MS, nodes }
    }

    /// What the network needs to know.
    pub fn network(&self) -> NetworkConfig {
        match self.flavour {
            Flavour::Reference => NetworkConfig::reference(),
            Flavour::Playground => NetworkConfig::playground(),
        }
    }
}
