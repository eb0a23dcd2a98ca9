//! Volumes of Pods and sources of PersistentVolumes (`describeVolumes`).

use super::text::{Text, flag, go, number, or};
use crate::value::Value;

/// Writes the volumes of a Pod or a template.
pub fn write(text: &mut Text, volumes: &Value, inset: &str) {
    let volumes = volumes.items();
    if volumes.is_empty() {
        text.line(0, format!("{inset}Volumes:\t<none>"));
        return;
    }
    text.line(0, format!("{inset}Volumes:"));
    for volume in volumes {
        let name_inset = if inset.is_empty() { "  " } else { "   " };
        text.line(0, format!("{name_inset}{}:", volume.get("name").str()));
        source(text, volume);
    }
}

/// Writes where a volume's data come from; of a Pod's volume or of a PersistentVolume's spec.
pub fn source(text: &mut Text, volume: &Value) {
    let mut field = |title: &str, value: String| text.line(0, format!("    {title}:\t{value}"));
    let has = |name: &str| !volume.get(name).is_null();
    if has("hostPath") {
        field("Type", "HostPath (bare host directory volume)".into());
        field("Path", volume.path("hostPath.path").str().into());
        field("HostPathType", volume.path("hostPath.type").str().into());
    } else if has("emptyDir") {
        field("Type", "EmptyDir (a temporary directory that shares a pod's lifetime)".into());
        field("Medium", volume.path("emptyDir.medium").str().into());
        let limit = volume.path("emptyDir.sizeLimit");
        field("SizeLimit", if limit.is_empty() || limit.str() == "0" { "<unset>".into() } else { go(limit) });
    } else if has("secret") {
        field("Type", "Secret (a volume populated by a Secret)".into());
        field("SecretName", volume.path("secret.secretName").str().into());
        field("Optional", flag(volume.path("secret.optional")).to_string());
    } else if has("configMap") {
        field("Type", "ConfigMap (a volume populated by a ConfigMap)".into());
        field("Name", volume.path("configMap.name").str().into());
        field("Optional", flag(volume.path("configMap.optional")).to_string());
    } else if has("persistentVolumeClaim") {
        field("Type", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)".into());
        field("ClaimName", volume.path("persistentVolumeClaim.claimName").str().into());
        field("ReadOnly", flag(volume.path("persistentVolumeClaim.readOnly")).to_string());
    } else if has("nfs") {
        field("Type", "NFS (an NFS mount that lasts the lifetime of a pod)".into());
        field("Server", volume.path("nfs.server").str().into());
        field("Path", volume.path("nfs.path").str().into());
        field("ReadOnly", flag(volume.path("nfs.readOnly")).to_string());
    } else if has("local") {
        field("Type", "LocalVolume (a persistent volume backed by local storage on a node)".into());
        field("Path", volume.path("local.path").str().into());
    } else if has("csi") {
        let csi = volume.get("csi");
        field("Type", "CSI (a Container Storage Interface (CSI) volume source)".into());
        field("Driver", csi.get("driver").str().into());
        field("FSType", csi.get("fsType").str().into());
        if !csi.get("volumeHandle").is_null() {
            field("VolumeHandle", csi.get("volumeHandle").str().into());
        }
        field("ReadOnly", flag(csi.get("readOnly")).to_string());
        pairs(text, "VolumeAttributes", csi.get("volumeAttributes"));
    } else if has("projected") {
        projected(text, volume.get("projected"));
    } else if has("downwardAPI") {
        field("Type", "DownwardAPI (a volume populated by information about the pod)".into());
        text.line(0, "    Items:");
        for item in volume.path("downwardAPI.items").items() {
            let (field_path, resource) = (item.path("fieldRef.fieldPath"), item.path("resourceFieldRef.resource"));
            if !field_path.is_empty() {
                text.line(0, format!("      {} -> {}", field_path.str(), item.get("path").str()));
            }
            if !resource.is_empty() {
                text.line(0, format!("      {} -> {}", resource.str(), item.get("path").str()));
            }
        }
    } else if has("ephemeral") {
        field("Type", "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)".into());
        claim_template(text, volume.path("ephemeral.volumeClaimTemplate"));
    } else if has("image") {
        field("Type", "Image (a container image or OCI artifact)".into());
        field("Reference", volume.path("image.reference").str().into());
        field("PullPolicy", volume.path("image.pullPolicy").str().into());
    } else {
        other(text, volume);
    }
}

fn projected(text: &mut Text, projected: &Value) {
    text.line(0, "    Type:\tProjected (a volume that contains injected data from multiple sources)");
    for source in projected.get("sources").items() {
        for (key, part) in source.fields().iter() {
            match key.as_str() {
                "secret" => {
                    text.line(0, format!("    SecretName:\t{}", part.get("name").str()));
                    text.line(0, format!("    Optional:\t{}", flag(part.get("optional"))));
                }
                "configMap" => {
                    text.line(0, format!("    ConfigMapName:\t{}", part.get("name").str()));
                    text.line(0, format!("    Optional:\t{}", flag(part.get("optional"))));
                }
                "downwardAPI" => text.line(0, "    DownwardAPI:\ttrue"),
                "serviceAccountToken" => text.line(0, format!("    TokenExpirationSeconds:\t{}", number(part.get("expirationSeconds")))),
                _ => {}
            }
        }
    }
}

fn claim_template(text: &mut Text, template: &Value) {
    let spec = template.get("spec");
    text.line(0, format!("    StorageClass:\t{}", or(spec.get("storageClassName"), "")));
    text.line(0, "    Volume:\t");
    text.pairs(2, "Labels", "\t", template.path("metadata.labels"));
    text.line(0, format!("    Capacity:\t{}", or(spec.path("resources.requests.storage"), "")));
    text.line(0, format!("    Access Modes:\t{}", crate::api::kinds::core::volume_cells::access_modes(spec.get("accessModes")).str()));
    text.line(0, format!("    VolumeMode:\t{}", or(spec.get("volumeMode"), "Filesystem")));
}

fn pairs(text: &mut Text, title: &str, map: &Value) {
    text.pairs(2, title, "\t", map);
}

/// Sources of days gone by, which the tutorials still have: their type, then their fields as they are.
fn other(text: &mut Text, volume: &Value) {
    const WORDS: &[(&str, &str)] = &[
        ("awsElasticBlockStore", "AWSElasticBlockStore (a Persistent Disk resource in AWS)"),
        ("gcePersistentDisk", "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)"),
        ("iscsi", "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)"),
        ("glusterfs", "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)"),
        ("rbd", "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)"),
        ("cephfs", "CephFS (a CephFS mount on the host that shares a pod's lifetime)"),
        ("azureDisk", "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)"),
        ("azureFile", "AzureFile (an Azure File Service mount on the host and bind mount to the pod)"),
        ("vsphereVolume", "vSphereVolume (a Persistent Disk resource in vSphere)"),
        ("cinder", "Cinder (a Persistent Disk resource in OpenStack)"),
        ("fc", "FC (a Fibre Channel disk)"),
        ("gitRepo", "GitRepo (a volume that is pulled from git when the pod is created)"),
    ];
    let Some((name, words)) = WORDS.iter().find(|(name, _)| !volume.get(name).is_null()) else {
        text.line(0, "  <unknown>");
        return;
    };
    text.line(0, format!("    Type:\t{words}"));
    for (key, value) in volume.get(name).fields().iter() {
        let mut letters = key.chars();
        let title: String = letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default();
        text.line(0, format!("    {title}:\t{}", go(value)));
    }
}
