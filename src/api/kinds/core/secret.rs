//! Secrets.

use super::super::{cells, rules};
use super::config_map::{MAX_DATA_BYTES, data_key, decoded_len, immutable};
use crate::api::base64;
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::meta;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of Secrets.
pub struct SecretStrategy;

impl Strategy for SecretStrategy {
    fn default(&self, secret: &mut Value) {
        // `stringData` is for writing only; what it says counts.
        for (key, text) in secret.remove("stringData").fields().iter() {
            secret.get_mut("data").fields_mut().insert(key.clone(), base64::encode(text.str().as_bytes()));
        }
        if secret.get("type").is_empty() {
            secret.set("type", "Opaque");
        }
    }

    fn prepare_for_create(&self, _object: &mut Value) {}

    fn validate(&self, secret: &Value) -> Vec<FieldError> {
        let data = secret.get("data");
        let mut errors: Vec<FieldError> = data.fields().keys().flat_map(|key| data_key("data", key)).collect();
        if data.fields().values().map(decoded_len).sum::<usize>() > MAX_DATA_BYTES {
            errors.push(FieldError::too_long("data", MAX_DATA_BYTES));
        }
        let missing = |keys: &[&str]| -> Vec<FieldError> {
            keys.iter().filter(|key| !data.fields().contains_key(key)).map(|key| FieldError::required(format!("data[{key}]"), "")).collect()
        };
        match secret.get("type").str() {
            "kubernetes.io/service-account-token" if meta::annotation(secret, "kubernetes.io/service-account.name").is_empty() => {
                errors.push(FieldError::required("metadata.annotations[kubernetes.io/service-account.name]", ""));
            }
            "kubernetes.io/dockercfg" => errors.extend(docker_config(data, ".dockercfg")),
            "kubernetes.io/dockerconfigjson" => errors.extend(docker_config(data, ".dockerconfigjson")),
            "kubernetes.io/basic-auth" => {
                let absent = missing(&["username", "password"]);
                if absent.len() == 2 {
                    errors.extend(absent);
                }
            }
            "kubernetes.io/ssh-auth" if data.get("ssh-privatekey").is_empty() => errors.push(FieldError::required("data[ssh-privatekey]", "")),
            "kubernetes.io/tls" => errors.extend(missing(&["tls.crt", "tls.key"])),
            _ => {}
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = rules::immutable(new, old, "type");
        errors.extend(immutable(new, old, &["data"]));
        errors.extend(self.validate(new));
        errors
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Type", "Data", "Age"], &[])
    }

    fn row(&self, secret: &Value, now_ms: u64) -> Vec<Value> {
        vec![cells::name(secret), secret.get("type").clone(), secret.get("data").fields().len().into(), cells::age(secret, now_ms)]
    }

    fn selectable_fields(&self, secret: &Value) -> Vec<(&'static str, String)> {
        vec![("type", secret.get("type").str().to_string())]
    }
}

/// What a registry's credentials must be: an object in JSON. Go's words for what is no JSON depend on its decoder; they are followed
/// for what is empty, ends early or is of another type.
fn docker_config(data: &Value, key: &str) -> Vec<FieldError> {
    let Some(encoded) = data.fields().get(key) else {
        return vec![FieldError::required(format!("data[{key}]"), "")];
    };
    let text = base64::decode(encoded.str()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let why = match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(_) | Value::Null) => return Vec::new(),
        Ok(other) => format!("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", other.type_name()),
        Err(error) => crate::api::go_json::error_words(&text, &error),
    };
    let shown = "\"<secret contents redacted>\"".to_string();
    vec![FieldError { type_: ErrorType::Invalid, field: format!("data[{key}]"), shown, detail: why }]
}
