//! Objects as Go writes them when it marshals its internal structs, which have no names for JSON: fields in the order of their
//! declaration, under Go's names, with the zero values and `null`s that the API leaves out. Some messages show values so.

use crate::value::{Sort, Value};

/// A node of such a text.
pub enum GoValue {
    /// A scalar, as JSON.
    Scalar(String),
    /// Fields in their order.
    Struct(Vec<(String, GoValue)>),
    /// Items.
    List(Vec<GoValue>),
}

/// Types and their fields: `Name`, or `Name=json` where the name in JSON doesn't follow from it, then `:` and what it holds:
/// `s` a string, `i` a number, `b` a flag, `q` a quantity (all with Go's zero value), `n` what is `null` where it is missing,
/// `*T` a struct or `null`, `T` a struct, `[T` a list of structs or `null`.
#[rustfmt::skip]
const TYPES: &[(&str, &str)] = &[
    ("PodSpec", "Volumes:[Volume InitContainers:[Container Containers:[Container EphemeralContainers:[Container RestartPolicy:s TerminationGracePeriodSeconds:n ActiveDeadlineSeconds:n DNSPolicy:s NodeSelector:n ServiceAccountName:s AutomountServiceAccountToken:n NodeName:s SecurityContext:*PodSecurityContext ImagePullSecrets:[NameRef Hostname:s Subdomain:s SetHostnameAsFQDN:n Affinity:*Affinity SchedulerName:s Tolerations:[Toleration HostAliases:[HostAlias PriorityClassName:s Priority:n PreemptionPolicy:n DNSConfig:*DNSConfig ReadinessGates:[ReadinessGate RuntimeClassName:n Overhead:n EnableServiceLinks:n TopologySpreadConstraints:[Spread OS:*NameRef SchedulingGates:[NameRef ResourceClaims:[PodClaim Resources:*Resources HostnameOverride:n SchedulingGroup:n"),
    ("PodSecurityContext", "HostNetwork:b HostPID:b HostIPC:b ShareProcessNamespace:n HostUsers:n SELinuxOptions:*SELinux WindowsOptions:*Windows RunAsUser:n RunAsGroup:n RunAsNonRoot:n SupplementalGroups:n SupplementalGroupsPolicy:n FSGroup:n FSGroupChangePolicy:n Sysctls:[Pair SeccompProfile:*Profile AppArmorProfile:*Profile SELinuxChangePolicy:n"),
    ("SecurityContext", "Capabilities:*Capabilities Privileged:n SELinuxOptions:*SELinux WindowsOptions:*Windows RunAsUser:n RunAsGroup:n RunAsNonRoot:n ReadOnlyRootFilesystem:n AllowPrivilegeEscalation:n ProcMount:n SeccompProfile:*Profile AppArmorProfile:*Profile"),
    ("Capabilities", "Add:n Drop:n"),
    ("SELinux", "User:s Role:s Type:s Level:s"),
    ("Windows", "GMSACredentialSpecName=gmsaCredentialSpecName:n GMSACredentialSpec=gmsaCredentialSpec:n RunAsUserName:n HostProcess:n"),
    ("Profile", "Type:s LocalhostProfile:n"),
    ("Pair", "Name:s Value:s"),
    ("NameRef", "Name:s"),
    ("Container", "Name:s Image:s Command:n Args:n WorkingDir:s Ports:[Port EnvFrom:[EnvFrom Env:[Env Resources:Resources ResizePolicy:[Resize RestartPolicy:n RestartPolicyRules:[RestartRule VolumeMounts:[Mount VolumeDevices:[Device LivenessProbe:*Probe ReadinessProbe:*Probe StartupProbe:*Probe Lifecycle:*Lifecycle TerminationMessagePath:s TerminationMessagePolicy:s ImagePullPolicy:s SecurityContext:*SecurityContext Stdin:b StdinOnce:b TTY:b"),
    ("Port", "Name:s HostPort:i ContainerPort:i Protocol:s HostIP:s"),
    ("EnvFrom", "Prefix:s ConfigMapRef:*OptionalRef SecretRef:*OptionalRef"),
    ("OptionalRef", "Name:s Optional:n"),
    ("Env", "Name:s Value:s ValueFrom:*EnvSource"),
    ("EnvSource", "FieldRef:*FieldRef ResourceFieldRef:*ResourceFieldRef ConfigMapKeyRef:*KeyRef SecretKeyRef:*KeyRef FileKeyRef:*FileKeyRef"),
    ("FieldRef", "APIVersion:s FieldPath:s"),
    ("ResourceFieldRef", "ContainerName:s Resource:s Divisor:q"),
    ("KeyRef", "Name:s Key:s Optional:n"),
    ("FileKeyRef", "VolumeName:s Path:s Key:s Optional:n"),
    ("Resources", "Limits:n Requests:n Claims:[ClaimRef"),
    ("ClaimRef", "Name:s Request:s"),
    ("Resize", "ResourceName:s RestartPolicy:s"),
    ("RestartRule", "Action:s ExitCodes:*ExitCodes"),
    ("ExitCodes", "Operator:s Values:n"),
    ("Mount", "Name:s ReadOnly:b RecursiveReadOnly:n MountPath:s SubPath:s MountPropagation:n SubPathExpr:s"),
    ("Device", "Name:s DevicePath:s"),
    ("Probe", "Exec:*Exec HTTPGet:*HTTPGet TCPSocket:*TCPSocket GRPC:*GRPC InitialDelaySeconds:i TimeoutSeconds:i PeriodSeconds:i SuccessThreshold:i FailureThreshold:i TerminationGracePeriodSeconds:n"),
    ("Exec", "Command:n"),
    ("HTTPGet", "Path:s Port:i Host:s Scheme:s HTTPHeaders:[Pair"),
    ("TCPSocket", "Port:i Host:s"),
    ("GRPC", "Port:i Service:s"),
    ("Lifecycle", "PostStart:*Handler PreStop:*Handler StopSignal:n"),
    ("Handler", "Exec:*Exec HTTPGet:*HTTPGet TCPSocket:*TCPSocket Sleep:*Sleep"),
    ("Sleep", "Seconds:i"),
    ("Affinity", "NodeAffinity:*NodeAffinity PodAffinity:*PodAffinity PodAntiAffinity:*PodAffinity"),
    ("NodeAffinity", "RequiredDuringSchedulingIgnoredDuringExecution:*NodeSelector PreferredDuringSchedulingIgnoredDuringExecution:[WeightedNode"),
    ("NodeSelector", "NodeSelectorTerms:[NodeTerm"),
    ("NodeTerm", "MatchExpressions:[Requirement MatchFields:[Requirement"),
    ("Requirement", "Key:s Operator:s Values:n"),
    ("WeightedNode", "Weight:i Preference:NodeTerm"),
    ("PodAffinity", "RequiredDuringSchedulingIgnoredDuringExecution:[PodTerm PreferredDuringSchedulingIgnoredDuringExecution:[WeightedPod"),
    ("WeightedPod", "Weight:i PodAffinityTerm:PodTerm"),
    ("PodTerm", "LabelSelector:n Namespaces:n TopologyKey:s NamespaceSelector:n MatchLabelKeys:n MismatchLabelKeys:n"),
    ("Toleration", "Key:s Operator:s Value:s Effect:s TolerationSeconds:n"),
    ("HostAlias", "IP:s Hostnames:n"),
    ("DNSConfig", "Nameservers:n Searches:n Options:[DNSOption"),
    ("DNSOption", "Name:s Value:n"),
    ("ReadinessGate", "ConditionType:s"),
    ("Spread", "MaxSkew:i TopologyKey:s WhenUnsatisfiable:s LabelSelector:n MinDomains:n NodeAffinityPolicy:n NodeTaintsPolicy:n MatchLabelKeys:n"),
    ("PodClaim", "Name:s ResourceClaimName:n ResourceClaimTemplateName:n"),
    ("Volume", "Name:s HostPath:*HostPath EmptyDir:*EmptyDir GCEPersistentDisk:*Other AWSElasticBlockStore:*Other GitRepo:*Other Secret:*SecretVolume NFS:*NFS ISCSI:*Other Glusterfs:*Other PersistentVolumeClaim:*ClaimVolume RBD:*Other Quobyte:*Other FlexVolume:*Other Cinder:*Other CephFS=cephfs:*Other Flocker:*Other DownwardAPI:*Downward FC:*Other AzureFile:*Other ConfigMap:*ConfigMapVolume VsphereVolume:*Other AzureDisk:*Other PhotonPersistentDisk:*Other Projected:*Projected PortworxVolume:*Other ScaleIO:*Other StorageOS=storageos:*Other CSI:*CSI Ephemeral:*Ephemeral Image:*Image"),
    ("HostPath", "Path:s Type:n"),
    ("EmptyDir", "Medium:s SizeLimit:n"),
    ("SecretVolume", "SecretName:s Items:[Item DefaultMode:n Optional:n"),
    ("ConfigMapVolume", "Name:s Items:[Item DefaultMode:n Optional:n"),
    ("Item", "Key:s Path:s Mode:n"),
    ("NFS", "Server:s Path:s ReadOnly:b"),
    ("ClaimVolume", "ClaimName:s ReadOnly:b"),
    ("Downward", "Items:[DownwardItem DefaultMode:n"),
    ("DownwardItem", "Path:s FieldRef:*FieldRef ResourceFieldRef:*ResourceFieldRef Mode:n"),
    ("Projected", "Sources:[Projection DefaultMode:n"),
    ("Projection", "Secret:*ProjectedItems DownwardAPI:*ProjectedDownward ConfigMap:*ProjectedItems ServiceAccountToken:*Token ClusterTrustBundle:*Other PodCertificate:*Other"),
    ("ProjectedItems", "Name:s Items:[Item Optional:n"),
    ("ProjectedDownward", "Items:[DownwardItem"),
    ("Token", "Audience:s ExpirationSeconds:i Path:s"),
    ("CSI", "Driver:s ReadOnly:n FSType:n VolumeAttributes:n NodePublishSecretRef:*NameRef"),
    ("Ephemeral", "VolumeClaimTemplate:*ClaimTemplate"),
    ("ClaimTemplate", "Spec:PersistentVolumeClaimSpec"),
    ("Image", "Reference:s PullPolicy:s"),
    ("PersistentVolumeClaimSpec", "AccessModes:n Selector:n Resources:ClaimResources VolumeName:s StorageClassName:n VolumeMode:n DataSource:*DataSource DataSourceRef:*DataSourceRef VolumeAttributesClassName:n"),
    ("ClaimResources", "Limits:n Requests:n"),
    ("DataSource", "APIGroup:n Kind:s Name:s"),
    ("DataSourceRef", "APIGroup:n Kind:s Name:s Namespace:n"),
    ("PersistentVolumeSource", "GCEPersistentDisk:*Other AWSElasticBlockStore:*Other HostPath:*HostPath Glusterfs:*Other NFS:*NFS RBD:*Other Quobyte:*Other ISCSI:*Other FlexVolume:*Other Cinder:*Other CephFS=cephfs:*Other FC:*Other Flocker:*Other AzureFile:*Other VsphereVolume:*Other AzureDisk:*Other PhotonPersistentDisk:*Other PortworxVolume:*Other ScaleIO:*Other Local:*LocalVolume StorageOS=storageos:*Other CSI:*CSIPersistent"),
    ("PodFailurePolicy", "Rules:[PodFailurePolicyRule"),
    ("PodFailurePolicyRule", "Action:s OnExitCodes:*PodFailureExitCodes OnPodConditions:[PodFailureCondition"),
    ("PodFailureExitCodes", "ContainerName:n Operator:s Values:n"),
    ("PodFailureCondition", "Type:s Status:s"),
    ("SuccessPolicy", "Rules:[SuccessPolicyRule"),
    ("SuccessPolicyRule", "SucceededIndexes:n SucceededCount:n"),
    ("DeploymentStrategy", "Type:s RollingUpdate:*RollingUpdateDeployment"),
    ("RollingUpdateDeployment", "MaxUnavailable:n MaxSurge:n"),
    ("LocalVolume", "Path:s FSType:n"),
    ("CSIPersistent", "Driver:s VolumeHandle:s ReadOnly:b FSType:s VolumeAttributes:n ControllerPublishSecretRef:n NodeStageSecretRef:n NodePublishSecretRef:n ControllerExpandSecretRef:n NodeExpandSecretRef:n"),
];

/// The value as the Go type `type_name`.
pub fn go_value(type_name: &str, value: &Value) -> GoValue {
    let Some((_, fields)) = TYPES.iter().find(|(name, _)| *name == type_name) else { return other(value) };
    let moved;
    let value = if type_name == "PodSpec" {
        moved = with_host_fields(value);
        &moved
    } else {
        value
    };
    GoValue::Struct(
        fields
            .split(' ')
            .filter_map(|field| {
                let (names, holds) = field.split_once(':')?;
                let (name, json) = names.split_once('=').map_or_else(|| (names, json_name(names)), |(name, json)| (name, json.to_string()));
                Some((name.to_string(), holding(holds, value.get(&json))))
            })
            .collect(),
    )
}

/// A template of Pods: metadata under their names for JSON, and the spec.
pub fn go_template(template: &Value) -> GoValue {
    let mut fields = match plain(template.get("metadata")) {
        GoValue::Struct(fields) => fields,
        _ => Vec::new(),
    };
    fields.push(("Spec".into(), go_value("PodSpec", template.get("spec"))));
    GoValue::Struct(fields)
}

/// Internally the flags about the host's namespaces are in the security context.
fn with_host_fields(spec: &Value) -> Value {
    let mut moved = spec.clone();
    for field in ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"] {
        let value = spec.get(field);
        if !value.is_null() {
            moved.get_mut("securityContext").set(field, value.clone());
        }
    }
    moved
}

fn holding(holds: &str, value: &Value) -> GoValue {
    let or = |zero: &str| GoValue::Scalar(if value.is_null() { zero.to_string() } else { value.to_json() });
    match holds.split_at(1) {
        ("s", "") => or("\"\""),
        ("i", "") => or("0"),
        ("b", "") => or("false"),
        ("q", "") => or("\"0\""),
        ("n", "") => plain(value),
        ("*", type_name) if value.is_null() && !type_name.is_empty() => GoValue::Scalar("null".into()),
        ("*", type_name) => go_value(type_name, value),
        ("[", _) if value.is_null() => GoValue::Scalar("null".into()),
        ("[", type_name) => GoValue::List(value.items().iter().map(|item| go_value(type_name, item)).collect()),
        _ => go_value(holds, value),
    }
}

/// A value that has names for JSON in Go, too: maps, lists of scalars, selectors.
pub fn plain(value: &Value) -> GoValue {
    match value {
        Value::Array(items) => GoValue::List(items.iter().map(plain).collect()),
        Value::Object(fields) => {
            let mut fields: Vec<(String, GoValue)> = fields.iter().map(|(name, value)| (name.to_string(), plain(value))).collect();
            // A selector's expressions come after its labels.
            fields.order_by_key(|(name, _)| name == "matchExpressions");
            GoValue::Struct(fields)
        }
        scalar => GoValue::Scalar(scalar.to_json()),
    }
}

/// A struct of a kind of volume that is out of use: its fields under Go's names as far as they are given.
fn other(value: &Value) -> GoValue {
    let name = |json: &str| json.chars().take(1).flat_map(char::to_uppercase).chain(json.chars().skip(1)).collect::<String>();
    GoValue::Struct(value.fields().iter().map(|(json, value)| (name(json), plain(value))).collect())
}

/// The name in JSON that a field of a Go struct has: `hostIP` for `HostIP`, `dnsPolicy` for `DNSPolicy`.
pub fn json_name(go: &str) -> String {
    let capitals = go.bytes().take_while(u8::is_ascii_uppercase).count();
    let lowered = if capitals > 1 && capitals < go.len() { capitals - 1 } else { capitals };
    let (head, tail) = go.split_at(lowered);
    format!("{}{tail}", head.to_ascii_lowercase())
}

impl GoValue {
    /// On lines, indented by one blank a level.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![String::new()];
        self.write(0, &mut lines);
        lines
    }

    fn write(&self, depth: usize, lines: &mut Vec<String>) {
        let (open, close, count) = match self {
            GoValue::Scalar(text) => return append(lines, text),
            GoValue::Struct(fields) => ("{", "}", fields.len()),
            GoValue::List(items) => ("[", "]", items.len()),
        };
        append(lines, open);
        if count == 0 {
            return append(lines, close);
        }
        for index in 0..count {
            lines.push(" ".repeat(depth + 1));
            match self {
                GoValue::Struct(fields) => {
                    append(lines, &format!("{}: ", Value::from(fields[index].0.as_str())));
                    fields[index].1.write(depth + 1, lines);
                }
                GoValue::List(items) => items[index].write(depth + 1, lines),
                GoValue::Scalar(_) => {}
            }
            if index + 1 < count {
                append(lines, ",");
            }
        }
        lines.push(format!("{}{close}", " ".repeat(depth)));
    }

    /// On one line, without blanks.
    pub fn compact(&self) -> String {
        match self {
            GoValue::Scalar(text) => text.clone(),
            GoValue::Struct(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), value.compact())).collect();
                format!("{{{}}}", fields.join(","))
            }
            GoValue::List(items) => format!("[{}]", items.iter().map(GoValue::compact).collect::<Vec<_>>().join(",")),
        }
    }
}

fn append(lines: &mut [String], text: &str) {
    if let Some(last) = lines.last_mut() {
        last.push_str(text);
    }
}
