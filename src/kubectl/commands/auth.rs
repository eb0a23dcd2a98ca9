//! `kubectl auth can-i` and `kubectl auth whoami` (`k8s.io/kubectl/pkg/cmd/auth`).

use crate::api::resource::GroupResource;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::table::TabWriter;
use crate::kubectl::resources;
use crate::manifest::{write_json, write_yaml};
use crate::server::request::{Request, Verb};
use crate::value::{Sort, Value, json};

/// `auth`.
pub const ENTRY: Entry = Entry { path: "auth", aliases: &[], flags: Vec::new, run: None };

/// `auth can-i`.
pub const CAN_I: Entry = Entry { path: "auth can-i", aliases: &[], flags: can_i_flags, run: Some(|invocation| Box::pin(can_i(invocation))) };

/// `auth whoami`.
pub const WHO_AM_I: Entry =
    Entry { path: "auth whoami", aliases: &[], flags: || vec![Flag::text("output").short('o')], run: Some(|invocation| Box::pin(who_am_i(invocation))) };

fn can_i_flags() -> Vec<Flag> {
    vec![Flag::bool("all-namespaces").short('A'), Flag::bool("list"), Flag::bool("no-headers"), Flag::bool("quiet").short('q'), Flag::text("subresource")]
}

/// The verbs that RBAC knows; others are asked about with a warning.
const VERBS: [&str; 14] =
    ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use", "bind", "impersonate", "*", "approve", "sign"];

async fn can_i(invocation: Invocation) -> Result<(), Failure> {
    if invocation.flags.is("list") {
        if !invocation.arguments.is_empty() {
            return Err(Failure::text("list option must be specified with no arguments"));
        }
        return list(&invocation).await;
    }
    let (verb, what) = match invocation.arguments.as_slice() {
        [verb, what] => (verb.as_str(), what.as_str()),
        _ => {
            return Err(Failure::text(
                "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
            ));
        }
    };
    if invocation.flags.is("quiet") && invocation.flags.is("list") {
        return Err(Failure::text("quiet option can't be used with list option"));
    }
    let namespace = if invocation.flags.is("all-namespaces") { "" } else { invocation.namespace.as_str() };
    let mut spec = Value::object();
    if what.starts_with('/') {
        spec.set("nonResourceAttributes", json!({"path": what, "verb": verb}));
    } else {
        let (resource, name) = what.split_once('/').unwrap_or((what, ""));
        spec.set("resourceAttributes", attributes(&invocation, verb, resource, name, namespace));
    }
    let review = review(&invocation, "SelfSubjectAccessReview", "selfsubjectaccessreviews", "authorization.k8s.io", spec).await?;
    let allowed = review.path("status.allowed").as_bool() == Some(true);
    if !invocation.flags.is("quiet") {
        let reason = review.path("status.reason").str();
        let error = review.path("status.evaluationError").str();
        let mut words = String::from(if allowed { "yes" } else { "no" });
        if !reason.is_empty() && !allowed {
            words.push_str(&format!(" - {reason}"));
        }
        if !error.is_empty() {
            words.push_str(&format!(" - {error}"));
        }
        invocation.session.out_line(words);
    }
    if allowed { Ok(()) } else { Err(Failure::Exit(1)) }
}

fn attributes(invocation: &Invocation, verb: &str, resource: &str, name: &str, namespace: &str) -> Value {
    let session = &invocation.session;
    let is_known_verb = VERBS.contains(&verb);
    let mut attributes = json!({"verb": verb});
    match resources::find(&session.registry(), resource) {
        _ if resource == "*" => {
            attributes.set("resource", "*");
        }
        Some(mapping) => {
            attributes.set("resource", &mapping.kind.plural);
            if !mapping.kind.group.is_empty() {
                attributes.set("group", &mapping.kind.group);
            }
            if !mapping.kind.namespaced && !namespace.is_empty() {
                session.err_line(format!("Warning: resource '{}' is not namespace scoped{}\n", mapping.kind.plural, group_words(&mapping.kind.group)));
            }
        }
        None => {
            let (plain, group) = resource.split_once('.').unwrap_or((resource, ""));
            attributes.set("resource", plain);
            if !group.is_empty() {
                attributes.set("group", group);
            }
            session.err_line(format!("Warning: the server doesn't have a resource type '{plain}'{}\n", group_words(group)));
        }
    }
    if !is_known_verb {
        session.err_line(format!("Warning: verb '{verb}' is not a known verb\n"));
    }
    if !namespace.is_empty() {
        attributes.set("namespace", namespace);
    }
    if !name.is_empty() {
        attributes.set("name", name);
    }
    let subresource = invocation.flags.text("subresource");
    if !subresource.is_empty() {
        attributes.set("subresource", subresource);
    }
    attributes
}

fn group_words(group: &str) -> String {
    if group.is_empty() { String::new() } else { format!(" in group '{group}'") }
}

/// Asks the server a question that it answers without storing anything.
async fn review(invocation: &Invocation, kind: &str, plural: &str, group: &str, spec: Value) -> Result<Value, Failure> {
    let resource = GroupResource { group: group.into(), resource: plural.into() };
    let mut body = json!({"apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {}});
    if !spec.is_null() {
        body.set("spec", spec);
    }
    invocation.send(Request::new(Verb::Create, &resource, "", "").with_body(body)).await
}

async fn list(invocation: &Invocation) -> Result<(), Failure> {
    let spec = json!({"namespace": invocation.namespace});
    let review = review(invocation, "SelfSubjectRulesReview", "selfsubjectrulesreviews", "authorization.k8s.io", spec).await?;
    let mut rows = if invocation.flags.is("no-headers") {
        Vec::new()
    } else {
        vec![["Resources", "Non-Resource URLs", "Resource Names", "Verbs"].map(String::from).to_vec()]
    };
    let words = |list: &Value| format!("[{}]", list.items().iter().map(Value::str).collect::<Vec<_>>().join(" "));
    let mut lines: Vec<Vec<String>> = Vec::new();
    for rule in review.path("status.resourceRules").items() {
        for resource in rule.get("resources").items() {
            for group in rule.get("apiGroups").items() {
                let name = if group.str().is_empty() { resource.str().to_string() } else { format!("{}.{}", resource.str(), group.str()) };
                let row = |names: String| vec![name.clone(), "[]".into(), names, words(rule.get("verbs"))];
                match rule.get("resourceNames").items() {
                    [] => lines.push(row("[]".into())),
                    names => lines.extend(names.iter().map(|name| row(format!("[{}]", name.str())))),
                }
            }
        }
    }
    for rule in review.path("status.nonResourceRules").items() {
        lines.extend(
            rule.get("nonResourceURLs").items().iter().map(|url| vec![String::new(), format!("[{}]", url.str()), "[]".into(), words(rule.get("verbs"))]),
        );
    }
    lines.order_by(|a, b| b[0].cmp(&a[0]).then_with(|| a[1].cmp(&b[1])));
    rows.extend(lines);
    invocation.session.out(TabWriter::new().write(&rows));
    Ok(())
}

async fn who_am_i(invocation: Invocation) -> Result<(), Failure> {
    let review = review(&invocation, "SelfSubjectReview", "selfsubjectreviews", "authentication.k8s.io", Value::Null).await?;
    match invocation.flags.text("output") {
        "json" => invocation.session.out(write_json(&review)),
        "yaml" => invocation.session.out(write_yaml(&review)),
        "" => {
            let user = review.path("status.userInfo");
            let groups: Vec<&str> = user.get("groups").items().iter().map(Value::str).collect();
            let mut rows = vec![vec!["ATTRIBUTE".to_string(), "VALUE".into()], vec!["Username".into(), user.get("username").str().into()]];
            if !user.get("uid").is_empty() {
                rows.push(vec!["UID".into(), user.get("uid").str().into()]);
            }
            rows.push(vec!["Groups".into(), format!("[{}]", groups.join(" "))]);
            invocation.session.out(TabWriter::new().write(&rows));
        }
        other => return Err(Failure::text(format!("unable to match a printer suitable for the output format \"{other}\", allowed formats are: json,yaml"))),
    }
    Ok(())
}
