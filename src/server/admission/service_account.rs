//! Every pod runs as a ServiceAccount, whose token is mounted (`plugin/pkg/admission/serviceaccount`).

use super::{Attributes, Operation};
use crate::api::meta;
use crate::api::names;
use crate::api::resource::{PODS, SERVICE_ACCOUNTS};
use crate::api::status::Status;
use crate::value::{Value, json};

const DEFAULT_NAME: &str = "default";
const TOKEN_MOUNT_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const TOKEN_VOLUME_PREFIX: &str = "kube-api-access-";
const MIRROR_ANNOTATION: &str = "kubernetes.io/config.mirror";
const ENFORCE_ANNOTATION: &str = "kubernetes.io/enforce-mountable-secrets";
/// An hour and seven seconds, by which kubelets know that it was the server's idea.
const TOKEN_EXPIRATION_SECONDS: i64 = 3607;

pub(super) fn admit(attributes: &mut Attributes) -> Result<(), Status> {
    if !attributes.creates(&PODS) || is_mirror(&attributes.object) {
        return Ok(());
    }
    if attributes.object.path("spec.serviceAccountName").is_empty() {
        attributes.object.set("spec.serviceAccountName", DEFAULT_NAME);
    }
    let name = attributes.object.path("spec.serviceAccountName").clone();
    attributes.object.set("spec.serviceAccount", name);
    let account = account_of(attributes)?;
    if automounts(&account, &attributes.object) {
        mount_token(attributes);
    }
    if attributes.object.path("spec.imagePullSecrets").is_empty() && !account.get("imagePullSecrets").is_empty() {
        let secrets: Value = account.get("imagePullSecrets").items().iter().map(|secret| json!({"name": secret.get("name").str()})).collect();
        attributes.object.set("spec.imagePullSecrets", secrets);
    }
    Ok(())
}

pub(super) fn validate(attributes: &mut Attributes) -> Result<(), Status> {
    if !attributes.creates(&PODS) {
        return Ok(());
    }
    if is_mirror(&attributes.object) {
        return validate_mirror(attributes);
    }
    if attributes.operation != Operation::Create || attributes.object.path("spec.serviceAccountName").is_empty() {
        return Err(attributes.forbidden("no service account specified"));
    }
    let account = account_of(attributes)?;
    if meta::annotation(&account, ENFORCE_ANNOTATION).eq_ignore_ascii_case("true") {
        return limit_secrets(attributes, &account);
    }
    Ok(())
}

fn is_mirror(pod: &Value) -> bool {
    pod.path("metadata.annotations").fields().contains_key(MIRROR_ANNOTATION)
}

/// A mirror of a static pod may use nothing of the API.
fn validate_mirror(attributes: &Attributes) -> Result<(), Status> {
    let spec = attributes.object.get("spec");
    if !spec.get("serviceAccountName").is_empty() {
        return Err(attributes.forbidden("a mirror pod may not reference service accounts"));
    }
    let takes_secrets = spec.get("volumes").items().iter().any(|volume| !volume.get("secret").is_null());
    if takes_secrets {
        return Err(attributes.forbidden("a mirror pod may not reference secrets"));
    }
    Ok(())
}

fn account_of(attributes: &Attributes) -> Result<Value, Status> {
    let name = attributes.object.path("spec.serviceAccountName").str();
    match attributes.server.store.get(&SERVICE_ACCOUNTS, &attributes.namespace, name) {
        Some(account) => Ok(account.clone()),
        None => {
            let why = format!("error looking up service account {}/{name}: serviceaccount \"{name}\" not found", attributes.namespace);
            Err(attributes.forbidden(&why))
        }
    }
}

fn automounts(account: &Value, pod: &Value) -> bool {
    let wish = |value: &Value| value.as_bool();
    wish(pod.path("spec.automountServiceAccountToken")).or(wish(account.get("automountServiceAccountToken"))).unwrap_or(true)
}

fn mount_token(attributes: &mut Attributes) {
    let present =
        attributes.object.path("spec.volumes").items().iter().map(|volume| volume.get("name").str()).find(|name| name.starts_with(TOKEN_VOLUME_PREFIX));
    let is_present = present.is_some();
    let volume = present.map_or_else(String::new, str::to_string);
    let volume = if is_present { volume } else { format!("{TOKEN_VOLUME_PREFIX}{}", names::random_suffix(attributes.server.random.next_u64())) };
    let mut is_needed = false;
    for list in ["spec.initContainers", "spec.containers"] {
        if attributes.object.path(list).is_empty() {
            continue;
        }
        for container in attributes.object.path_mut(list).items_mut() {
            let has_mount = container.get("volumeMounts").items().iter().any(|mount| mount.get("mountPath").str() == TOKEN_MOUNT_PATH);
            if !has_mount {
                container.push("volumeMounts", json!({"name": volume, "readOnly": true, "mountPath": TOKEN_MOUNT_PATH}));
                is_needed = true;
            }
        }
    }
    if is_needed && !is_present {
        attributes.object.push("spec.volumes", token_volume(&volume));
    }
}

fn token_volume(name: &str) -> Value {
    json!({"name": name, "projected": {"defaultMode": 420, "sources": [
        {"serviceAccountToken": {"path": "token", "expirationSeconds": TOKEN_EXPIRATION_SECONDS}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}},
    ]}})
}

/// Only Secrets that the account lists may be used, where its annotation says so.
fn limit_secrets(attributes: &Attributes, account: &Value) -> Result<(), Status> {
    let names = |list: &str| -> Vec<String> { account.get(list).items().iter().map(|secret| secret.get("name").str().to_string()).collect() };
    let (mountable, pullable) = (names("secrets"), names("imagePullSecrets"));
    let account = meta::name(account);
    let spec = attributes.object.get("spec");
    for volume in spec.get("volumes").items() {
        let secret = volume.path("secret.secretName").str();
        if !secret.is_empty() && !mountable.iter().any(|name| name == secret) {
            let why = format!("volume with secret.secretName=\"{secret}\" is not allowed because service account {account} does not reference that secret");
            return Err(attributes.forbidden(&why));
        }
    }
    for (list, what) in [("initContainers", "init container"), ("containers", "container")] {
        for container in spec.get(list).items() {
            for variable in container.get("env").items() {
                let secret = variable.path("valueFrom.secretKeyRef.name").str();
                if !secret.is_empty() && !mountable.iter().any(|name| name == secret) {
                    let why = format!(
                        "{what} {} with envVar {} referencing secret.secretName=\"{secret}\" is not allowed because service account {account} does not reference that secret",
                        container.get("name").str(),
                        variable.get("name").str()
                    );
                    return Err(attributes.forbidden(&why));
                }
            }
        }
    }
    for secret in spec.get("imagePullSecrets").items().iter().map(|secret| secret.get("name").str()) {
        if !pullable.iter().any(|name| name == secret) {
            let why = format!("imagePullSecrets[0].name=\"{secret}\" is not allowed because service account {account} does not reference that imagePullSecret");
            return Err(attributes.forbidden(&why));
        }
    }
    Ok(())
}
