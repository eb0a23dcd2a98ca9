//! ConfigMaps, Secrets and ServiceAccounts.

use super::Context;
use super::text::{Text, join};
use crate::api::meta;
use crate::value::Value;

/// Name, namespace, labels and annotations, as most descriptions begin.
pub fn head(text: &mut Text, object: &Value) {
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
}

/// A ConfigMap with its texts in full.
pub async fn config_map(context: &Context<'_>, text: &mut Text, object: &Value) {
    head(text, object);
    text.line(0, "\nData\n====");
    for (key, value) in object.get("data").fields().iter() {
        text.line(0, format!("{key}:\n----\n{}\n", value.str()));
    }
    text.line(0, "\nBinaryData\n====");
    for (key, value) in object.get("binaryData").fields().iter() {
        text.line(0, format!("{key}: {} bytes", decoded_length(value.str())));
    }
    text.line(0, "");
    context.events(text, object).await;
}

/// A Secret with the sizes of what it holds.
pub fn secret(text: &mut Text, object: &Value) {
    head(text, object);
    text.line(0, format!("\nType:\t{}", object.get("type").str()));
    text.line(0, "\nData\n====");
    for (key, value) in object.get("data").fields().iter() {
        text.line(0, format!("{key}:\t{} bytes", decoded_length(value.str())));
    }
}

/// How many bytes a base64 text stands for.
pub fn decoded_length(base64: &str) -> usize {
    let letters = base64.bytes().filter(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).count();
    letters * 3 / 4
}

/// A ServiceAccount.
pub async fn service_account(context: &Context<'_>, text: &mut Text, object: &Value) {
    head(text, object);
    names(text, "Image pull secrets", object.get("imagePullSecrets"));
    if object.path("metadata.annotations").get("kubernetes.io/enforce-mountable-secrets").str() == "true" {
        names(text, "Mountable secrets", object.get("secrets"));
    }
    context.events(text, object).await;
}

fn names(text: &mut Text, title: &str, references: &Value) {
    let names: Value = references.items().iter().map(|reference| reference.get("name").clone()).collect();
    text.field(0, title, if names.is_empty() { "<none>".into() } else { join(&names, "\n                    \t") });
}
