//! Image references: how containerd reads `nginx:1.27`.

use smol_str::{SmolStr, format_smolstr};

/// An image reference with its registry, path and tag spelled out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageRef {
    /// The whole of it: `docker.io/library/nginx:latest`.
    pub full: SmolStr,
    /// The last part of the path: `nginx`.
    pub base: SmolStr,
    /// `docker.io`.
    pub registry: SmolStr,
    /// `latest`; empty with a digest only.
    pub tag: SmolStr,
}

/// Reads a reference as containerd does (`distribution/reference`): without a registry it is
/// Docker Hub's, without a path there it is in `library/`, without a tag or digest it is `latest`.
/// It takes any text; whether it is well formed is the kubelet's question (`InvalidImageName`).
pub fn parse(image: &str) -> ImageRef {
    let (registry, path) = match image.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, SmolStr::from(rest)),
        Some(_) => ("docker.io", image.into()),
        None => ("docker.io", format_smolstr!("library/{image}")),
    };
    let last = path.rsplit('/').next().unwrap_or(&path);
    let base = last.split([':', '@']).next().unwrap_or(last);
    let tag = match last.split('@').next().and_then(|name| name.split_once(':')) {
        Some((_, tag)) => tag,
        None if last.contains('@') => "",
        None => "latest",
    };
    let suffix = if last.contains([':', '@']) { "" } else { ":latest" };
    ImageRef { full: format_smolstr!("{registry}/{path}{suffix}"), base: base.into(), registry: registry.into(), tag: tag.into() }
}
