//! From method, path, query, headers and body to a request: `k8s.io/apiserver/pkg/endpoints/request/requestinfo.go` and the options.

use super::accept::{Accepted, Shape};
use super::options::{self, Query, decode};
use super::{HttpRequest, HttpResponse, Routed, body};
use crate::api::resource::GroupResource;
use crate::api::status::Status;
use crate::server::Server;
use crate::server::request::{Request, User, Verb};
use crate::store::Cause;
use crate::value::{SmolStr, Value};

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
    match request(server, http, &place, &Query::parse(query)) {
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

fn request(server: &Server, http: &HttpRequest, place: &Place, query: &Query) -> Result<Request, Status> {
    let resource = GroupResource { group: SmolStr::new(&place.group), resource: SmolStr::new(&place.resource) };
    let kind = server.registry.resource(&resource).ok_or_else(Status::no_such_path)?;
    if !kind.versions.iter().any(|version| version.name == place.version) {
        return Err(Status::no_such_path());
    }
    check_method(http, place, kind.namespaced)?;
    let verb = verb(http, place, query)?;
    let accepted = Accepted::of(http.header("Accept"))?;
    let mut request = Request::new(verb, &resource, &place.namespace, &place.name);
    request.version = SmolStr::new(&place.version);
    request.subresource = SmolStr::new(&place.subresource);
    request.user = user(http);
    request.cause = Cause { actor: SmolStr::new(format!("{} {}", http.method, http.target.split('?').next().unwrap_or_default())), because: None };
    if place.subresource != "exec" {
        request.body = body::read(http, verb, &kind.kind)?;
    }
    request.options = options::read(query, http, verb)?;
    request.options.as_table = accepted.shape == Shape::Table && matches!(verb, Verb::Get | Verb::List | Verb::Watch);
    request.options.as_metadata = accepted.shape == Shape::Metadata;
    if matches!(verb, Verb::Delete | Verb::DeleteCollection) {
        let given = std::mem::take(&mut request.body);
        options::take_delete_options(&mut request.options, &given)?;
    }
    match place.subresource.as_str() {
        "log" => request.body = query.fields(),
        // The command comes in the query, whatever the method; it is a create in the eyes of authorization, too.
        "exec" => {
            request.verb = Verb::Create;
            request.body = query.fields();
            request.body.set("command", query.all("command").collect::<Value>());
        }
        _ => {}
    }
    Ok(request)
}

/// Which methods there are for such a path at all.
fn check_method(http: &HttpRequest, place: &Place, is_namespaced: bool) -> Result<(), Status> {
    let (is_named, has_namespace) = (!place.name.is_empty(), !place.namespace.is_empty());
    if has_namespace && !is_namespaced || is_namespaced && !has_namespace && is_named {
        return Err(Status::no_such_path());
    }
    let is_possible = match http.method.as_str() {
        "GET" => true,
        _ if is_namespaced && !has_namespace => false,
        "POST" => !is_named || !place.subresource.is_empty(),
        "PUT" | "PATCH" => is_named,
        "DELETE" => true,
        _ => false,
    };
    if is_possible { Ok(()) } else { Err(Status::method_not_allowed()) }
}

fn verb(http: &HttpRequest, place: &Place, query: &Query) -> Result<Verb, Status> {
    let is_named = !place.name.is_empty();
    Ok(match http.method.as_str() {
        "GET" if place.is_watch || !is_named && query.is_true("watch") => Verb::Watch,
        "GET" if is_named => Verb::Get,
        "GET" => Verb::List,
        "POST" => Verb::Create,
        "PUT" => Verb::Update,
        "PATCH" => Verb::Patch(body::patch_type(http)?),
        _ if is_named => Verb::Delete,
        _ => Verb::DeleteCollection,
    })
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
