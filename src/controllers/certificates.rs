//! CertificateSigningRequests: the kubelets' own are approved, those that were approved are answered, and old ones are forgotten
//! (`pkg/controller/certificates`).
//!
//! The certificates have the form and the content of real ones, but no signature that anybody could check: the simulated cluster has no key.

use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::fields::{created_ms, time_ms};
use crate::api::resource::{CERTIFICATE_SIGNING_REQUESTS, ObjectKey};
use crate::api::status::Status;
use crate::api::x509::Request;
use crate::api::{base64, meta};
use crate::server::request::Options;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

const HOUR_MS: u64 = 3_600_000;
/// The signers that upstream's controller manager has the keys for.
const SIGNERS: [&str; 4] =
    ["kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving", "kubernetes.io/legacy-unknown"];
/// A certificate is good from a little before it was asked for, and for a year where the request doesn't say for how long.
const BACKDATE_MS: u64 = 300_000;
const DEFAULT_SECONDS: u64 = 365 * 24 * 3600;

/// The controllers of signing requests, in one.
pub(super) struct CertificateController;

impl Controller for CertificateController {
    fn name(&self) -> &'static str {
        "certificate-controller"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == CERTIFICATE_SIGNING_REQUESTS && change.type_ != ChangeType::Deleted {
            queue.add_object(&change.object);
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(request) = context.get(&CERTIFICATE_SIGNING_REQUESTS, key) else { return Ok(()) };
        let expires_ms = expires_ms(&request);
        if context.now_ms >= expires_ms {
            return ignore_not_found(context.client.delete(&CERTIFICATE_SIGNING_REQUESTS, "", &key.name, Options::default()));
        }
        context.requeue_after(expires_ms - context.now_ms);
        let has = |type_: &str| meta::is_condition_true(&request, type_);
        if !has("Approved") && !has("Denied") && is_kubelets_own(&request) {
            let message = "Auto approving kubelet client certificate after SubjectAccessReview.";
            return add_condition(context, request, "approval", "Approved", "AutoApproved", message);
        }
        let signer = request.path("spec.signerName").str();
        if has("Approved") && !has("Failed") && request.path("status.certificate").is_empty() && SIGNERS.contains(&signer) {
            return sign(context, request);
        }
        Ok(())
    }
}

/// Issues the certificate, or says why its signer doesn't give such ones.
fn sign(context: &mut Context, mut request: Value) -> Result<(), Status> {
    let usages: Vec<&str> = request.path("spec.usages").items().iter().map(Value::str).collect();
    let pem = base64::decode(request.path("spec.request").str()).unwrap_or_default();
    let Some(wanted) = Request::parse(&String::from_utf8_lossy(&pem)) else { return Ok(()) };
    if let Err(why) = check(request.path("spec.signerName").str(), &wanted, &usages) {
        return add_condition(context, request, "status", "Failed", "SignerValidationFailure", &why);
    }
    let seconds = request.path("spec.expirationSeconds").as_i64().map_or(DEFAULT_SECONDS, |seconds| seconds.max(0) as u64);
    let seed = meta::uid(&request).bytes().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let certificate = wanted.certificate(context.now_ms.saturating_sub(BACKDATE_MS), context.now_ms + seconds * 1000, &usages, seed);
    request.set("status.certificate", base64::encode(certificate.as_bytes()));
    context.client.update_subresource(&CERTIFICATE_SIGNING_REQUESTS, request, "status").map(|_| ())
}

/// What the signers of clients' and kubelets' certificates insist on.
fn check(signer: &str, wanted: &Request, usages: &[&str]) -> Result<(), String> {
    match signer {
        "kubernetes.io/kube-apiserver-client" => {
            if let Some(other) = usages.iter().find(|usage| !matches!(**usage, "digital signature" | "key encipherment" | "client auth")) {
                return Err(format!("invalid usage for client certificate: {other}"));
            }
            if usages.contains(&"client auth") { Ok(()) } else { Err("missing required usage for client certificate: client auth".into()) }
        }
        "kubernetes.io/kube-apiserver-client-kubelet" | "kubernetes.io/kubelet-serving" => {
            if wanted.organizations != ["system:nodes"] {
                return Err("subject organization is not system:nodes".into());
            }
            if !wanted.common_name.starts_with("system:node:") {
                return Err("subject common name does not begin with system:node:".into());
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn is_kubelets_own(request: &Value) -> bool {
    let user = request.path("spec.username").str();
    request.path("spec.signerName").str() == "kubernetes.io/kube-apiserver-client-kubelet"
        && (user.starts_with("system:node:") || user.starts_with("system:bootstrap:"))
}

fn add_condition(context: &mut Context, mut request: Value, subresource: &str, type_: &str, reason: &str, message: &str) -> Result<(), Status> {
    let now = context.now();
    request.push(
        "status.conditions",
        json!({"type": type_, "status": "True", "reason": reason, "message": message, "lastUpdateTime": now.str(), "lastTransitionTime": now.str()}),
    );
    context.client.update_subresource(&CERTIFICATE_SIGNING_REQUESTS, request, subresource).map(|_| ())
}

/// Answered requests are kept for an hour, others for a day (`cleaner`).
fn expires_ms(request: &Value) -> u64 {
    let answered = ["Approved", "Denied", "Failed"].into_iter().filter_map(|type_| time_ms(meta::condition(request, type_).get("lastUpdateTime"))).max();
    answered.map_or(created_ms(request) + 24 * HOUR_MS, |time_ms| time_ms + HOUR_MS)
}
