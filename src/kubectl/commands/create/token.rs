//! `kubectl create token`.

use super::one_name;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::resources;
use crate::server::request::Verb;
use crate::value::{Value, json};

/// `create token`.
pub const ENTRY: Entry = Entry { path: "create token", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::array("audience"),
        Flag::text("bound-object-kind"),
        Flag::text("bound-object-name"),
        Flag::text("bound-object-uid"),
        Flag::duration("duration", "0s"),
    ];
    flags.extend(print_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let mapping = resources::resolve(&invocation.session.registry(), "serviceaccounts")?;
    let mut body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "metadata": {}, "spec": {"audiences": null}});
    let audiences = invocation.flags.list("audience");
    if !audiences.is_empty() {
        body.set("spec.audiences", audiences.iter().map(Value::from).collect::<Value>());
    }
    let seconds = invocation.flags.duration_ms("duration") / 1000;
    if seconds > 0 {
        body.set("spec.expirationSeconds", seconds);
    }
    let kind = invocation.flags.text("bound-object-kind");
    if !kind.is_empty() && invocation.flags.text("bound-object-name").is_empty() {
        return Err(Failure::text("--bound-object-name is required if --bound-object-kind is provided"));
    }
    if !kind.is_empty() {
        let reference =
            json!({"kind": kind, "apiVersion": "v1", "name": invocation.flags.text("bound-object-name"), "uid": invocation.flags.text("bound-object-uid")});
        body.set("spec.boundObjectRef", reference);
    }
    let mut request = invocation.request_for(Verb::Create, &mapping, &invocation.namespace, &name).with_body(body);
    request.subresource = "token".into();
    let answer = invocation.send(request).await.map_err(|failure| failure.wrap("failed to create token: "))?;
    let printer = Printer::of(&invocation, &[])?;
    if printer.is_human() {
        invocation.session.out_line(answer.path("status.token").str());
        return Ok(());
    }
    printer.print_object(&invocation.session, &answer, true)
}
