//! `kubectl wait` (`k8s.io/kubectl/pkg/cmd/wait`).

use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::jsonpath::{JsonPath, relaxed, value_text};
use crate::kubectl::source::{Info, file_flags};
use crate::value::Value;

/// `wait`.
pub const ENTRY: Entry = Entry { path: "wait", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::bool("all"),
        Flag::bool("all-namespaces").short('A'),
        Flag::text("field-selector"),
        Flag::array("for"),
        Flag::bool("local"),
        Flag::text("output").short('o'),
        Flag::text("selector").short('l'),
        Flag::duration("timeout", "30s"),
    ];
    flags.extend(file_flags());
    flags
}

/// How often the objects are looked at.
const POLL_MS: u64 = 100;
/// What a negative timeout means.
const A_WEEK_MS: u64 = 7 * 24 * 3600 * 1000;

/// What is waited for.
enum Condition {
    Created,
    Deleted,
    Named { type_: String, status: String },
    Path { path: JsonPath, value: Option<String> },
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let conditions = match invocation.flags.list("for") {
        [] => return Err(Failure::text("unrecognized condition: []")),
        texts => texts.iter().map(|text| parse(text)).collect::<Result<Vec<_>, _>>()?,
    };
    let timeout_ms = match invocation.flags.duration_ms("timeout") {
        negative if negative < 0 => A_WEEK_MS,
        timeout_ms => timeout_ms as u64,
    };
    let deadline_ms = invocation.session.now_ms() + timeout_ms;
    for condition in &conditions {
        let infos = match find(&invocation, condition, deadline_ms).await? {
            Some(infos) => infos,
            None => continue,
        };
        if infos.is_empty() {
            return Err(Failure::text("no matching resources found"));
        }
        let mut failures = Vec::new();
        for info in &infos {
            match wait_for(&invocation, info, condition, deadline_ms).await {
                Ok(()) => say(&invocation, info, condition),
                Err(failure) => failures.push(failure),
            }
        }
        Failure::of(failures)?;
    }
    Ok(())
}

fn say(invocation: &Invocation, info: &Info, condition: &Condition) {
    let name = info.object_name();
    if invocation.flags.text("output") == "name" {
        invocation.session.out_line(name);
        return;
    }
    // kubectl's printer for deletions only knows what is passed to it after the object has gone, and says nothing then.
    if !matches!(condition, Condition::Deleted) || !info.object.is_null() {
        invocation.session.out_line(format!("{name} condition met"));
    }
}

fn parse(text: &str) -> Result<Condition, Failure> {
    let lower = text.to_lowercase();
    if lower == "delete" {
        return Ok(Condition::Deleted);
    }
    if lower == "create" {
        return Ok(Condition::Created);
    }
    if let Some(rest) = text.strip_prefix("condition=") {
        let (type_, status) = rest.split_once('=').unwrap_or((rest, "true"));
        return Ok(Condition::Named { type_: type_.to_lowercase(), status: status.to_lowercase() });
    }
    if let Some(rest) = text.strip_prefix("jsonpath=") {
        let (path, value) = split_path(rest)?;
        let template = relaxed(&path).map_err(Failure::text)?;
        let mut path = JsonPath::parse(&template).map_err(|why| Failure::text(format!("error parsing jsonpath {path}, {why}")))?;
        path.allow_missing = true;
        return Ok(Condition::Path { path, value });
    }
    Err(Failure::text(format!("unrecognized condition: {text:?}")))
}

/// `{.a}=b` → path and value; the `=` after the closing brace counts.
fn split_path(text: &str) -> Result<(String, Option<String>), Failure> {
    let text = text.trim_matches('\'');
    let end = text.rfind('}').map_or_else(|| text.find('=').unwrap_or(text.len()), |index| index + 1);
    let (path, rest) = text.split_at(end);
    let path = path.trim_matches('\'').to_string();
    match rest.trim_start_matches('\'').strip_prefix('=') {
        None if rest.trim_matches('\'').is_empty() => Ok((path, None)),
        Some("") => Err(Failure::text("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3")),
        Some(value) => Ok((path, Some(value.trim_matches(['\'', '"']).to_string()))),
        None => Err(Failure::text("jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'")),
    }
}

/// The objects; `None` where they are gone already, which is what was wanted.
async fn find(invocation: &Invocation, condition: &Condition, deadline_ms: u64) -> Result<Option<Vec<Info>>, Failure> {
    loop {
        let (infos, failures) = invocation.find_objects(&invocation.arguments).await?;
        let missing = failures.iter().all(Failure::is_not_found);
        match condition {
            Condition::Deleted if missing && infos.is_empty() => return Ok(None),
            Condition::Created if (!failures.is_empty() || infos.is_empty()) && missing => {
                if invocation.session.now_ms() >= deadline_ms {
                    return Err(Failure::text("timed out waiting for the condition"));
                }
                invocation.session.sleep_ms(POLL_MS).await;
            }
            _ if !failures.is_empty() => return Err(Failure::joined(failures)),
            _ => return Ok(Some(infos)),
        }
    }
}

async fn wait_for(invocation: &Invocation, info: &Info, condition: &Condition, deadline_ms: u64) -> Result<(), Failure> {
    loop {
        match invocation.get(&info.mapping, &info.namespace, &info.name).await {
            Ok(object) if is_met(condition, &object, &info.object)? => return Ok(()),
            Ok(_) => {}
            Err(failure) if failure.is_not_found() => match condition {
                Condition::Deleted => return Ok(()),
                _ => return Err(failure),
            },
            Err(failure) => return Err(failure),
        }
        if invocation.session.now_ms() >= deadline_ms {
            let why = if invocation.flags.duration_ms("timeout") == 0 { "condition not met for" } else { "timed out waiting for the condition on" };
            return Err(Failure::text(format!("{why} {}", info.resource_name())));
        }
        let left_ms = deadline_ms - invocation.session.now_ms();
        invocation.session.sleep_ms(POLL_MS.min(left_ms)).await;
    }
}

fn is_met(condition: &Condition, object: &Value, first_seen: &Value) -> Result<bool, Failure> {
    Ok(match condition {
        Condition::Created => true,
        Condition::Deleted => crate::api::meta::uid(object) != crate::api::meta::uid(first_seen),
        Condition::Named { type_, status } => object.path("status.conditions").items().iter().any(|found| {
            let outdated = found.get("observedGeneration").as_i64().is_some_and(|observed| Some(observed) < object.path("metadata.generation").as_i64());
            !outdated && found.get("type").str().to_lowercase() == *type_ && found.get("status").str().to_lowercase() == *status
        }),
        Condition::Path { path, value } => {
            let found = path.find(object).map_err(Failure::text)?;
            match (found.first().map(Vec::as_slice).unwrap_or_default(), value) {
                ([], _) => false,
                ([_, ..], None) => true,
                ([only], Some(wanted)) => value_text(only) == *wanted,
                _ => return Err(Failure::text("given jsonpath expression matches more than one value")),
            }
        }
    })
}
