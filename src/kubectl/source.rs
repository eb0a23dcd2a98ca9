//! Objects of files: `-f file`, `-f folder`, `-f -` (`k8s.io/cli-runtime/pkg/resource`: builder, visitors, mapper).

use super::entry::Invocation;
use super::failure::Failure;
use super::flags::Flag;
use super::resources::{self, Mapping};
use crate::manifest::{self, write_json_compact};
use crate::server::selectors::LabelSelector;
use crate::value::{SmolStr, Value};

/// An object that a command works on (`resource.Info`).
#[derive(Clone)]
pub struct Info {
    /// Its kind and version.
    pub mapping: Mapping,
    /// Its namespace; `""` for kinds that live in none.
    pub namespace: String,
    /// Its name; may be empty for a create with `generateName`.
    pub name: String,
    /// The object itself, as it was read; `Null` where only its name is known.
    pub object: Value,
    /// Where it comes from: `STDIN`, a path, or `""`.
    pub source: String,
}

impl Info {
    /// `Resource: "…", GroupVersionKind: "…"` and name, as failures show it.
    pub fn long_name(&self) -> String {
        let kind = &self.mapping.kind;
        format!(
            "Resource: \"{}/{}, Resource={}\", GroupVersionKind: \"{}/{}, Kind={}\"\nName: \"{}\", Namespace: \"{}\"",
            kind.group, self.mapping.version, kind.plural, kind.group, self.mapping.version, kind.kind, self.name, self.namespace
        )
    }

    /// `deployment.apps/web`.
    pub fn object_name(&self) -> String {
        format!("{}/{}", self.mapping.object_kind(), self.name)
    }

    /// `deployments/web`.
    pub fn resource_name(&self) -> String {
        format!("{}/{}", self.mapping.kind.plural, self.name)
    }

    /// The server's name for an object without one.
    ///
    /// # Errors
    /// `resource name may not be empty`.
    pub fn require_name(&self) -> Result<(), Failure> {
        if self.name.is_empty() { Err(Failure::text("resource name may not be empty")) } else { Ok(()) }
    }
}

/// The flags that name files.
pub fn file_flags() -> Vec<Flag> {
    vec![Flag::list("filename").short('f'), Flag::text("kustomize").short('k'), Flag::bool("recursive").short('R')]
}

/// What files say: their objects, and what is wrong with the rest.
#[derive(Default)]
pub struct Loaded {
    /// The objects, in order.
    pub infos: Vec<Info>,
    /// What went wrong.
    pub failures: Vec<Failure>,
}

struct Text {
    source: String,
    text: String,
}

/// How strictly documents are looked at before they are sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// `apiVersion` and `kind` must be there (`--validate`).
    Schema,
    /// Whatever can be read.
    Nothing,
}

impl Invocation {
    /// Whether files are named.
    pub fn has_files(&self) -> bool {
        self.flags.has("filename") || self.flags.has("kustomize")
    }

    /// Reads the objects of all files that `-f` names.
    ///
    /// # Errors
    /// Where a file can't be found, or kustomize is asked for.
    pub fn load_files(&self, check: Check) -> Result<Loaded, Failure> {
        if self.flags.has("kustomize") {
            return Err(Failure::text("kustomize is not part of this kubectl: -k can't be used; name the manifests with -f"));
        }
        let mut loaded = Loaded::default();
        for text in self.texts()? {
            self.load_text(&text, check, &mut loaded);
        }
        Ok(loaded)
    }

    /// Only those objects that `-l` chooses.
    ///
    /// # Errors
    /// For a selector that can't be read.
    pub fn selected(&self, infos: Vec<Info>) -> Result<Vec<Info>, Failure> {
        let text = self.flags.text("selector");
        if text.is_empty() {
            return Ok(infos);
        }
        let selector = LabelSelector::parse(text).map_err(Failure::Text)?;
        Ok(infos.into_iter().filter(|info| selector.matches(info.object.path("metadata.labels").fields())).collect())
    }

    fn texts(&self) -> Result<Vec<Text>, Failure> {
        let files = self.session.files();
        let mut texts = Vec::new();
        for path in self.flags.list("filename") {
            if path == "-" {
                texts.push(Text { source: "STDIN".into(), text: self.session.read_stdin() });
            } else if path.starts_with("http://") || path.starts_with("https://") {
                return Err(Failure::text(format!("unable to read URL \"{path}\": this kubectl has no network; save the manifest as a file of the workspace")));
            } else if let Some(text) = self.session.file(path) {
                texts.push(Text { source: path.clone(), text });
            } else if files.is_folder(path) {
                let named = files.in_folder(path, self.flags.is("recursive"));
                let manifests: Vec<&str> = named.into_iter().filter(|file| [".json", ".yaml", ".yml"].iter().any(|end| file.ends_with(end))).collect();
                if manifests.is_empty() {
                    return Err(Failure::text(format!("error reading [{path}]: recognized file extensions are [.json .yaml .yml]")));
                }
                texts.extend(manifests.iter().map(|file| Text { source: file.to_string(), text: files.get(file).unwrap_or("").into() }));
            } else {
                let matching: Vec<(&str, &str)> = files.iter().filter(|(file, _)| path.contains('*') && matches_glob(path, file)).collect();
                if matching.is_empty() {
                    return Err(Failure::text(format!("the path \"{path}\" does not exist")));
                }
                texts.extend(matching.iter().map(|(file, text)| Text { source: file.to_string(), text: text.to_string() }));
            }
        }
        Ok(texts)
    }

    fn load_text(&self, text: &Text, check: Check, loaded: &mut Loaded) {
        for document in manifest::documents(&text.text) {
            let value = match document.value {
                Ok(value) => value,
                Err(why) => {
                    loaded.failures.push(Failure::text(format!("error parsing {}: error converting YAML to JSON: {why}", text.source)));
                    return;
                }
            };
            if value.is_null() {
                continue;
            }
            if check == Check::Schema
                && let Err(why) = check_type(&value)
            {
                let advice = "if you choose to ignore these errors, turn validation off with --validate=false";
                loaded.failures.push(Failure::text(format!("error validating \"{}\": error validating data: {why}; {advice}", text.source)));
                return;
            }
            for object in flatten(value) {
                match self.info_of(object, &text.source) {
                    Ok(info) => loaded.infos.push(info),
                    Err(failure) => loaded.failures.push(failure),
                }
            }
        }
    }

    /// The object's kind, name and namespace, as the command sees them.
    fn info_of(&self, mut object: Value, source: &str) -> Result<Info, Failure> {
        if let Some(why) = undecodable(&object) {
            return Err(Failure::text(format!("unable to decode \"{source}\": {why}")));
        }
        let (api_version, kind) = (object.get("apiVersion").str().to_string(), object.get("kind").str().to_string());
        let metadata = object.get("metadata");
        let (name, given) = (metadata.get("name").str().to_string(), metadata.get("namespace").str().to_string());
        let Some(mapping) = resources::of_object(&self.session.registry(), &api_version, &kind) else {
            return Err(Failure::text(format!(
                "resource mapping not found for name: \"{name}\" namespace: \"{given}\" from \"{source}\": no matches for kind \"{kind}\" in version \"{api_version}\"\nensure CRDs are installed first"
            )));
        };
        let mut namespace = String::new();
        if mapping.kind.namespaced {
            if given.is_empty() {
                object.set("metadata.namespace", self.namespace.as_str());
                namespace = self.namespace.clone();
            } else if self.namespace_given && given != self.namespace {
                return Err(Failure::text(format!(
                    "the namespace from the provided object \"{given}\" does not match the namespace \"{}\". You must pass '--namespace={given}' to perform this operation.",
                    self.namespace
                )));
            } else {
                namespace = given;
            }
        } else {
            object.remove("metadata.namespace");
        }
        Ok(Info { mapping, namespace, name, object, source: source.into() })
    }
}

/// `*` stands for anything but `/`.
fn matches_glob(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let (patterns, names): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    patterns.len() == names.len() && patterns.iter().zip(&names).all(|(pattern, name)| matches_name(pattern, name))
}

/// Each text between stars is looked for behind the one before, as early as it can be; the last one must end the name.
fn matches_name(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(head) else { return false };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(tail)
}

/// Whether `apiVersion` and `kind` are there; for lists, in their items too.
fn check_type(value: &Value) -> Result<(), String> {
    if !value.is_object() {
        return Err("invalid object to validate".into());
    }
    let mut wrong = Vec::new();
    for key in ["apiVersion", "kind"] {
        match value.get(key) {
            Value::Null => wrong.push(format!("{key} not set")),
            Value::String(text) if text.is_empty() => wrong.push(format!("{key} not set")),
            Value::String(_) => {}
            _ => wrong.push(format!("{key} isn't string type")),
        }
    }
    match wrong.as_slice() {
        [] => value.get("items").items().iter().filter(|_| value.get("kind").str() == "List").try_for_each(check_type),
        [one] => Err(one.clone()),
        many => Err(format!("[{}]", many.join(", "))),
    }
}

/// The objects of a list; otherwise the object itself.
fn flatten(value: Value) -> Vec<Value> {
    if value.get("kind").str().ends_with("List") && value.get("items").is_array() {
        let api_version = value.get("apiVersion").clone();
        let kind = SmolStr::new(value.get("kind").str().trim_end_matches("List"));
        let complete = |item: &Value| {
            let mut item = item.clone();
            if item.get("kind").is_empty() && !kind.is_empty() {
                item.set("kind", kind.clone());
                item.set("apiVersion", api_version.clone());
            }
            item
        };
        return value.get("items").items().iter().map(complete).collect();
    }
    vec![value]
}

/// Why kubectl itself can't read an object: what it needs to know has the wrong type.
fn undecodable(object: &Value) -> Option<String> {
    if object.get("kind").str().is_empty() {
        return Some(format!("Object 'Kind' is missing in '{}'", write_json_compact(object)));
    }
    let metadata = object.get("metadata");
    if !metadata.is_object() && !metadata.is_null() {
        return Some(format!("json: cannot unmarshal {} into Go struct field .metadata of type v1.ObjectMeta", metadata.type_name()));
    }
    for (field, type_) in metadata.fields().iter() {
        let wrong = |value: &Value, wanted: &str| {
            Some(format!("json: cannot unmarshal {} into Go struct field ObjectMeta.metadata.{field} of type {wanted}", value.type_name()))
        };
        match (field.as_str(), type_) {
            (_, Value::Null) => {}
            ("labels" | "annotations", Value::Object(fields)) => {
                if let Some(value) = fields.values().find(|value| value.as_str().is_none() && !value.is_null()) {
                    return wrong(value, "string");
                }
            }
            ("labels" | "annotations", value) => return wrong(value, "map[string]string"),
            ("name" | "namespace" | "generateName" | "resourceVersion" | "uid", value) if value.as_str().is_none() => {
                return wrong(value, if field == "uid" { "types.UID" } else { "string" });
            }
            ("finalizers", Value::Array(items)) => {
                if let Some(value) = items.iter().find(|value| value.as_str().is_none()) {
                    return wrong(value, "string");
                }
            }
            ("finalizers", value) => return wrong(value, "[]string"),
            ("ownerReferences", Value::Array(owners)) => {
                let parts = owners.iter().flat_map(|owner| owner.fields().iter());
                let wanted = parts.filter_map(|(part, value)| {
                    let wanted = match part.as_str() {
                        "apiVersion" | "kind" | "name" => "string",
                        "uid" => "types.UID",
                        "controller" | "blockOwnerDeletion" => "bool",
                        _ => return None,
                    };
                    let fits = value.is_null() || if wanted == "bool" { value.as_bool().is_some() } else { value.as_str().is_some() };
                    (!fits).then(|| {
                        format!(
                            "json: cannot unmarshal {} into Go struct field OwnerReference.metadata.ownerReferences.{part} of type {wanted}",
                            value.type_name()
                        )
                    })
                });
                if let Some(why) = wanted.into_iter().next() {
                    return Some(why);
                }
            }
            ("ownerReferences", value) if !value.is_array() => return wrong(value, "[]v1.OwnerReference"),
            ("generation" | "deletionGracePeriodSeconds", value) if value.as_i64().is_none() => return wrong(value, "int64"),
            _ => {}
        }
    }
    None
}
