//! `kubectl delete` (`k8s.io/kubectl/pkg/cmd/delete`).

use crate::kubectl::arguments::Named;
use crate::kubectl::dry_run::{DRY_RUN, DryRun};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::source::{Check, Info, file_flags};
use crate::server::request::Verb;
use crate::value::{SmolStr, Value};

/// `delete`.
pub const ENTRY: Entry = Entry { path: "delete", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::bool("all"),
        Flag::bool("all-namespaces").short('A'),
        Flag::optional("cascade", "background", "background"),
        DRY_RUN,
        Flag::text("field-selector"),
        Flag::bool("force"),
        Flag::int("grace-period", "-1"),
        Flag::bool("ignore-not-found"),
        Flag::bool("interactive").short('i'),
        Flag::bool("now"),
        Flag::text("output").short('o'),
        Flag::text("raw"),
        Flag::text("selector").short('l'),
        Flag::duration("timeout", "0s"),
        Flag::on("wait"),
    ];
    flags.extend(file_flags());
    flags
}

/// How often it is looked whether an object is gone.
const POLL_MS: u64 = 200;

/// How a delete is to be done.
struct Delete {
    propagation: &'static str,
    grace_period_seconds: Option<i64>,
    force: bool,
    dry_run: DryRun,
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    if !invocation.flags.text("raw").is_empty() {
        return super::get::raw(&invocation, "DELETE").await;
    }
    let delete = settings(&invocation)?;
    if !invocation.has_files() && invocation.arguments.is_empty() {
        return Err(Failure::text(
            "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
        ));
    }
    let (infos, mut failures) = find(&invocation).await?;
    if invocation.flags.is("interactive") && !confirmed(&invocation, &infos).await {
        return Ok(());
    }
    let (mut found, mut deleted) = (0, Vec::new());
    for info in infos {
        match one(&invocation, &info, &delete).await {
            Ok(uid) => {
                found += 1;
                deleted.push((info, uid));
            }
            Err(failure) if failure.is_not_found() && ignores_missing(&invocation) => {}
            Err(failure) => {
                found += 1;
                failures.push(failure.with_source("deleting", &info.source));
            }
        }
    }
    if !failures.is_empty() {
        return Failure::of(failures);
    }
    if found == 0 {
        if !invocation.flags.is("ignore-not-found") {
            invocation.session.out_line("No resources found");
        }
        return Ok(());
    }
    if invocation.flags.is("wait") && delete.dry_run == DryRun::None {
        wait_until_gone(&invocation, &deleted, invocation.flags.duration_ms("timeout")).await?;
    }
    Ok(())
}

fn ignores_missing(invocation: &Invocation) -> bool {
    invocation.flags.is("ignore-not-found") || (invocation.flags.is("all") && !invocation.flags.has("ignore-not-found"))
}

fn settings(invocation: &Invocation) -> Result<Delete, Failure> {
    let flags = &invocation.flags;
    if flags.is("all") && (!flags.text("selector").is_empty() || !flags.text("field-selector").is_empty()) {
        return Err(Failure::text("setting 'all' parameter but found a non empty selector. "));
    }
    if !matches!(flags.text("output"), "" | "name") {
        return Err(Failure::text(format!("unexpected -o output mode: {}. We only support '-o name'", flags.text("output"))));
    }
    let mut grace = flags.int("grace-period");
    let force = flags.is("force");
    if flags.is("now") {
        if grace != -1 {
            return Err(Failure::text("--now and --grace-period cannot be specified together"));
        }
        grace = 1;
    }
    if grace == 0 && !force {
        // To lose nothing by accident, a grace period of 0 without --force is one of a second.
        grace = 1;
    }
    if force && grace < 0 {
        grace = 0;
    }
    if force && grace > 0 {
        return Err(Failure::text("--force and --grace-period greater than 0 cannot be specified together"));
    }
    let propagation = propagation(invocation)?;
    let dry_run = invocation.dry_run()?;
    if force && grace == 0 {
        invocation.session.err_line("Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.");
    }
    Ok(Delete { propagation, grace_period_seconds: (grace >= 0).then_some(grace), force: force && grace == 0, dry_run })
}

/// What `--cascade` says.
///
/// # Errors
/// For a value that it can't have.
pub(super) fn propagation(invocation: &Invocation) -> Result<&'static str, Failure> {
    match invocation.flags.text("cascade") {
        "" | "background" => Ok("Background"),
        "orphan" => Ok("Orphan"),
        "foreground" => Ok("Foreground"),
        "true" => {
            invocation.session.err_line("warning: --cascade=true is deprecated (boolean value) and can be replaced with --cascade=background.");
            Ok("Background")
        }
        "false" => {
            invocation.session.err_line("warning: --cascade=false is deprecated (boolean value) and can be replaced with --cascade=orphan.");
            Ok("Orphan")
        }
        other => Err(Failure::text(format!("invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""))),
    }
}

/// What is to be deleted. Named objects are not asked for first: the server says whether they are there.
async fn find(invocation: &Invocation) -> Result<(Vec<Info>, Vec<Failure>), Failure> {
    if invocation.has_files() {
        let loaded = invocation.load_files(Check::Nothing)?;
        return Ok((loaded.infos, loaded.failures));
    }
    let named = invocation.named(&invocation.arguments)?;
    let selects = invocation.flags.has("selector") || invocation.flags.has("field-selector") || invocation.flags.is("all");
    if named.names.is_empty() {
        if !selects {
            return Err(Failure::text("resource(s) were provided, but no name was specified"));
        }
        return Ok(invocation.fetch(&named).await);
    }
    if selects {
        return Err(Failure::text("name cannot be provided when a selector is specified"));
    }
    Ok((only_named(invocation, &named), Vec::new()))
}

fn only_named(invocation: &Invocation, named: &Named) -> Vec<Info> {
    let info = |(index, name): &(usize, String)| {
        let mapping = named.mappings[*index].clone();
        let namespace = if mapping.kind.namespaced { invocation.namespace.clone() } else { String::new() };
        Info { mapping, namespace, name: name.clone(), object: Value::Null, source: String::new() }
    };
    named.names.iter().map(info).collect()
}

async fn confirmed(invocation: &Invocation, infos: &[Info]) -> bool {
    invocation.session.out_line("You are about to delete the following resource(s):");
    for info in infos {
        let place = if info.namespace.is_empty() { String::new() } else { format!(" from {} namespace", info.namespace) };
        invocation.session.out_line(format!("{}{place}", info.object_name()));
    }
    invocation.session.out("Do you want to continue? (y/N): ");
    let yes = invocation.session.read_input().await.unwrap_or_default().trim().eq_ignore_ascii_case("y");
    if !yes {
        invocation.session.out_line("deletion is cancelled");
    }
    yes
}

/// Deletes an object; its UID comes back.
async fn one(invocation: &Invocation, info: &Info, delete: &Delete) -> Result<String, Failure> {
    info.require_name()?;
    let mut uid = String::new();
    if delete.dry_run == DryRun::Client {
        if info.object.is_null() {
            invocation.get(&info.mapping, &info.namespace, &info.name).await?;
        }
    } else {
        let mut request = invocation.request_for(Verb::Delete, &info.mapping, &info.namespace, &info.name);
        request.options.propagation = SmolStr::new_static(delete.propagation);
        request.options.grace_period_seconds = delete.grace_period_seconds;
        request.options.dry_run = delete.dry_run == DryRun::Server;
        let answer = invocation.send(request).await?;
        uid = [answer.path("metadata.uid"), answer.path("details.uid")].iter().map(|uid| uid.str()).find(|uid| !uid.is_empty()).unwrap_or("").to_string();
    }
    if invocation.flags.text("output") == "name" {
        invocation.session.out_line(info.object_name());
        return Ok(uid);
    }
    let force = if delete.force { "force " } else { "" };
    let place = if info.namespace.is_empty() { String::new() } else { format!(" from {} namespace", info.namespace) };
    invocation.session.out_line(format!("{} \"{}\" {force}deleted{place}{}", info.mapping.object_kind(), info.name, delete.dry_run.suffix()));
    Ok(uid)
}

/// Waits until objects are gone, or others of the same name have taken their place. A timeout of 0 is none.
pub(super) async fn wait_until_gone(invocation: &Invocation, deleted: &[(Info, String)], timeout_ms: i64) -> Result<(), Failure> {
    let deadline_ms = (timeout_ms > 0).then(|| invocation.session.now_ms() + timeout_ms as u64);
    for (info, uid) in deleted {
        loop {
            match invocation.get(&info.mapping, &info.namespace, &info.name).await {
                Ok(object) if !uid.is_empty() && object.path("metadata.uid").str() != uid => break,
                Ok(_) => {}
                Err(failure) if failure.is_not_found() => break,
                // Who may not look, as after a delete of one's own rights, does not wait.
                Err(failure) if failure.reason() == "Forbidden" => break,
                Err(failure) => return Err(failure),
            }
            if deadline_ms.is_some_and(|deadline_ms| invocation.session.now_ms() >= deadline_ms) {
                return Err(Failure::text(format!("timed out waiting for the condition on {}", info.resource_name())));
            }
            invocation.session.sleep_ms(POLL_MS).await;
        }
    }
    Ok(())
}
