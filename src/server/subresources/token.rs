//! `serviceaccounts/token`: a token to be shown, as TokenRequest answers it. The simulated server signs with no key: the token has the
//! form and the claims of a real one and a signature that no other server accepts.

use crate::api::status::Status;
use crate::api::{base64, meta, time};
use crate::server::request::Verb;
use crate::server::verbs::Context;
use crate::value::{Value, json};

const AUDIENCE: &str = "https://kubernetes.default.svc.cluster.local";
const DEFAULT_SECONDS: i64 = 3600;
const LEAST_SECONDS: i64 = 600;

pub(super) fn execute(context: &mut Context) -> Result<Value, Status> {
    if context.request.verb != Verb::Create {
        return Err(Status::method_not_allowed());
    }
    let account = context.existing()?;
    let asked = &context.request.body;
    let seconds = asked.path("spec.expirationSeconds").as_i64().unwrap_or(DEFAULT_SECONDS);
    if seconds < LEAST_SECONDS {
        let error =
            crate::api::field_error::FieldError::invalid("spec.expirationSeconds", &Value::Int(seconds), "may not specify a duration less than 10 minutes");
        return Err(Status::invalid("authentication.k8s.io", "TokenRequest", "", &[error]));
    }
    let audiences = match asked.path("spec.audiences") {
        list if list.is_empty() => json!([AUDIENCE]),
        list => list.clone(),
    };
    let now_seconds = context.now_ms / 1000;
    let claims = json!({
        "aud": audiences, "exp": now_seconds + seconds as u64, "iat": now_seconds, "nbf": now_seconds,
        "iss": AUDIENCE, "sub": format!("system:serviceaccount:{}:{}", meta::namespace(&account), meta::name(&account)),
        "kubernetes.io": {"namespace": meta::namespace(&account), "serviceaccount": {"name": meta::name(&account), "uid": meta::uid(&account)}},
    });
    let part = |claims: &Value| base64::encode_url(claims.to_json().as_bytes());
    let signature: Vec<u8> = (0..32).flat_map(|_| context.server.random.next_u64().to_be_bytes()).collect();
    let token = format!("{}.{}.{}", part(&json!({"alg": "RS256", "kid": "kubarium"})), part(&claims), base64::encode_url(&signature));
    let mut answer = json!({"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1"});
    answer.set("metadata", json!({"name": meta::name(&account), "namespace": meta::namespace(&account), "creationTimestamp": time::rfc3339(context.now_ms)}));
    answer.set("spec", json!({"expirationSeconds": seconds, "boundObjectRef": null}));
    answer.set("spec.audiences", audiences);
    answer.set("status", json!({"token": token, "expirationTimestamp": time::rfc3339(context.now_ms + time::seconds_ms(seconds))}));
    Ok(answer)
}
