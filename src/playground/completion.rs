//! What could be typed next in a manifest, and what a field means: from the same schema that the server validates with,
//! and from the objects that there are.

use super::workspace::Workspace;
use super::yaml_path::{self, Line, Step};
use crate::api::reference;
use crate::api::resource::{
    CONFIG_MAPS, GroupResource, INGRESS_CLASSES, NAMESPACES, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, PRIORITY_CLASSES, SECRETS,
    SERVICE_ACCOUNTS, SERVICES, STORAGE_CLASSES,
};
use crate::api::schema::{self, Definition, Field, FieldType};
use crate::api::{meta, registry::Registry};
use crate::manifest::documents;
use crate::store::Store;
use crate::value::{Sort, SortedSet, Value};
use std::ops::Range;

/// Something that could be typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// What it is called.
    pub label: String,
    /// What goes into the text.
    pub insert: String,
    /// A few words beside it: the field's type.
    pub detail: String,
    /// What upstream says about it.
    pub info: String,
}

/// What a field means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Help {
    /// Where the field's name begins, in bytes.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// `replicas <integer>`.
    pub title: String,
    /// What upstream says.
    pub text: String,
}

/// Where the cursor is: in which document, at which field.
struct Place {
    kind: Option<&'static Definition>,
    lines: Vec<Line>,
    /// The file's text.
    text: String,
    /// The path of the field whose name or value is being typed.
    path: Vec<Step>,
    /// Whether it is the value.
    in_value: bool,
    namespace: String,
}

/// What could be typed at `offset` (bytes) of `text`. `workspace` and `store` have the objects that can be named.
pub fn complete(text: &str, offset: usize, workspace: &Workspace, store: &Store, registry: &Registry) -> Vec<Completion> {
    let Some(place) = place(text, offset) else { return Vec::new() };
    if place.in_value { values(&place, workspace, store, registry) } else { names(&place) }
}

fn place(text: &str, offset: usize) -> Option<Place> {
    let before = text.get(..offset)?;
    // With one line more there is a document also where nothing is written yet.
    let document = documents(&format!("{text}\n")).into_iter().rev().find(|document| document.start.offset <= offset)?;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let typed = &before[line_start..];
    // What is typed of a name is replaced by one that can be read as a field.
    let indent = typed.len() - typed.trim_start_matches([' ', '-']).len();
    let word = &typed[indent..];
    let in_value = word.contains(": ") || word.ends_with(':');
    if word.contains('#') {
        return None;
    }
    let stand_in = if in_value { typed.to_owned() } else { format!("{}stand-in:", &typed[..indent]) };
    let start = document.start.offset.min(line_start);
    let until_here = format!("{}{stand_in}", text.get(start..line_start)?);
    let path = yaml_path::lines(&until_here, 0).pop()?.path;
    let lines = yaml_path::lines(&document.text, document.start.offset);
    let field = |name: &str| yaml_path::find(&lines, &yaml_path::parse(name)).filter(|line| line.path.len() == yaml_path::parse(name).len());
    let value = |name: &str| field(name).and_then(|line| text.get(line.value.clone())).unwrap_or("").trim_matches(['"', '\'']);
    let (group, version) = value("apiVersion").rsplit_once('/').unwrap_or(("", value("apiVersion")));
    let namespace = value("metadata.namespace");
    let namespace = if namespace.is_empty() { "default" } else { namespace }.to_owned();
    Some(Place { kind: schema::for_kind(group, version, value("kind")), path, in_value, namespace, lines, text: text.to_owned() })
}

fn keys(path: &[Step]) -> Vec<&str> {
    path.iter().filter_map(|step| if let Step::Key(name) = step { Some(name.as_str()) } else { None }).collect()
}

fn names(place: &Place) -> Vec<Completion> {
    let Some((_, parent)) = place.path.split_last() else { return Vec::new() };
    let Some(kind) = place.kind else {
        if !parent.is_empty() {
            return Vec::new();
        }
        let first = ["apiVersion", "kind", "metadata"].into_iter().map(|name| plain(name, &format!("{name}: ")));
        // Where nothing is written yet, whole objects are offered.
        let is_new = place.lines.iter().all(|line| line.value.is_empty());
        return first.chain(skeletons().filter(|_| is_new)).collect();
    };
    let definition = if parent.is_empty() { Some(kind) } else { kind.walk(keys(parent)).and_then(|field| field.type_.item_definition()) };
    let there: SortedSet<&str> = place
        .lines
        .iter()
        .filter(|line| line.path.len() == parent.len() + 1 && line.path.starts_with(parent))
        .filter_map(|line| if let Some(Step::Key(name)) = line.path.last() { Some(name.as_str()) } else { None })
        .collect();
    let fields = definition.map(Definition::fields).unwrap_or_default().iter();
    // What the cluster writes is nothing to be typed.
    let wanted = fields.filter(|field| !there.contains(field.name) && (!parent.is_empty() || field.name != "status") && field.name != "managedFields");
    let mut found: Vec<Completion> = wanted.map(of_field).collect();
    found.order_by_key(|completion| !completion.detail.ends_with("required"));
    found
}

/// Whole objects to begin with.
fn skeletons() -> impl Iterator<Item = Completion> {
    include_str!("completion/skeletons.yaml").split("---\n").map(|text| {
        let kind = text.lines().find_map(|line| line.strip_prefix("kind: ")).unwrap_or_default();
        Completion { detail: "new object".into(), info: text.into(), ..plain(kind, text) }
    })
}

fn of_field(field: &Field) -> Completion {
    let type_ = type_name(&field.type_);
    let insert = if matches!(field.type_, FieldType::Ref(_) | FieldType::Map(_) | FieldType::Array(_)) {
        format!("{}:", field.name)
    } else {
        format!("{}: ", field.name)
    };
    let detail = if field.required { format!("{type_}, required") } else { type_ };
    Completion { label: field.name.into(), insert, detail, info: first_sentences(field.description()) }
}

fn type_name(type_: &FieldType) -> String {
    match type_ {
        FieldType::String | FieldType::Time | FieldType::MicroTime | FieldType::Bytes => "string".into(),
        FieldType::Quantity => "quantity".into(),
        FieldType::IntOrString => "number or string".into(),
        FieldType::Int32 | FieldType::Int64 => "integer".into(),
        FieldType::Number => "number".into(),
        FieldType::Bool => "true or false".into(),
        FieldType::Any | FieldType::Object => "any value".into(),
        FieldType::Array(item) => format!("list of {}", type_name(item)),
        FieldType::Map(item) => format!("names with {}", type_name(item)),
        FieldType::Ref(target) => target.definition().kind().to_owned(),
    }
}

fn first_sentences(text: &str) -> String {
    let short: String = text.chars().take(320).collect();
    if short.len() == text.len() { short } else { format!("{}…", short.rsplit_once(". ").map_or(short.as_str(), |(whole, _)| whole)) }
}

fn plain(label: &str, insert: &str) -> Completion {
    Completion { label: label.into(), insert: insert.into(), detail: String::new(), info: String::new() }
}

fn values(place: &Place, workspace: &Workspace, store: &Store, registry: &Registry) -> Vec<Completion> {
    let names = keys(&place.path);
    let words: Vec<String> = match names.as_slice() {
        ["kind"] => registry.all().map(|kind| kind.kind.to_string()).collect::<SortedSet<_>>().into_iter().collect(),
        ["apiVersion"] => {
            let kind = place.lines.iter().find(|line| line.path == [Step::Key("kind".into())]).and_then(|line| place.text.get(line.value.clone()));
            let of_kind: SortedSet<String> = registry.all().filter(|each| kind == Some(each.kind.as_str())).map(|kind| kind.api_version()).collect();
            let all = || registry.all().map(|kind| kind.api_version()).collect();
            if of_kind.is_empty() { all() } else { of_kind }.into_iter().collect()
        }
        ["metadata", "namespace"] => objects(&NAMESPACES, "", workspace, store, registry),
        [.., "secretKeyRef" | "secretRef", "name"] | [.., "secret", "secretName"] => objects(&SECRETS, &place.namespace, workspace, store, registry),
        [.., "configMapKeyRef" | "configMapRef", "name"] | [.., "volumes", "configMap", "name"] => {
            objects(&CONFIG_MAPS, &place.namespace, workspace, store, registry)
        }
        [.., "secretKeyRef", "key"] => keys_of(&SECRETS, place, workspace, store, registry),
        [.., "configMapKeyRef", "key"] => keys_of(&CONFIG_MAPS, place, workspace, store, registry),
        [.., "persistentVolumeClaim", "claimName"] => objects(&PERSISTENT_VOLUME_CLAIMS, &place.namespace, workspace, store, registry),
        [.., "volumeName"] => objects(&PERSISTENT_VOLUMES, "", workspace, store, registry),
        [.., "priorityClassName"] => objects(&PRIORITY_CLASSES, "", workspace, store, registry),
        [.., "ingressClassName"] => objects(&INGRESS_CLASSES, "", workspace, store, registry),
        [.., "nodeName"] => objects(&NODES, "", workspace, store, registry),
        [.., "scaleTargetRef" | "roleRef", "name"] => beside(place, "kind", workspace, store, registry),
        ["spec", "selector", key] | [.., "matchLabels", key] => labels_of(key, &place.namespace, workspace, store),
        [.., "storageClassName"] => objects(&STORAGE_CLASSES, "", workspace, store, registry),
        [.., "serviceAccountName"] => objects(&SERVICE_ACCOUNTS, &place.namespace, workspace, store, registry),
        [.., "backend", "service", "name"] | [.., "serviceName"] => objects(&SERVICES, &place.namespace, workspace, store, registry),
        _ => known_values(place.kind, &names),
    };
    words.iter().map(|word| plain(word, word)).collect()
}

/// The words that a field takes. The schema has them in its descriptions only, so the common ones are listed here.
fn known_values(kind: Option<&'static Definition>, names: &[&str]) -> Vec<String> {
    let words: &[&str] = match names {
        [.., "imagePullPolicy"] => &["Always", "IfNotPresent", "Never"],
        [.., "restartPolicy"] => &["Always", "OnFailure", "Never"],
        [.., "protocol"] => &["TCP", "UDP", "SCTP"],
        ["spec", "type"] => &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"],
        [.., "strategy", "type"] => &["RollingUpdate", "Recreate"],
        [.., "updateStrategy", "type"] => &["RollingUpdate", "OnDelete"],
        [.., "pathType"] => &["Prefix", "Exact", "ImplementationSpecific"],
        [.., "persistentVolumeReclaimPolicy" | "reclaimPolicy"] => &["Retain", "Delete"],
        [.., "volumeMode"] => &["Filesystem", "Block"],
        [.., "volumeBindingMode"] => &["Immediate", "WaitForFirstConsumer"],
        [.., "accessModes"] => &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"],
        [.., "effect"] => &["NoSchedule", "PreferNoSchedule", "NoExecute"],
        [.., "whenUnsatisfiable"] => &["DoNotSchedule", "ScheduleAnyway"],
        [.., "concurrencyPolicy"] => &["Allow", "Forbid", "Replace"],
        [.., "podManagementPolicy"] => &["OrderedReady", "Parallel"],
        [.., "completionMode"] => &["NonIndexed", "Indexed"],
        [.., "tolerations", "operator"] => &["Equal", "Exists"],
        [.., "operator"] => &["In", "NotIn", "Exists", "DoesNotExist"],
        [.., "topologyKey"] => &["kubernetes.io/hostname", "topology.kubernetes.io/zone"],
        [.., "policyTypes"] => &["Ingress", "Egress"],
        [.., "verbs"] => &["get", "list", "watch", "create", "update", "patch", "delete"],
        [.., "scheme"] => &["HTTP", "HTTPS"],
        [.., "sessionAffinity"] => &["None", "ClientIP"],
        [.., "externalTrafficPolicy" | "internalTrafficPolicy"] => &["Cluster", "Local"],
        [.., "dnsPolicy"] => &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"],
        [.., "metrics", "type"] => &["Resource", "ContainerResource", "Pods", "Object", "External"],
        [.., "target", "type"] => &["Utilization", "AverageValue", "Value"],
        ["type"] => &["Opaque", "kubernetes.io/tls", "kubernetes.io/basic-auth", "kubernetes.io/dockerconfigjson"],
        [.., "roleRef", "kind"] => &["Role", "ClusterRole"],
        [.., "subjects", "kind"] => &["ServiceAccount", "User", "Group"],
        _ => match kind.and_then(|kind| kind.walk(names.iter().copied())).map(|field| &field.type_) {
            Some(FieldType::Bool) => &["true", "false"],
            _ => &[],
        },
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The objects of a resource that are in the files or in the cluster.
fn all(resource: &GroupResource, namespace: &str, workspace: &Workspace, store: &Store, registry: &Registry) -> Vec<Value> {
    let kind = registry.resource(resource).map(|kind| kind.kind.clone()).unwrap_or_default();
    let is_there = |object: &Value| {
        let own = meta::namespace(object);
        object.get("kind").str() == kind && (namespace.is_empty() || own == namespace || (own.is_empty() && namespace == "default"))
    };
    let written = workspace.files.iter().flat_map(|file| documents(&file.text)).filter_map(|document| document.value.ok()).filter(is_there);
    let live = store.list(resource, (!namespace.is_empty()).then_some(namespace)).cloned();
    written.chain(live).collect()
}

fn objects(resource: &GroupResource, namespace: &str, workspace: &Workspace, store: &Store, registry: &Registry) -> Vec<String> {
    let names = all(resource, namespace, workspace, store, registry).iter().map(|object| meta::name(object).to_owned()).collect::<SortedSet<_>>();
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// The objects of the kind that the field `kind` beside names.
fn beside(place: &Place, field: &str, workspace: &Workspace, store: &Store, registry: &Registry) -> Vec<String> {
    let Some((_, parent)) = place.path.split_last() else { return Vec::new() };
    let wanted = [parent, &[Step::Key(field.into())]].concat();
    let kind = place.lines.iter().find(|line| line.path == wanted).and_then(|line| place.text.get(line.value.clone()));
    let resources = registry.all().filter(|each| kind == Some(each.kind.as_str()));
    resources.flat_map(|kind| objects(&kind.resource(), if kind.namespaced { &place.namespace } else { "" }, workspace, store, registry)).collect()
}

/// The values that a label has among pods and among the templates of pods, in the files and in the cluster.
fn labels_of(key: &str, namespace: &str, workspace: &Workspace, store: &Store) -> Vec<String> {
    let written = workspace.files.iter().flat_map(|file| documents(&file.text)).filter_map(|document| document.value.ok());
    let live = store.list(&PODS, Some(namespace)).cloned();
    let paths = ["metadata.labels", "spec.template.metadata.labels"];
    let values = written.chain(live).flat_map(|object| paths.map(|path| object.path(path).get(key).str().to_owned()));
    values.filter(|value| !value.is_empty()).collect::<SortedSet<_>>().into_iter().collect()
}

/// The keys of the Secret or ConfigMap that the field beside names.
fn keys_of(resource: &GroupResource, place: &Place, workspace: &Workspace, store: &Store, registry: &Registry) -> Vec<String> {
    let Some((_, parent)) = place.path.split_last() else { return Vec::new() };
    let mut beside = parent.to_vec();
    beside.push(Step::Key("name".into()));
    let named = place.lines.iter().find(|line| line.path == beside).and_then(|line| place.text.get(line.value.clone()));
    let named = named.map(|name| name.trim_matches(['"', '\'']));
    let mut keys = SortedSet::new();
    for object in all(resource, &place.namespace, workspace, store, registry) {
        if named.is_none_or(|named| meta::name(&object) == named) {
            for field in ["data", "stringData"] {
                keys.extend(object.get(field).fields().iter().map(|(key, _)| key.to_string()));
            }
        }
    }
    keys.into_iter().collect()
}

/// What the field means whose name or value is under `offset` (bytes).
pub fn help(text: &str, offset: usize) -> Option<Help> {
    let place = place(text, text.get(offset..)?.find('\n').map_or(text.len(), |end| offset + end))?;
    let is_under = |part: &Range<usize>| part.contains(&offset) || part.end == offset;
    let line = place.lines.iter().find(|line| is_under(&line.key) || is_under(&line.value))?;
    let field = place.kind?.walk(keys(&line.path))?;
    Some(Help { from: line.key.start, to: line.key.end, title: format!("{} <{}>", field.name, type_name(&field.type_)), text: described(field) })
}

/// What a field is for, or why that can't be said.
fn described(field: &Field) -> String {
    reference::texts().map_or_else(|why| format!("The descriptions of fields {why}."), |_| field.description().to_owned())
}

#[cfg(test)]
mod tests;
