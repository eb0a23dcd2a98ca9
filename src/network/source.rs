//! Where requests come from.

use crate::api::resource::{ObjectKey, PODS};
use crate::store::Store;
use crate::value::{NULL, SmolStr, Value};

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A container of this pod.
    Pod(ObjectKey),
    /// A process on this machine.
    Node(SmolStr),
    /// The person's own computer.
    Outside,
}

/// The ingress controller's labels, as NetworkPolicies see them.
pub const INGRESS_CONTROLLER_NAMESPACE: &str = "ingress-nginx";

/// Who opens a connection, as the network sees it.
#[derive(Clone, Debug)]
pub struct Client {
    /// The pod, or `Null` where it is none.
    pub pod: Value,
    /// The machine, `""` for outside.
    pub node: SmolStr,
    /// Its address.
    pub ip: SmolStr,
    /// Whether it is the ingress controller.
    pub is_ingress_controller: bool,
}

impl Client {
    /// Who a source is; `None` where there is no such pod.
    pub fn of(source: &Source, store: &Store) -> Option<Client> {
        match source {
            Source::Outside => Some(Client { pod: Value::Null, node: "".into(), ip: "192.168.49.1".into(), is_ingress_controller: false }),
            Source::Node(name) => {
                let node = store.get(&crate::api::resource::NODES, "", name).unwrap_or(&NULL);
                Some(Client { pod: Value::Null, node: name.clone(), ip: node_ip(node), is_ingress_controller: false })
            }
            Source::Pod(key) => {
                let pod = store.get_key(&PODS, key)?;
                let (node, ip) = (pod.path("spec.nodeName").str(), pod.path("status.podIP").str());
                Some(Client { pod: pod.clone(), node: SmolStr::new(node), ip: SmolStr::new(ip), is_ingress_controller: false })
            }
        }
    }

    /// Whether it has a network of its own, on which NetworkPolicies act.
    pub fn is_isolated_pod(&self) -> bool {
        !self.pod.is_null() && self.pod.path("spec.hostNetwork").as_bool() != Some(true)
    }
}

/// A node's `InternalIP`.
pub fn node_ip(node: &Value) -> SmolStr {
    let addresses = node.path("status.addresses").items().iter();
    SmolStr::new(addresses.filter(|address| address.get("type").str() == "InternalIP").map(|address| address.get("address").str()).next().unwrap_or(""))
}
