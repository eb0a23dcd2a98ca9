//! The node's own object: joining the cluster, and reporting how it is (`pkg/kubelet/kubelet_node_status.go`, `pkg/kubelet/nodestatus`).

use super::node::{Node, Task};
use super::runtime::Profile;
use crate::api::quantity::Quantity;
use crate::api::resource::{CSI_NODES, LEASES, NODES};
use crate::api::{meta, time};
use crate::server::client::Client;
use crate::server::request::PatchType;
use crate::value::{Map, SmolStr, Sort, Value, json};

/// How often the status is worked out (`nodeStatusUpdateFrequency`).
const UPDATE_MS: u64 = 10_000;
/// How often it is sent although nothing has changed (`nodeStatusReportFrequency`).
const REPORT_MS: u64 = 300_000;
/// How often the lease is renewed: a quarter of how long it lasts.
const RENEW_MS: u64 = 10_000;
/// `nodeLeaseDurationSeconds`.
const LEASE_S: i64 = 40;
/// How many images are reported (`nodeStatusMaxImages`).
const MAX_IMAGES: usize = 50;

/// What the kubelet remembers of the node's status.
#[derive(Clone, Debug, Default)]
pub struct NodeStatusManager {
    registered: bool,
    reported_at_ms: u64,
    last: Value,
    lease_made: bool,
}

impl NodeStatusManager {
    /// What a kubelet that starts again knows: whether there is a lease it finds out at once.
    pub(super) fn restarted(before: &NodeStatusManager) -> NodeStatusManager {
        NodeStatusManager { lease_made: before.lease_made, ..NodeStatusManager::default() }
    }
}

impl Node {
    /// Joins the cluster, the first time; reports the status after that, where there is something to report.
    pub(super) fn report_status(&mut self, client: &mut Client) {
        let now_ms = client.now_ms();
        self.agenda.set(Task::NodeStatus, now_ms + UPDATE_MS);
        if !self.status.registered {
            return self.register(client);
        }
        let status = self.node_status();
        let is_due = now_ms.saturating_sub(self.status.reported_at_ms) >= REPORT_MS;
        let Some(node) = client.get(&NODES, "", &self.config.name) else { return };
        self.take_pod_cidr(&node);
        let is_wrong = differs(node.path("status.conditions"), status.get("conditions"));
        if !is_due && !is_wrong && status == self.status.last {
            return;
        }
        self.send_status(client, &node, status);
    }

    fn register(&mut self, client: &mut Client) {
        let name = self.config.name.clone();
        let node = match client.get(&NODES, "", &name) {
            Some(node) => Ok(node),
            None => client.create(&NODES, "", self.node_object()),
        };
        // Where the server isn't ready for it, the kubelet tries again.
        let Ok(node) = node else { return };
        self.status.registered = true;
        let status = self.node_status();
        self.send_status(client, &node, status);
        let about = reference(&name);
        let mut event = |reason: &str, message: &str| client.event(&about, "Normal", reason, message, "kubelet", &name);
        event("Starting", "Starting kubelet.");
        for what in ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"] {
            event(what, &format!("Node {name} status is now: {what}"));
        }
        event("NodeAllocatableEnforced", "Updated Node Allocatable limit across pods");
        self.make_csi_node(client, &node);
        self.add_static_pods(client.now_ms());
        self.agenda.set(Task::Lease, client.now_ms());
    }

    fn send_status(&mut self, client: &mut Client, node: &Value, status: Value) {
        let now = time::rfc3339(client.now_ms());
        let mut sent = status.clone();
        let before = node.path("status.conditions").items().to_vec();
        let mut conditions = Vec::new();
        for condition in status.get("conditions").items() {
            let mut condition = condition.clone();
            let old = before.iter().find(|old| old.get("type") == condition.get("type"));
            let turned = old.is_some_and(|old| old.get("status") != condition.get("status") && old.get("status").str() != "Unknown");
            if turned && condition.get("type").str() != "Ready" {
                let what = super::eviction::pressure_reason(condition.get("type").str(), condition.get("status").str() == "True");
                let message = format!("Node {} status is now: {what}", self.config.name);
                client.event(&reference(&self.config.name), "Normal", &what, &message, "kubelet", &self.config.name);
            }
            let was_ready = old.is_some_and(|old| old.get("status").str() == "True");
            if condition.get("type").str() == "Ready" && old.is_some() && !was_ready {
                let message = format!("Node {} status is now: NodeReady", self.config.name);
                client.event(&reference(&self.config.name), "Normal", "NodeReady", &message, "kubelet", &self.config.name);
            }
            let same = old.filter(|old| old.get("status") == condition.get("status") && !old.get("lastTransitionTime").is_null());
            condition.set("lastHeartbeatTime", now.as_str());
            condition.set("lastTransitionTime", same.map_or(Value::from(now.as_str()), |old| old.get("lastTransitionTime").clone()));
            conditions.push(condition);
        }
        let is_foreign = |old: &&Value| !status.get("conditions").items().iter().any(|own| own.get("type") == old.get("type"));
        conditions.splice(0..0, before.iter().filter(is_foreign).cloned());
        sent.set("conditions", conditions);
        let mut patch = Value::object();
        patch.set("status", sent);
        if client.patch(&NODES, "", &self.config.name, "status", PatchType::Merge, patch).is_ok() {
            self.status.last = status;
            self.status.reported_at_ms = client.now_ms();
            self.images_changed = false;
        }
    }

    /// Takes the block of pod addresses that the control plane gave the node.
    fn take_pod_cidr(&mut self, node: &Value) {
        let cidr = node.path("spec.podCIDR").str();
        if !cidr.is_empty() && !self.addresses.is_of(cidr) {
            let mut addresses = super::addresses::Addresses::of(cidr);
            addresses.keep_used(&self.addresses);
            self.addresses = addresses;
        }
    }

    /// The control plane has changed the node's object.
    pub(super) fn observe_node(&mut self, node: &Value) {
        self.take_pod_cidr(node);
    }

    fn node_object(&self) -> Value {
        let config = &self.config;
        let mut labels = Map::new();
        let own = [
            ("beta.kubernetes.io/arch", "amd64"),
            ("beta.kubernetes.io/os", "linux"),
            ("kubernetes.io/arch", "amd64"),
            ("kubernetes.io/hostname", config.name.as_str()),
            ("kubernetes.io/os", "linux"),
        ];
        for (key, value) in own {
            labels.insert(key, value);
        }
        for (key, value) in &config.labels {
            labels.insert(key.clone(), value);
        }
        let mut node = json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {
                "name": config.name.as_str(),
                "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
            },
            "spec": {},
        });
        node.set("metadata.labels", labels);
        if !config.taints.is_empty() {
            let taints = config.taints.iter().map(|(key, value, effect)| {
                let mut taint = json!({"key": key.as_str(), "effect": effect.as_str()});
                if !value.is_empty() {
                    taint.set("value", value);
                }
                taint
            });
            node.set("spec.taints", taints.collect::<Value>());
        }
        node.set("status", self.node_status());
        node
    }

    /// The node's status without times.
    fn node_status(&self) -> Value {
        let config = &self.config;
        let amount = |text: &SmolStr| Quantity::parse(text).map_or(Value::from(text), |quantity| Value::from(quantity.to_string()));
        let mut resources = Map::new();
        resources.insert("cpu", amount(&config.cpu));
        resources.insert("ephemeral-storage", amount(&config.ephemeral_storage));
        resources.insert("memory", amount(&config.memory));
        resources.insert("pods", config.pods.to_string());
        let resources = Value::from(resources);
        let mut status = json!({
            "addresses": [{"type": "InternalIP", "address": config.internal_ip.as_str()}, {"type": "Hostname", "address": config.name.as_str()}],
            "conditions": self.conditions(),
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": self.node_info(),
        });
        status.set("allocatable", &resources);
        status.set("capacity", &resources);
        let mut images: Vec<_> = self.runtime.images().collect();
        images.order_by_key(|image| std::cmp::Reverse(image.size_bytes));
        let images: Vec<Value> = images
            .into_iter()
            .take(MAX_IMAGES)
            .map(|image| json!({"names": [image.id.as_str(), image.name.as_str()], "sizeBytes": image.size_bytes}))
            .collect();
        if !images.is_empty() {
            status.set("images", images);
        }
        status
    }

    fn conditions(&self) -> Vec<Value> {
        let condition = |type_: &str, is_so: bool, reason: &str, message: &str| {
            let status = if is_so { "True" } else { "False" };
            json!({"type": type_, "status": status, "reason": reason, "message": message})
        };
        let mut conditions: Vec<_> =
            self.pressure_conditions().iter().map(|&(type_, is_so, reason, message)| condition(type_, is_so, reason, message)).collect();
        conditions.push(condition("Ready", true, "KubeletReady", "kubelet is posting ready status"));
        conditions
    }

    fn node_info(&self) -> Value {
        let config = &self.config;
        let name = config.name.as_str();
        let (kernel, system) = match config.profile {
            Profile::Reference => ("3.16.0-0.bpo.4-amd64", "Debian GNU/Linux 7 (wheezy)"),
            Profile::Playground => ("6.12.48+deb13-amd64", "Debian GNU/Linux 13 (trixie)"),
        };
        json!({
            "architecture": "amd64", "bootID": format!("b-{name}"), "containerRuntimeVersion": "containerd://2.2.1", "kernelVersion": kernel,
            "kubeProxyVersion": "", "kubeletVersion": config.version.as_str(), "machineID": super::host_path::machine_id(name), "operatingSystem": "linux",
            "osImage": system, "systemUUID": format!("u-{name}"),
        })
    }

    fn make_csi_node(&self, client: &mut Client, node: &Value) {
        let object = json!({
            "apiVersion": "storage.k8s.io/v1", "kind": "CSINode",
            "metadata": {
                "name": self.config.name.as_str(),
                "ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": self.config.name.as_str(), "uid": meta::uid(node)}],
            },
            "spec": {"drivers": null},
        });
        // It may be there from before; then it is as it should be.
        let _ = client.create(&CSI_NODES, "", object);
    }

    /// Says that the node is alive.
    pub(super) fn renew_lease(&mut self, client: &mut Client) {
        let now_ms = client.now_ms();
        self.agenda.set(Task::Lease, now_ms + RENEW_MS);
        let name = self.config.name.clone();
        let renewed = time::rfc3339_micro(now_ms);
        if self.status.lease_made {
            let mut patch = Value::object();
            patch.set("spec.renewTime", renewed.as_str());
            if client.patch(&LEASES, "kube-node-lease", &name, "", PatchType::Merge, patch).is_ok() {
                return;
            }
        }
        let Some(node) = client.get(&NODES, "", &name) else { return };
        let lease = json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {
                "name": name.as_str(), "namespace": "kube-node-lease",
                "ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": name.as_str(), "uid": meta::uid(&node)}],
            },
            "spec": {"holderIdentity": name.as_str(), "leaseDurationSeconds": LEASE_S, "renewTime": renewed},
        });
        self.status.lease_made = client.create(&LEASES, "kube-node-lease", lease).is_ok() || self.status.lease_made;
    }
}

/// The node as Events about it name it: its UID there is its name.
pub fn reference(name: &str) -> Value {
    json!({"kind": "Node", "apiVersion": "v1", "metadata": {"name": name, "uid": name}})
}

/// Whether somebody else has made the node's conditions other than they are.
fn differs(server: &Value, own: &Value) -> bool {
    own.items().iter().any(|condition| {
        let found = server.items().iter().find(|found| found.get("type") == condition.get("type"));
        found.is_none_or(|found| found.get("status") != condition.get("status"))
    })
}
