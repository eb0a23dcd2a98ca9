//! `kubectl apply` (`k8s.io/kubectl/pkg/cmd/apply`).

use crate::kubectl::dry_run::{DRY_RUN, DryRun, VALIDATE, field_manager};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::last_applied::{LAST_APPLIED, annotated, original_of};
use crate::kubectl::printers::{Printer, print_flags, print_list};
use crate::kubectl::source::{Check, Info, file_flags};
use crate::kubectl::three_way::three_way_patch;
use crate::manifest::write_json_compact;
use crate::server::patch;
use crate::server::request::{Options, PatchType, Verb};
use crate::value::Value;

/// `apply`.
pub const ENTRY: Entry = Entry { path: "apply", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

/// How often a patch is tried when somebody else writes at the same time.
const MAX_PATCH_RETRIES: usize = 5;

pub(super) fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::bool("all"),
        Flag::optional("cascade", "background", "background"),
        DRY_RUN,
        field_manager("kubectl-client-side-apply"),
        Flag::bool("force"),
        Flag::bool("force-conflicts"),
        Flag::int("grace-period", "-1"),
        Flag::on("openapi-patch"),
        Flag::on("overwrite"),
        Flag::bool("prune"),
        Flag::array("prune-allowlist"),
        Flag::text("selector").short('l'),
        Flag::bool("server-side"),
        Flag::text("subresource"),
        Flag::duration("timeout", "0s"),
        VALIDATE,
        Flag::bool("wait"),
    ];
    flags.extend(print_flags());
    flags.extend(file_flags());
    flags
}

const NO_LAST_APPLIED: &str = "annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.";

const CONFLICT_ADVICE: &str = "
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

/// What an apply makes anew has no fields that are `null`; items of lists stay.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut kept = Value::object();
            for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                kept.fields_mut().insert(key.clone(), without_nulls(value));
            }
            kept
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        scalar => scalar.clone(),
    }
}

/// Which patch could not be applied to what.
fn not_applied(info: &Info, patch: String, failure: Failure) -> Failure {
    failure.with_source(&format!("applying patch:\n{patch}\nto:\n{}\nfor:", info.long_name()), &info.source)
}

struct Apply {
    invocation: Invocation,
    printer: Printer,
    dry_run: DryRun,
    validation: &'static str,
    server_side: bool,
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    if !invocation.arguments.is_empty() {
        return Err(invocation.usage_error(format!("Unexpected args: [{}]", invocation.arguments.join(" "))));
    }
    if !invocation.has_files() {
        return Err(Failure::text("must specify one of -f and -k"));
    }
    let dry_run = invocation.dry_run()?;
    let server_side = invocation.flags.is("server-side");
    if invocation.flags.is("force-conflicts") && !server_side {
        return Err(Failure::text("--force-conflicts only works with --server-side"));
    }
    if dry_run == DryRun::Client && server_side {
        return Err(Failure::text("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)"));
    }
    if invocation.flags.is("force") && server_side {
        return Err(Failure::text("--force cannot be used with --server-side"));
    }
    if !invocation.flags.text("subresource").is_empty() && !server_side {
        return Err(Failure::text("--subresource can only be specified for --server-side"));
    }
    super::prune::check(&invocation)?;
    let printer = Printer::of(&invocation, &[])?;
    let validation = invocation.validation()?;
    let apply = Apply { printer, dry_run, validation, server_side, invocation };
    apply.all().await
}

impl Apply {
    async fn all(&self) -> Result<(), Failure> {
        let invocation = &self.invocation;
        let check = if self.validation == "Ignore" { Check::Nothing } else { Check::Schema };
        let loaded = invocation.load_files(check)?;
        let infos = invocation.selected(loaded.infos)?;
        let mut failures = Vec::new();
        if !loaded.failures.is_empty() {
            failures.push(Failure::joined(loaded.failures));
        }
        if infos.is_empty() && failures.is_empty() {
            return Err(Failure::text("no objects passed to apply"));
        }
        let mut applied = Vec::new();
        for info in infos {
            match self.one(&info).await {
                Ok(object) => applied.push(Info { object, ..info }),
                Err(failure) => failures.push(failure),
            }
        }
        Failure::of(failures)?;
        if !self.printer.is_human() && !matches!(self.printer, Printer::Name) {
            print_list(&invocation.session, &self.printer, &applied, invocation.flags.is("show-managed-fields"))?;
        }
        if invocation.flags.is("prune") {
            super::prune::prune(invocation, &applied, self.dry_run).await?;
        }
        Ok(())
    }

    fn options(&self) -> Options {
        let mut options = self.invocation.write_options(self.dry_run, self.validation);
        if self.server_side && !self.invocation.flags.has("field-manager") {
            options.field_manager = "kubectl".into();
        }
        options.force = self.invocation.flags.is("force-conflicts");
        options
    }

    fn say(&self, info: &Info, object: &Value, done: &str) -> Result<(), Failure> {
        if !self.printer.is_human() && !matches!(self.printer, Printer::Name) {
            return Ok(());
        }
        let done = format!("{done}{}", self.dry_run.suffix());
        self.printer.print(&self.invocation.session, &self.invocation, &info.mapping, object, &done)
    }

    /// Applies one object; how it is now comes back.
    async fn one(&self, info: &Info) -> Result<Value, Failure> {
        if info.name.is_empty() {
            let generate_name = info.object.path("metadata.generateName").str();
            if !generate_name.is_empty() {
                return Err(Failure::text(format!("from {generate_name}: cannot use generate name with apply")));
            }
        }
        if self.server_side {
            return self.on_the_server(info).await;
        }
        let mut recorded = info.object.clone();
        self.invocation.record(&mut recorded);
        let modified = annotated(&recorded);
        let current = match info.require_name() {
            Ok(()) => self.invocation.get(&info.mapping, &info.namespace, &info.name).await,
            Err(failure) => Err(failure),
        };
        match current {
            Ok(current) => self.change(info, &modified, current).await,
            Err(failure) if failure.is_not_found() => self.create(info, modified).await,
            Err(failure) => Err(failure.with_source(&format!("retrieving current configuration of:\n{}\nfrom server for:", info.long_name()), &info.source)),
        }
    }

    async fn on_the_server(&self, info: &Info) -> Result<Value, Failure> {
        info.require_name()?;
        let mut request = self.invocation.request_for(Verb::Patch(PatchType::Apply), &info.mapping, &info.namespace, &info.name);
        request.subresource = self.invocation.flags.text("subresource").into();
        request.options = self.options();
        match self.invocation.send(request.with_body(info.object.clone())).await {
            Ok(object) => {
                self.say(info, &object, "serverside-applied")?;
                Ok(object)
            }
            Err(failure) if failure.reason() == "Conflict" => Err(Failure::text(format!("{}{CONFLICT_ADVICE}", failure.message()))),
            Err(failure) => Err(failure),
        }
    }

    async fn create(&self, info: &Info, modified: Value) -> Result<Value, Failure> {
        let modified = without_nulls(&modified);
        let mut object = modified.clone();
        if self.dry_run != DryRun::Client {
            let created = self.invocation.create(&info.mapping, &info.namespace, modified, self.options()).await;
            object = created.map_err(|failure| failure.with_source("creating", &info.source))?;
        }
        self.say(info, &object, "created")?;
        Ok(object)
    }

    async fn change(&self, info: &Info, modified: &Value, current: Value) -> Result<Value, Failure> {
        if current.path("metadata.annotations").get(LAST_APPLIED).is_null() {
            self.invocation.session.err_line(format!("Warning: resource {} is missing the {LAST_APPLIED} {NO_LAST_APPLIED}", info.resource_name()));
        }
        let (patch, object) = self.patch(info, modified, current).await?;
        if !object.path("metadata.deletionTimestamp").is_null() {
            self.invocation.session.err_line(format!("Warning: Detected changes to resource {} which is currently being deleted.", info.name));
        }
        self.say(info, &object, if patch.is_empty() && self.printer.is_human() { "unchanged" } else { "configured" })?;
        Ok(object)
    }

    /// Deletes an object that can't be changed, and makes it anew if it is gone in time: at once, unless a timeout is given.
    async fn recreate(&self, info: &Info, modified: &Value) -> Result<Value, Failure> {
        const POLL_MS: u64 = 1000;
        let Apply { invocation, .. } = self;
        let mut request = invocation.request_for(Verb::Delete, &info.mapping, &info.namespace, &info.name);
        let grace_seconds = invocation.flags.int("grace-period");
        request.options.grace_period_seconds = (grace_seconds >= 0).then_some(grace_seconds);
        invocation.send(request).await?;
        let deadline_ms = invocation.session.now_ms() + invocation.flags.duration_ms("timeout").max(0) as u64;
        loop {
            match invocation.get(&info.mapping, &info.namespace, &info.name).await {
                Err(failure) if failure.is_not_found() => break,
                Err(failure) => return Err(failure),
                Ok(_) if invocation.session.now_ms() >= deadline_ms => return Err(Failure::text("context deadline exceeded")),
                Ok(_) => invocation.session.sleep_ms(POLL_MS).await,
            }
        }
        invocation.create(&info.mapping, &info.namespace, modified.clone(), self.options()).await
    }

    async fn patch(&self, info: &Info, modified: &Value, mut current: Value) -> Result<(Value, Value), Failure> {
        let version = info.mapping.kind.versions.iter().find(|version| version.name == info.mapping.version);
        let definition = version.map(|version| version.definition.clone()).unwrap_or_default();
        let type_ = if definition.is_empty() { PatchType::Merge } else { PatchType::StrategicMerge };
        let mut retries = 0;
        loop {
            let original = original_of(&current).unwrap_or_default();
            let patch = three_way_patch(&original, modified, &current, &definition);
            if patch.is_empty() {
                return Ok((patch, current));
            }
            if self.dry_run == DryRun::Client {
                let object = patch::locally(type_, &current, &patch, &definition).map_err(Failure::Text)?;
                return Ok((patch, object));
            }
            let failure = match self.invocation.patch(&info.mapping, &info.namespace, &info.name, type_, patch.clone(), self.options()).await {
                Ok(object) => return Ok((patch, object)),
                Err(failure) => failure,
            };
            retries += 1;
            if failure.reason() == "Conflict" && retries < MAX_PATCH_RETRIES {
                self.invocation.session.sleep_ms(1000).await;
                current = self.invocation.get(&info.mapping, &info.namespace, &info.name).await?;
                continue;
            }
            if self.invocation.flags.is("force") && matches!(failure.reason(), "Conflict" | "Invalid") {
                return match self.recreate(info, modified).await {
                    Ok(object) => Ok((patch, object)),
                    Err(failure) => Err(not_applied(info, write_json_compact(modified) + "\n", failure)),
                };
            }
            return Err(not_applied(info, write_json_compact(&patch), failure.with_source("patching", &info.source)));
        }
    }
}
