//! CertificateSigningRequests.

use super::super::cells;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy, keep};
use crate::api::{base64, names, time};
use crate::value::Value;

/// The rules of CertificateSigningRequests.
pub struct CertificateSigningRequestStrategy;

const MIN_SECONDS: i64 = 600;
const USAGES: [&str; 23] = [
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];

impl Strategy for CertificateSigningRequestStrategy {
    fn prepare_for_create(&self, request: &mut Value) {
        request.set("status", Value::object());
    }

    /// What was asked for stays.
    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        for field in ["spec", "status"] {
            keep(new, old, field);
        }
    }

    fn validate(&self, request: &Value) -> Vec<FieldError> {
        let spec = request.get("spec");
        let mut errors = Vec::new();
        let text = base64::decode(spec.get("request").str()).unwrap_or_default();
        if !String::from_utf8_lossy(&text).contains("-----BEGIN CERTIFICATE REQUEST-----") {
            errors.push(FieldError::invalid("spec.request", spec.get("request"), "PEM block type must be CERTIFICATE REQUEST"));
        }
        let usages = spec.get("usages").items();
        if usages.is_empty() {
            errors.push(FieldError::required("spec.usages", ""));
        }
        for (index, usage) in usages.iter().enumerate() {
            let here = format!("spec.usages[{index}]");
            if !USAGES.contains(&usage.str()) {
                errors.push(FieldError::not_supported(here.clone(), usage, &USAGES));
            }
            if usages[..index].contains(usage) {
                errors.push(FieldError::duplicate(here, usage));
            }
        }
        let signer = spec.get("signerName");
        if signer.is_empty() {
            errors.push(FieldError::required("spec.signerName", ""));
        } else if !is_signer_name(signer.str()) {
            let why = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
            errors.push(FieldError::invalid("spec.signerName", signer, why));
        }
        let seconds = spec.get("expirationSeconds");
        if seconds.as_i64().is_some_and(|seconds| seconds < MIN_SECONDS) {
            errors.push(FieldError::invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 600 seconds (10 minutes)"));
        }
        errors
    }

    fn validate_update(&self, _new: &Value, _old: &Value) -> Vec<FieldError> {
        Vec::new()
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Age", "SignerName", "Requestor", "RequestedDuration", "Condition"], &[])
    }

    fn row(&self, request: &Value, now_ms: u64) -> Vec<Value> {
        let spec = request.get("spec");
        let duration =
            spec.get("expirationSeconds").as_i64().map_or_else(|| "<none>".to_string(), |seconds| time::human_duration(seconds.saturating_mul(1000)));
        vec![
            cells::name(request),
            cells::age(request, now_ms),
            cells::or(spec.get("signerName"), "<none>"),
            cells::or(spec.get("username"), ""),
            duration.into(),
            condition(request.get("status")).into(),
        ]
    }

    fn selectable_fields(&self, request: &Value) -> Vec<(&'static str, String)> {
        vec![("spec.signerName", request.path("spec.signerName").str().to_string())]
    }
}

fn is_signer_name(name: &str) -> bool {
    match name.split_once('/') {
        Some((domain, path)) => names::dns1123_subdomain(domain).is_empty() && domain.contains('.') && names::dns1123_subdomain(path).is_empty(),
        None => false,
    }
}

/// What became of a request: `Approved,Issued` (`extractCSRStatus`).
pub fn condition(status: &Value) -> String {
    let has = |type_: &str| status.get("conditions").items().iter().any(|condition| condition.get("type").str() == type_);
    let mut text = if has("Denied") {
        "Denied".to_string()
    } else if has("Approved") {
        "Approved".to_string()
    } else {
        "Pending".to_string()
    };
    if has("Failed") {
        text.push_str(",Failed");
    }
    if !status.get("certificate").is_empty() {
        text.push_str(",Issued");
    }
    text
}
