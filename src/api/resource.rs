//! Names of resources and objects: what `kubectl` writes as `deployments.apps` and `demo/web`.

use crate::value::SmolStr;
use std::fmt;

/// A resource without its version, as upstream's `schema.GroupResource`: `deployments.apps`; the group of core is `""`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GroupResource {
    /// The API group, `""` for core.
    pub group: SmolStr,
    /// The plural, lower-case name: `pods`.
    pub resource: SmolStr,
}

impl GroupResource {
    /// A resource known when the program is written.
    pub const fn new(group: &'static str, resource: &'static str) -> GroupResource {
        GroupResource { group: SmolStr::new_static(group), resource: SmolStr::new_static(resource) }
    }
}

/// `deployments.apps`, `pods`.
impl fmt::Display for GroupResource {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self.group.as_str() {
            "" => formatter.write_str(&self.resource),
            group => write!(formatter, "{}.{}", self.resource, group),
        }
    }
}

/// Where an object is among those of its resource; the namespace is `""` for cluster-scoped ones.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct ObjectKey {
    /// The namespace, or `""`.
    pub namespace: SmolStr,
    /// The name.
    pub name: SmolStr,
}

impl ObjectKey {
    /// The key of an object of that namespace and name.
    pub fn new(namespace: &str, name: &str) -> ObjectKey {
        ObjectKey { namespace: SmolStr::new(namespace), name: SmolStr::new(name) }
    }
}

/// `demo/web`, or `worker-1` where there is no namespace.
impl fmt::Display for ObjectKey {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self.namespace.as_str() {
            "" => formatter.write_str(&self.name),
            namespace => write!(formatter, "{namespace}/{}", self.name),
        }
    }
}

macro_rules! resources {
    ($($name:ident = $group:literal, $resource:literal;)*) => {$(
        #[doc = concat!("`", $resource, "` of the group `", $group, "`.")]
        pub const $name: GroupResource = GroupResource::new($group, $resource);
    )*};
}

resources! {
    PODS = "", "pods";
    SERVICES = "", "services";
    ENDPOINTS = "", "endpoints";
    BINDINGS = "", "bindings";
    CONFIG_MAPS = "", "configmaps";
    SECRETS = "", "secrets";
    NAMESPACES = "", "namespaces";
    NODES = "", "nodes";
    PERSISTENT_VOLUMES = "", "persistentvolumes";
    PERSISTENT_VOLUME_CLAIMS = "", "persistentvolumeclaims";
    SERVICE_ACCOUNTS = "", "serviceaccounts";
    REPLICATION_CONTROLLERS = "", "replicationcontrollers";
    RESOURCE_QUOTAS = "", "resourcequotas";
    LIMIT_RANGES = "", "limitranges";
    EVENTS = "", "events";
    POD_TEMPLATES = "", "podtemplates";
    DEPLOYMENTS = "apps", "deployments";
    REPLICA_SETS = "apps", "replicasets";
    STATEFUL_SETS = "apps", "statefulsets";
    DAEMON_SETS = "apps", "daemonsets";
    CONTROLLER_REVISIONS = "apps", "controllerrevisions";
    JOBS = "batch", "jobs";
    CRON_JOBS = "batch", "cronjobs";
    HORIZONTAL_POD_AUTOSCALERS = "autoscaling", "horizontalpodautoscalers";
    POD_DISRUPTION_BUDGETS = "policy", "poddisruptionbudgets";
    INGRESSES = "networking.k8s.io", "ingresses";
    INGRESS_CLASSES = "networking.k8s.io", "ingressclasses";
    NETWORK_POLICIES = "networking.k8s.io", "networkpolicies";
    IP_ADDRESSES = "networking.k8s.io", "ipaddresses";
    SERVICE_CIDRS = "networking.k8s.io", "servicecidrs";
    STORAGE_CLASSES = "storage.k8s.io", "storageclasses";
    CSI_DRIVERS = "storage.k8s.io", "csidrivers";
    CSI_NODES = "storage.k8s.io", "csinodes";
    VOLUME_ATTACHMENTS = "storage.k8s.io", "volumeattachments";
    PRIORITY_CLASSES = "scheduling.k8s.io", "priorityclasses";
    LEASES = "coordination.k8s.io", "leases";
    ENDPOINT_SLICES = "discovery.k8s.io", "endpointslices";
    RUNTIME_CLASSES = "node.k8s.io", "runtimeclasses";
    ROLES = "rbac.authorization.k8s.io", "roles";
    ROLE_BINDINGS = "rbac.authorization.k8s.io", "rolebindings";
    CLUSTER_ROLES = "rbac.authorization.k8s.io", "clusterroles";
    CLUSTER_ROLE_BINDINGS = "rbac.authorization.k8s.io", "clusterrolebindings";
    CUSTOM_RESOURCE_DEFINITIONS = "apiextensions.k8s.io", "customresourcedefinitions";
    VALIDATING_ADMISSION_POLICIES = "admissionregistration.k8s.io", "validatingadmissionpolicies";
    VALIDATING_ADMISSION_POLICY_BINDINGS = "admissionregistration.k8s.io", "validatingadmissionpolicybindings";
    CERTIFICATE_SIGNING_REQUESTS = "certificates.k8s.io", "certificatesigningrequests";
    RESOURCE_CLAIMS = "resource.k8s.io", "resourceclaims";
    RESOURCE_CLAIM_TEMPLATES = "resource.k8s.io", "resourceclaimtemplates";
}
