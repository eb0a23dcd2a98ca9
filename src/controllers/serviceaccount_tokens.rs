//! Tokens in Secrets that ask for one (`pkg/controller/serviceaccount/tokens_controller.go`).

use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::root_ca_cert_publisher::ROOT_CA_CERTIFICATE;
use crate::api::random::Random;
use crate::api::resource::{ObjectKey, SECRETS, SERVICE_ACCOUNTS};
use crate::api::status::Status;
use crate::api::{base64, meta};
use crate::server::request::Options;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

const TYPE: &str = "kubernetes.io/service-account-token";
const ACCOUNT_NAME: &str = "kubernetes.io/service-account.name";
const ACCOUNT_UID: &str = "kubernetes.io/service-account.uid";

/// The controller of Secrets with tokens.
pub(super) struct TokensController;

impl Controller for TokensController {
    fn name(&self) -> &'static str {
        "tokens-controller"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == SECRETS && change.type_ != ChangeType::Deleted && change.object.get("type").str() == TYPE {
            queue.add_object(&change.object);
        } else if change.resource == SERVICE_ACCOUNTS {
            let is_asked_for = |secret: &&Value| secret.get("type").str() == TYPE && meta::annotation(secret, ACCOUNT_NAME) == meta::name(&change.object);
            for secret in store.list(&SECRETS, Some(meta::namespace(&change.object))).filter(is_asked_for) {
                queue.add_object(secret);
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(secret) = context.get(&SECRETS, key) else { return Ok(()) };
        let uid = meta::annotation(&secret, ACCOUNT_UID).to_string();
        let account = context.store().get(&SERVICE_ACCOUNTS, &key.namespace, meta::annotation(&secret, ACCOUNT_NAME)).cloned();
        let Some(account) = account.filter(|account| uid.is_empty() || uid == meta::uid(account)) else {
            return ignore_not_found(context.client.delete(&SECRETS, &key.namespace, &key.name, Options::default()));
        };
        let mut filled = secret.clone();
        for (name, text) in [("ca.crt", ROOT_CA_CERTIFICATE.to_string()), ("namespace", key.namespace.to_string())] {
            set_data(&mut filled, name, &base64::encode(text.as_bytes()));
        }
        if filled.path("data").get("token").is_empty() {
            set_data(&mut filled, "token", &base64::encode(token(&secret, &account).as_bytes()));
        }
        meta::set_annotation(&mut filled, ACCOUNT_UID, meta::uid(&account));
        if filled == secret { Ok(()) } else { context.client.update(&SECRETS, filled).map(|_| ()) }
    }
}

fn set_data(secret: &mut Value, name: &str, text: &str) {
    secret.get_mut("data").fields_mut().insert(name, text);
}

/// A token that never expires, with the claims of upstream's (`pkg/serviceaccount/legacy.go`). Its signature is not one: nobody checks it here.
fn token(secret: &Value, account: &Value) -> String {
    let (namespace, name) = (meta::namespace(account), meta::name(account));
    let claims = json!({
        "iss": "kubernetes/serviceaccount",
        "kubernetes.io/serviceaccount/namespace": namespace,
        "kubernetes.io/serviceaccount/secret.name": meta::name(secret),
        "kubernetes.io/serviceaccount/service-account.name": name,
        "kubernetes.io/serviceaccount/service-account.uid": meta::uid(account),
        "sub": format!("system:serviceaccount:{namespace}:{name}"),
    });
    let seed = meta::uid(secret).bytes().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut random = Random::new(seed);
    let signature: Vec<u8> = (0..32).flat_map(|_| random.next_u64().to_le_bytes()).collect();
    let part = |text: String| base64::encode_url(text.as_bytes());
    format!("{}.{}.{}", part(json!({"alg": "RS256", "kid": "kubarium"}).to_string()), part(claims.to_string()), base64::encode_url(&signature))
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use crate::api::resource::{SECRETS, SERVICE_ACCOUNTS};
    use crate::value::json;

    #[test]
    fn a_secret_gets_its_token_and_goes_with_the_account() {
        let mut world = World::new();
        world.create(&SERVICE_ACCOUNTS, json!({"metadata": {"name": "robot"}}));
        for (secret, account) in [("good", "robot"), ("lost", "nobody")] {
            let annotations = json!({"kubernetes.io/service-account.name": account});
            let metadata = json!({"name": secret, "annotations": annotations});
            world.create(&SECRETS, json!({"metadata": metadata, "type": "kubernetes.io/service-account-token"}));
        }
        world.run(500);
        let names: Vec<String> = world.list(&SECRETS).iter().map(|secret| crate::api::meta::name(secret).to_string()).collect();
        assert_eq!(names, ["good"]);
        assert!(!world.get(&SECRETS, "good").path("data").get("token").is_empty());
        world.delete(&SERVICE_ACCOUNTS, "robot", "");
        world.run(500);
        assert!(world.list(&SECRETS).is_empty());
    }
}
