//! `kubectl create configmap`.

use super::{create_generated, generator_flags, one_name};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::value::{SmolStr, json};

/// `create configmap`.
pub const ENTRY: Entry = Entry { path: "create configmap", aliases: &["cm"], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![Flag::bool("append-hash")];
    flags.extend(data_flags());
    flags.extend(generator_flags());
    flags
}

/// The flags that say what is in a ConfigMap or Secret.
pub(super) fn data_flags() -> Vec<Flag> {
    vec![Flag::list("from-env-file"), Flag::list("from-file"), Flag::array("from-literal")]
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let pairs = data(&invocation)?;
    let mut object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
    for (key, text) in pairs {
        object.path_mut("data").fields_mut().insert(SmolStr::from(key), text);
    }
    if invocation.flags.is("append-hash") {
        let hashed = format!("{name}-{}", super::secret::content_hash(&object));
        object.set("metadata.name", hashed);
    }
    create_generated(&invocation, object, "create configmap").await
}

/// The keys and texts that the flags name.
///
/// # Errors
/// For a literal without a value, a file that isn't there, a key twice or a name that can't be a key.
pub(super) fn data(invocation: &Invocation) -> Result<Vec<(String, String)>, Failure> {
    let flags = &invocation.flags;
    if flags.has("from-env-file") && (flags.has("from-file") || flags.has("from-literal")) {
        return Err(Failure::text("from-env-file cannot be combined with from-file or from-literal"));
    }
    let mut pairs: Vec<(String, String)> = Vec::new();
    for literal in flags.list("from-literal") {
        match literal.split_once('=') {
            Some((key, value)) if !key.is_empty() => add(invocation, &mut pairs, key, unquoted(value))?,
            _ => return Err(Failure::text(format!("invalid literal source {literal}, expected key=value"))),
        }
    }
    let files = invocation.session.files();
    for source in flags.list("from-file") {
        let (key, path) = match source.split_once('=') {
            None => (None, source.as_str()),
            Some(("", path)) => return Err(Failure::text(format!("key name for file path {path} missing"))),
            Some((key, "")) => return Err(Failure::text(format!("file path for key name {key} missing"))),
            Some((_, path)) if path.contains('=') => return Err(Failure::text("key names or file paths cannot contain '='")),
            Some((key, path)) => (Some(key), path),
        };
        if let Some(text) = invocation.session.file(path) {
            add(invocation, &mut pairs, key.unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path)), &text)?;
        } else if files.is_folder(path) {
            if key.is_some() {
                return Err(Failure::text("cannot give a key name for a directory path"));
            }
            for file in files.in_folder(path, false) {
                add(invocation, &mut pairs, file.rsplit('/').next().unwrap_or(file), files.get(file).unwrap_or(""))?;
            }
        } else {
            return Err(Failure::text(format!("error reading {path}: no such file or directory")));
        }
    }
    for path in flags.list("from-env-file") {
        let Some(text) = invocation.session.file(path) else {
            return Err(Failure::text(format!("error reading {path}: no such file or directory")));
        };
        for line in text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            add(invocation, &mut pairs, key, value)?;
        }
    }
    Ok(pairs)
}

/// A value in quotes loses them.
fn unquoted(value: &str) -> &str {
    let quoted = |quote: char| value.len() >= 2 && value.starts_with(quote) && value.ends_with(quote);
    if quoted('"') || quoted('\'') { &value[1..value.len() - 1] } else { value }
}

fn add(invocation: &Invocation, pairs: &mut Vec<(String, String)>, key: &str, value: &str) -> Result<(), Failure> {
    let is_map = !invocation.path.contains("secret");
    let fits = key.len() <= 253 && !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if !fits || key == "." || key.starts_with("..") {
        let rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
        let what = if is_map { "a valid key name for a ConfigMap:" } else { "valid key name for a Secret" };
        return Err(Failure::text(format!("{key:?} is not {what} {rule}")));
    }
    if pairs.iter().any(|(known, _)| known == key) {
        return Err(Failure::text(if is_map {
            let map = invocation.arguments.first().map_or("", String::as_str);
            format!("cannot add key {key:?}, another key by that name already exists in Data for ConfigMap {map:?}")
        } else {
            format!("cannot add key {key}, another key by that name already exists")
        }));
    }
    pairs.push((key.into(), value.into()));
    Ok(())
}
