//! What is known of a machine before it joins the cluster.

use super::runtime::Profile;
use crate::value::SmolStr;

/// One machine: what is given to its kubelet on the command line, and what the hardware is.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeConfig {
    /// The node's name, and its host name.
    pub name: SmolStr,
    /// CPU, as a quantity: `4`.
    pub cpu: SmolStr,
    /// Memory, as a quantity: `8Gi`.
    pub memory: SmolStr,
    /// Disk for images, logs and emptyDirs, as a quantity: `100Gi`.
    pub ephemeral_storage: SmolStr,
    /// How many pods it takes.
    pub pods: u32,
    /// `--node-labels`, beside those that every kubelet sets.
    pub labels: Vec<(SmolStr, SmolStr)>,
    /// `--register-with-taints`: key, value and effect.
    pub taints: Vec<(SmolStr, SmolStr, SmolStr)>,
    /// Its address.
    pub internal_ip: SmolStr,
    /// Where its pods' addresses are taken from until the control plane gives the node a `spec.podCIDR` of its own.
    pub pod_cidr: SmolStr,
    /// `v1.36.3`.
    pub version: SmolStr,
    /// What its images and programs are like.
    pub profile: Profile,
    /// The name servers of pods (`--cluster-dns`).
    pub cluster_dns: SmolStr,
    /// `--cluster-domain`.
    pub cluster_domain: SmolStr,
    /// Pods that its kubelet runs by itself (`staticPodPath`), as manifests in JSON.
    pub static_pods: Vec<crate::value::Value>,
}

impl NodeConfig {
    /// The machine `worker-<number>` of the reference cluster: 4 CPU, 8Gi memory, room for 110 pods, in one of three zones.
    /// From the 241st machine on, addresses are of the next block of 10.0.0.0/8.
    pub fn worker(number: usize) -> NodeConfig {
        let zone = ["zone-a", "zone-b", "zone-c"][number.saturating_sub(1) % 3];
        let (block, last) = ((number.saturating_sub(1)) / 240, (number.saturating_sub(1)) % 240 + 11);
        let pods = number.saturating_sub(1);
        NodeConfig {
            name: SmolStr::from(format!("worker-{number}")),
            cpu: "4".into(),
            memory: "8Gi".into(),
            ephemeral_storage: "100Gi".into(),
            pods: 110,
            labels: vec![("topology.kubernetes.io/region".into(), "local".into()), ("topology.kubernetes.io/zone".into(), zone.into())],
            taints: Vec::new(),
            internal_ip: SmolStr::from(format!("10.0.{block}.{last}")),
            pod_cidr: SmolStr::from(format!("10.{}.{}.0/24", 244 + pods / 256, pods % 256)),
            version: "v1.36.3".into(),
            profile: Profile::default(),
            cluster_dns: "10.96.0.10".into(),
            cluster_domain: "cluster.local".into(),
            static_pods: Vec::new(),
        }
    }
}
