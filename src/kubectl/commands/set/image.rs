//! `kubectl set image`.

use super::{change_all, common_flags, containers_mut, fits, pod_spec_path, split};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;

/// `set image`.
pub const ENTRY: Entry = Entry { path: "set image", aliases: &[], flags: common_flags, run: Some(|invocation| Box::pin(run(invocation))) };

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let (named, pairs) = split(&invocation.arguments, |word| word.contains('='));
    let mut images: Vec<(&str, &str)> = Vec::new();
    for pair in pairs {
        match pair.split_once('=') {
            Some((container, image)) if !container.is_empty() && !image.is_empty() => images.push((container, image)),
            _ => return Err(Failure::text(format!("invalid image format: {pair}"))),
        }
    }
    if named.is_empty() && !invocation.has_files() {
        return Err(Failure::nothing_named());
    }
    if images.is_empty() {
        return Err(Failure::text("at least one image update is required"));
    }
    if images.len() > 1 && images.iter().any(|(container, _)| *container == "*") {
        return Err(Failure::text("all containers are already specified by *, but saw more than one container_name=container_image pairs"));
    }
    change_all(&invocation, named, "failed to patch image update to pod template: ", "image updated", &|info, object| {
        let spec = pod_spec_path(&info.mapping.kind.kind).ok_or_else(|| {
            let object = format!("{}/{}", info.mapping.kind.plural, info.name);
            Failure::text(format!("{object} the object is not a pod or does not have a pod template: *{}.{}", info.mapping.version, info.mapping.kind.kind))
        })?;
        for (name, image) in &images {
            let mut found = false;
            for list in ["initContainers", "containers"] {
                for container in containers_mut(object, spec, list).iter_mut().filter(|container| fits(container.get("name").str(), name)) {
                    found = true;
                    container.set("image", *image);
                }
            }
            if !found {
                return Err(Failure::text(format!("unable to find container named \"{name}\"")));
            }
        }
        Ok(())
    })
    .await
}
