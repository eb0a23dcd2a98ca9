//! The kinds of the group `certificates.k8s.io`.

pub mod certificate_signing_request;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use certificate_signing_request::CertificateSigningRequestStrategy;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![kind(
        Names {
            group: "certificates.k8s.io",
            versions: &["v1"],
            schema: "io.k8s.api.certificates",
            kind: "CertificateSigningRequest",
            plural: "certificatesigningrequests",
            short: &["csr"],
            categories: &[],
            namespaced: false,
            subresources: &["approval", "status"],
        },
        ALL_VERBS,
        CertificateSigningRequestStrategy,
    )]
}
