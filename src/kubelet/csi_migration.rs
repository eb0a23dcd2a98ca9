//! How volumes of cloud providers are called once they are handed to their CSI drivers: `k8s.io/csi-translation-lib`.

use crate::value::{SmolStr, Value};

/// The name of an inline volume in messages: its own, or the one that its CSI driver's has.
///
/// # Errors
/// Why it can't be handed over.
pub fn volume_name(declared: &Value, namespace: &str) -> Result<SmolStr, String> {
    let name = declared.get("name").str();
    let drivers = [
        ("gcePersistentDisk", "pd.csi.storage.gke.io", "pdName"),
        ("awsElasticBlockStore", "ebs.csi.aws.com", "volumeID"),
        ("cinder", "cinder.csi.openstack.org", "volumeID"),
        ("portworxVolume", "pxd.portworx.com", "volumeID"),
        ("vsphereVolume", "csi.vsphere.vmware.com", "volumePath"),
    ];
    for (field, driver, handle) in drivers {
        let source = declared.get(field);
        if !source.is_null() {
            return Ok(SmolStr::from(format!("{driver}-{}", source.get(handle).str())));
        }
    }
    let disk = declared.get("azureDisk");
    if !disk.is_null() {
        return match disk.get("kind").str() {
            "Managed" => Ok(disk.get("diskURI").str().into()),
            kind => Err(format!("kind({}) is not supported in csi migration", if kind.is_empty() { "Shared" } else { kind })),
        };
    }
    let file = declared.get("azureFile");
    if !file.is_null() {
        return Ok(SmolStr::from(format!("#{}#{}#{name}#{namespace}", file.get("secretName").str(), file.get("shareName").str())));
    }
    Ok(name.into())
}
