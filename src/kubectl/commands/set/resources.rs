//! `kubectl set resources`.

use super::{change_all, common_flags, containers_mut, fits, pod_spec_path};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::value::{Map, SmolStr, Value};

/// `set resources`.
pub const ENTRY: Entry = Entry { path: "set resources", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("containers").or("*").short('c'), Flag::text("limits"), Flag::text("requests")];
    flags.extend(common_flags());
    flags
}

fn amounts(text: &str) -> Result<Map, Failure> {
    let mut amounts = Map::new();
    for pair in text.split(',').filter(|pair| !pair.is_empty()) {
        let Some((name, amount)) = pair.split_once('=').filter(|(_, amount)| !amount.contains('=')) else {
            return Err(Failure::text(format!("Invalid argument syntax {pair}, expected <resource>=<value>")));
        };
        if crate::api::quantity::Quantity::parse(amount).is_err() {
            return Err(Failure::text("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"));
        }
        amounts.insert(SmolStr::new(name), amount);
    }
    Ok(amounts)
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let (limits, requests) = (amounts(flags.text("limits"))?, amounts(flags.text("requests"))?);
    if limits.is_empty() && requests.is_empty() {
        return Err(Failure::text("you must specify an update to requests or limits (in the form of --requests/--limits)"));
    }
    let pattern = flags.text("containers").to_string();
    change_all(&invocation, &invocation.arguments, "failed to patch resources update to pod template ", "resource requirements updated", &|info, object| {
        let spec = pod_spec_path(&info.mapping.kind.kind).ok_or_else(|| Failure::text("the object is not a pod or does not have a pod template"))?;
        let mut found = false;
        for list in ["initContainers", "containers"] {
            for container in containers_mut(object, spec, list).iter_mut().filter(|container| fits(container.get("name").str(), &pattern)) {
                found = true;
                set(container, "resources.limits", &limits);
                set(container, "resources.requests", &requests);
            }
        }
        if found { Ok(()) } else { Err(Failure::text(format!("unable to find container named {pattern}"))) }
    })
    .await
}

fn set(container: &mut Value, path: &str, amounts: &Map) {
    for (name, amount) in amounts.iter() {
        container.path_mut(path).fields_mut().insert(name.clone(), amount.clone());
    }
}
