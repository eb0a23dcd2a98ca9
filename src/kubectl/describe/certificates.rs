//! CertificateSigningRequests.

use super::text::{Text, date, format_labels};
use crate::api::x509::Request;
use crate::api::{base64, meta, time};
use crate::value::Value;

pub(super) fn describe(object: &Value, text: &mut Text) {
    let spec = object.get("spec");
    text.field(0, "Name", meta::name(object));
    text.field(0, "Labels", format_labels(object.path("metadata.labels").fields()));
    text.field(0, "Annotations", format_labels(object.path("metadata.annotations").fields()));
    text.field(0, "CreationTimestamp", date(object.path("metadata.creationTimestamp")));
    text.field(0, "Requesting User", spec.get("username").str());
    text.field(0, "Signer", spec.get("signerName").str());
    if let Some(seconds) = spec.get("expirationSeconds").as_i64() {
        text.field(0, "Requested Duration", time::human_duration(seconds.saturating_mul(1000)));
    }
    text.field(0, "Status", crate::api::kinds::certificates::certificate_signing_request::condition(object.get("status")));
    let pem = base64::decode(spec.get("request").str()).unwrap_or_default();
    let Some(request) = Request::parse(&String::from_utf8_lossy(&pem)) else { return };
    text.line(0, "Subject:");
    text.line(0, format!("\tCommon Name:\t{}", request.common_name));
    text.line(0, "\tSerial Number:\t");
    if !request.organizations.is_empty() {
        text.line(0, format!("\tOrganization:\t{}", request.organizations.join("\n\t\t")));
    }
}
