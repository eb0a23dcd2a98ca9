//! Tab: what could come next on the command line.

use crate::api::meta;
use crate::api::registry::Registry;
use crate::api::resource::{GroupResource, NAMESPACES, NODES, PODS, SERVICES};
use crate::cluster::Cluster;
use crate::kubectl::completion::{self, Candidate, Names};
use crate::kubectl::{Kubeconfig, Mapping};
use crate::kubelet::runtime::{HOME, Workstation};
use crate::value::Value;

/// What may replace the word before the cursor.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completion {
    /// The byte of the line where that word begins.
    pub from: usize,
    /// The words that fit, in the order in which they are shown.
    pub candidates: Vec<Candidate>,
}

impl Completion {
    /// What all candidates begin with: as much of the word as there is no doubt about.
    pub fn common(&self) -> String {
        let mut candidates = self.candidates.iter().map(|candidate| candidate.text.as_str());
        let Some(first) = candidates.next() else { return String::new() };
        let shared = candidates.fold(first, |shared, text| {
            let same = shared.char_indices().zip(text.chars()).find(|((_, a), b)| a != b).map_or(shared.len().min(text.len()), |((at, _), _)| at);
            &shared[..same]
        });
        shared.to_owned()
    }
}

/// Programs that are suggested where a command begins.
const SUGGESTED: [&str; 31] = [
    "kubectl", "kubens", "kubectx", "minikube", "fault", "cat", "ls", "cd", "echo", "grep", "head", "tail", "wc", "sort", "uniq", "cut", "tr", "sed", "awk",
    "base64", "watch", "curl", "history", "clear", "cp", "mv", "rm", "mkdir", "sleep", "tee", "xargs",
];
/// Programs before another command.
const BEFORE_COMMANDS: [&str; 6] = ["sudo", "watch", "xargs", "time", "env", "nohup"];
const MINIKUBE: [&str; 8] = ["addons", "ip", "mount", "node", "service", "start", "status", "tunnel"];

/// Where names come from.
struct Here<'a> {
    cluster: &'a Cluster,
    kubeconfig: &'a Kubeconfig,
}

impl Names for Here<'_> {
    fn registry(&self) -> &Registry {
        self.cluster.server().registry()
    }

    fn objects(&self, kind: &Mapping, namespace: &str) -> Vec<Value> {
        self.cluster.store().list(&kind.kind.resource(), (!namespace.is_empty()).then_some(namespace)).cloned().collect()
    }

    fn namespace(&self) -> &str {
        self.kubeconfig.namespace()
    }

    fn contexts(&self) -> Vec<String> {
        self.kubeconfig.contexts.iter().map(|context| context.name.clone()).collect()
    }
}

/// What could come next at the end of `line` (the part before the cursor).
pub fn complete(line: &str, station: &Workstation, cluster: &Cluster, kubeconfig: &Kubeconfig) -> Completion {
    let typed = Typed::read(line);
    let here = Here { cluster, kubeconfig };
    let mut candidates = if typed.is_redirect { files(station, &typed.word, "") } else { words_for(&typed, station, &here) };
    candidates.dedup();
    Completion { from: typed.from, candidates }
}

fn words_for(typed: &Typed, station: &Workstation, here: &Here<'_>) -> Vec<Candidate> {
    let is_prefix = |word: &String| BEFORE_COMMANDS.contains(&word.as_str()) || word.starts_with('-') || word.contains('=');
    let skipped = typed.words.iter().take_while(|word| is_prefix(word)).count();
    let Some((program, arguments)) = typed.words[skipped..].split_first() else { return programs(station, &typed.word) };
    let fitting = |words: Vec<String>| words.into_iter().filter(|word| word.starts_with(&typed.word)).map(Candidate::new).collect();
    let names = |resource: &GroupResource, namespace: Option<&str>| -> Vec<String> {
        here.cluster.store().list(resource, namespace).map(|object| meta::name(object).to_owned()).collect()
    };
    match (program.as_str(), arguments) {
        ("kubectl" | "k", _) => {
            let found = completion::complete(arguments, &typed.word, here);
            match found.file {
                Some(part) => files(station, &part, typed.word.strip_suffix(part.as_str()).unwrap_or("")),
                None => found.words,
            }
        }
        ("kubens", []) => fitting(names(&NAMESPACES, None)),
        ("fault", []) => {
            fitting(["cut", "fill-disk", "free-disk", "kill", "list", "load", "mend", "registry", "restart", "start", "stop"].map(String::from).to_vec())
        }
        ("fault", _) => fitting([names(&NODES, None), names(&PODS, Some(here.kubeconfig.namespace()))].concat()),
        ("kubectx", []) => fitting(here.contexts()),
        ("minikube", []) => fitting(MINIKUBE.map(String::from).to_vec()),
        ("minikube", [command]) => match command.as_str() {
            "service" => fitting([names(&SERVICES, Some("default")), vec!["list".to_owned()]].concat()),
            "node" => fitting(["add", "delete", "list", "start", "stop"].map(String::from).to_vec()),
            "addons" => fitting(["disable", "enable", "list"].map(String::from).to_vec()),
            _ => files(station, &typed.word, ""),
        },
        ("minikube", [node, _]) if node == "node" => fitting(names(&NODES, None)),
        ("minikube", [addons, _]) if addons == "addons" => {
            fitting(["default-storageclass", "ingress", "metrics-server", "storage-provisioner"].map(String::from).to_vec())
        }
        _ => files(station, &typed.word, ""),
    }
}

fn programs(station: &Workstation, word: &str) -> Vec<Candidate> {
    if word.contains('/') {
        return files(station, word, "");
    }
    let about = |name: &str| match name {
        "kubectl" => "talk to the cluster",
        "kubens" => "choose a namespace",
        "kubectx" => "choose a context",
        "fault" => "let something go wrong",
        "minikube" => "reach it from outside, change its machines",
        _ => "",
    };
    let mut found: Vec<Candidate> = SUGGESTED.iter().filter(|name| name.starts_with(word)).map(|name| Candidate::about(*name, about(name))).collect();
    if !word.is_empty() {
        for folder in ["/usr/local/bin", "/usr/bin", "/bin"] {
            for (name, _) in station.names_in(folder) {
                if name.starts_with(word) && !found.iter().any(|candidate| candidate.text == name) {
                    found.push(Candidate::new(name.as_str()));
                }
            }
        }
    }
    found
}

/// Files and folders whose path begins with `part`, each behind `before`.
fn files(station: &Workstation, part: &str, before: &str) -> Vec<Candidate> {
    let (folder, name) = part.rsplit_once('/').map_or(("", part), |(folder, name)| (folder, name));
    let shown = if part.contains('/') { format!("{folder}/") } else { String::new() };
    let absolute = match shown.strip_prefix("~/") {
        Some(rest) => format!("{HOME}/{rest}"),
        None if shown.starts_with('/') => shown.clone(),
        None => format!("{}/{shown}", station.folder()),
    };
    let hidden = name.starts_with('.');
    let fits = |(entry, _): &(crate::value::SmolStr, bool)| entry.starts_with(name) && (hidden || !entry.starts_with('.'));
    let text = |(entry, is_folder): (crate::value::SmolStr, bool)| Candidate::new(format!("{before}{shown}{entry}{}", if is_folder { "/" } else { "" }));
    station.names_in(&absolute).into_iter().filter(fits).map(text).collect()
}

/// The command that is being typed: its whole words, and the one that has only begun.
#[derive(Default)]
struct Typed {
    words: Vec<String>,
    word: String,
    from: usize,
    is_redirect: bool,
}

impl Typed {
    fn read(line: &str) -> Typed {
        let mut typed = Typed::default();
        let mut quote = None;
        let mut begun = false;
        let mut letters = line.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if quote == Some(letter) {
                quote = None;
                continue;
            }
            if quote.is_none() && matches!(letter, '|' | ';' | '&' | '(' | '`' | '\n') {
                typed = Typed { from: at + 1, ..Typed::default() };
                begun = false;
                continue;
            }
            if quote.is_none() && (letter.is_whitespace() || matches!(letter, '<' | '>')) {
                if begun {
                    let word = std::mem::take(&mut typed.word);
                    if !std::mem::take(&mut typed.is_redirect) {
                        typed.words.push(word);
                    }
                    begun = false;
                }
                typed.is_redirect |= matches!(letter, '<' | '>');
                typed.from = at + letter.len_utf8();
                continue;
            }
            if !begun {
                typed.from = at;
                begun = true;
            }
            match letter {
                '"' | '\'' if quote.is_none() => quote = Some(letter),
                '\\' if quote != Some('\'') => typed.word.extend(letters.next().map(|(_, escaped)| escaped)),
                letter => typed.word.push(letter),
            }
        }
        typed
    }
}
