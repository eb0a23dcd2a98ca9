//! Asking for a volume to be made (`provisionClaim`): the controller itself makes none any more, it names the provisioner and waits.

use super::{bind, class_of};
use crate::api::meta;
use crate::api::resource::{PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES};
use crate::api::status::Status;
use crate::controllers::controller::Context;
use crate::value::Value;

const PROVISIONER: &str = "volume.kubernetes.io/storage-provisioner";
const PROVISIONER_BETA: &str = "volume.beta.kubernetes.io/storage-provisioner";

/// Which driver took over from the provisioners that once were part of Kubernetes (CSI migration).
const MIGRATED: [(&str, &str); 7] = [
    ("kubernetes.io/aws-ebs", "ebs.csi.aws.com"),
    ("kubernetes.io/azure-disk", "disk.csi.azure.com"),
    ("kubernetes.io/azure-file", "file.csi.azure.com"),
    ("kubernetes.io/cinder", "cinder.csi.openstack.org"),
    ("kubernetes.io/gce-pd", "pd.csi.storage.gke.io"),
    ("kubernetes.io/portworx-volume", "pxd.portworx.com"),
    ("kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"),
];

pub(super) fn provision(context: &mut Context, claim: Value) -> Result<(), Status> {
    let class_name = class_of(&claim).to_string();
    let Some(class) = context.store().get(&STORAGE_CLASSES, "", &class_name).cloned() else {
        let message = format!("storageclass.storage.k8s.io \"{class_name}\" not found");
        context.event(&claim, "Warning", "ProvisioningFailed", &message);
        return bind::set_claim_phase(context, claim, "Pending", None).map(|_| ());
    };
    let named = class.get("provisioner").str();
    let migrated = MIGRATED.iter().find(|(old, _)| *old == named).map(|(_, driver)| *driver);
    if migrated.is_none() && named.starts_with("kubernetes.io/") {
        context.event(&claim, "Warning", "ProvisioningFailed", &format!("no volume plugin matched name: {named}"));
        return bind::set_claim_phase(context, claim, "Pending", None).map(|_| ());
    }
    let provisioner = migrated.unwrap_or(named);
    let claim = set_provisioner(context, claim, provisioner)?;
    let message = format!(
        "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
    );
    context.event(&claim, "Normal", "ExternalProvisioning", &message);
    bind::set_claim_phase(context, claim, "Pending", None).map(|_| ())
}

fn set_provisioner(context: &mut Context, mut claim: Value, provisioner: &str) -> Result<Value, Status> {
    if meta::annotation(&claim, PROVISIONER) == provisioner {
        return Ok(claim);
    }
    for annotation in [PROVISIONER, PROVISIONER_BETA] {
        meta::set_annotation(&mut claim, annotation, provisioner);
    }
    context.client.update(&PERSISTENT_VOLUME_CLAIMS, claim)
}
