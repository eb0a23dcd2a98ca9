//! How patches and server-side apply merge lists and objects of the built-in types: facts that OpenAPI carries
//! as `x-kubernetes-patch-strategy`, `-patch-merge-key`, `-list-type`, `-list-map-keys` and `-map-type`.
//!
//! Strategic merge patch and server-side apply differ: the ports of a container are told apart by
//! `containerPort` in the one, by `containerPort` and `protocol` in the other.
//!
//! What isn't in these tables: lists are replaced by a patch and atomic for apply, maps and objects are merged
//! by both.

use PatchStrategy::{Merge, MergeRetainKeys, Replace, RetainKeys};
use Topology::{Atomic, Granular, Map, Set};

use crate::api::schema::{self, Definition, Field, FieldType};
use crate::value::Value;

/// How a field is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The field, as in JSON.
    pub field: &'static str,
    /// What a strategic merge patch does with it.
    pub patch_strategy: PatchStrategy,
    /// What tells the items of a list apart in a strategic merge patch; empty where there is nothing (lists of plain values).
    pub patch_merge_key: &'static str,
    /// What server-side apply sees in it.
    pub topology: Topology,
}

/// What a strategic merge patch does with a list or object (`x-kubernetes-patch-strategy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchStrategy {
    /// The patch's replaces what was there.
    Replace,
    /// Items are merged by their key, plain values added.
    Merge,
    /// Fields that the patch doesn't list under `$retainKeys` are dropped.
    RetainKeys,
    /// [`PatchStrategy::Merge`] for the list, [`PatchStrategy::RetainKeys`] for each item.
    MergeRetainKeys,
}

/// How finely server-side apply tells owners apart (`x-kubernetes-list-type`, `x-kubernetes-map-type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topology {
    /// As a whole.
    Atomic,
    /// Field by field.
    Granular,
    /// A list of different plain values, each with its owners.
    Set,
    /// A list of objects told apart by these fields, each with its owners.
    Map(&'static [&'static str]),
}

impl PatchStrategy {
    /// Whether lists are merged.
    pub fn merges(self) -> bool {
        matches!(self, Merge | MergeRetainKeys)
    }

    /// Whether `$retainKeys` is heeded.
    pub fn retains_keys(self) -> bool {
        matches!(self, RetainKeys | MergeRetainKeys)
    }
}

/// How a field of a definition is merged, where that's not the usual way.
pub fn rule(definition: &Definition, field: &Field) -> Option<&'static Rule> {
    *field.rule.get_or_init(|| {
        let index = RULES.binary_search_by(|(name, _)| (*name).cmp(definition.name)).ok()?;
        RULES[index].1.iter().find(|rule| rule.field == field.name)
    })
}

/// Whether server-side apply takes objects of this definition as a whole, wherever they are.
pub fn is_atomic(definition: &str) -> bool {
    ATOMIC.binary_search(&definition).is_ok()
}

/// What OpenAPI gives as the default of a field: what server-side apply puts in the place of a list's key that
/// an item lacks. Required plain fields have Go's zero value as theirs.
pub fn default(definition: &str, field: &str) -> Option<Value> {
    let given = DEFAULTS.iter().find(|(in_definition, name, _)| *in_definition == definition && *name == field);
    if let Some((_, _, default)) = given {
        return Some(match default {
            Default::Text(text) => Value::from(*text),
            Default::Number(number) => Value::Int(*number),
        });
    }
    let field = schema::definition(definition)?.field(field).filter(|field| field.required)?;
    match field.type_ {
        FieldType::String => Some(Value::from("")),
        FieldType::Int32 | FieldType::Int64 => Some(Value::Int(0)),
        FieldType::Bool => Some(Value::Bool(false)),
        _ => None,
    }
}

enum Default {
    Text(&'static str),
    Number(i64),
}

/// A list of objects that both ways tell apart by the same key.
const fn by(field: &'static str, keys: &'static [&'static str; 1]) -> Rule {
    Rule { field, patch_strategy: Merge, patch_merge_key: keys[0], topology: Map(keys) }
}

const fn field(field: &'static str, patch_strategy: PatchStrategy, patch_merge_key: &'static str, topology: Topology) -> Rule {
    Rule { field, patch_strategy, patch_merge_key, topology }
}

/// By definition, in the order of their names.
#[rustfmt::skip]
static RULES: &[(&str, &[Rule])] = &[
    ("io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec", &[by("matchConditions", &["name"])]),
    ("io.k8s.api.admissionregistration.v1.MutatingWebhook", &[by("matchConditions", &["name"])]),
    ("io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration", &[by("webhooks", &["name"])]),
    ("io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec", &[field("validationActions", Replace, "", Set)]),
    ("io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec", &[by("matchConditions", &["name"]), by("variables", &["name"])]),
    ("io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus", &[field("conditions", Replace, "", Map(&["type"]))]),
    ("io.k8s.api.admissionregistration.v1.ValidatingWebhook", &[by("matchConditions", &["name"])]),
    ("io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration", &[by("webhooks", &["name"])]),
    ("io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicySpec", &[by("matchConditions", &["name"])]),
    ("io.k8s.api.admissionregistration.v1beta1.MutatingAdmissionPolicySpec", &[by("matchConditions", &["name"])]),
    ("io.k8s.api.apiserverinternal.v1alpha1.ServerStorageVersion", &[field("decodableVersions", Replace, "", Set), field("servedVersions", Replace, "", Set)]),
    ("io.k8s.api.apiserverinternal.v1alpha1.StorageVersionStatus", &[field("conditions", Replace, "", Map(&["type"])), field("storageVersions", Replace, "", Map(&["apiServerID"]))]),
    ("io.k8s.api.apps.v1.DaemonSetStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.apps.v1.DeploymentSpec", &[field("strategy", RetainKeys, "", Granular)]),
    ("io.k8s.api.apps.v1.DeploymentStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.apps.v1.ReplicaSetStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.apps.v1.StatefulSetStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.batch.v1.JobStatus", &[field("conditions", Merge, "type", Atomic)]),
    ("io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement", &[field("values", Replace, "", Set)]),
    ("io.k8s.api.batch.v1.UncountedTerminatedPods", &[field("failed", Replace, "", Set), field("succeeded", Replace, "", Set)]),
    ("io.k8s.api.certificates.v1.CertificateSigningRequestStatus", &[field("conditions", Replace, "", Map(&["type"]))]),
    ("io.k8s.api.certificates.v1beta1.PodCertificateRequestStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.core.v1.ComponentStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.core.v1.Container", &[by("env", &["name"]), field("ports", Merge, "containerPort", Map(&["containerPort", "protocol"])), by("volumeDevices", &["devicePath"]), by("volumeMounts", &["mountPath"])]),
    ("io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes", &[field("values", Replace, "", Set)]),
    ("io.k8s.api.core.v1.ContainerStatus", &[by("allocatedResourcesStatus", &["name"]), by("volumeMounts", &["mountPath"])]),
    ("io.k8s.api.core.v1.EphemeralContainer", &[by("env", &["name"]), field("ports", Merge, "containerPort", Map(&["containerPort", "protocol"])), by("volumeDevices", &["devicePath"]), by("volumeMounts", &["mountPath"])]),
    ("io.k8s.api.core.v1.NamespaceStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus", &[field("containers", Replace, "", Set)]),
    ("io.k8s.api.core.v1.NodeSpec", &[field("podCIDRs", Merge, "", Set)]),
    ("io.k8s.api.core.v1.NodeStatus", &[by("addresses", &["type"]), by("conditions", &["type"])]),
    ("io.k8s.api.core.v1.PersistentVolumeClaimStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.core.v1.PodSpec", &[by("containers", &["name"]), by("ephemeralContainers", &["name"]), by("hostAliases", &["ip"]), by("imagePullSecrets", &["name"]), by("initContainers", &["name"]), field("nodeSelector", Replace, "", Atomic), field("resourceClaims", MergeRetainKeys, "name", Map(&["name"])), by("schedulingGates", &["name"]), field("topologySpreadConstraints", Merge, "topologyKey", Map(&["topologyKey", "whenUnsatisfiable"])), field("volumes", MergeRetainKeys, "name", Map(&["name"]))]),
    ("io.k8s.api.core.v1.PodStatus", &[by("conditions", &["type"]), field("hostIPs", Merge, "ip", Atomic), by("podIPs", &["ip"]), field("resourceClaimStatuses", MergeRetainKeys, "name", Map(&["name"]))]),
    ("io.k8s.api.core.v1.ReplicationControllerSpec", &[field("selector", Replace, "", Atomic)]),
    ("io.k8s.api.core.v1.ReplicationControllerStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.core.v1.ResourceRequirements", &[field("claims", Replace, "", Map(&["name"]))]),
    ("io.k8s.api.core.v1.ResourceStatus", &[field("resources", Replace, "", Map(&["resourceID"]))]),
    ("io.k8s.api.core.v1.ServiceAccount", &[by("secrets", &["name"])]),
    ("io.k8s.api.core.v1.ServiceSpec", &[field("ports", Merge, "port", Map(&["port", "protocol"])), field("selector", Replace, "", Atomic)]),
    ("io.k8s.api.core.v1.ServiceStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.discovery.v1.Endpoint", &[field("addresses", Replace, "", Set)]),
    ("io.k8s.api.flowcontrol.v1.FlowSchemaStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.flowcontrol.v1.NonResourcePolicyRule", &[field("nonResourceURLs", Replace, "", Set), field("verbs", Replace, "", Set)]),
    ("io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.flowcontrol.v1.ResourcePolicyRule", &[field("apiGroups", Replace, "", Set), field("namespaces", Replace, "", Set), field("resources", Replace, "", Set), field("verbs", Replace, "", Set)]),
    ("io.k8s.api.networking.v1.ServiceCIDRStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.networking.v1beta1.ServiceCIDRStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.node.v1.Scheduling", &[field("nodeSelector", Replace, "", Atomic)]),
    ("io.k8s.api.policy.v1.PodDisruptionBudgetSpec", &[field("selector", Replace, "", Granular)]),
    ("io.k8s.api.policy.v1.PodDisruptionBudgetStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.resource.v1.AllocatedDeviceStatus", &[field("conditions", Replace, "", Map(&["type"]))]),
    ("io.k8s.api.resource.v1.ResourceClaimStatus", &[field("devices", Replace, "", Map(&["driver", "device", "pool", "shareID"])), by("reservedFor", &["uid"])]),
    ("io.k8s.api.resource.v1alpha3.DeviceTaintRuleStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.resource.v1alpha3.ResourcePoolStatusRequestStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.resource.v1beta1.AllocatedDeviceStatus", &[field("conditions", Replace, "", Map(&["type"]))]),
    ("io.k8s.api.resource.v1beta1.ResourceClaimStatus", &[field("devices", Replace, "", Map(&["driver", "device", "pool", "shareID"])), by("reservedFor", &["uid"])]),
    ("io.k8s.api.resource.v1beta2.AllocatedDeviceStatus", &[field("conditions", Replace, "", Map(&["type"]))]),
    ("io.k8s.api.resource.v1beta2.DeviceTaintRuleStatus", &[by("conditions", &["type"])]),
    ("io.k8s.api.resource.v1beta2.ResourceClaimStatus", &[field("devices", Replace, "", Map(&["driver", "device", "pool", "shareID"])), by("reservedFor", &["uid"])]),
    ("io.k8s.api.scheduling.v1alpha2.PodGroupSpec", &[field("resourceClaims", MergeRetainKeys, "name", Map(&["name"]))]),
    ("io.k8s.api.scheduling.v1alpha2.PodGroupStatus", &[by("conditions", &["type"]), field("resourceClaimStatuses", MergeRetainKeys, "name", Map(&["name"]))]),
    ("io.k8s.api.scheduling.v1alpha2.PodGroupTemplate", &[field("resourceClaims", MergeRetainKeys, "name", Map(&["name"]))]),
    ("io.k8s.api.scheduling.v1alpha2.WorkloadSpec", &[field("podGroupTemplates", Replace, "", Map(&["name"]))]),
    ("io.k8s.api.storage.v1.CSIDriverSpec", &[field("volumeLifecycleModes", Replace, "", Set)]),
    ("io.k8s.api.storage.v1.CSINodeSpec", &[by("drivers", &["name"])]),
    ("io.k8s.api.storagemigration.v1beta1.StorageVersionMigrationStatus", &[by("conditions", &["type"])]),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus", &[field("conditions", Replace, "", Map(&["type"]))]),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps", &[by("x-kubernetes-validations", &["rule"])]),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", &[field("finalizers", Merge, "", Set), by("ownerReferences", &["uid"])]),
    ("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus", &[by("conditions", &["type"])]),
];

/// In the order of their names.
static ATOMIC: &[&str] = &[
    "io.k8s.api.admissionregistration.v1.MatchResources",
    "io.k8s.api.admissionregistration.v1.NamedRuleWithOperations",
    "io.k8s.api.admissionregistration.v1.ParamKind",
    "io.k8s.api.admissionregistration.v1.ParamRef",
    "io.k8s.api.admissionregistration.v1.Variable",
    "io.k8s.api.admissionregistration.v1alpha1.MatchResources",
    "io.k8s.api.admissionregistration.v1alpha1.NamedRuleWithOperations",
    "io.k8s.api.admissionregistration.v1alpha1.ParamKind",
    "io.k8s.api.admissionregistration.v1alpha1.ParamRef",
    "io.k8s.api.admissionregistration.v1beta1.MatchResources",
    "io.k8s.api.admissionregistration.v1beta1.NamedRuleWithOperations",
    "io.k8s.api.admissionregistration.v1beta1.ParamKind",
    "io.k8s.api.admissionregistration.v1beta1.ParamRef",
    "io.k8s.api.admissionregistration.v1beta1.Variable",
    "io.k8s.api.autoscaling.v1.CrossVersionObjectReference",
    "io.k8s.api.core.v1.ConfigMapKeySelector",
    "io.k8s.api.core.v1.EndpointAddress",
    "io.k8s.api.core.v1.EndpointPort",
    "io.k8s.api.core.v1.FileKeySelector",
    "io.k8s.api.core.v1.LocalObjectReference",
    "io.k8s.api.core.v1.NodeSelector",
    "io.k8s.api.core.v1.NodeSelectorTerm",
    "io.k8s.api.core.v1.ObjectFieldSelector",
    "io.k8s.api.core.v1.ObjectReference",
    "io.k8s.api.core.v1.ResourceFieldSelector",
    "io.k8s.api.core.v1.ScopeSelector",
    "io.k8s.api.core.v1.SecretKeySelector",
    "io.k8s.api.core.v1.SecretReference",
    "io.k8s.api.core.v1.TopologySelectorTerm",
    "io.k8s.api.core.v1.TypedLocalObjectReference",
    "io.k8s.api.discovery.v1.EndpointPort",
    "io.k8s.api.networking.v1.ServiceBackendPort",
    "io.k8s.api.rbac.v1.RoleRef",
    "io.k8s.api.rbac.v1.Subject",
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector",
    "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
];

/// Defaults other than Go's zero value, and zero values of fields that aren't required but are keys of lists.
static DEFAULTS: &[(&str, &str, Default)] = &[
    ("io.k8s.api.core.v1.AzureDiskVolumeSource", "cachingMode", Default::Text("ReadWrite")),
    ("io.k8s.api.core.v1.AzureDiskVolumeSource", "fsType", Default::Text("ext4")),
    ("io.k8s.api.core.v1.AzureDiskVolumeSource", "kind", Default::Text("Shared")),
    ("io.k8s.api.core.v1.ContainerPort", "protocol", Default::Text("TCP")),
    ("io.k8s.api.core.v1.ISCSIPersistentVolumeSource", "iscsiInterface", Default::Text("default")),
    ("io.k8s.api.core.v1.ISCSIVolumeSource", "iscsiInterface", Default::Text("default")),
    ("io.k8s.api.core.v1.LocalObjectReference", "name", Default::Text("")),
    ("io.k8s.api.core.v1.RBDPersistentVolumeSource", "keyring", Default::Text("/etc/ceph/keyring")),
    ("io.k8s.api.core.v1.RBDPersistentVolumeSource", "pool", Default::Text("rbd")),
    ("io.k8s.api.core.v1.RBDPersistentVolumeSource", "user", Default::Text("admin")),
    ("io.k8s.api.core.v1.RBDVolumeSource", "keyring", Default::Text("/etc/ceph/keyring")),
    ("io.k8s.api.core.v1.RBDVolumeSource", "pool", Default::Text("rbd")),
    ("io.k8s.api.core.v1.RBDVolumeSource", "user", Default::Text("admin")),
    ("io.k8s.api.core.v1.ReplicationControllerSpec", "replicas", Default::Number(1)),
    ("io.k8s.api.core.v1.ScaleIOPersistentVolumeSource", "fsType", Default::Text("xfs")),
    ("io.k8s.api.core.v1.ScaleIOPersistentVolumeSource", "storageMode", Default::Text("ThinProvisioned")),
    ("io.k8s.api.core.v1.ScaleIOVolumeSource", "fsType", Default::Text("xfs")),
    ("io.k8s.api.core.v1.ScaleIOVolumeSource", "storageMode", Default::Text("ThinProvisioned")),
    ("io.k8s.api.core.v1.ServicePort", "protocol", Default::Text("TCP")),
    ("io.k8s.api.resource.v1.DeviceToleration", "operator", Default::Text("Equal")),
    ("io.k8s.api.resource.v1alpha3.ResourcePoolStatusRequestSpec", "limit", Default::Number(100)),
    ("io.k8s.api.resource.v1beta1.DeviceToleration", "operator", Default::Text("Equal")),
    ("io.k8s.api.resource.v1beta2.DeviceToleration", "operator", Default::Text("Equal")),
];

#[cfg(test)]
mod tests;
