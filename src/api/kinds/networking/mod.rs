//! The kinds of the group `networking.k8s.io`.

mod ingress;
mod ingress_class;
mod ip_address;
mod network_policy;
mod service_cidr;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use ingress::IngressStrategy;
use ingress_class::IngressClassStrategy;
use ip_address::IpAddressStrategy;
use network_policy::NetworkPolicyStrategy;
use service_cidr::ServiceCidrStrategy;

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
            IngressClassStrategy,
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
            IngressStrategy,
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
            IpAddressStrategy,
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
            NetworkPolicyStrategy,
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
            ServiceCidrStrategy,
        ),
    ]
}
