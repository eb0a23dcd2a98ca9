//! What commands wrote, as the page shows it: states in their colours, names that lead to their objects.

use crate::api::resource::{
    CONFIG_MAPS, CRON_JOBS, DAEMON_SETS, DEPLOYMENTS, GroupResource, INGRESSES, JOBS, NAMESPACES, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS,
    REPLICA_SETS, SECRETS, SERVICES, STATEFUL_SETS,
};
use crate::cluster::Cluster;
use crate::kubectl;
use crate::playground::scene::{ObjectRef, Tone};

/// A piece of a text.
#[derive(Clone, PartialEq, Debug)]
pub struct Piece {
    /// What it says.
    pub text: String,
    /// The colour of the state that it names.
    pub tone: Tone,
    /// The object that it names.
    pub object: Option<ObjectRef>,
}

/// Kinds whose names are looked for, those first that a name without a kind means most often.
const KINDS: [GroupResource; 15] = [
    PODS,
    DEPLOYMENTS,
    SERVICES,
    STATEFUL_SETS,
    DAEMON_SETS,
    REPLICA_SETS,
    JOBS,
    CRON_JOBS,
    CONFIG_MAPS,
    SECRETS,
    INGRESSES,
    PERSISTENT_VOLUME_CLAIMS,
    PERSISTENT_VOLUMES,
    NODES,
    NAMESPACES,
];
/// More names than this aren't looked up in one text.
const MOST_NAMES: usize = 400;
/// Words of a command line that are looked at for the kinds that it names.
const MOST_WORDS: usize = 100;

/// The colour of a state's word.
pub fn tone_of(word: &str) -> Tone {
    match word.trim_end_matches(',') {
        "Running" | "Ready" | "Bound" | "Active" | "Available" | "Complete" => Tone::Good,
        "ContainerCreating" | "PodInitializing" => Tone::Busy,
        "Pending" | "SchedulingDisabled" | "<pending>" | "Ready,SchedulingDisabled" => Tone::Waiting,
        "Completed" | "Succeeded" | "Terminating" | "Released" => Tone::Over,
        "Error"
        | "CrashLoopBackOff"
        | "ErrImagePull"
        | "ImagePullBackOff"
        | "CreateContainerConfigError"
        | "CreateContainerError"
        | "RunContainerError"
        | "InvalidImageName"
        | "OOMKilled"
        | "StartError"
        | "Failed"
        | "Lost"
        | "NotReady"
        | "Evicted"
        | "Warning" => Tone::Bad,
        word if word.starts_with("Init:") && (word.ends_with("Error") || word.ends_with("BackOff") || word.ends_with("ErrImagePull")) => Tone::Bad,
        word if word.starts_with("Init:") => Tone::Busy,
        _ => Tone::Plain,
    }
}

/// Takes a text apart. `command` is the line that was typed, for the kind and the namespace that it names.
pub fn pieces(text: &str, command: &str, cluster: &Cluster, namespace: &str) -> Vec<Piece> {
    let finder = Finder::new(command, cluster, namespace);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut names = 0;
    for line in text.split_inclusive('\n') {
        let mut column = 0;
        let mut row_namespace = "";
        for word in line.split_inclusive([' ', '\t', '\n']) {
            let bare = word.trim_end();
            let quoted = bare.trim_matches(['"', '\'', ',', ';']);
            let mut piece = Piece { text: bare.to_owned(), tone: tone_of(bare), object: None };
            if !bare.is_empty() {
                if piece.tone == Tone::Plain && names < MOST_NAMES && is_name_like(quoted) {
                    names += 1;
                    piece.object = finder.find(quoted, row_namespace, column);
                }
                if column == 0 {
                    row_namespace = bare;
                }
                column += 1;
            }
            push(&mut pieces, piece);
            push(&mut pieces, Piece { text: word[bare.len()..].to_owned(), tone: Tone::Plain, object: None });
        }
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match pieces.last_mut() {
        Some(last) if last.object.is_none() && piece.object.is_none() && last.tone == piece.tone => last.text.push_str(&piece.text),
        _ if piece.text.is_empty() => {}
        _ => pieces.push(piece),
    }
}

/// Whether a word could be an object's name, or `kind/name`.
fn is_name_like(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, b'-' | b'.');
    name.len() > 1 && name.bytes().all(fits) && name.bytes().any(|letter| letter.is_ascii_lowercase())
}

struct Finder<'a> {
    cluster: &'a Cluster,
    namespaces: Vec<&'a str>,
    kinds: Vec<GroupResource>,
}

impl<'a> Finder<'a> {
    fn new(command: &'a str, cluster: &'a Cluster, namespace: &'a str) -> Finder<'a> {
        let words: Vec<&str> = command.split_whitespace().take(MOST_WORDS).collect();
        let given = words.windows(2).find(|pair| matches!(pair[0], "-n" | "--namespace")).map(|pair| pair[1]);
        let given = given.or_else(|| words.iter().find_map(|word| word.strip_prefix("--namespace=")));
        let registry = cluster.server().registry();
        let named = words.iter().skip(1).filter(|word| !word.starts_with('-')).filter_map(|word| {
            let kind = word.split(['/', ',']).next().unwrap_or(word);
            kubectl::find_kind(registry, kind).map(|mapping| mapping.kind.resource())
        });
        let mut kinds: Vec<GroupResource> = named.collect();
        kinds.extend(KINDS);
        Finder { cluster, namespaces: vec![given.unwrap_or(namespace), ""], kinds }
    }

    fn find(&self, word: &str, row_namespace: &str, column: usize) -> Option<ObjectRef> {
        if let Some((kind, name)) = word.split_once('/') {
            let resource = kubectl::find_kind(self.cluster.server().registry(), kind)?.kind.resource();
            return self.object(&resource, name, row_namespace);
        }
        // Elsewhere than in the first columns a word is rather a word.
        if column > 1 && !word.contains('-') {
            return None;
        }
        self.kinds.iter().find_map(|resource| self.object(resource, word, row_namespace))
    }

    fn object(&self, resource: &GroupResource, name: &str, row_namespace: &str) -> Option<ObjectRef> {
        let in_namespace = |namespace: &str| self.cluster.store().get(resource, namespace, name).is_some();
        let mut namespaces = self.namespaces.iter().copied().chain([row_namespace]);
        namespaces.find(|namespace| in_namespace(namespace)).map(|namespace| ObjectRef::new(resource, namespace, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::ClusterConfig;

    #[test]
    fn names_lead_to_objects_and_states_have_colours() {
        let mut cluster = Cluster::new(&ClusterConfig::playground(1));
        let now_ms = cluster.now_ms();
        while !cluster.advance(now_ms + 20_000, 10_000) {}
        let found = |text: &str, command: &str| -> Vec<(String, Tone, Option<String>)> {
            let marked = pieces(text, command, &cluster, "default").into_iter().filter(|piece| piece.tone != Tone::Plain || piece.object.is_some());
            marked.map(|piece| (piece.text, piece.tone, piece.object.map(|object| format!("{}/{}", object.resource.resource, object.key.name)))).collect()
        };
        let text = "NAME       STATUS   ROLES\nworker-1   Ready    <none>\n";
        let expected = vec![("worker-1".into(), Tone::Plain, Some("nodes/worker-1".into())), ("Ready".into(), Tone::Good, None)];
        assert_eq!(found(text, "kubectl get nodes"), expected);
        assert_eq!(found("node/worker-2 cordoned\n", "kubectl cordon worker-2"), vec![("node/worker-2".into(), Tone::Plain, Some("nodes/worker-2".into()))]);
        let table = "NAMESPACE     NAME               DATA\nkube-system   kube-root-ca.crt   1\n";
        assert_eq!(found(table, "kubectl get cm -A").last().and_then(|last| last.2.clone()), Some("configmaps/kube-root-ca.crt".into()));
        let whole: String = pieces(table, "", &cluster, "default").into_iter().map(|piece| piece.text).collect();
        assert_eq!(whole, table);
    }
}
