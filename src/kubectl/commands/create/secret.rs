//! `kubectl create secret generic|docker-registry|tls`.

use super::configmap::{data, data_flags};
use super::{create_generated, generator_flags, one_name};
use crate::api::sha256::sha256_hex;
use crate::kubectl::base64;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::manifest::write_json_compact;
use crate::value::{SmolStr, Value, json};

/// `create secret`.
pub const ENTRY: Entry = Entry { path: "create secret", aliases: &[], flags: Vec::new, run: None };

/// `create secret generic`.
pub const GENERIC: Entry = Entry { path: "create secret generic", aliases: &[], flags: generic_flags, run: Some(|invocation| Box::pin(generic(invocation))) };

/// `create secret docker-registry`.
pub const DOCKER_REGISTRY: Entry =
    Entry { path: "create secret docker-registry", aliases: &[], flags: docker_flags, run: Some(|invocation| Box::pin(docker_registry(invocation))) };

/// `create secret tls`.
pub const TLS: Entry = Entry { path: "create secret tls", aliases: &[], flags: tls_flags, run: Some(|invocation| Box::pin(tls(invocation))) };

fn common_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::bool("append-hash")];
    flags.extend(generator_flags());
    flags
}

fn generic_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("type")];
    flags.extend(data_flags());
    flags.extend(common_flags());
    flags
}

fn docker_flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::text("docker-email"),
        Flag::text("docker-password"),
        Flag::text("docker-server").or("https://index.docker.io/v1/"),
        Flag::text("docker-username"),
        Flag::list("from-file"),
    ];
    flags.extend(common_flags());
    flags
}

fn tls_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("cert"), Flag::text("key")];
    flags.extend(common_flags());
    flags
}

fn secret(name: &str, type_: &str, pairs: &[(String, String)]) -> Value {
    let mut object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}});
    for (key, text) in pairs {
        object.path_mut("data").fields_mut().insert(SmolStr::new(key), base64::encode(text.as_bytes()));
    }
    if !type_.is_empty() {
        object.set("type", type_);
    }
    object
}

async fn finish(invocation: &Invocation, mut object: Value, doing: &str) -> Result<(), Failure> {
    if invocation.flags.is("append-hash") {
        let hashed = format!("{}-{}", object.path("metadata.name").str(), content_hash(&object));
        object.set("metadata.name", hashed);
    }
    create_generated(invocation, object, doing).await
}

async fn generic(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let pairs = data(&invocation)?;
    let object = secret(&name, invocation.flags.text("type"), &pairs);
    finish(&invocation, object, "create secret").await
}

async fn docker_registry(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let flags = &invocation.flags;
    let text = if flags.has("from-file") {
        let path = flags.list("from-file").first().map(|source| source.rsplit('=').next().unwrap_or(source).to_string()).unwrap_or_default();
        invocation.session.file(&path).ok_or_else(|| Failure::text(format!("error reading {path}: no such file or directory")))?
    } else {
        if flags.text("docker-username").is_empty() || flags.text("docker-password").is_empty() || flags.text("docker-server").is_empty() {
            let needed = "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required";
            return Err(Failure::text(needed));
        }
        let (user, password, email) = (flags.text("docker-username"), flags.text("docker-password"), flags.text("docker-email"));
        let string = |text: &str| write_json_compact(&Value::from(text));
        let email = if email.is_empty() { String::new() } else { format!(",\"email\":{}", string(email)) };
        let auth = base64::encode(format!("{user}:{password}").as_bytes());
        format!(
            "{{\"auths\":{{{}:{{\"username\":{},\"password\":{}{email},\"auth\":\"{auth}\"}}}}}}",
            string(flags.text("docker-server")),
            string(user),
            string(password)
        )
    };
    let object = secret(&name, "kubernetes.io/dockerconfigjson", &[(".dockerconfigjson".into(), text)]);
    finish(&invocation, object, "create secret").await
}

async fn tls(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    if invocation.flags.text("cert").is_empty() || invocation.flags.text("key").is_empty() {
        return Err(Failure::text("key and cert must be specified"));
    }
    let read = |flag: &str| {
        let path = invocation.flags.text(flag);
        invocation.session.file(path).ok_or_else(|| Failure::text(format!("Cannot read file {path}, open {path}: no such file or directory")))
    };
    let pairs = [("tls.crt".to_string(), read("cert")?), ("tls.key".to_string(), read("key")?)];
    if !pairs[0].1.contains("-----BEGIN CERTIFICATE-----") {
        return Err(Failure::text("tls: failed to find any PEM data in certificate input"));
    }
    if !pairs[1].1.contains("PRIVATE KEY-----") {
        return Err(Failure::text("tls: failed to find any PEM data in key input"));
    }
    finish(&invocation, secret(&name, "kubernetes.io/tls", &pairs), "create secret tls").await
}

/// What is put behind a name for its data (`k8s.io/kubectl/pkg/util/hash`): of the SHA-256 the first letters, without those that make words.
pub(super) fn content_hash(object: &Value) -> String {
    let mut hashed = Value::object();
    for field in ["kind", "data", "binaryData", "type"].into_iter().filter(|field| !object.get(field).is_null()) {
        hashed.set(field, object.get(field));
    }
    if object.get("data").is_null() {
        hashed.set("data", if object.get("kind").str() == "Secret" { Value::Null } else { Value::from("") });
    }
    if object.get("kind").str() == "Secret" && object.get("type").is_null() {
        hashed.set("type", "");
    }
    hashed.set("name", object.path("metadata.name"));
    let letter = |letter: char| match letter {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    };
    sha256_hex(write_json_compact(&hashed).as_bytes()).chars().take(10).map(letter).collect()
}
