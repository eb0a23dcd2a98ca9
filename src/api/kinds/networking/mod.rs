//! The kinds of the group `networking.k8s.io`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind(
            Names {
                group: "networking.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.networking",
                kind: "IngressClass",
                plural: "ingressclasses",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
        kind(
            Names {
                group: "networking.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.networking",
                kind: "Ingress",
                plural: "ingresses",
                short: &["ing"],
                categories: &[],
                namespaced: true,
                subresources: &["status"],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
        kind(
            Names {
                group: "networking.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.networking",
                kind: "IPAddress",
                plural: "ipaddresses",
                short: &["ip"],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "networking.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.networking",
                kind: "NetworkPolicy",
                plural: "networkpolicies",
                short: &["netpol"],
                categories: &[],
                namespaced: true,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
        kind(
            Names {
                group: "networking.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.networking",
                kind: "ServiceCIDR",
                plural: "servicecidrs",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &["status"],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
    ]
}
