//! Volumes of pods and of pod templates, and the sources of PersistentVolumes.

use super::text::{Text, plain};
use crate::value::Value;

/// Writes volumes; `space` is two blanks for those of a template.
pub(super) fn describe(volumes: &[Value], space: &str, text: &mut Text) {
    if volumes.is_empty() {
        return text.line(0, format!("{space}Volumes:\t<none>"));
    }
    text.line(0, format!("{space}Volumes:"));
    let name_indent = if space.is_empty() { "" } else { " " };
    for volume in volumes {
        text.line(1, format!("{name_indent}{}:", volume.get("name").str()));
        source(volume, text);
    }
}

/// A field of a volume's source: its title, its name, and what stands there when it isn't set.
type Shown = (&'static str, &'static str, &'static str);

/// What each type of volume shows.
const TYPES: &[(&str, &str, &[Shown])] = &[
    ("hostPath", "HostPath (bare host directory volume)", &[("Path", "path", ""), ("HostPathType", "type", "")]),
    ("emptyDir", "EmptyDir (a temporary directory that shares a pod's lifetime)", &[("Medium", "medium", ""), ("SizeLimit", "sizeLimit", "<unset>")]),
    ("secret", "Secret (a volume populated by a Secret)", &[("SecretName", "secretName", ""), ("Optional", "optional", "false")]),
    ("configMap", "ConfigMap (a volume populated by a ConfigMap)", &[("Name", "name", ""), ("Optional", "optional", "false")]),
    (
        "persistentVolumeClaim",
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        &[("ClaimName", "claimName", ""), ("ReadOnly", "readOnly", "false")],
    ),
    ("nfs", "NFS (an NFS mount that lasts the lifetime of a pod)", &[("Server", "server", ""), ("Path", "path", ""), ("ReadOnly", "readOnly", "false")]),
    ("local", "LocalVolume (a persistent volume backed by local storage on a node)", &[("Path", "path", "")]),
    (
        "csi",
        "CSI (a Container Storage Interface (CSI) volume source)",
        &[("Driver", "driver", ""), ("FSType", "fsType", ""), ("VolumeHandle", "volumeHandle", ""), ("ReadOnly", "readOnly", "false")],
    ),
    ("image", "Image (a container image or OCI artifact)", &[("Reference", "reference", ""), ("PullPolicy", "pullPolicy", "")]),
    (
        "iscsi",
        "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
        &[
            ("TargetPortal", "targetPortal", ""),
            ("IQN", "iqn", ""),
            ("Lun", "lun", "0"),
            ("ISCSIInterface", "iscsiInterface", ""),
            ("FSType", "fsType", ""),
            ("ReadOnly", "readOnly", "false"),
        ],
    ),
    ("fc", "FC (a Fibre Channel disk)", &[("TargetWWNs", "targetWWNs", ""), ("LUN", "lun", ""), ("FSType", "fsType", ""), ("ReadOnly", "readOnly", "false")]),
    (
        "awsElasticBlockStore",
        "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        &[("VolumeID", "volumeID", ""), ("FSType", "fsType", ""), ("Partition", "partition", "0"), ("ReadOnly", "readOnly", "false")],
    ),
    (
        "gcePersistentDisk",
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        &[("PDName", "pdName", ""), ("FSType", "fsType", ""), ("Partition", "partition", "0"), ("ReadOnly", "readOnly", "false")],
    ),
    ("gitRepo", "GitRepo (a volume that is pulled from git when the pod is created)", &[("Repository", "repository", ""), ("Revision", "revision", "")]),
];

/// Writes where a volume's files are.
pub(super) fn source(volume: &Value, text: &mut Text) {
    let projected = volume.get("projected");
    if !projected.is_null() {
        text.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
        for part in projected.get("sources").items() {
            projection(part, text);
        }
        return;
    }
    let downward = volume.get("downwardAPI");
    if !downward.is_null() {
        text.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
        text.line(2, "Items:");
        for item in downward.get("items").items() {
            let (field, resource) = (item.path("fieldRef.fieldPath").str(), item.path("resourceFieldRef.resource").str());
            text.line(3, format!("{} -> {}", if field.is_empty() { resource } else { field }, item.get("path").str()));
        }
        return;
    }
    let ephemeral = volume.get("ephemeral");
    if !ephemeral.is_null() {
        text.field(2, "Type", "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)");
        let spec = ephemeral.path("volumeClaimTemplate.spec");
        text.field(2, "StorageClass", spec.get("storageClassName").str());
        text.field(2, "Volume", spec.get("volumeName").str());
        text.labels("    Labels", ephemeral.path("volumeClaimTemplate.metadata.labels").fields());
        text.annotations("    Annotations", ephemeral.path("volumeClaimTemplate.metadata.annotations").fields());
        // As of any claim, these are told once it has a volume.
        let is_bound = !spec.get("volumeName").is_empty();
        text.field(2, "Capacity", if is_bound { plain(spec.path("resources.requests.storage")) } else { String::new() });
        text.field(2, "Access Modes", if is_bound { super::storage::access_modes(spec.get("accessModes").items()) } else { String::new() });
        text.field(2, "VolumeMode", if spec.get("volumeMode").is_empty() { "Filesystem" } else { spec.get("volumeMode").str() });
        return;
    }
    let Some((field, type_, shown)) = TYPES.iter().find(|(field, _, _)| !volume.get(field).is_null()) else {
        return text.line(2, "<unknown>");
    };
    let details = volume.get(field);
    text.field(2, "Type", type_);
    for (title, name, missing) in *shown {
        if *name == "volumeHandle" && details.get(name).is_null() {
            continue;
        }
        let value = details.get(name);
        text.field(2, title, if value.is_null() { missing.to_string() } else { plain(value) });
    }
    if *field == "csi" {
        let attributes = details.get("volumeAttributes").fields();
        text.field(2, "VolumeAttributes", if attributes.is_empty() { "<none>" } else { "" });
        for (key, value) in attributes.iter() {
            text.line(2, format!("                      {key}={}", value.str()));
        }
    }
}

fn projection(part: &Value, text: &mut Text) {
    let optional = |source: &Value| if source.get("optional").as_bool() == Some(true) { "true" } else { "false" };
    let (secret, config, token) = (part.get("secret"), part.get("configMap"), part.get("serviceAccountToken"));
    if !secret.is_null() {
        text.field(2, "SecretName", secret.get("name").str());
        text.field(2, "Optional", optional(secret));
    } else if !part.get("downwardAPI").is_null() {
        text.field(2, "DownwardAPI", "true");
    } else if !config.is_null() {
        text.field(2, "ConfigMapName", config.get("name").str());
        text.field(2, "Optional", optional(config));
    } else if !token.is_null() {
        text.field(2, "TokenExpirationSeconds", plain(token.get("expirationSeconds")));
    }
}
