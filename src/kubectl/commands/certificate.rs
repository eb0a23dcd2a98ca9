//! `kubectl certificate approve` and `deny` (`k8s.io/kubectl/pkg/cmd/certificates`).

use crate::api::time;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::resources;
use crate::kubectl::source::{Check, file_flags};
use crate::server::request::Verb;
use crate::value::json;

/// `certificate`.
pub const ENTRY: Entry = Entry { path: "certificate", aliases: &[], flags: Vec::new, run: None };

/// `certificate approve`.
pub const APPROVE: Entry = Entry {
    path: "certificate approve",
    aliases: &[],
    flags,
    run: Some(|invocation| Box::pin(run(invocation, "Approved", "KubectlApprove", "This CSR was approved by kubectl certificate approve."))),
};

/// `certificate deny`.
pub const DENY: Entry = Entry {
    path: "certificate deny",
    aliases: &[],
    flags,
    run: Some(|invocation| Box::pin(run(invocation, "Denied", "KubectlDeny", "This CSR was denied by kubectl certificate deny."))),
};

fn flags() -> Vec<Flag> {
    let mut flags = vec![Flag::bool("force")];
    flags.extend(print_flags());
    flags.extend(file_flags());
    flags
}

async fn run(invocation: Invocation, type_: &str, reason: &str, message: &str) -> Result<(), Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "certificatesigningrequests")?;
    let mut names: Vec<String> = invocation.arguments.clone();
    if invocation.has_files() {
        let loaded = invocation.load_files(Check::Nothing)?;
        Failure::of(loaded.failures)?;
        names.extend(loaded.infos.into_iter().map(|info| info.name));
    }
    if names.is_empty() {
        return Err(Failure::text("one or more CSRs must be specified as <name> or -f <filename>"));
    }
    let printer = Printer::of(&invocation, &[])?;
    let done = type_.to_lowercase();
    for name in &names {
        let mut object = invocation.get(&mapping, "", name).await?;
        let decided = object.path("status.conditions").items().iter().any(|condition| condition.get("type").str() == type_);
        let opposite = if type_ == "Approved" { "Denied" } else { "Approved" };
        if object.path("status.conditions").items().iter().any(|condition| condition.get("type").str() == opposite) {
            return Err(Failure::text(format!("certificate signing request {:?} is already {opposite}", name)));
        }
        if !decided || invocation.flags.is("force") {
            let now = time::rfc3339(invocation.session.now_ms());
            let condition = json!({"type": type_, "status": "True", "reason": reason, "message": message, "lastUpdateTime": now, "lastTransitionTime": now});
            object.path_mut("status.conditions").items_mut().retain(|condition| condition.get("type").str() != type_);
            object.push("status.conditions", condition);
            let mut request = invocation.request_for(Verb::Update, &mapping, "", name).with_body(object);
            request.subresource = "approval".into();
            object = invocation.send(request).await?;
        }
        printer.print(&invocation.session, &invocation, &mapping, &object, &done)?;
    }
    Ok(())
}
