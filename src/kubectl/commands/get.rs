//! `kubectl get` (`k8s.io/kubectl/pkg/cmd/get/get.go`).

use crate::api::status::Status;
use crate::kubectl::arguments::Named;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{Printer, list_of, print_flags, sort};
use crate::kubectl::session::HostRequest;
use crate::kubectl::source::Check;
use crate::value::Value;

/// `get`.
pub const ENTRY: Entry = Entry { path: "get", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::bool("all-namespaces").short('A'),
        Flag::int("chunk-size", "500"),
        Flag::text("field-selector"),
        Flag::bool("ignore-not-found"),
        Flag::list("label-columns").short('L'),
        Flag::bool("no-headers"),
        Flag::bool("output-watch-events"),
        Flag::text("raw"),
        Flag::text("selector").short('l'),
        Flag::on("server-print"),
        Flag::bool("show-kind"),
        Flag::bool("show-labels"),
        Flag::text("sort-by"),
        Flag::text("subresource"),
        Flag::bool("watch").short('w'),
        Flag::bool("watch-only"),
    ];
    flags.extend(print_flags());
    flags.extend(crate::kubectl::source::file_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let printer = Printer::of(&invocation, &["wide", "custom-columns", "custom-columns-file"])?;
    if !invocation.flags.text("raw").is_empty() {
        return raw(&invocation, "GET").await;
    }
    let named = if invocation.has_files() { from_files(&invocation)? } else { invocation.named(&invocation.arguments)? };
    if named.mappings.is_empty() {
        invocation
            .session
            .err_line("You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n");
        let advice =
            "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).";
        return Err(invocation.usage_error(advice));
    }
    if !named.names.is_empty() && (invocation.flags.has("selector") || invocation.flags.has("field-selector")) {
        return Err(Failure::text("name cannot be provided when a selector is specified"));
    }
    if !named.names.is_empty() && invocation.flags.is("all-namespaces") {
        return Err(Failure::text("a resource cannot be retrieved by name across all namespaces"));
    }
    if named.names.is_empty() && !invocation.flags.text("subresource").is_empty() {
        return Err(Failure::text("subresource cannot be used when bulk resources are specified"));
    }
    if invocation.flags.is("watch") || invocation.flags.is("watch-only") {
        return super::get_watch::watch(&invocation, &printer, &named).await;
    }
    if printer.is_human() { super::get_table::show(&invocation, &printer, &named).await } else { objects(&invocation, &printer, &named).await }
}

/// `--raw`: what is at a path of the API server, as it is.
///
/// # Errors
/// The server's refusal, and what `--raw` can't be used with.
pub(super) async fn raw(invocation: &Invocation, method: &str) -> Result<(), Failure> {
    if !invocation.arguments.is_empty() || invocation.has_files() {
        return Err(Failure::text("arguments may not be passed when --raw is specified"));
    }
    if !invocation.flags.text("output").is_empty() {
        return Err(Failure::text("--raw and --output are mutually exclusive"));
    }
    invocation.session.out(ask(invocation, method, invocation.flags.text("raw"), String::new()).await?);
    Ok(())
}

/// `--raw` of commands that send a file as it is.
///
/// # Errors
/// The server's refusal, and what `--raw` can't be used with.
pub(super) async fn send_raw(invocation: &Invocation, method: &str) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let [file] = flags.list("filename") else { return Err(invocation.usage_error("--raw can only use a single local file or stdin")) };
    if file.starts_with("http://") || file.starts_with("https://") {
        return Err(invocation.usage_error("--raw cannot read from a url"));
    }
    for (name, shown) in [("recursive", "--recursive"), ("selector", "--selector (-l)"), ("output", "--output")] {
        if flags.has(name) {
            return Err(invocation.usage_error(format!("--raw and {shown} are mutually exclusive")));
        }
    }
    let text = match file.as_str() {
        "-" => invocation.session.read_stdin(),
        path => match invocation.session.files().get(path) {
            Some(text) => text.to_string(),
            None => return Err(Failure::text(format!("open {path}: no such file or directory"))),
        },
    };
    invocation.session.out(ask(invocation, method, flags.text("raw"), text).await?);
    Ok(())
}

/// Asks for a path of the API server; its answer as it came.
///
/// # Errors
/// The server's refusal.
pub(super) async fn ask(invocation: &Invocation, method: &str, target: &str, body: String) -> Result<String, Failure> {
    let answer = invocation.session.host(HostRequest::Raw { method: method.into(), target: target.into(), body }).await.map_err(Failure::Text)?;
    let (code, body) = answer.split_once('\n').unwrap_or((&answer, ""));
    if code.starts_with('2') {
        return Ok(body.to_owned());
    }
    let status = Value::from_json(body).ok().filter(|status| status.get("kind").str() == "Status");
    Err(Failure::Api(status.unwrap_or_else(|| Status::no_such_path().body())))
}

/// What the manifests name.
fn from_files(invocation: &Invocation) -> Result<Named, Failure> {
    let loaded = invocation.load_files(Check::Nothing)?;
    Failure::of(loaded.failures)?;
    let mut named = Named { mappings: Vec::new(), names: Vec::new(), single: loaded.infos.len() == 1 };
    for info in loaded.infos {
        let known = named.mappings.iter().position(|mapping| mapping.kind.resource() == info.mapping.kind.resource());
        let index = known.unwrap_or(named.mappings.len());
        if known.is_none() {
            named.mappings.push(info.mapping);
        }
        named.names.push((index, info.name));
    }
    Ok(named)
}

/// `-o json`, `-o name`, templates: the objects themselves.
async fn objects(invocation: &Invocation, printer: &Printer, named: &Named) -> Result<(), Failure> {
    let (mut infos, mut failures) = invocation.fetch(named).await;
    if invocation.flags.is("ignore-not-found") {
        failures.retain(|failure| !failure.is_not_found());
    }
    if named.single && infos.len() != 1 {
        return Failure::of(failures);
    }
    if infos.is_empty() && invocation.flags.is("ignore-not-found") {
        return Failure::of(failures);
    }
    let sort_by = invocation.flags.text("sort-by");
    if !sort_by.is_empty() {
        let objects: Vec<_> = infos.iter().map(|info| info.object.clone()).collect();
        infos = sort::order(&objects, sort_by)?.into_iter().map(|place| infos[place].clone()).collect();
    }
    if matches!(printer, Printer::Name) {
        for info in &infos {
            invocation.session.out_line(info.object_name());
        }
        return Failure::of(failures);
    }
    let managed = invocation.flags.is("show-managed-fields");
    let objects: Vec<_> = infos.iter().map(|info| info.object.clone()).collect();
    match objects.as_slice() {
        [one] if named.single => printer.print_object(&invocation.session, one, managed)?,
        _ => printer.print_object(&invocation.session, &list_of(objects), managed)?,
    }
    Failure::of(failures)
}
