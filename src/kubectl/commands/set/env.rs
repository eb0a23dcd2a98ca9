//! `kubectl set env`.

use super::{change_all, common_flags, containers_mut, fits, pod_spec_path, split};
use crate::api::base64;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::resources;
use crate::kubectl::source::Info;
use crate::value::{Value, json};

/// `set env`.
pub const ENTRY: Entry = Entry { path: "set env", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::text("containers").or("*").short('c'),
        Flag::list("env").short('e'),
        Flag::text("from"),
        Flag::list("keys"),
        Flag::bool("list"),
        Flag::on("overwrite"),
        Flag::text("prefix"),
        Flag::bool("resolve"),
    ];
    flags.extend(common_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let (named, words) = split(&invocation.arguments, |word| word.contains('=') || (word.ends_with('-') && word.len() > 1 && !word.contains('/')));
    if named.is_empty() && !invocation.has_files() {
        return Err(Failure::text("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    let lists = invocation.flags.is("list");
    let from = invocation.flags.text("from").to_string();
    let given: Vec<&String> = words.iter().chain(invocation.flags.list("env")).collect();
    if lists && !given.is_empty() {
        return Err(Failure::text("--list and environment modifications may not be specified together"));
    }
    if !lists && given.is_empty() && from.is_empty() {
        // Nothing to do is no failure (`RunEnv`).
        return Ok(());
    }
    let (mut set, mut remove) = (Vec::new(), Vec::new());
    for word in given {
        if let Some((name, value)) = word.split_once('=') {
            if let Some(why) = wrong_name(name) {
                return Err(Failure::text(why));
            }
            set.push(json!({"name": name, "value": value}));
        } else {
            remove.push(word.trim_end_matches('-').to_string());
        }
    }
    if !from.is_empty() {
        set.extend(variables_of(&invocation, &from).await?);
    }
    let pattern = invocation.flags.text("containers").to_string();
    if lists {
        return list(&invocation, named, &pattern).await;
    }
    let overwrite = invocation.flags.is("overwrite");
    change_all(&invocation, named, "failed to patch env update to pod template: ", "env updated", &|info, object| {
        let spec = pod_spec_path(&info.mapping.kind.kind).ok_or_else(|| Failure::text("the object is not a pod or does not have a pod template"))?;
        let mut found = false;
        for container in ["initContainers", "containers"].into_iter().flat_map(|list| object.path(&format!("{spec}.{list}")).items().to_vec()) {
            found |= fits(container.get("name").str(), &pattern);
        }
        if !found {
            return Err(Failure::text(format!("{} \"{}\" does not have any containers matching \"{pattern}\"", info.mapping.kind.kind, info.name)));
        }
        for list in ["initContainers", "containers"] {
            for container in containers_mut(object, spec, list).iter_mut().filter(|container| fits(container.get("name").str(), &pattern)) {
                update(container, &set, &remove, overwrite)?;
            }
        }
        Ok(())
    })
    .await
}

/// What is wrong with a variable's name (`validation.IsEnvVarName`).
fn wrong_name(name: &str) -> Option<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !name.is_empty() && name.bytes().all(fits) && !name.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let rule = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";
    Some(format!("{name:?} is not a valid key name: {rule}"))
}

fn update(container: &mut Value, set: &[Value], remove: &[String], overwrite: bool) -> Result<(), Failure> {
    let variables = container.path_mut("env").items_mut();
    for variable in set {
        match variables.iter_mut().find(|known| known.get("name") == variable.get("name")) {
            Some(known) if !overwrite => {
                return Err(Failure::text(format!(
                    "'{}' already has a value ({}), and --overwrite is false",
                    variable.get("name").str(),
                    known.get("value").str()
                )));
            }
            Some(known) => *known = variable.clone(),
            None => variables.push(variable.clone()),
        }
    }
    variables.retain(|variable| !remove.iter().any(|name| variable.get("name").str() == name));
    if variables.is_empty() {
        container.remove("env");
    }
    Ok(())
}

/// The keys of a ConfigMap or Secret as variables that refer to them.
async fn variables_of(invocation: &Invocation, from: &str) -> Result<Vec<Value>, Failure> {
    let Some((type_, name)) = from.split_once('/') else {
        return Err(Failure::text(format!(
            "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form: {from}"
        )));
    };
    let mapping = resources::resolve(&invocation.session.registry(), type_)?;
    let object = invocation.get(&mapping, &invocation.namespace, name).await?;
    let reference = match mapping.kind.kind.as_str() {
        "ConfigMap" => "configMapKeyRef",
        "Secret" => "secretKeyRef",
        kind => return Err(Failure::text(format!("unsupported resource specified in --from: {kind}"))),
    };
    let keys = invocation.flags.list("keys");
    let prefix = invocation.flags.text("prefix");
    let named = object.get("data").fields().keys().filter(|key| keys.is_empty() || keys.iter().any(|wanted| wanted == key.as_str()));
    Ok(named
        .map(|key| {
            let upper: String = key.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' }).collect();
            if upper != key.as_str() {
                invocation.session.err_line(format!("Warning: key {key} transferred to {upper}"));
            }
            let mut variable = json!({"name": format!("{prefix}{upper}")});
            variable.set(&format!("valueFrom.{reference}"), json!({"name": name, "key": key.as_str()}));
            variable
        })
        .collect())
}

async fn list(invocation: &Invocation, named: &[String], pattern: &str) -> Result<(), Failure> {
    let (infos, failures) = invocation.find_objects(named).await?;
    for info in &infos {
        let Some(spec) = pod_spec_path(&info.mapping.kind.kind) else { continue };
        for list in ["initContainers", "containers"] {
            for container in info.object.path(&format!("{spec}.{list}")).items().iter().filter(|container| fits(container.get("name").str(), pattern)) {
                invocation.session.out_line(format!("# {} {}, container {}", info.mapping.kind.kind, info.name, container.get("name").str()));
                for variable in container.get("env").items() {
                    let resolved = if invocation.flags.is("resolve") { resolved(invocation, info, variable).await } else { None };
                    invocation.session.out_line(match resolved {
                        Some(value) => format!("{}={value}", variable.get("name").str()),
                        None => variable_text(variable),
                    });
                }
            }
        }
    }
    Failure::of(failures)
}

/// What a reference to a ConfigMap or Secret stands for.
async fn resolved(invocation: &Invocation, info: &Info, variable: &Value) -> Option<String> {
    for (field, kind) in [("secretKeyRef", "secrets"), ("configMapKeyRef", "configmaps")] {
        let reference = variable.path(&format!("valueFrom.{field}"));
        if reference.is_null() {
            continue;
        }
        let mapping = resources::resolve(&invocation.session.registry(), kind).ok()?;
        let object = invocation.get(&mapping, &info.namespace, reference.get("name").str()).await.ok()?;
        let value = object.get("data").get(reference.get("key").str());
        return if kind == "secrets" { Some(String::from_utf8_lossy(&base64::decode(value.str()).ok()?).into_owned()) } else { Some(value.str().to_owned()) };
    }
    None
}

fn variable_text(variable: &Value) -> String {
    let (name, from) = (variable.get("name").str(), variable.get("valueFrom"));
    if from.is_null() {
        return format!("{name}={}", variable.get("value").str());
    }
    for (field, kind) in [("secretKeyRef", "secret"), ("configMapKeyRef", "configmap")] {
        let reference = from.get(field);
        if !reference.is_null() {
            return format!("# {name} from {kind} {}, key {}", reference.get("name").str(), reference.get("key").str());
        }
    }
    if !from.get("fieldRef").is_null() {
        return format!("# {name} from field path {}", from.path("fieldRef.fieldPath").str());
    }
    format!("# {name} from resource field {}", from.path("resourceFieldRef.resource").str())
}
