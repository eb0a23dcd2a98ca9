//! What is done to the machines from outside: they join and stop, see folders, are asked for pages, and have addons.

use super::Cluster;
use crate::api::meta;
use crate::api::resource::{GroupResource, INGRESS_CLASSES, STORAGE_CLASSES};
use crate::kubelet::NodeConfig;
use crate::kubelet::runtime::HttpRequest;
use crate::network::{Answer, INGRESS_CONTROLLER, Source};
use crate::server::request::{Request, Verb};
use crate::value::{SmolStr, Value, json};

/// The annotation that makes a class the one for claims that name none.
const IS_DEFAULT: &str = "storageclass.kubernetes.io/is-default-class";

impl Cluster {
    /// Stops a machine (it answers nothing any more; what runs on it goes on) or starts it again. False where there is no such node.
    pub fn set_node_stopped(&mut self, node: &str, stopped: bool) -> bool {
        self.kubelets.set_stopped(node, stopped, self.now_ms)
    }

    /// Switches one more machine on, like the others there are.
    ///
    /// # Errors
    /// Where there is a machine of that name.
    pub fn add_machine(&mut self, name: &str) -> Result<(), String> {
        if self.kubelets.node(name).is_some() {
            return Err(format!("there is a machine {name} already"));
        }
        let number = self.kubelets.nodes().count() + 1;
        let profile = self.kubelets.nodes().next().map(|node| node.config.profile).unwrap_or_default();
        self.kubelets.add_node(NodeConfig { name: SmolStr::new(name), profile, ..NodeConfig::worker(number) }, self.now_ms);
        Ok(())
    }

    /// Puts these files below a path of every machine's disk, instead of what was there; none: takes the path away.
    pub fn mount_on_machines(&mut self, path: &str, files: Option<&[(SmolStr, String)]>) {
        let now_ms = self.now_ms;
        self.kubelets.change_disks(now_ms, |tree| {
            tree.remove_all(path, now_ms);
            let Some(files) = files else { return };
            // A path that can't be a folder has no files.
            let _ = tree.make_dirs(path, 0o777, now_ms);
            for (name, text) in files {
                let whole = format!("{}/{name}", path.trim_end_matches('/'));
                if let Some((folder, _)) = whole.rsplit_once('/') {
                    let _ = tree.make_dirs(folder, 0o777, now_ms);
                }
                let _ = tree.write(&whole, text.as_bytes(), 0o666, now_ms);
            }
        });
    }

    /// Whether `minikube tunnel` runs: then LoadBalancer Services get addresses.
    pub fn set_tunnel(&mut self, running: bool) {
        self.network.set_tunnel(running, self.now_ms);
    }

    /// Sends an HTTP request from outside or from a pod: what it met on its way, and what was answered. The server's log tells of it.
    pub fn visit(&mut self, from: &Source, request: &HttpRequest) -> Answer {
        let answer = self.network.request(self.server.store(), &self.kubelets, from, request, self.now_ms);
        let served: Vec<_> = answer.served.iter().cloned().collect();
        self.tell_served(&served);
        self.network.note(&answer);
        answer
    }

    /// Switches something of minikube's addons on or off.
    ///
    /// # Errors
    /// Where there is no such addon here.
    pub fn set_addon(&mut self, name: &str, on: bool) -> Result<(), String> {
        match name {
            "ingress" => {
                self.network.set_ingress_controller(on, self.now_ms);
                self.set_ingress_class(on);
            }
            "default-storageclass" => self.set_default_class(on),
            "metrics-server" if on && self.server.serves_metrics() => {}
            "metrics-server" => return Err("metrics-server is a part of this cluster: it can't be switched off".into()),
            "storage-provisioner" if on => {}
            "storage-provisioner" => {
                return Err(
                    "the storage provisioner is a part of this cluster's control plane: it can't be switched off; disable default-storageclass instead".into(),
                );
            }
            _ => return Err(format!("there is no addon {name} here")),
        }
        Ok(())
    }

    /// Whether an addon is switched on.
    pub fn has_addon(&self, name: &str) -> bool {
        match name {
            "ingress" => self.network.config().ingress_controller,
            "default-storageclass" => self.store().list(&STORAGE_CLASSES, None).any(|class| meta::annotation(class, IS_DEFAULT) == "true"),
            "metrics-server" => self.server.serves_metrics(),
            "storage-provisioner" => true,
            _ => false,
        }
    }

    pub(super) fn set_default_class(&mut self, on: bool) {
        let class = json!({
            "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
            "metadata": {"name": "standard", "annotations": {IS_DEFAULT: "true"}, "labels": {"addonmanager.kubernetes.io/mode": "EnsureExists"}},
            "provisioner": "k8s.io/minikube-hostpath", "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate",
        });
        self.set_object(&STORAGE_CLASSES, class, on);
    }

    /// The class that comes with minikube's ingress controller.
    pub(super) fn set_ingress_class(&mut self, on: bool) {
        let class = json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
            "metadata": {
                "name": "nginx", "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"},
                "labels": {
                    "app.kubernetes.io/component": "controller", "app.kubernetes.io/instance": "ingress-nginx", "app.kubernetes.io/name": "ingress-nginx",
                },
            },
            "spec": {"controller": INGRESS_CONTROLLER},
        });
        self.set_object(&INGRESS_CLASSES, class, on);
    }

    /// Creates or deletes an object that belongs to an addon.
    fn set_object(&mut self, resource: &GroupResource, object: Value, on: bool) {
        let request =
            if on { Request::new(Verb::Create, resource, "", "").with_body(object) } else { Request::new(Verb::Delete, resource, "", meta::name(&object)) };
        self.request(&request);
    }
}
