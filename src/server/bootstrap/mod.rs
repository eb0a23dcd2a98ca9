//! What is in a cluster before anybody has asked for anything: what kube-apiserver's post-start hooks make
//! (`pkg/controlplane`, `pkg/registry/rbac/rest`, `pkg/registry/scheduling/rest`, `pkg/registry/flowcontrol/rest`).

mod flow_control;
mod rbac;
#[cfg(test)]
mod tests;

use super::Server;
use crate::api::resource::*;
use crate::api::time;
use crate::store::Cause;
use crate::value::{Value, json};

/// Where the API server of the reference cluster listens.
const SERVER_ADDRESS: &str = "10.0.0.10";
const SERVER_PORT: i64 = 6443;
/// The first address of the Service range is the API server's own.
const SERVICE_ADDRESS: &str = "10.96.0.1";

/// The certificate that clients would check the server's with. There is no real one in a simulated cluster; this is what its
/// ConfigMaps show in its place.
pub const CA_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nVGhpcyBjbHVzdGVyIGlzIHNpbXVsYXRlZC4gSXRzIEFQSSBzZXJ2ZXIgaGFzIG5v\nIGtleSwgYW5kIG5vIG90aGVyIHNlcnZlciBhY2NlcHRzIHRoaXMgY2VydGlmaWNh\ndGUu\n-----END CERTIFICATE-----\n";

impl Server {
    /// Makes the objects that every cluster has: namespaces, the Service `kubernetes`, roles, priority classes, flow schemas.
    pub fn bootstrap(&mut self, now_ms: u64) {
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            let labels = json!({"kubernetes.io/metadata.name": name});
            let namespace = json!({"metadata": {"name": name, "labels": labels}, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}});
            self.make(&NAMESPACES, "v1", "Namespace", namespace, now_ms);
        }
        self.make_kubernetes_service(now_ms);
        for (name, value, description) in [
            (
                "system-cluster-critical",
                2_000_000_000,
                "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
            ),
            ("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
        ] {
            let class = json!({
                "metadata": {"name": name, "generation": 1}, "value": value, "description": description, "preemptionPolicy": "PreemptLowerPriority",
            });
            self.make(&PRIORITY_CLASSES, "scheduling.k8s.io/v1", "PriorityClass", class, now_ms);
        }
        self.make_config_maps(now_ms);
        rbac::make(self, now_ms);
        flow_control::make(self, now_ms);
    }

    fn make(&mut self, resource: &GroupResource, api_version: &str, kind: &str, mut object: Value, now_ms: u64) {
        object.set("apiVersion", api_version);
        object.set("kind", kind);
        object.set("metadata.uid", self.random.uuid());
        object.set("metadata.creationTimestamp", time::rfc3339(now_ms));
        let cause = Cause { actor: "kube-apiserver".into(), because: None };
        self.put(resource, object, now_ms, cause);
    }

    fn make_kubernetes_service(&mut self, now_ms: u64) {
        let cidr = json!({
            "metadata": {"name": "kubernetes", "finalizers": ["networking.k8s.io/service-cidr-finalizer"]}, "spec": {"cidrs": ["10.96.0.0/12"]},
            "status": {"conditions": [{
                "type": "Ready", "status": "True", "reason": "", "message": "Kubernetes Service CIDR is ready", "lastTransitionTime": time::rfc3339(now_ms),
            }]},
        });
        self.make(&SERVICE_CIDRS, "networking.k8s.io/v1", "ServiceCIDR", cidr, now_ms);
        let address = json!({
            "metadata": {"name": SERVICE_ADDRESS, "labels": {
                "ipaddress.kubernetes.io/ip-family": "IPv4", "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
            }},
            "spec": {"parentRef": {"resource": "services", "namespace": "default", "name": "kubernetes"}},
        });
        self.make(&IP_ADDRESSES, "networking.k8s.io/v1", "IPAddress", address, now_ms);
        let metadata = |labels: Value| json!({"namespace": "default", "name": "kubernetes", "labels": labels});
        let service = json!({
            "metadata": metadata(json!({"component": "apiserver", "provider": "kubernetes"})),
            "spec": {
                "clusterIP": SERVICE_ADDRESS, "clusterIPs": [SERVICE_ADDRESS], "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"],
                "ipFamilyPolicy": "SingleStack", "sessionAffinity": "None", "type": "ClusterIP",
                "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": SERVER_PORT}],
            },
            "status": {"loadBalancer": {}},
        });
        self.make(&SERVICES, "v1", "Service", service, now_ms);
        let ports = json!([{"name": "https", "port": SERVER_PORT, "protocol": "TCP"}]);
        let endpoints = json!({
            "metadata": metadata(json!({"endpointslice.kubernetes.io/skip-mirror": "true"})),
            "subsets": [{"addresses": [{"ip": SERVER_ADDRESS}], "ports": ports}],
        });
        self.make(&ENDPOINTS, "v1", "Endpoints", endpoints, now_ms);
        let mut slice = json!({
            "metadata": metadata(json!({"kubernetes.io/service-name": "kubernetes"})), "addressType": "IPv4",
            "endpoints": [{"addresses": [SERVER_ADDRESS], "conditions": {"ready": true}}], "ports": ports,
        });
        slice.set("metadata.generation", 1);
        self.make(&ENDPOINT_SLICES, "discovery.k8s.io/v1", "EndpointSlice", slice, now_ms);
    }

    fn make_config_maps(&mut self, now_ms: u64) {
        let day: String = time::rfc3339(now_ms).chars().take(10).collect();
        for (name, data) in [
            ("extension-apiserver-authentication", json!({"client-ca-file": CA_CERTIFICATE})),
            ("kube-apiserver-legacy-service-account-token-tracking", json!({"since": day})),
        ] {
            let map = json!({"metadata": {"namespace": "kube-system", "name": name}, "data": data});
            self.make(&CONFIG_MAPS, "v1", "ConfigMap", map, now_ms);
        }
    }
}
