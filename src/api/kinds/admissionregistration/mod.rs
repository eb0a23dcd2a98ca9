//! The kinds of the group `admissionregistration.k8s.io`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind(
            Names {
                group: "admissionregistration.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.admissionregistration",
                kind: "MutatingAdmissionPolicy",
                plural: "mutatingadmissionpolicies",
                short: &[],
                categories: &["api-extensions"],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
        kind(
            Names {
                group: "admissionregistration.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.admissionregistration",
                kind: "MutatingAdmissionPolicyBinding",
                plural: "mutatingadmissionpolicybindings",
                short: &[],
                categories: &["api-extensions"],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
        kind(
            Names {
                group: "admissionregistration.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.admissionregistration",
                kind: "MutatingWebhookConfiguration",
                plural: "mutatingwebhookconfigurations",
                short: &[],
                categories: &["api-extensions"],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
        kind(
            Names {
                group: "admissionregistration.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.admissionregistration",
                kind: "ValidatingAdmissionPolicy",
                plural: "validatingadmissionpolicies",
                short: &[],
                categories: &["api-extensions"],
                namespaced: false,
                subresources: &["status"],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
        kind(
            Names {
                group: "admissionregistration.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.admissionregistration",
                kind: "ValidatingAdmissionPolicyBinding",
                plural: "validatingadmissionpolicybindings",
                short: &[],
                categories: &["api-extensions"],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
        kind(
            Names {
                group: "admissionregistration.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.admissionregistration",
                kind: "ValidatingWebhookConfiguration",
                plural: "validatingwebhookconfigurations",
                short: &[],
                categories: &["api-extensions"],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
    ]
}
