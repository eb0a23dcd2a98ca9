//! `kubectl config` (`k8s.io/kubectl/pkg/cmd/config`).

use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::kubeconfig::{KubeContext, Kubeconfig};
use crate::kubectl::printers::table::TabWriter;
use crate::kubectl::printers::{Printer, print_flags};
use crate::value::{Sort, Value, json};

/// `config` and its subcommands.
pub const ENTRIES: &[Entry] = &[
    entry("config", Vec::new, None),
    entry("config current-context", Vec::new, Some(|invocation| Box::pin(current_context(invocation)))),
    entry("config delete-context", Vec::new, Some(|invocation| Box::pin(delete_context(invocation)))),
    entry("config get-clusters", Vec::new, Some(|invocation| Box::pin(get_clusters(invocation)))),
    entry("config get-contexts", get_contexts_flags, Some(|invocation| Box::pin(get_contexts(invocation)))),
    entry("config get-users", Vec::new, Some(|invocation| Box::pin(get_users(invocation)))),
    entry("config rename-context", Vec::new, Some(|invocation| Box::pin(rename_context(invocation)))),
    entry("config set-context", set_context_flags, Some(|invocation| Box::pin(set_context(invocation)))),
    Entry { aliases: &["use"], ..entry("config use-context", Vec::new, Some(|invocation| Box::pin(use_context(invocation)))) },
    entry("config view", view_flags, Some(|invocation| Box::pin(view(invocation)))),
];

const fn entry(path: &'static str, flags: fn() -> Vec<Flag>, run: Option<fn(Invocation) -> crate::kubectl::entry::Work>) -> Entry {
    Entry { path, aliases: &[], flags, run }
}

fn get_contexts_flags() -> Vec<Flag> {
    vec![Flag::bool("no-headers"), Flag::text("output").short('o')]
}

fn set_context_flags() -> Vec<Flag> {
    vec![Flag::bool("current")]
}

fn view_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::bool("flatten"), Flag::on("merge"), Flag::bool("minify"), Flag::bool("raw")];
    flags.extend(print_flags());
    flags
}

async fn current_context(invocation: Invocation) -> Result<(), Failure> {
    let kubeconfig = invocation.session.kubeconfig();
    if kubeconfig.current_context.is_empty() {
        return Err(Failure::text("current-context is not set"));
    }
    invocation.session.out_line(kubeconfig.current_context);
    Ok(())
}

fn one_argument<'a>(invocation: &'a Invocation, usage: &str) -> Result<&'a str, Failure> {
    match invocation.arguments.as_slice() {
        [name] => Ok(name),
        _ => Err(invocation.usage_error(format!("Unexpected args: {usage}"))),
    }
}

async fn delete_context(invocation: Invocation) -> Result<(), Failure> {
    let name = one_argument(&invocation, "a context's name is needed")?;
    let mut kubeconfig = invocation.session.kubeconfig();
    if kubeconfig.context(name).is_none() {
        return Err(Failure::text(format!("cannot delete context {name}, not in /root/.kube/config")));
    }
    if kubeconfig.current_context == name {
        invocation.session.err_line("warning: this removed your active context, use \"kubectl config use-context\" to select a different one");
        kubeconfig.current_context.clear();
    }
    kubeconfig.contexts.retain(|context| context.name != name);
    invocation.session.out_line(format!("deleted context {name} from /root/.kube/config"));
    invocation.session.set_kubeconfig(kubeconfig);
    Ok(())
}

async fn get_clusters(invocation: Invocation) -> Result<(), Failure> {
    invocation.session.out_line("NAME");
    for cluster in invocation.session.kubeconfig().clusters {
        invocation.session.out_line(cluster.name);
    }
    Ok(())
}

async fn get_users(invocation: Invocation) -> Result<(), Failure> {
    invocation.session.out_line("NAME");
    for user in invocation.session.kubeconfig().users {
        invocation.session.out_line(user);
    }
    Ok(())
}

async fn get_contexts(invocation: Invocation) -> Result<(), Failure> {
    let kubeconfig = invocation.session.kubeconfig();
    let mut contexts: Vec<&KubeContext> = kubeconfig.contexts.iter().collect();
    contexts.order_by(|a, b| a.name.cmp(&b.name));
    if !invocation.arguments.is_empty() {
        for name in &invocation.arguments {
            if kubeconfig.context(name).is_none() {
                return Err(Failure::text(format!("context {name} not found")));
            }
        }
        contexts.retain(|context| invocation.arguments.contains(&context.name));
    }
    if invocation.flags.text("output") == "name" {
        for context in contexts {
            invocation.session.out_line(&context.name);
        }
        return Ok(());
    }
    let mut rows = Vec::new();
    if !invocation.flags.is("no-headers") {
        rows.push(["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"].map(String::from).to_vec());
    }
    for context in contexts {
        let mark = if context.name == kubeconfig.current_context { "*" } else { "" };
        rows.push(vec![mark.into(), context.name.clone(), context.cluster.clone(), context.user.clone(), context.namespace.clone()]);
    }
    invocation.session.out(TabWriter::new().write(&rows));
    Ok(())
}

async fn rename_context(invocation: Invocation) -> Result<(), Failure> {
    let [old, new] = invocation.arguments.as_slice() else {
        return Err(invocation.usage_error("Unexpected args: the old and the new name are needed"));
    };
    let mut kubeconfig = invocation.session.kubeconfig();
    if kubeconfig.context(old).is_none() {
        return Err(Failure::text(format!("cannot rename the context \"{old}\", it's not in /root/.kube/config")));
    }
    if kubeconfig.context(new).is_some() {
        return Err(Failure::text(format!("cannot rename the context \"{old}\", the context \"{new}\" already exists in /root/.kube/config")));
    }
    for context in kubeconfig.contexts.iter_mut().filter(|context| context.name == *old) {
        context.name = new.clone();
    }
    if kubeconfig.current_context == *old {
        kubeconfig.current_context = new.clone();
    }
    invocation.session.out_line(format!("Context \"{old}\" renamed to \"{new}\"."));
    invocation.session.set_kubeconfig(kubeconfig);
    Ok(())
}

async fn set_context(invocation: Invocation) -> Result<(), Failure> {
    let mut kubeconfig = invocation.session.kubeconfig();
    let current = invocation.flags.is("current");
    let name = match (invocation.arguments.as_slice(), current) {
        ([], true) => kubeconfig.current_context.clone(),
        ([name], false) => name.clone(),
        ([], false) => return Err(Failure::text("you must specify a non-empty context name or --current")),
        _ => return Err(invocation.usage_error("Unexpected args: a context's name or --current is needed")),
    };
    if name.is_empty() {
        return Err(Failure::text("no current context is set"));
    }
    let known = kubeconfig.context(&name).is_some();
    if !known {
        kubeconfig.contexts.push(KubeContext { name: name.clone(), cluster: String::new(), user: String::new(), namespace: String::new() });
    }
    for context in kubeconfig.contexts.iter_mut().filter(|context| context.name == name) {
        let fields = [("cluster", &mut context.cluster), ("user", &mut context.user), ("namespace", &mut context.namespace)];
        for (flag, field) in fields {
            if invocation.flags.has(flag) {
                *field = invocation.flags.text(flag).to_string();
            }
        }
    }
    invocation.session.out_line(format!("Context \"{name}\" {}.", if known { "modified" } else { "created" }));
    invocation.session.set_kubeconfig(kubeconfig);
    Ok(())
}

async fn use_context(invocation: Invocation) -> Result<(), Failure> {
    let name = one_argument(&invocation, "a context's name is needed")?.to_string();
    let mut kubeconfig = invocation.session.kubeconfig();
    if kubeconfig.context(&name).is_none() {
        return Err(Failure::text(format!("no context exists with the name: \"{name}\"")));
    }
    invocation.session.out_line(format!("Switched to context \"{name}\"."));
    kubeconfig.current_context = name;
    invocation.session.set_kubeconfig(kubeconfig);
    Ok(())
}

async fn view(invocation: Invocation) -> Result<(), Failure> {
    let mut kubeconfig = invocation.session.kubeconfig();
    if invocation.flags.is("minify") {
        minify(&mut kubeconfig)?;
    }
    let printer = match Printer::of(&invocation, &[])? {
        Printer::Human { .. } => Printer::Yaml,
        other => other,
    };
    printer.print_object(&invocation.session, &object_of(&kubeconfig), true)
}

/// Keeps the current context, its cluster and its user.
fn minify(kubeconfig: &mut Kubeconfig) -> Result<(), Failure> {
    let Some(context) = kubeconfig.context(&kubeconfig.current_context).cloned() else {
        return Err(Failure::text("current-context must exist in order to minify"));
    };
    kubeconfig.contexts.retain(|other| *other == context);
    kubeconfig.clusters.retain(|cluster| cluster.name == context.cluster);
    kubeconfig.users.retain(|user| *user == context.user);
    Ok(())
}

/// The kubeconfig as an object. There are certificates nowhere, so they are shown as left out, like real ones.
fn object_of(kubeconfig: &Kubeconfig) -> Value {
    let clusters: Vec<_> = kubeconfig
        .clusters
        .iter()
        .map(|cluster| json!({"name": cluster.name, "cluster": {"server": cluster.server, "certificate-authority-data": "DATA+OMITTED"}}))
        .collect();
    let users: Vec<_> = kubeconfig
        .users
        .iter()
        .map(|user| json!({"name": user, "user": {"client-certificate-data": "DATA+OMITTED", "client-key-data": "DATA+OMITTED"}}))
        .collect();
    let context = |context: &KubeContext| {
        let mut inner = json!({"cluster": context.cluster, "user": context.user});
        if !context.namespace.is_empty() {
            inner.set("namespace", context.namespace.as_str());
        }
        let mut outer = json!({"name": context.name});
        outer.set("context", inner);
        outer
    };
    let mut object = json!({"apiVersion": "v1", "kind": "Config", "current-context": kubeconfig.current_context, "clusters": clusters, "users": users});
    object.set("contexts", kubeconfig.contexts.iter().map(context).collect::<Value>());
    object
}
