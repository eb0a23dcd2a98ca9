//! Service account tokens as pods get them: JSON Web Tokens with the claims of `pkg/serviceaccount/claims.go`.

use crate::api::meta;
use crate::api::random::Random;
use crate::api::resource::{NODES, SERVICE_ACCOUNTS};
use crate::store::Store;
use crate::value::{Value, json};

/// How long a token is good for where the pod doesn't say, in seconds.
const DEFAULT_EXPIRATION_S: i64 = 3600;

/// The token that `source` (a `serviceAccountToken` projection) asks for. Its signature is not one: nobody checks it here.
pub fn token(pod: &Value, source: &Value, store: &Store, now_ms: u64) -> String {
    let namespace = meta::namespace(pod);
    let account = pod.path("spec.serviceAccountName").str();
    let node = pod.path("spec.nodeName").str();
    let uid = |object: Option<&Value>| object.map_or(String::new(), |object| meta::uid(object).to_string());
    let now_s = (now_ms / 1000) as i64;
    let expiration_s = source.get("expirationSeconds").as_i64().unwrap_or(DEFAULT_EXPIRATION_S);
    let audience = match source.get("audience").str() {
        "" => "https://kubernetes.default.svc.cluster.local",
        audience => audience,
    };
    let claims = json!({
        "aud": [audience], "exp": now_s + expiration_s, "iat": now_s, "iss": "https://kubernetes.default.svc.cluster.local",
        "kubernetes.io": {
            "namespace": namespace,
            "node": {"name": node, "uid": uid(store.get(&NODES, "", node))},
            "pod": {"name": meta::name(pod), "uid": meta::uid(pod)},
            "serviceaccount": {"name": account, "uid": uid(store.get(&SERVICE_ACCOUNTS, namespace, account))},
        },
        "nbf": now_s, "sub": format!("system:serviceaccount:{namespace}:{account}"),
    });
    let seed = meta::uid(pod).bytes().fold(now_ms, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut random = Random::new(seed);
    let signature: Vec<u8> = (0..32).flat_map(|_| random.next_u64().to_le_bytes()).collect();
    let header = json!({"alg": "RS256", "kid": "kubarium", "typ": "JWT"});
    format!("{}.{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()), base64url(&signature))
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}
