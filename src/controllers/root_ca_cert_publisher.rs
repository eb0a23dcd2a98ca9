//! The certificate authority's certificate in every namespace, for pods to trust the API server (`pkg/controller/certificates/rootcacertpublisher`).
//! Keys are namespaces.

use super::controller::{Context, Controller, Queue};
use crate::api::meta;
use crate::api::resource::{CONFIG_MAPS, NAMESPACES, ObjectKey};
use crate::api::status::Status;
use crate::store::{Change, ChangeType, Store};
use crate::value::json;

const NAME: &str = "kube-root-ca.crt";
const DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/// The certificate of every simulated cluster's authority: a real one, whose key nobody has.
pub const ROOT_CA_CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBfjCCASWgAwIBAgIUN9JvV7E6ydbSvCCAO9BKofXThGswCgYIKoZIzj0EAwIw\n\
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAeFw0yNjExMjMxMzE3MDBaFw0zNjExMjAx\n\
MzE3MDBaMBUxEzARBgNVBAMMCmt1YmVybmV0ZXMwWTATBgcqhkjOPQIBBggqhkjO\n\
PQMBBwNCAATs81+duM93FDmP+OHmAuZX3O5SViPKhf0IQdrgqHl3hM5DNo4T2cDu\n\
4QnjI2JY/YudvM5b2hY7fy0nSRjaeXLZo1MwUTAdBgNVHQ4EFgQUhGfuc3+QNhO6\n\
FafU56vX/O+KbWgwHwYDVR0jBBgwFoAUhGfuc3+QNhO6FafU56vX/O+KbWgwDwYD\n\
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiB7vQhbKDV5KClZT5S3IORe\n\
U4qERtBroj1W/amdJjQ3EgIgSzjrYNEsomiK1yiz5C0iONa2sYxYfDU6VI1/+ecf\n\
PNw=\n\
-----END CERTIFICATE-----\n";

/// The publisher.
pub(super) struct RootCaCertPublisher;

impl Controller for RootCaCertPublisher {
    fn name(&self) -> &'static str {
        "root-ca-cert-publisher"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == NAMESPACES && change.type_ != ChangeType::Deleted {
            queue.add(change.key());
        } else if change.resource == CONFIG_MAPS && meta::name(&change.object) == NAME {
            queue.add(ObjectKey::new("", meta::namespace(&change.object)));
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let is_active = context.get(&NAMESPACES, key).is_some_and(|namespace| !meta::is_being_deleted(&namespace));
        if !is_active {
            return Ok(());
        }
        let data = json!({"ca.crt": ROOT_CA_CERTIFICATE});
        let Some(mut map) = context.get(&CONFIG_MAPS, &ObjectKey::new(&key.name, NAME)) else {
            let mut map = json!({
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME, "annotations": {"kubernetes.io/description": DESCRIPTION}},
            });
            map.set("data", data);
            return context.client.create(&CONFIG_MAPS, &key.name, map).map(|_| ());
        };
        if *map.get("data") == data && meta::annotation(&map, "kubernetes.io/description") == DESCRIPTION {
            return Ok(());
        }
        map.set("data", data);
        meta::set_annotation(&mut map, "kubernetes.io/description", DESCRIPTION);
        context.client.update(&CONFIG_MAPS, map).map(|_| ())
    }
}
