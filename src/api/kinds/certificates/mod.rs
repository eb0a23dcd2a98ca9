//! The kinds of the group `certificates.k8s.io`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

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
        Plain { generation: false },
    )]
}
