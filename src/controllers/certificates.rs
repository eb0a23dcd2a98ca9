//! CertificateSigningRequests: the kubelets' own are approved, those that were approved are answered, and old ones are forgotten
//! (`pkg/controller/certificates`).
//!
//! No certificate is issued: the simulated cluster has no key to sign with, and nothing in it checks certificates. The request says so.

use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::fields::{created_ms, time_ms};
use crate::api::meta;
use crate::api::resource::{CERTIFICATE_SIGNING_REQUESTS, ObjectKey};
use crate::api::status::Status;
use crate::server::request::Options;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

const HOUR_MS: u64 = 3_600_000;
/// The signers that upstream's controller manager has the keys for.
const SIGNERS: [&str; 4] =
    ["kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving", "kubernetes.io/legacy-unknown"];
const NOT_SIGNED: &str = "Kubarium simulates no certificates: the request was approved, but there is no key to sign it with";

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
            return add_condition(context, request, "status", "Failed", "NotSimulated", NOT_SIGNED);
        }
        Ok(())
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
