//! What the API server asks of each kind: its name, and how its objects are defaulted, validated, changed and listed.
//!
//! Upstream spreads this over `pkg/apis/<group>` (defaults, validation), `pkg/registry/<group>/<kind>/strategy.go` and
//! `pkg/printers`; here an entry in the registry is all there is to know about a kind.

use super::field_error::FieldError;
use super::resource::GroupResource;
use crate::value::{SmolStr, Value};
use std::sync::Arc;

/// A kind of object that the server serves; built in, or made by a CustomResourceDefinition.
#[derive(Clone)]
pub struct Kind {
    /// API group, `""` for core.
    pub group: SmolStr,
    /// `Deployment`.
    pub kind: SmolStr,
    /// `deployments`.
    pub plural: SmolStr,
    /// `deployment`.
    pub singular: SmolStr,
    /// `deploy`.
    pub short_names: Vec<SmolStr>,
    /// `all`, for `kubectl get all`.
    pub categories: Vec<SmolStr>,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Versions served, the preferred one first; objects are stored in the first one.
    pub versions: Vec<Version>,
    /// `status`, `scale`, `log` …
    pub subresources: Vec<SmolStr>,
    /// `get`, `list` … in upstream's order for discovery.
    pub verbs: Vec<SmolStr>,
    /// Its rules.
    pub strategy: Arc<dyn Strategy>,
}

/// One served version of a kind.
#[derive(Clone)]
pub struct Version {
    /// `v1`.
    pub name: SmolStr,
    /// The definition in the schema, `io.k8s.api.apps.v1.Deployment`; `""` for custom resources, whose strategy holds the schema.
    pub definition: SmolStr,
}

impl Kind {
    /// The resource's name without a version.
    pub fn resource(&self) -> GroupResource {
        GroupResource { group: self.group.clone(), resource: self.plural.clone() }
    }

    /// `apps/v1`, or `v1` for core.
    pub fn api_version(&self) -> String {
        let version = self.versions.first().map_or("", |version| version.name.as_str());
        if self.group.is_empty() { version.to_string() } else { format!("{}/{version}", self.group) }
    }

    /// Whether it has this subresource.
    pub fn has_subresource(&self, name: &str) -> bool {
        self.subresources.iter().any(|subresource| subresource == name)
    }
}

/// A column of the table that the server answers `kubectl get` with.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The heading as given by upstream's printers (`Name`, `Ready`); kubectl writes it in capitals.
    pub name: SmolStr,
    /// `string`, `integer`, `boolean`, `date`.
    pub type_: &'static str,
    /// 0 is always shown, 1 with `-o wide` only.
    pub priority: i32,
}

impl Column {
    /// A column of text that is always shown.
    pub const fn new(name: &'static str) -> Column {
        Column { name: SmolStr::new_static(name), type_: "string", priority: 0 }
    }

    /// A column that only `-o wide` shows.
    pub const fn wide(name: &'static str) -> Column {
        Column { name: SmolStr::new_static(name), type_: "string", priority: 1 }
    }
}

/// The rules of a kind. Objects are in the storage version. Every method has the behaviour of a kind without any rules of its own.
pub trait Strategy: Send + Sync {
    /// Fills in what the writer left out (upstream: `pkg/apis/<group>/<version>/defaults.go`). Runs on every write, before admission.
    fn default(&self, _object: &mut Value) {}

    /// Before a create is validated: drops what a creator may not set (usually `status`).
    fn prepare_for_create(&self, object: &mut Value) {
        object.remove("status");
    }

    /// Warnings of what [`Strategy::prepare_for_create`] is about to do; they come before those of [`Strategy::warnings`].
    fn preparation_warnings(&self, _object: &Value) -> Vec<String> {
        Vec::new()
    }

    /// Before an update is validated: keeps what an updater may not set (usually `status`). The server itself
    /// raises `metadata.generation` where [`Strategy::has_generation`] and the spec has changed.
    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        keep(new, old, "status");
    }

    /// Before an update of the `status` subresource is validated: keeps everything but the status.
    fn prepare_for_status_update(&self, new: &mut Value, old: &Value) {
        let status = new.get("status").clone();
        let metadata = new.get("metadata").clone();
        *new = old.clone();
        new.set("metadata", metadata);
        if status.is_null() {
            new.remove("status");
        } else {
            new.set("status", status);
        }
    }

    /// What is wrong with a new object, beside its metadata, which the server validates for all kinds.
    fn validate(&self, _object: &Value) -> Vec<FieldError> {
        Vec::new()
    }

    /// What is wrong with a changed object; usually [`Strategy::validate`] and then the fields that may not change.
    fn validate_update(&self, new: &Value, _old: &Value) -> Vec<FieldError> {
        self.validate(new)
    }

    /// What is wrong with an object changed through its subresource `resize`.
    fn validate_resize(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        self.validate_update(new, old)
    }

    /// What is wrong with an object changed through its subresource `ephemeralcontainers`.
    fn validate_ephemeral_containers(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        self.validate_update(new, old)
    }

    /// What is wrong with a changed status.
    fn validate_status_update(&self, _new: &Value, _old: &Value) -> Vec<FieldError> {
        Vec::new()
    }

    /// How names of this kind must look; the rule's text as upstream says it comes back where one doesn't.
    fn validate_name(&self, name: &str) -> Vec<String> {
        super::names::dns1123_subdomain(name)
    }

    /// Warnings that the server sends along with its answer (deprecations, dubious fields).
    fn warnings(&self, _new: &Value, _old: Option<&Value>) -> Vec<String> {
        Vec::new()
    }

    /// What every answer about this kind warns of: that the kind itself is deprecated.
    fn deprecation(&self) -> Option<&'static str> {
        None
    }

    /// How long a delete waits for the object's end: `None` (as most kinds) or `Some(0)` removes it at once. `requested` is what the
    /// deleter asked for. Only Pods have a grace period (`pkg/registry/core/pod/strategy.go`, CheckGracefulDelete).
    fn grace_period_seconds(&self, _object: &Value, _requested: Option<i64>) -> Option<i64> {
        None
    }

    /// Whether the server counts `metadata.generation` for this kind: 1 at first, one more at each change of anything but metadata and status.
    fn has_generation(&self) -> bool {
        false
    }

    /// The columns of `kubectl get`; `Name` is first.
    fn columns(&self) -> Vec<Column> {
        vec![Column::new("Name"), Column::new("Age")]
    }

    /// An object's cells, in the order of [`Strategy::columns`]. `now_ms` is the time since the Unix epoch, for ages.
    fn row(&self, object: &Value, now_ms: u64) -> Vec<Value> {
        vec![object.path("metadata.name").clone(), super::time::age(object.path("metadata.creationTimestamp").str(), now_ms).into()]
    }

    /// The fields beside `metadata.name` and `metadata.namespace` that `--field-selector` may name, with their values.
    fn selectable_fields(&self, _object: &Value) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Where a custom resource has what its `scale` subresource shows: replicas, replicas in the status, selector in the status; as
    /// dotted paths. `None` for built-in kinds, which have them where Deployments have.
    fn scale_paths(&self, _version: &str) -> Option<(String, String, String)> {
        None
    }

    /// The schema of a custom resource (`openAPIV3Schema`) in the given version; `Null` for built-in kinds, whose schema is compiled in.
    fn custom_schema(&self, _version: &str) -> Value {
        Value::Null
    }
}

/// Makes the field `key` of `new` what it was in `old`.
pub fn keep(new: &mut Value, old: &Value, key: &str) {
    match old.get(key) {
        Value::Null => {
            new.remove(key);
        }
        value => new.set(key, value),
    }
}
