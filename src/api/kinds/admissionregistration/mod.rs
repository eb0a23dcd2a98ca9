//! The kinds of the group `admissionregistration.k8s.io`.

mod admission_policy;
mod admission_policy_binding;
mod matching;
mod webhook_configuration;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use admission_policy::AdmissionPolicyStrategy;
use admission_policy_binding::AdmissionPolicyBindingStrategy;
use webhook_configuration::WebhookConfigurationStrategy;

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
            AdmissionPolicyStrategy { is_mutating: true },
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
            AdmissionPolicyBindingStrategy { is_mutating: true },
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
            WebhookConfigurationStrategy { is_mutating: true },
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
            AdmissionPolicyStrategy { is_mutating: false },
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
            AdmissionPolicyBindingStrategy { is_mutating: false },
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
            WebhookConfigurationStrategy { is_mutating: false },
        ),
    ]
}
