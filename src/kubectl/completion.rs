//! What could come next on a kubectl command line.

use super::dispatch;
use super::entry::{Entry, global_flags};
use super::flags::{Flag, FlagType};
use super::help;
use super::resources::{self, Mapping};
use crate::api::registry::Registry;
use crate::value::{SmolStr, Sort, Value};

/// What may be written, and what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The word.
    pub text: String,
    /// What it means, in a few words; `""` where the word says it.
    pub about: String,
}

impl Candidate {
    /// A word that says what it is.
    pub fn new(text: impl Into<String>) -> Candidate {
        Candidate { text: text.into(), about: String::new() }
    }

    /// A word and what it means.
    pub fn about(text: impl Into<String>, about: impl Into<String>) -> Candidate {
        Candidate { text: text.into(), about: about.into() }
    }
}

/// Where names come from.
pub trait Names {
    /// The kinds that are served.
    fn registry(&self) -> &Registry;
    /// The objects of a kind; `""` for all namespaces.
    fn objects(&self, kind: &Mapping, namespace: &str) -> Vec<Value>;
    /// The namespace of commands that name none.
    fn namespace(&self) -> &str;
    /// The contexts.
    fn contexts(&self) -> Vec<String>;
}

/// What follows, and whether files can follow as well.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Candidates {
    /// Words that begin with what is written.
    pub words: Vec<Candidate>,
    /// Whether the name of a file is wanted; the part that is written of it.
    pub file: Option<String>,
}

/// What arguments a command takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// `TYPE NAME…` or `TYPE/NAME…`.
    Objects,
    /// `POD` or `TYPE/NAME`.
    Pod,
    /// Names of this kind.
    Kind(&'static str),
    /// A context.
    Context,
    /// One of these words.
    Words(&'static [&'static str]),
    Nothing,
}

const VERBS: &[&str] = &["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use", "bind", "impersonate", "*"];
const OUTPUTS: &[&str] = &["custom-columns=", "go-template=", "json", "jsonpath=", "kyaml", "name", "wide", "yaml"];

fn takes(path: &str) -> Takes {
    match path {
        "get"
        | "describe"
        | "delete"
        | "edit"
        | "label"
        | "annotate"
        | "patch"
        | "wait"
        | "scale"
        | "autoscale"
        | "expose"
        | "explain"
        | "apply edit-last-applied"
        | "apply view-last-applied"
        | "set env"
        | "set image"
        | "set resources"
        | "set selector"
        | "set serviceaccount"
        | "set subject" => Takes::Objects,
        path if path.starts_with("rollout ") => Takes::Objects,
        "logs" | "exec" | "attach" | "port-forward" | "debug" | "cp" => Takes::Pod,
        "top pod" => Takes::Kind("pods"),
        "cordon" | "uncordon" | "drain" | "top node" => Takes::Kind("nodes"),
        "taint" => Takes::Words(&["nodes"]),
        "certificate approve" | "certificate deny" => Takes::Kind("certificatesigningrequests"),
        "create token" => Takes::Kind("serviceaccounts"),
        "auth can-i" => Takes::Words(VERBS),
        "completion" => Takes::Words(&["bash", "fish", "powershell", "zsh"]),
        "config use-context" | "config delete-context" | "config rename-context" | "config set-context" => Takes::Context,
        _ => Takes::Nothing,
    }
}

/// What could stand instead of `word`, after `words` (without `kubectl`).
pub fn complete(words: &[String], word: &str, names: &dyn Names) -> Candidates {
    let (entry, rest) = dispatch::find(words);
    let path = entry.map_or("", |entry| entry.path);
    let flags = flags_of(entry);
    if let Some(flag) = rest.last().and_then(|last| waiting(last, &flags)) {
        return value_of(&flag, word, "", path, &rest, names);
    }
    if word.starts_with('-') && !rest.iter().any(|word| word == "--") {
        if let Some((name, value)) = word.split_once('=')
            && let Some(flag) = flags.iter().find(|flag| name == format!("--{}", flag.name))
        {
            return value_of(flag, value, &format!("{name}="), path, &rest, names);
        }
        return Candidates { words: flag_words(path, &flags, word), file: None };
    }
    let children = dispatch::children(path);
    let mut found = Vec::new();
    if path.is_empty() || (!children.is_empty() && rest.iter().all(|word| word.starts_with('-'))) {
        let short = |entry: &&Entry| Candidate::about(entry.path.rsplit(' ').next().unwrap_or(""), help::about(entry.path));
        found.extend(children.iter().map(short));
        if path.is_empty() {
            found.push(Candidate::about("help", "Help about any command"));
        }
    }
    if path.is_empty() && rest.first().is_some_and(|first| first == "help") {
        found = dispatch::children("").iter().map(|entry| Candidate::new(entry.path)).collect();
    }
    let arguments = positional(&rest, &flags);
    let namespace = namespace_of(&rest, names);
    found.extend(match takes(path) {
        Takes::Objects => objects(&arguments, word, &namespace, names),
        Takes::Pod => pod(path, &arguments, word, &namespace, names),
        Takes::Kind(kind) => named(kind, &namespace, names),
        Takes::Context if arguments.is_empty() => names.contexts().into_iter().map(Candidate::new).collect(),
        Takes::Words(known) if arguments.is_empty() => known.iter().copied().map(Candidate::new).collect(),
        Takes::Words(_) if path == "auth can-i" && arguments.len() == 1 => kinds(names),
        Takes::Words(_) if path == "taint" && arguments.len() == 1 => named("nodes", "", names),
        Takes::Context | Takes::Words(_) | Takes::Nothing => Vec::new(),
    });
    found.retain(|candidate| candidate.text.starts_with(word) && !arguments.contains(&candidate.text));
    Candidates { words: found, file: None }
}

fn flags_of(entry: Option<&Entry>) -> Vec<Flag> {
    let mut flags = entry.map_or_else(Vec::new, |entry| (entry.flags)());
    flags.extend(global_flags().into_iter().filter(|global| !flags.iter().any(|own| own.name == global.name)).collect::<Vec<_>>());
    flags
}

/// The flag that the word is and whose value comes next.
fn waiting(word: &str, flags: &[Flag]) -> Option<Flag> {
    let takes_value = |flag: &&Flag| !matches!(flag.type_, FlagType::Bool | FlagType::Optional(_));
    let by_letter = |letters: &str| {
        let mut letters = letters.chars();
        let (letter, rest) = (letters.next()?, letters.as_str());
        rest.is_empty().then(|| flags.iter().find(|flag| flag.short == Some(letter)))?
    };
    let found = match word.strip_prefix("--") {
        Some(name) => flags.iter().find(|flag| flag.name == name),
        None => by_letter(word.strip_prefix('-')?),
    };
    found.filter(takes_value).copied()
}

/// The arguments among the words: those that are neither flags nor their values.
fn positional(words: &[String], flags: &[Flag]) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut is_value = false;
    for word in words {
        if !std::mem::replace(&mut is_value, waiting(word, flags).is_some()) && !word.starts_with('-') {
            arguments.push(word.clone());
        }
    }
    arguments
}

fn namespace_of(words: &[String], names: &dyn Names) -> String {
    let mut namespace = names.namespace().to_owned();
    for (index, word) in words.iter().enumerate() {
        if word == "-A" || word == "--all-namespaces" {
            return String::new();
        }
        if matches!(word.as_str(), "-n" | "--namespace") {
            namespace = words.get(index + 1).cloned().unwrap_or_default();
        } else if let Some(given) = word.strip_prefix("--namespace=").or_else(|| word.strip_prefix("-n").filter(|rest| !rest.is_empty())) {
            namespace = given.trim_start_matches('=').to_owned();
        }
    }
    namespace
}

fn flag_words(path: &str, flags: &[Flag], word: &str) -> Vec<Candidate> {
    let written = |flag: &&Flag| flag.name != "help" && format!("--{}", flag.name).starts_with(word);
    let mut found: Vec<&Flag> = flags.iter().filter(written).collect();
    found.order_by_key(|flag| flag.name);
    let help = help::Flags::of(path);
    let text = |flag: &Flag| {
        let value = if matches!(flag.type_, FlagType::Bool | FlagType::Optional(_)) { "" } else { "=" };
        Candidate::about(format!("--{}{value}", flag.name), help.about(flag.name))
    };
    found.into_iter().map(text).collect()
}

/// The values of a flag that begin with `value`, each behind `before`.
fn value_of(flag: &Flag, value: &str, before: &str, path: &str, words: &[String], names: &dyn Names) -> Candidates {
    let namespace = namespace_of(words, names);
    let known: Vec<String> = match flag.name {
        "namespace" => return behind(before, value, named("namespaces", "", names)),
        "context" => names.contexts(),
        "filename" | "patch-file" | "from-file" | "from-env-file" | "env-file" => return Candidates { words: Vec::new(), file: Some(value.to_owned()) },
        "output" if path == "version" => ["json", "yaml"].map(String::from).to_vec(),
        "output" => OUTPUTS.iter().map(|output| output.to_string()).collect(),
        "dry-run" => ["client", "none", "server"].map(String::from).to_vec(),
        "cascade" => ["background", "foreground", "orphan"].map(String::from).to_vec(),
        "restart" => ["Always", "Never", "OnFailure"].map(String::from).to_vec(),
        "for" => ["condition=", "create", "delete", "jsonpath="].map(String::from).to_vec(),
        "type" if path == "patch" => ["json", "merge", "strategic"].map(String::from).to_vec(),
        "type" => ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"].map(String::from).to_vec(),
        "subresource" => ["resize", "scale", "status"].map(String::from).to_vec(),
        "container" => containers(&positional(words, &flags_of(None)), &namespace, names),
        "nodes" | "node-name" => return behind(before, value, named("nodes", "", names)),
        "serviceaccount" | "service-account" => return behind(before, value, named("serviceaccounts", &namespace, names)),
        _ => Vec::new(),
    };
    behind(before, value, known.into_iter().map(Candidate::new).collect())
}

fn behind(before: &str, value: &str, found: Vec<Candidate>) -> Candidates {
    let fits = found.into_iter().filter(|candidate| candidate.text.starts_with(value));
    Candidates { words: fits.map(|candidate| Candidate { text: format!("{before}{}", candidate.text), ..candidate }).collect(), file: None }
}

fn kinds(names: &dyn Names) -> Vec<Candidate> {
    let kind = |kind: &std::sync::Arc<crate::api::strategy::Kind>| {
        let short = kind.short_names.iter().map(SmolStr::as_str).collect::<Vec<_>>().join(", ");
        let text = if kind.group.is_empty() { kind.plural.to_string() } else { format!("{}.{}", kind.plural, kind.group) };
        Candidate::about(text, short)
    };
    resources::in_order(names.registry()).iter().map(kind).collect()
}

fn names_of(mapping: &Mapping, namespace: &str, names: &dyn Names) -> Vec<String> {
    let namespace = if mapping.kind.namespaced { namespace } else { "" };
    names.objects(mapping, namespace).iter().map(|object| object.path("metadata.name").str().to_owned()).collect()
}

fn named(kind: &str, namespace: &str, names: &dyn Names) -> Vec<Candidate> {
    let Some(mapping) = resources::find(names.registry(), kind) else { return Vec::new() };
    names_of(&mapping, namespace, names).into_iter().map(Candidate::new).collect()
}

/// `TYPE`, `TYPE/NAME`, or `NAME` after a `TYPE`.
fn objects(arguments: &[String], word: &str, namespace: &str, names: &dyn Names) -> Vec<Candidate> {
    if let Some((kind, _)) = word.split_once('/') {
        return slashed(kind, namespace, names);
    }
    match arguments.first() {
        None => {
            // After a comma one more kind.
            let before = word.rsplit_once(',').map_or(String::new(), |(before, _)| format!("{before},"));
            let all = (!before.is_empty()).then(Vec::new).unwrap_or_else(|| vec![Candidate::about("all", "what usually runs")]);
            let mut found: Vec<Candidate> = kinds(names);
            found.extend(all);
            found.into_iter().map(|candidate| Candidate { text: format!("{before}{}", candidate.text), ..candidate }).collect()
        }
        Some(first) if first.contains('/') => Vec::new(),
        Some(first) => named(first, namespace, names),
    }
}

fn slashed(kind: &str, namespace: &str, names: &dyn Names) -> Vec<Candidate> {
    named(kind, namespace, names).into_iter().map(|candidate| Candidate::new(format!("{kind}/{}", candidate.text))).collect()
}

fn pod(path: &str, arguments: &[String], word: &str, namespace: &str, names: &dyn Names) -> Vec<Candidate> {
    if !arguments.is_empty() && path != "cp" {
        return Vec::new();
    }
    if let Some((kind, _)) = word.split_once('/') {
        return slashed(kind, namespace, names);
    }
    let mut found = named("pods", namespace, names);
    if path == "cp" {
        found.iter_mut().for_each(|candidate| candidate.text.push(':'));
        return found;
    }
    let owners: &[&str] =
        if path == "port-forward" { &["deployment/", "service/"] } else { &["daemonset/", "deployment/", "job/", "replicaset/", "statefulset/"] };
    found.extend(owners.iter().copied().map(Candidate::new));
    found
}

fn containers(arguments: &[String], namespace: &str, names: &dyn Names) -> Vec<String> {
    let Some(mapping) = resources::find(names.registry(), "pods") else { return Vec::new() };
    let pods = names.objects(&mapping, namespace);
    let meant = pods.iter().filter(|pod| arguments.iter().any(|argument| argument.trim_start_matches("pod/") == pod.path("metadata.name").str()));
    let lists = ["spec.containers", "spec.initContainers", "spec.ephemeralContainers"];
    meant.flat_map(|pod| lists.iter().flat_map(|list| pod.path(list).items())).map(|container| container.get("name").str().to_owned()).collect()
}
