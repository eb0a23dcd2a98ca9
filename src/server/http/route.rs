//! From method, path, query, headers and body to a request: `k8s.io/apiserver/pkg/endpoints/request/requestinfo.go` and the options.

use super::{HttpRequest, HttpResponse, Routed};
use crate::api::resource::GroupResource;
use crate::api::status::Status;
use crate::server::Server;
use crate::server::request::{PatchType, Request, User, Verb};
use crate::store::Cause;
use crate::value::{SmolStr, Value};

/// Larger bodies are refused (upstream's `MaxRequestBodyBytes`).
const BODY_LIMIT_BYTES: usize = 3 * 1024 * 1024;

/// Where a path leads.
struct Place {
    group: String,
    version: String,
    namespace: String,
    resource: String,
    name: String,
    subresource: String,
    is_watch: bool,
}

pub(super) fn read(server: &Server, http: &HttpRequest, path: &str, query: &str) -> Routed {
    let Some(place) = place(path) else { return Routed::Answer(HttpResponse::text(404, "404 page not found\n")) };
    match request(server, http, &place, query) {
        Ok(request) if request.verb == Verb::Watch => Routed::Watch(request),
        Ok(request) => Routed::Ask(request),
        Err(status) => Routed::Answer(HttpResponse::refusal(&status)),
    }
}

fn place(path: &str) -> Option<Place> {
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decode).collect();
    let (group, version, mut rest) = match parts.as_slice() {
        [api, version, rest @ ..] if api == "api" => (String::new(), version.clone(), rest),
        [apis, group, version, rest @ ..] if apis == "apis" => (group.clone(), version.clone(), rest),
        _ => return None,
    };
    let is_watch = rest.first().is_some_and(|first| first == "watch");
    if is_watch {
        rest = &rest[1..];
    }
    let mut namespace = String::new();
    if let [namespaces, name, after @ ..] = rest
        && namespaces == "namespaces"
        && after.first().is_some_and(|next| next != "status" && next != "finalize")
    {
        namespace = name.clone();
        rest = after;
    }
    let at = |index: usize| rest.get(index).cloned().unwrap_or_default();
    let resource = rest.first()?.clone();
    Some(Place { group, version, namespace, resource, name: at(1), subresource: rest.get(2..).unwrap_or_default().join("/"), is_watch })
}

fn request(server: &Server, http: &HttpRequest, place: &Place, query: &str) -> Result<Request, Status> {
    let query = parameters(query);
    let parameter = |name: &str| query.iter().find(|(there, _)| there == name).map_or("", |(_, value)| value.as_str());
    let resource = GroupResource { group: SmolStr::new(&place.group), resource: SmolStr::new(&place.resource) };
    let kind = server.registry.resource(&resource).ok_or_else(Status::no_such_path)?;
    if !kind.versions.iter().any(|version| version.name == place.version) {
        return Err(Status::no_such_path());
    }
    let is_watch = place.is_watch || is_true(parameter("watch"));
    let verb = verb(http, place, is_watch)?;
    let mut request = Request::new(verb, &resource, &place.namespace, &place.name);
    request.version = SmolStr::new(&place.version);
    request.subresource = SmolStr::new(&place.subresource);
    request.user = user(http);
    request.cause = Cause { actor: SmolStr::new(format!("{} {}", http.method, http.target.split('?').next().unwrap_or_default())), because: None };
    request.body = body(http, verb)?;
    let options = &mut request.options;
    options.dry_run = parameter("dryRun") == "All";
    options.field_manager = SmolStr::new(manager(parameter("fieldManager"), http.header("User-Agent")));
    options.field_validation = SmolStr::new(parameter("fieldValidation"));
    options.force = is_true(parameter("force"));
    options.label_selector = SmolStr::new(parameter("labelSelector"));
    options.field_selector = SmolStr::new(parameter("fieldSelector"));
    options.limit = number(parameter("limit"))?.map_or(0, |limit| usize::try_from(limit).unwrap_or(0));
    options.continue_token = SmolStr::new(parameter("continue"));
    options.resource_version = SmolStr::new(parameter("resourceVersion"));
    options.bookmarks = is_true(parameter("allowWatchBookmarks"));
    options.as_table = wants_table(http.header("Accept")) && matches!(verb, Verb::Get | Verb::List | Verb::Watch);
    options.table_include_object = SmolStr::new(parameter("includeObject"));
    options.propagation = SmolStr::new(parameter("propagationPolicy"));
    options.grace_period_seconds = number(parameter("gracePeriodSeconds"))?;
    if matches!(verb, Verb::Delete | Verb::DeleteCollection) {
        take_delete_options(&mut request);
    }
    if place.subresource == "log" {
        request.body = log_options(&query);
    }
    Ok(request)
}

fn verb(http: &HttpRequest, place: &Place, is_watch: bool) -> Result<Verb, Status> {
    let is_named = !place.name.is_empty();
    Ok(match http.method.as_str() {
        "GET" | "HEAD" if is_watch => Verb::Watch,
        "GET" | "HEAD" if is_named => Verb::Get,
        "GET" | "HEAD" => Verb::List,
        "POST" => Verb::Create,
        "PUT" => Verb::Update,
        "DELETE" if is_named => Verb::Delete,
        "DELETE" => Verb::DeleteCollection,
        "PATCH" => Verb::Patch(match media_type(http) {
            "application/json-patch+json" => PatchType::Json,
            "application/merge-patch+json" => PatchType::Merge,
            "application/strategic-merge-patch+json" => PatchType::StrategicMerge,
            "application/apply-patch+yaml" => PatchType::Apply,
            _ => {
                let why = "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml";
                return Err(Status::other(415, "UnsupportedMediaType", why));
            }
        }),
        _ => return Err(Status::method_not_allowed()),
    })
}

fn media_type(http: &HttpRequest) -> &str {
    http.header("Content-Type").split(';').next().unwrap_or("").trim()
}

/// The body as a value; that of lists and gets is not looked at.
fn body(http: &HttpRequest, verb: Verb) -> Result<Value, Status> {
    if http.body.is_empty() || matches!(verb, Verb::Get | Verb::List | Verb::Watch) {
        return Ok(Value::Null);
    }
    if http.body.len() > BODY_LIMIT_BYTES {
        return Err(Status::other(413, "RequestEntityTooLarge", format!("Request entity too large: limit is {BODY_LIMIT_BYTES}")));
    }
    let type_ = media_type(http);
    if type_.contains("protobuf") || type_.contains("cbor") {
        let why = "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml";
        return Err(Status::other(415, "UnsupportedMediaType", why));
    }
    let unreadable = |why: String| Status::bad_request(format!("couldn't get version/kind; json parse error: {why}"));
    if type_.contains("yaml") {
        return serde_yaml::from_slice(&http.body).map_err(|error| Status::bad_request(format!("error decoding YAML: {error}")));
    }
    serde_json::from_slice(&http.body).map_err(|error| unreadable(error.to_string()))
}

fn take_delete_options(request: &mut Request) {
    let given = std::mem::take(&mut request.body);
    let text = |path: &str| SmolStr::new(given.path(path).str());
    let options = &mut request.options;
    if !given.get("propagationPolicy").is_empty() {
        options.propagation = text("propagationPolicy");
    }
    // The predecessor of propagation policies.
    match given.get("orphanDependents").as_bool() {
        Some(true) => options.propagation = "Orphan".into(),
        Some(false) => options.propagation = "Background".into(),
        None => {}
    }
    options.grace_period_seconds = given.get("gracePeriodSeconds").as_i64().or(options.grace_period_seconds);
    options.precondition_uid = text("preconditions.uid");
    options.precondition_resource_version = text("preconditions.resourceVersion");
    options.dry_run |= given.get("dryRun").items().iter().any(|word| word.str() == "All");
}

/// The parameters of `log` as the fields of PodLogOptions.
fn log_options(query: &[(String, String)]) -> Value {
    let mut options = Value::object();
    for (name, value) in query {
        let typed = match value.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::Int),
        };
        options.fields_mut().insert(name.as_str(), typed);
    }
    options
}

/// Whom the request is by: everybody who reaches the server is the administrator, but may act as somebody else.
fn user(http: &HttpRequest) -> User {
    let name = http.header("Impersonate-User");
    if name.is_empty() {
        return User::admin();
    }
    let given = http.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case("Impersonate-Group"));
    let mut groups: Vec<SmolStr> = given.map(|(_, group)| SmolStr::new(group)).collect();
    if let Some((namespace, _)) = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'))
        && groups.is_empty()
    {
        groups.extend(["system:serviceaccounts".into(), SmolStr::from(format!("system:serviceaccounts:{namespace}"))]);
    }
    if name != "system:anonymous" {
        groups.push("system:authenticated".into());
    }
    User { name: SmolStr::new(name), groups }
}

/// Who owns the fields that are written: as named, or by the first word of the user agent (`managerOrUserAgent`).
fn manager(given: &str, user_agent: &str) -> String {
    if given.is_empty() { user_agent.split('/').next().unwrap_or("").chars().take(128).collect() } else { given.to_string() }
}

fn wants_table(accept: &str) -> bool {
    accept.split(',').any(|part| part.contains("as=Table") && part.contains("g=meta.k8s.io"))
}

fn is_true(text: &str) -> bool {
    matches!(text, "true" | "1" | "t" | "T" | "TRUE" | "True")
}

fn number(text: &str) -> Result<Option<i64>, Status> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Status::bad_request(format!("strconv.ParseInt: parsing \"{text}\": invalid syntax")))
}

fn parameters(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (decode(name), decode(&value.replace('+', " "))))
        .collect()
}

/// Undoes the escapes of URLs; what isn't one stays.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = if bytes[at] == b'%' { text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok()) } else { None };
        decoded.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
