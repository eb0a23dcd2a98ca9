//! `kubectl create secret generic|docker-registry|tls`.

use super::configmap::{data, data_flags};
use super::{create_generated, generator_flags, one_name};
use crate::kubectl::base64;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::manifest::write_json_compact;
use crate::value::{SmolStr, Value, json};

/// `create secret`.
pub const ENTRY: Entry = Entry {
    path: "create secret",
    aliases: &[],
    about: "Create a secret using a specified subcommand.",
    examples: "",
    usage: "(docker-registry | generic | tls)",
    flags: Vec::new,
    run: None,
};

/// `create secret generic`.
pub const GENERIC: Entry = Entry {
    path: "create secret generic",
    aliases: &[],
    about: "Create a secret from a local file, directory, or literal value.",
    examples: "
# From key-value pairs
kubectl create secret generic db --from-literal=username=admin --from-literal=password=s3cret",
    usage: "NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]",
    flags: generic_flags,
    run: Some(|invocation| Box::pin(generic(invocation))),
};

/// `create secret docker-registry`.
pub const DOCKER_REGISTRY: Entry = Entry {
    path: "create secret docker-registry",
    aliases: &[],
    about: "Create a secret for use with a Docker registry.",
    examples: "
# What pods need to pull from a private registry
kubectl create secret docker-registry regcred --docker-server=registry.example.com --docker-username=ann --docker-password=secret",
    usage: "NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none]",
    flags: docker_flags,
    run: Some(|invocation| Box::pin(docker_registry(invocation))),
};

/// `create secret tls`.
pub const TLS: Entry = Entry {
    path: "create secret tls",
    aliases: &[],
    about: "Create a TLS secret from the given public/private key pair.",
    examples: "
# From a certificate and its key
kubectl create secret tls shop-tls --cert=shop.crt --key=shop.key",
    usage: "NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none]",
    flags: tls_flags,
    run: Some(|invocation| Box::pin(tls(invocation))),
};

fn common_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::bool("append-hash", "Put a hash of the data behind the name.")];
    flags.extend(generator_flags());
    flags
}

fn generic_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("type", "The type of the secret.")];
    flags.extend(data_flags());
    flags.extend(common_flags());
    flags
}

fn docker_flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::text("docker-email", "The email address for the registry."),
        Flag::text("docker-password", "The password for the registry."),
        Flag::text("docker-server", "The registry's address.").or("https://index.docker.io/v1/"),
        Flag::text("docker-username", "The user's name for the registry."),
        Flag::list("from-file", "A file with the registry's configuration."),
    ];
    flags.extend(common_flags());
    flags
}

fn tls_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("cert", "The file with the certificate."), Flag::text("key", "The file with its private key.")];
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
        let files = invocation.session.files();
        let path = flags.list("from-file").first().map(|source| source.rsplit('=').next().unwrap_or(source).to_string()).unwrap_or_default();
        files.get(&path).map(str::to_string).ok_or_else(|| Failure::text(format!("error reading {path}: no such file or directory")))?
    } else {
        if flags.text("docker-username").is_empty() || flags.text("docker-password").is_empty() || flags.text("docker-server").is_empty() {
            let needed = ["docker-username", "docker-password", "docker-server"]
                .iter()
                .filter(|flag| flags.text(flag).is_empty())
                .map(|flag| format!("\"{flag}\""))
                .collect::<Vec<_>>();
            return Err(Failure::text(format!("required flag(s) {} not set", needed.join(", "))));
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
    finish(&invocation, object, "create secret docker-registry").await
}

async fn tls(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    invocation.require_flags(&["cert", "key"])?;
    let files = invocation.session.files();
    let read = |flag: &str| {
        let path = invocation.flags.text(flag);
        files.get(path).map(str::to_string).ok_or_else(|| Failure::text(format!("open {path}: no such file or directory")))
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

/// A short hash of an object's data, in the alphabet of generated names. Upstream's hash is another one (SHA-256), so names differ from a real cluster's.
pub(super) fn content_hash(object: &Value) -> String {
    const LETTERS: &[u8] = b"2456789bcdfghkmt";
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in write_json_compact(object).bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (0..10).map(|place| char::from(LETTERS[(hash >> (place * 4)) as usize & 15])).collect()
}
