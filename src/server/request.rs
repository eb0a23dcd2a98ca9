//! Requests and responses of the API, as HTTP carries them but without its text.

use crate::api::resource::GroupResource;
use crate::api::status::Status;
use crate::store::Cause;
use crate::value::{SmolStr, Value};

/// Larger bodies are refused (upstream's `MaxRequestBodyBytes`).
pub const BODY_LIMIT_BYTES: usize = 3 * 1024 * 1024;

/// The refusal of a body that is too large.
pub fn too_large() -> Status {
    Status::other(413, "RequestEntityTooLarge", format!("Request entity too large: limit is {BODY_LIMIT_BYTES}"))
}

/// Who asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// `kubernetes-admin`, `system:serviceaccount:kube-system:deployment-controller`, `system:node:worker-1`.
    pub name: SmolStr,
    /// `system:masters`, `system:authenticated` …
    pub groups: Vec<SmolStr>,
}

impl User {
    /// The person at the terminal: `kubernetes-admin`, who may do everything.
    pub fn admin() -> User {
        User { name: "kubernetes-admin".into(), groups: vec!["system:masters".into(), "system:authenticated".into()] }
    }

    /// The user's UID, as its token says: the administrator's is 1, others have none.
    pub fn uid(&self) -> &'static str {
        if self.name == "kubernetes-admin" { "1" } else { "" }
    }

    /// A part of the control plane or a node, which may do everything here.
    pub fn system(name: &str) -> User {
        User { name: SmolStr::new(name), groups: vec!["system:masters".into(), "system:authenticated".into()] }
    }
}

/// How a patch is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PatchType {
    /// RFC 6902, `application/json-patch+json`.
    Json,
    /// RFC 7386, `application/merge-patch+json`.
    Merge,
    /// `application/strategic-merge-patch+json`.
    StrategicMerge,
    /// Server-side apply, `application/apply-patch+yaml`.
    Apply,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// One object.
    Get,
    /// Many.
    List,
    /// The changes since `resource_version`; answered at once with those there are.
    Watch,
    /// Make one.
    Create,
    /// Replace one.
    Update,
    /// Change parts of one.
    Patch(PatchType),
    /// Delete one.
    Delete,
    /// Delete many.
    DeleteCollection,
}

/// The parameters of a request; upstream's GetOptions, ListOptions, CreateOptions … together.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Options {
    /// `dryRun=All`: answer, but store nothing.
    pub dry_run: bool,
    /// `fieldManager`: the name under which fields are owned.
    pub field_manager: SmolStr,
    /// `fieldValidation`: `Strict`, `Warn` (also when empty), `Ignore`.
    pub field_validation: SmolStr,
    /// `force` of server-side apply.
    pub force: bool,
    /// `labelSelector`.
    pub label_selector: SmolStr,
    /// `fieldSelector`.
    pub field_selector: SmolStr,
    /// `limit`; 0 is none.
    pub limit: usize,
    /// `continue`.
    pub continue_token: SmolStr,
    /// `resourceVersion`.
    pub resource_version: SmolStr,
    /// `resourceVersionMatch`: `Exact`, `NotOlderThan` (also when empty).
    pub resource_version_match: SmolStr,
    /// `sendInitialEvents` of watches: whether all there is comes as ADDED first, and a bookmark behind it.
    pub send_initial_events: Option<bool>,
    /// `allowWatchBookmarks`.
    pub bookmarks: bool,
    /// Answer with `meta.k8s.io/v1` PartialObjectMetadata only.
    pub as_metadata: bool,
    /// Answer as a `meta.k8s.io/v1` Table, with columns made for people.
    pub as_table: bool,
    /// `includeObject` of tables: `Metadata` (also when empty), `Object`, `None`.
    pub table_include_object: SmolStr,
    /// `propagationPolicy`: `Background` (also when empty), `Foreground`, `Orphan`.
    pub propagation: SmolStr,
    /// `gracePeriodSeconds`.
    pub grace_period_seconds: Option<i64>,
    /// `preconditions.uid`.
    pub precondition_uid: SmolStr,
    /// `preconditions.resourceVersion`.
    pub precondition_resource_version: SmolStr,
}

/// A request.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// Who asks.
    pub user: User,
    /// For what.
    pub verb: Verb,
    /// Of which resource.
    pub resource: GroupResource,
    /// In which version; `""` is the preferred one.
    pub version: SmolStr,
    /// `""` for cluster-scoped resources, and for lists of all namespaces.
    pub namespace: SmolStr,
    /// `""` for lists and creates.
    pub name: SmolStr,
    /// `status`, `scale`, `eviction` …; usually `""`.
    pub subresource: SmolStr,
    /// The object or the patch; `Null` where there is none.
    pub body: Value,
    /// The parameters.
    pub options: Options,
    /// Why it is made.
    pub cause: Cause,
}

impl Request {
    /// A request of the person at the terminal, to be completed by setting fields.
    pub fn new(verb: Verb, resource: &GroupResource, namespace: &str, name: &str) -> Request {
        Request {
            user: User::admin(),
            verb,
            resource: resource.clone(),
            version: SmolStr::default(),
            namespace: SmolStr::new(namespace),
            name: SmolStr::new(name),
            subresource: SmolStr::default(),
            body: Value::Null,
            options: Options::default(),
            cause: Cause::default(),
        }
    }

    /// The same with this body.
    pub fn with_body(mut self, body: Value) -> Request {
        self.body = body;
        self
    }

    /// Whether success is `201 Created`.
    pub fn creates(&self) -> bool {
        self.verb == Verb::Create
    }
}

/// A response.
#[derive(Clone, PartialEq, Debug)]
pub struct Response {
    /// HTTP status code.
    pub code: u16,
    /// The object, list, table or `Status`.
    pub body: Value,
    /// `Warning:` headers.
    pub warnings: Vec<String>,
}

impl Response {
    /// Whether the request was carried out.
    pub fn is_success(&self) -> bool {
        self.code < 400
    }
}
