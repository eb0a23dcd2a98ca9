//! `kubens` and `kubectx` (`github.com/ahmetb/kubectx`): which namespace and which context commands use.

use crate::api::meta;
use crate::api::resource::NAMESPACES;
use crate::kubectl::Session;
use crate::kubelet::runtime::HOME;
use crate::server::request::{Request, Verb};
use crate::value::Sort;

const KUBENS_HELP: &str = "USAGE:
  kubens                    : list the namespaces in the current context
  kubens <NAME>             : change the active namespace of current context
  kubens <NAME> --force/-f  : force change the active namespace of current context (even if it doesn't exist)
  kubens -                  : switch to the previous namespace in this context
  kubens -c, --current      : show the current namespace
  kubens -h,--help          : show this message
  kubens -V,--version       : show version
";
const KUBECTX_HELP: &str = "USAGE:
  kubectx                       : list the contexts
  kubectx <NAME>                : switch to context <NAME>
  kubectx -                     : switch to the previous context
  kubectx -c, --current         : show the current context name
  kubectx <NEW_NAME>=<NAME>     : rename context <NAME> to <NEW_NAME>
  kubectx <NEW_NAME>=.          : rename current-context to <NEW_NAME>
  kubectx -u, --unset           : unset the current context
  kubectx -d <NAME> [<NAME...>] : delete context <NAME> ('.' for current-context)
  kubectx -h,--help             : show this message
  kubectx -V,--version          : show version
";

fn failed(session: &Session, why: impl AsRef<str>) -> i32 {
    session.err_line(format!("error: {}", why.as_ref()));
    1
}

/// `kubens`
pub async fn kubens(session: Session, arguments: Vec<String>) -> i32 {
    let force = arguments.iter().any(|argument| argument == "-f" || argument == "--force");
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| !matches!(*word, "-f" | "--force")).collect();
    let mut kubeconfig = session.kubeconfig();
    let context = kubeconfig.current_context.clone();
    if context.is_empty() {
        return failed(&session, "current-context is not set");
    }
    match words.as_slice() {
        ["-h" | "--help"] => session.out(KUBENS_HELP),
        ["-c" | "--current"] => session.out_line(kubeconfig.namespace()),
        [] => {
            let response = session.request(Request::new(Verb::List, &NAMESPACES, "", "")).await;
            if response.code >= 400 {
                return failed(&session, format!("could not list namespaces (is the cluster accessible?): {}", response.body.get("message").str()));
            }
            for namespace in response.body.get("items").items() {
                session.out_line(meta::name(namespace));
            }
        }
        [flag] if flag.len() > 1 && flag.starts_with('-') => return failed(&session, format!("unsupported option {flag:?}")),
        [name] => {
            let memory = format!("{HOME}/.kube/kubens/{context}");
            let mut files = session.files();
            let name = match *name {
                "-" => match files.get(&memory) {
                    Some(previous) => previous.to_owned(),
                    None => return failed(&session, format!("No previous namespace found for current context ({context})")),
                },
                name => name.to_owned(),
            };
            let response = session.request(Request::new(Verb::Get, &NAMESPACES, "", &name)).await;
            if response.code == 404 && !force {
                return failed(&session, format!("no namespace exists with name {name:?}"));
            }
            let current = kubeconfig.namespace().to_owned();
            if let Some(context) = kubeconfig.contexts.iter_mut().find(|known| known.name == context) {
                context.namespace.clone_from(&name);
            }
            if current != name {
                files.insert(&memory, current);
                session.set_files(files);
            }
            session.set_kubeconfig(kubeconfig);
            session.err_line(format!("✔ Active namespace is {name:?}"));
        }
        _ => return failed(&session, "too many arguments"),
    }
    0
}

/// `kubectx`
pub async fn kubectx(session: Session, arguments: Vec<String>) -> i32 {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut kubeconfig = session.kubeconfig();
    let memory = format!("{HOME}/.kube/kubectx");
    let mut files = session.files();
    match words.as_slice() {
        ["-h" | "--help"] => session.out(KUBECTX_HELP),
        ["-c" | "--current"] if kubeconfig.current_context.is_empty() => return failed(&session, "current-context is not set"),
        ["-c" | "--current"] => session.out_line(&kubeconfig.current_context),
        [] => {
            let mut names: Vec<&str> = kubeconfig.contexts.iter().map(|context| context.name.as_str()).collect();
            names.order();
            names.into_iter().for_each(|name| session.out_line(name));
        }
        ["-u" | "--unset"] => {
            kubeconfig.current_context.clear();
            session.set_kubeconfig(kubeconfig);
            session.err_line("✔ Active context unset for kubectl.");
        }
        ["-d", names @ ..] if !names.is_empty() => {
            for name in names {
                let name = if *name == "." { kubeconfig.current_context.clone() } else { (*name).to_owned() };
                if kubeconfig.context(&name).is_none() {
                    return failed(&session, format!("error deleting context \"{name}\": context does not exist"));
                }
                kubeconfig.contexts.retain(|context| context.name != name);
                session.err_line(format!("✔ Deleted context {name}."));
            }
            session.set_kubeconfig(kubeconfig);
        }
        [flag] if flag.len() > 1 && flag.starts_with('-') => return failed(&session, format!("unsupported option {flag:?}")),
        [rename] if rename.contains('=') => {
            let (new, old) = rename.split_once('=').unwrap_or_default();
            let old = if old == "." { kubeconfig.current_context.clone() } else { old.to_owned() };
            let Some(context) = kubeconfig.contexts.iter_mut().find(|context| context.name == old) else {
                return failed(&session, format!("context {old:?} not found, can't rename it"));
            };
            context.name = new.to_owned();
            if kubeconfig.current_context == old {
                kubeconfig.current_context = new.to_owned();
            }
            session.set_kubeconfig(kubeconfig);
            session.err_line(format!("✔ Context {old} renamed to {new}."));
        }
        [name] => {
            let name = match *name {
                "-" => match files.get(&memory) {
                    Some(previous) => previous.to_owned(),
                    None => return failed(&session, "failed to switch context: no previous context found"),
                },
                name => name.to_owned(),
            };
            if kubeconfig.context(&name).is_none() {
                return failed(&session, format!("failed to switch context: no context exists with the name: {name:?}"));
            }
            let previous = std::mem::replace(&mut kubeconfig.current_context, name.clone());
            if previous != name {
                files.insert(&memory, previous);
                session.set_files(files);
            }
            session.set_kubeconfig(kubeconfig);
            session.err_line(format!("✔ Switched to context {name:?}."));
        }
        _ => return failed(&session, "too many arguments"),
    }
    0
}
