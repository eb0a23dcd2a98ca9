//! How Go writes the fields of the API's types: facts that OpenAPI doesn't carry, but that show in every object.
//!
//! A field of Go is left out when it is empty (`omitempty`), written as it was given (a pointer), or always written. Mostly that
//! follows from the schema (see [`Presence::of`]); the table has what doesn't.

use crate::api::schema::{Definition, Field, FieldType};

/// When a field is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// Always: with its zero value where it was left out.
    Always,
    /// Always: with `null` where it was left out.
    AlwaysOrNull,
    /// Not with its zero value.
    UnlessZero,
    /// As it was given.
    AsGiven,
}

impl Presence {
    /// When this field of this definition is written.
    pub fn of(definition: &Definition, field: &Field) -> Presence {
        *field.presence.get_or_init(|| Presence::look_up(definition, field))
    }

    fn look_up(definition: &Definition, field: &Field) -> Presence {
        let name = definition.name.strip_prefix("io.k8s.api.").unwrap_or(definition.name);
        if let Ok(index) = EXCEPTIONS.binary_search_by(|entry| entry.definition.cmp(name)) {
            let entry = &EXCEPTIONS[index];
            let lists = [
                (entry.always, Presence::Always),
                (entry.or_null, Presence::AlwaysOrNull),
                (entry.unless_zero, Presence::UnlessZero),
                (entry.as_given, Presence::AsGiven),
            ];
            if let Some((_, presence)) = lists.iter().find(|(names, _)| names.split(' ').any(|listed| listed == field.name)) {
                return *presence;
            }
        }
        match field.type_ {
            _ if field.required => Presence::Always,
            FieldType::String | FieldType::Bytes | FieldType::Array(_) | FieldType::Map(_) => Presence::UnlessZero,
            _ => Presence::AsGiven,
        }
    }
}

/// The exceptions of a definition, names separated by spaces.
struct Exceptions {
    definition: &'static str,
    always: &'static str,
    or_null: &'static str,
    unless_zero: &'static str,
    as_given: &'static str,
}

const fn of(definition: &'static str, always: &'static str, or_null: &'static str, unless_zero: &'static str, as_given: &'static str) -> Exceptions {
    Exceptions { definition, always, or_null, unless_zero, as_given }
}

/// In the order of the definitions' names.
#[rustfmt::skip]
static EXCEPTIONS: &[Exceptions] = &[
    of("admissionregistration.v1.MatchResources", "", "", "", "matchPolicy"),
    of("admissionregistration.v1.MutatingAdmissionPolicy", "spec", "", "", ""),
    of("admissionregistration.v1.MutatingAdmissionPolicyBinding", "spec", "", "", ""),
    of("admissionregistration.v1.MutatingAdmissionPolicySpec", "", "", "", "failurePolicy"),
    of("admissionregistration.v1.MutatingWebhook", "", "sideEffects", "", "failurePolicy matchPolicy reinvocationPolicy"),
    of("admissionregistration.v1.NamedRuleWithOperations", "", "", "", "scope"),
    of("admissionregistration.v1.ParamRef", "", "", "", "parameterNotFoundAction"),
    of("admissionregistration.v1.RuleWithOperations", "", "", "", "scope"),
    of("admissionregistration.v1.ServiceReference", "", "", "", "path"),
    of("admissionregistration.v1.ValidatingAdmissionPolicy", "spec status", "", "", ""),
    of("admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec", "", "", "policyName validationActions", ""),
    of("admissionregistration.v1.ValidatingAdmissionPolicySpec", "", "", "", "failurePolicy"),
    of("admissionregistration.v1.ValidatingAdmissionPolicyStatus", "", "", "observedGeneration", ""),
    of("admissionregistration.v1.ValidatingWebhook", "", "sideEffects", "", "failurePolicy matchPolicy"),
    of("admissionregistration.v1.Validation", "", "", "", "reason"),
    of("admissionregistration.v1.WebhookClientConfig", "", "", "", "url"),
    of("apps.v1.DaemonSet", "spec status", "", "", ""),
    of("apps.v1.DaemonSetCondition", "lastTransitionTime", "", "", ""),
    of("apps.v1.DaemonSetSpec", "updateStrategy", "selector", "minReadySeconds", ""),
    of("apps.v1.DaemonSetStatus", "", "", "numberAvailable numberUnavailable observedGeneration updatedNumberScheduled", ""),
    of("apps.v1.Deployment", "spec status", "", "", ""),
    of("apps.v1.DeploymentCondition", "lastTransitionTime lastUpdateTime", "", "", ""),
    of("apps.v1.DeploymentSpec", "strategy", "selector", "minReadySeconds paused", ""),
    of("apps.v1.DeploymentStatus", "", "", "availableReplicas observedGeneration readyReplicas replicas unavailableReplicas updatedReplicas", ""),
    of("apps.v1.ReplicaSet", "spec status", "", "", ""),
    of("apps.v1.ReplicaSetCondition", "lastTransitionTime", "", "", ""),
    of("apps.v1.ReplicaSetSpec", "template", "selector", "minReadySeconds", ""),
    of("apps.v1.ReplicaSetStatus", "", "", "availableReplicas fullyLabeledReplicas observedGeneration readyReplicas", ""),
    of("apps.v1.StatefulSet", "spec status", "", "", ""),
    of("apps.v1.StatefulSetCondition", "lastTransitionTime", "", "", ""),
    of("apps.v1.StatefulSetOrdinals", "start", "", "", ""),
    of("apps.v1.StatefulSetSpec", "serviceName updateStrategy", "selector", "minReadySeconds", ""),
    of("apps.v1.StatefulSetStatus", "availableReplicas", "", "currentReplicas observedGeneration readyReplicas updatedReplicas", ""),
    of("authentication.v1.SelfSubjectReview", "status", "", "", ""),
    of("authentication.v1.SelfSubjectReviewStatus", "userInfo", "", "", ""),
    of("authentication.v1.TokenRequest", "spec status", "", "", ""),
    of("authentication.v1.TokenRequestSpec", "audiences", "boundObjectRef expirationSeconds", "", ""),
    of("authentication.v1.TokenRequestStatus", "expirationTimestamp token", "", "", ""),
    of("authentication.v1.TokenReview", "status", "", "", ""),
    of("authentication.v1.TokenReviewSpec", "", "", "token", ""),
    of("authentication.v1.TokenReviewStatus", "user", "", "authenticated", ""),
    of("authorization.v1.LocalSubjectAccessReview", "status", "", "", ""),
    of("authorization.v1.SelfSubjectAccessReview", "status", "", "", ""),
    of("authorization.v1.SelfSubjectRulesReview", "status", "", "", ""),
    of("authorization.v1.SubjectAccessReview", "status", "", "", ""),
    of("authorization.v1.SubjectAccessReviewStatus", "", "", "denied", ""),
    of("autoscaling.v1.HorizontalPodAutoscaler", "status", "", "", ""),
    of("autoscaling.v1.Scale", "spec status", "", "", ""),
    of("autoscaling.v1.ScaleSpec", "", "", "replicas", ""),
    of("autoscaling.v2.HPAScalingRules", "", "", "", "selectPolicy"),
    of("autoscaling.v2.HorizontalPodAutoscaler", "status", "", "", ""),
    of("autoscaling.v2.HorizontalPodAutoscalerCondition", "lastTransitionTime", "", "", ""),
    of("autoscaling.v2.HorizontalPodAutoscalerStatus", "currentMetrics", "", "currentReplicas", ""),
    of("batch.v1.CronJob", "status", "", "", ""),
    of("batch.v1.CronJobSpec", "", "", "", "timeZone"),
    of("batch.v1.Job", "spec status", "", "", ""),
    of("batch.v1.JobCondition", "lastProbeTime lastTransitionTime", "", "", ""),
    of("batch.v1.JobSpec", "", "", "", "completionMode managedBy podReplacementPolicy"),
    of("batch.v1.JobStatus", "", "", "active failed succeeded", "failedIndexes"),
    of("batch.v1.JobTemplateSpec", "metadata spec", "", "", ""),
    of("batch.v1.PodFailurePolicyOnExitCodesRequirement", "", "", "", "containerName"),
    of("batch.v1.PodFailurePolicyOnPodConditionsPattern", "status", "", "", ""),
    of("batch.v1.SuccessPolicyRule", "", "", "", "succeededIndexes"),
    of("certificates.v1.CertificateSigningRequest", "status", "", "", ""),
    of("certificates.v1.CertificateSigningRequestCondition", "lastTransitionTime lastUpdateTime", "", "", ""),
    of("coordination.v1.Lease", "spec", "", "", ""),
    of("coordination.v1.LeaseSpec", "", "", "", "holderIdentity preferredHolder strategy"),
    of("core.v1.AWSElasticBlockStoreVolumeSource", "", "", "partition readOnly", ""),
    of("core.v1.AppArmorProfile", "", "", "", "localhostProfile"),
    of("core.v1.AzureDiskVolumeSource", "", "", "", "cachingMode fsType kind"),
    of("core.v1.AzureFilePersistentVolumeSource", "", "secretNamespace", "readOnly", ""),
    of("core.v1.AzureFileVolumeSource", "", "", "readOnly", ""),
    of("core.v1.CSIPersistentVolumeSource", "", "", "readOnly", ""),
    of("core.v1.CSIVolumeSource", "", "", "", "fsType"),
    of("core.v1.CephFSPersistentVolumeSource", "", "", "readOnly", ""),
    of("core.v1.CephFSVolumeSource", "", "", "readOnly", ""),
    of("core.v1.CinderPersistentVolumeSource", "", "", "readOnly", ""),
    of("core.v1.CinderVolumeSource", "", "", "readOnly", ""),
    of("core.v1.ClusterTrustBundleProjection", "", "", "", "name signerName"),
    of("core.v1.ConfigMapEnvSource", "", "", "name", ""),
    of("core.v1.ConfigMapKeySelector", "", "", "name", ""),
    of("core.v1.ConfigMapProjection", "", "", "name", ""),
    of("core.v1.ConfigMapVolumeSource", "", "", "name", ""),
    of("core.v1.Container", "resources", "", "stdin stdinOnce tty", "restartPolicy"),
    of("core.v1.ContainerImage", "names", "", "sizeBytes", ""),
    of("core.v1.ContainerPort", "", "", "hostPort", ""),
    of("core.v1.ContainerRestartRule", "", "", "action", ""),
    of("core.v1.ContainerRestartRuleOnExitCodes", "", "", "operator", ""),
    of("core.v1.ContainerStateRunning", "startedAt", "", "", ""),
    of("core.v1.ContainerStateTerminated", "finishedAt startedAt", "", "signal", ""),
    of("core.v1.ContainerStatus", "lastState state", "", "", "stopSignal"),
    of("core.v1.EndpointAddress", "", "", "", "nodeName"),
    of("core.v1.EndpointPort", "", "", "", "appProtocol"),
    of("core.v1.EphemeralContainer", "resources", "", "stdin stdinOnce tty", "restartPolicy"),
    of("core.v1.Event", "eventTime firstTimestamp lastTimestamp reportingComponent reportingInstance source", "", "count", ""),
    of("core.v1.EventSeries", "lastObservedTime", "", "count", ""),
    of("core.v1.FCVolumeSource", "", "", "readOnly", ""),
    of("core.v1.FlexPersistentVolumeSource", "", "", "readOnly", ""),
    of("core.v1.FlexVolumeSource", "", "", "readOnly", ""),
    of("core.v1.GCEPersistentDiskVolumeSource", "", "", "partition readOnly", ""),
    of("core.v1.GRPCAction", "", "service", "", ""),
    of("core.v1.GlusterfsPersistentVolumeSource", "", "", "readOnly", "endpointsNamespace"),
    of("core.v1.GlusterfsVolumeSource", "", "", "readOnly", ""),
    of("core.v1.HostPathVolumeSource", "", "", "", "type"),
    of("core.v1.ISCSIPersistentVolumeSource", "", "", "chapAuthDiscovery chapAuthSession readOnly", "initiatorName"),
    of("core.v1.ISCSIVolumeSource", "", "", "chapAuthDiscovery chapAuthSession readOnly", "initiatorName"),
    of("core.v1.ImageVolumeStatus", "", "", "imageRef", ""),
    of("core.v1.Lifecycle", "", "", "", "stopSignal"),
    of("core.v1.LimitRange", "spec", "", "", ""),
    of("core.v1.LoadBalancerIngress", "", "", "", "ipMode"),
    of("core.v1.LocalObjectReference", "", "", "name", ""),
    of("core.v1.LocalVolumeSource", "", "", "", "fsType"),
    of("core.v1.NFSVolumeSource", "", "", "readOnly", ""),
    of("core.v1.Namespace", "spec status", "", "", ""),
    of("core.v1.NamespaceCondition", "lastTransitionTime", "", "", ""),
    of("core.v1.Node", "spec status", "", "", ""),
    of("core.v1.NodeCondition", "lastHeartbeatTime lastTransitionTime", "", "", ""),
    of("core.v1.NodeDaemonEndpoints", "kubeletEndpoint", "", "", ""),
    of("core.v1.NodeRuntimeHandler", "name", "", "", ""),
    of("core.v1.NodeSpec", "", "", "unschedulable", ""),
    of("core.v1.NodeStatus", "daemonEndpoints nodeInfo", "", "", ""),
    of("core.v1.PersistentVolume", "spec status", "", "", ""),
    of("core.v1.PersistentVolumeClaim", "spec status", "", "", ""),
    of("core.v1.PersistentVolumeClaimCondition", "lastProbeTime lastTransitionTime", "", "", ""),
    of("core.v1.PersistentVolumeClaimSpec", "resources", "", "", "storageClassName volumeAttributesClassName volumeMode"),
    of("core.v1.PersistentVolumeClaimStatus", "", "", "", "currentVolumeAttributesClassName"),
    of("core.v1.PersistentVolumeClaimTemplate", "metadata", "", "", ""),
    of("core.v1.PersistentVolumeClaimVolumeSource", "", "", "readOnly", ""),
    of("core.v1.PersistentVolumeSpec", "", "", "", "volumeAttributesClassName volumeMode"),
    of("core.v1.Pod", "spec status", "", "", ""),
    of("core.v1.PodCertificateProjection", "", "", "keyType signerName", ""),
    of("core.v1.PodCondition", "lastProbeTime lastTransitionTime", "", "observedGeneration", ""),
    of("core.v1.PodDNSConfigOption", "", "", "", "value"),
    of("core.v1.PodResourceClaim", "", "", "", "resourceClaimName resourceClaimTemplateName"),
    of("core.v1.PodResourceClaimStatus", "", "", "", "resourceClaimName"),
    of("core.v1.PodSchedulingGroup", "", "", "", "podGroupName"),
    of("core.v1.PodSecurityContext", "", "", "", "fsGroupChangePolicy seLinuxChangePolicy supplementalGroupsPolicy"),
    of("core.v1.PodSpec", "", "", "hostIPC hostNetwork hostPID", "hostnameOverride preemptionPolicy runtimeClassName"),
    of("core.v1.PodStatus", "", "", "observedGeneration", ""),
    of("core.v1.PodTemplate", "template", "", "", ""),
    of("core.v1.PodTemplateSpec", "metadata spec", "", "", ""),
    of("core.v1.PortStatus", "", "", "", "error"),
    of("core.v1.PortworxVolumeSource", "", "", "readOnly", ""),
    of("core.v1.Probe", "", "", "failureThreshold initialDelaySeconds periodSeconds successThreshold timeoutSeconds", ""),
    of("core.v1.ProjectedVolumeSource", "sources", "", "", ""),
    of("core.v1.QuobyteVolumeSource", "", "", "readOnly", ""),
    of("core.v1.RBDPersistentVolumeSource", "", "", "readOnly", ""),
    of("core.v1.RBDVolumeSource", "", "", "readOnly", ""),
    of("core.v1.ReplicationController", "spec status", "", "", ""),
    of("core.v1.ReplicationControllerCondition", "lastTransitionTime", "", "", ""),
    of("core.v1.ReplicationControllerSpec", "", "", "minReadySeconds", ""),
    of("core.v1.ReplicationControllerStatus", "", "", "availableReplicas fullyLabeledReplicas observedGeneration readyReplicas", ""),
    of("core.v1.ResourceFieldSelector", "divisor", "", "", ""),
    of("core.v1.ResourceHealth", "", "", "", "message"),
    of("core.v1.ResourceQuota", "spec status", "", "", ""),
    of("core.v1.ScaleIOPersistentVolumeSource", "", "secretRef", "readOnly sslEnabled", ""),
    of("core.v1.ScaleIOVolumeSource", "", "secretRef", "readOnly sslEnabled", ""),
    of("core.v1.SeccompProfile", "", "", "", "localhostProfile"),
    of("core.v1.SecretEnvSource", "", "", "name", ""),
    of("core.v1.SecretKeySelector", "", "", "name", ""),
    of("core.v1.SecretProjection", "", "", "name", ""),
    of("core.v1.SecurityContext", "", "", "", "procMount"),
    of("core.v1.Service", "spec status", "", "", ""),
    of("core.v1.ServicePort", "targetPort", "", "nodePort", "appProtocol"),
    of("core.v1.ServiceSpec", "", "", "healthCheckNodePort publishNotReadyAddresses", "internalTrafficPolicy ipFamilyPolicy loadBalancerClass trafficDistribution"),
    of("core.v1.ServiceStatus", "loadBalancer", "", "", ""),
    of("core.v1.StorageOSPersistentVolumeSource", "", "", "readOnly", ""),
    of("core.v1.StorageOSVolumeSource", "", "", "readOnly", ""),
    of("core.v1.TopologySpreadConstraint", "", "", "", "nodeAffinityPolicy nodeTaintsPolicy"),
    of("core.v1.TypedLocalObjectReference", "", "apiGroup", "", ""),
    of("core.v1.TypedObjectReference", "", "apiGroup", "", "namespace"),
    of("core.v1.VolumeMount", "", "", "readOnly", "mountPropagation recursiveReadOnly"),
    of("core.v1.VolumeMountStatus", "", "", "readOnly", "recursiveReadOnly"),
    of("core.v1.WindowsSecurityContextOptions", "", "", "", "gmsaCredentialSpec gmsaCredentialSpecName runAsUserName"),
    of("discovery.v1.Endpoint", "conditions", "", "", "hostname nodeName zone"),
    of("discovery.v1.EndpointPort", "", "", "", "appProtocol name protocol"),
    of("discovery.v1.EndpointSlice", "", "endpoints ports", "", ""),
    of("events.v1.Event", "deprecatedFirstTimestamp deprecatedLastTimestamp deprecatedSource eventTime regarding", "", "deprecatedCount", ""),
    of("flowcontrol.v1.FlowSchema", "spec status", "", "", ""),
    of("flowcontrol.v1.FlowSchemaCondition", "lastTransitionTime", "", "", ""),
    of("flowcontrol.v1.FlowSchemaSpec", "matchingPrecedence", "", "", ""),
    of("flowcontrol.v1.LimitedPriorityLevelConfiguration", "limitResponse", "nominalConcurrencyShares", "", ""),
    of("flowcontrol.v1.PriorityLevelConfiguration", "spec status", "", "", ""),
    of("flowcontrol.v1.PriorityLevelConfigurationCondition", "lastTransitionTime", "", "", ""),
    of("flowcontrol.v1.QueuingConfiguration", "handSize queueLengthLimit queues", "", "", ""),
    of("flowcontrol.v1.ResourcePolicyRule", "namespaces", "", "clusterScope", ""),
    of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition", "", "", "priority", ""),
    of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition", "status", "", "", ""),
    of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition", "lastTransitionTime", "", "observedGeneration", ""),
    of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec", "", "", "preserveUnknownFields", ""),
    of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus", "acceptedNames conditions storedVersions", "", "observedGeneration", ""),
    of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion", "", "", "deprecated", "deprecationWarning"),
    of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale", "", "", "", "labelSelectorPath"),
    of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps", "", "", "exclusiveMaximum exclusiveMinimum nullable uniqueItems x-kubernetes-embedded-resource x-kubernetes-int-or-string", "$ref x-kubernetes-list-type x-kubernetes-map-type"),
    of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference", "", "", "", "path"),
    of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule", "", "", "", "reason"),
    of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig", "", "", "", "url"),
    of("io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup", "preferredVersion", "", "", ""),
    of("io.k8s.apimachinery.pkg.apis.meta.v1.Condition", "", "", "observedGeneration", ""),
    of("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions", "", "", "", "propagationPolicy"),
    of("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "", "", "creationTimestamp generation", ""),
    of("io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions", "", "", "", "resourceVersion uid"),
    of("io.k8s.apimachinery.pkg.apis.meta.v1.Status", "", "", "code", ""),
    of("io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails", "", "", "retryAfterSeconds", ""),
    of("io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent", "", "", "", "object"),
    of("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService", "spec status", "", "", ""),
    of("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition", "lastTransitionTime", "", "", ""),
    of("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec", "", "", "insecureSkipTLSVerify", ""),
    of("networking.v1.HTTPIngressPath", "", "pathType", "", ""),
    of("networking.v1.IPAddressSpec", "", "", "", "parentRef"),
    of("networking.v1.Ingress", "spec status", "", "", ""),
    of("networking.v1.IngressClass", "spec", "", "", ""),
    of("networking.v1.IngressClassParametersReference", "", "scope", "", "apiGroup namespace"),
    of("networking.v1.IngressPortStatus", "", "", "", "error"),
    of("networking.v1.IngressServiceBackend", "port", "", "", ""),
    of("networking.v1.IngressSpec", "", "", "", "ingressClassName"),
    of("networking.v1.IngressStatus", "loadBalancer", "", "", ""),
    of("networking.v1.NetworkPolicy", "spec", "", "", ""),
    of("networking.v1.NetworkPolicyPort", "", "", "", "protocol"),
    of("networking.v1.NetworkPolicySpec", "podSelector", "", "", ""),
    of("networking.v1.ParentReference", "", "", "name resource", ""),
    of("networking.v1.ServiceBackendPort", "", "", "number", ""),
    of("networking.v1.ServiceCIDR", "spec status", "", "", ""),
    of("policy.v1.PodDisruptionBudget", "spec status", "", "", ""),
    of("policy.v1.PodDisruptionBudgetSpec", "", "", "", "unhealthyPodEvictionPolicy"),
    of("policy.v1.PodDisruptionBudgetStatus", "currentHealthy desiredHealthy disruptionsAllowed expectedPods", "", "observedGeneration", ""),
    of("rbac.v1.ClusterRole", "rules", "", "", ""),
    of("rbac.v1.Role", "rules", "", "", ""),
    of("rbac.v1.RoleRef", "apiGroup", "", "", ""),
    of("resource.v1.AllocatedDeviceStatus", "conditions", "", "", "shareID"),
    of("resource.v1.AllocationResult", "devices", "", "", ""),
    of("resource.v1.CapacityRequestPolicy", "", "default", "", ""),
    of("resource.v1.CapacityRequestPolicyRange", "", "", "", "min"),
    of("resource.v1.CounterSet", "", "", "counters", ""),
    of("resource.v1.Device", "", "", "", "nodeName"),
    of("resource.v1.DeviceAttribute", "", "", "", "string version"),
    of("resource.v1.DeviceClaim", "requests", "", "", ""),
    of("resource.v1.DeviceClassSpec", "", "", "", "extendedResourceName"),
    of("resource.v1.DeviceConstraint", "", "", "", "distinctAttribute matchAttribute"),
    of("resource.v1.DeviceCounterConsumption", "", "", "counters", ""),
    of("resource.v1.DeviceRequestAllocationResult", "", "", "", "shareID"),
    of("resource.v1.DeviceSubRequest", "", "", "count", ""),
    of("resource.v1.ExactDeviceRequest", "", "", "count", ""),
    of("resource.v1.NodeAllocatableResourceMapping", "", "", "", "capacityKey"),
    of("resource.v1.OpaqueDeviceConfiguration", "", "", "", "parameters"),
    of("resource.v1.ResourceClaim", "status", "", "", ""),
    of("resource.v1.ResourceClaimSpec", "devices", "", "", ""),
    of("resource.v1.ResourceClaimTemplateSpec", "metadata", "", "", ""),
    of("resource.v1.ResourceSliceSpec", "", "", "", "nodeName"),
    of("scheduling.v1.PriorityClass", "value", "", "globalDefault", "preemptionPolicy"),
    of("storage.v1.CSIDriverSpec", "", "", "", "fsGroupPolicy"),
    of("storage.v1.CSINodeDriver", "topologyKeys", "", "", ""),
    of("storage.v1.StorageClass", "", "", "", "reclaimPolicy volumeBindingMode"),
    of("storage.v1.VolumeAttachment", "status", "", "", ""),
    of("storage.v1.VolumeAttachmentSource", "", "", "", "persistentVolumeName"),
    of("storage.v1.VolumeError", "time", "", "", ""),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::schema;

    #[test]
    fn fields_are_written_as_go_writes_them() {
        assert!(EXCEPTIONS.windows(2).all(|pair| pair[0].definition < pair[1].definition));
        let presence = |definition: &str, field: &str| {
            let definition = schema::definition(definition).expect(definition);
            Presence::of(definition, definition.field(field).expect(field))
        };
        assert_eq!(presence("io.k8s.api.core.v1.Container", "resources"), Presence::Always);
        assert_eq!(presence("io.k8s.api.core.v1.Container", "image"), Presence::UnlessZero);
        assert_eq!(presence("io.k8s.api.core.v1.PodSpec", "hostNetwork"), Presence::UnlessZero);
        assert_eq!(presence("io.k8s.api.apps.v1.DeploymentSpec", "replicas"), Presence::AsGiven);
        assert_eq!(presence("io.k8s.api.core.v1.PersistentVolumeClaimSpec", "storageClassName"), Presence::AsGiven);
    }
}
