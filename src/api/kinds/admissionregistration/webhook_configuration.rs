//! ValidatingWebhookConfigurations and MutatingWebhookConfigurations.

use super::super::apps::workload::label_selector;
use super::super::cells;
use super::matching;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of WebhookConfigurations.
pub struct WebhookConfigurationStrategy {
    /// Whether its webhooks may change objects.
    pub is_mutating: bool,
}

/// Versions of the review that the server can send.
const REVIEW_VERSIONS: [&str; 2] = ["v1", "v1beta1"];

impl Strategy for WebhookConfigurationStrategy {
    fn default(&self, configuration: &mut Value) {
        if configuration.get("webhooks").is_empty() {
            return;
        }
        for webhook in configuration.get_mut("webhooks").items_mut() {
            webhook.set_default("failurePolicy", "Fail");
            webhook.set_default("matchPolicy", "Equivalent");
            for selector in ["namespaceSelector", "objectSelector"] {
                webhook.set_default(selector, Value::object());
            }
            webhook.set_default("timeoutSeconds", 10);
            if self.is_mutating {
                webhook.set_default("reinvocationPolicy", "Never");
            }
            if webhook.path("clientConfig.service").is_object() {
                webhook.set_default("clientConfig.service.port", 443);
            }
            if !webhook.get("rules").is_empty() {
                matching::default_rules(webhook.get_mut("rules"));
            }
        }
    }

    fn prepare_for_create(&self, _configuration: &mut Value) {}

    fn validate(&self, configuration: &Value) -> Vec<FieldError> {
        let webhooks = configuration.get("webhooks").items();
        let mut errors = Vec::new();
        for (index, webhook) in webhooks.iter().enumerate() {
            let here = format!("webhooks[{index}]");
            errors.extend(self.webhook(webhook, &here));
            if webhooks[..index].iter().any(|other| other.get("name") == webhook.get("name")) {
                errors.push(FieldError::duplicate(format!("{here}.name"), webhook.get("name")));
            }
        }
        errors
    }

    fn warnings(&self, object: &Value, old: Option<&Value>) -> Vec<String> {
        if old.is_some() { Vec::new() } else { matching::reserved_name(object) }
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Webhooks", "Age"], &[])
    }

    fn row(&self, configuration: &Value, now_ms: u64) -> Vec<Value> {
        vec![cells::name(configuration), configuration.get("webhooks").items().len().into(), cells::age(configuration, now_ms)]
    }
}

impl WebhookConfigurationStrategy {
    fn webhook(&self, webhook: &Value, field: &str) -> Vec<FieldError> {
        let name = webhook.get("name");
        let mut errors = Vec::new();
        if name.is_empty() {
            errors.push(FieldError::required(format!("{field}.name"), ""));
        } else {
            errors.extend(super::super::rules::follows(name, &format!("{field}.name"), names::dns1123_subdomain));
            if name.str().split('.').count() < 3 {
                errors.push(FieldError::invalid(format!("{field}.name"), name, "should be a domain with at least three segments separated by dots"));
            }
        }
        for (index, rule) in webhook.get("rules").items().iter().enumerate() {
            errors.extend(matching::rule(rule, &format!("{field}.rules[{index}]")));
        }
        errors.extend(matching::failure_policy(webhook.get("failurePolicy"), &format!("{field}.failurePolicy")));
        errors.extend(matching::match_policy(webhook.get("matchPolicy"), &format!("{field}.matchPolicy")));
        let effects = webhook.get("sideEffects");
        if effects.is_null() {
            errors.push(FieldError::required(format!("{field}.sideEffects"), "must specify one of None, NoneOnDryRun"));
        } else if !["None", "NoneOnDryRun"].contains(&effects.str()) {
            errors.push(FieldError::not_supported(format!("{field}.sideEffects"), effects, &["None", "NoneOnDryRun"]));
        }
        let timeout = webhook.get("timeoutSeconds");
        if timeout.as_i64().is_some_and(|seconds| !(1..=30).contains(&seconds)) {
            errors.push(FieldError::invalid(format!("{field}.timeoutSeconds"), timeout, "the timeout value must be between 1 and 30 seconds"));
        }
        for selector in ["namespaceSelector", "objectSelector"] {
            errors.extend(label_selector(webhook.get(selector), &format!("{field}.{selector}")));
        }
        errors.extend(client_config(webhook.get("clientConfig"), &format!("{field}.clientConfig")));
        errors.extend(review_versions(webhook.get("admissionReviewVersions"), &format!("{field}.admissionReviewVersions")));
        errors.extend(matching::conditions(webhook.get("matchConditions").items(), &format!("{field}.matchConditions")));
        let again = webhook.get("reinvocationPolicy");
        if self.is_mutating && !["IfNeeded", "Never"].contains(&again.str()) {
            errors.push(FieldError::not_supported(format!("{field}.reinvocationPolicy"), again, &["IfNeeded", "Never"]));
        }
        errors
    }
}

fn client_config(config: &Value, field: &str) -> Vec<FieldError> {
    let (url, service) = (config.get("url"), config.get("service"));
    if url.is_null() == service.is_null() {
        return vec![FieldError::required(field, "exactly one of url or service is required")];
    }
    let mut errors = Vec::new();
    if !url.is_null() {
        let here = format!("{field}.url");
        let (rest, fragment) = url.str().split_once('#').unwrap_or((url.str(), ""));
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        let form = "; desired format: https://host[/path]";
        let scheme = address.split("://").next().filter(|_| address.contains("://")).unwrap_or("");
        if scheme != "https" {
            errors.push(FieldError::invalid(here.clone(), &scheme.into(), format!("'https' is the only allowed URL scheme{form}")));
        }
        if address.split("://").nth(1).unwrap_or("").trim_start_matches('/').is_empty() {
            errors.push(FieldError::invalid(here.clone(), &"".into(), format!("host must be specified{form}")));
        }
        if !fragment.is_empty() {
            errors.push(FieldError::invalid(here.clone(), &fragment.into(), "fragments are not permitted in the URL"));
        }
        if !query.is_empty() {
            errors.push(FieldError::invalid(here, &query.into(), "query parameters are not permitted in the URL"));
        }
        return errors;
    }
    for (name, why) in [("name", "service name is required"), ("namespace", "service namespace is required")] {
        if service.get(name).is_empty() {
            errors.push(FieldError::required(format!("{field}.service.{name}"), why));
        }
    }
    let port = service.get("port");
    if port.as_i64().is_some_and(|port| !(1..=65535).contains(&port)) {
        errors.push(FieldError::invalid(format!("{field}.service.port"), port, "port is not valid: must be between 1 and 65535, inclusive"));
    }
    errors
}

fn review_versions(versions: &Value, field: &str) -> Vec<FieldError> {
    let known = REVIEW_VERSIONS.join(", ");
    if versions.is_empty() {
        return vec![FieldError::required(field, format!("must specify one of {known}"))];
    }
    let items = versions.items();
    let mut errors = Vec::new();
    for (index, version) in items.iter().enumerate().filter(|(index, version)| items[..*index].contains(version)) {
        errors.push(FieldError::invalid(format!("{field}[{index}]"), version, "duplicate version"));
    }
    if !items.iter().any(|version| REVIEW_VERSIONS.contains(&version.str())) {
        errors.push(FieldError::invalid(field, versions, format!("must include at least one of {known}")));
    }
    errors
}
