use super::*;
use crate::server::request::{PatchType, Verb};
use crate::server::tests::{NOW_MS, demo};

fn http(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> HttpRequest {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    HttpRequest { method: method.into(), target: target.into(), headers, body: body.as_bytes().to_vec() }
}

/// `code body` of what a client gets.
fn get(server: &mut Server, request: &HttpRequest) -> (u16, Value) {
    let response = match server.route(request) {
        Routed::Answer(answer) => answer,
        Routed::Ask(request) | Routed::Watch(request) => HttpResponse::of(&server.handle(&request, NOW_MS)),
    };
    (response.code, serde_json::from_slice(&response.body).unwrap_or_else(|_| String::from_utf8_lossy(&response.body).into_owned().into()))
}

#[test]
fn requests_are_read_from_method_path_and_headers() {
    let server = demo();
    let asked = |request: &HttpRequest| match server.route(request) {
        Routed::Ask(request) | Routed::Watch(request) => {
            format!("{:?} {} {}/{} {}", request.verb, request.resource, request.namespace, request.name, request.subresource)
        }
        Routed::Answer(answer) => String::from_utf8_lossy(&answer.body).into_owned(),
    };
    for (method, target, content_type, expected) in [
        ("GET", "/api/v1/namespaces/demo/pods/web", "", "Get pods demo/web "),
        ("GET", "/api/v1/pods?limit=500", "", "List pods / "),
        ("GET", "/api/v1/namespaces/demo", "", "Get namespaces /demo "),
        ("PUT", "/api/v1/namespaces/demo/finalize", "", "Update namespaces /demo finalize"),
        ("GET", "/apis/apps/v1/namespaces/demo/deployments?watch=true", "", "Watch deployments.apps demo/ "),
        ("PATCH", "/apis/apps/v1/namespaces/demo/deployments/web/scale", "application/merge-patch+json", "Patch(Merge) deployments.apps demo/web scale"),
        ("POST", "/api/v1/namespaces/demo/pods/web/eviction", "", "Create pods demo/web eviction"),
        ("DELETE", "/api/v1/namespaces/demo/pods", "", "DeleteCollection pods demo/ "),
        ("GET", "/api/v1/namespaces/demo/pods/web/exec?command=ls", "", "Create pods demo/web exec"),
    ] {
        assert_eq!(asked(&http(method, target, &[("Content-Type", content_type)], "{}")), expected);
    }
    assert_eq!(asked(&http("GET", "/foo", &[], "")), "404 page not found\n");
    assert!(asked(&http("GET", "/api/v1/foo", &[], "")).contains("the server could not find the requested resource"));
    let applied =
        http("PATCH", "/api/v1/namespaces/demo/configmaps/a?fieldManager=me&force=true", &[("Content-Type", "application/apply-patch+yaml")], "a: 1\n");
    let Routed::Ask(request) = server.route(&applied) else { panic!("it is to be asked") };
    assert_eq!((request.verb, request.options.force, request.body.get("a").as_i64()), (Verb::Patch(PatchType::Apply), true, Some(1)));
}

#[test]
fn an_object_goes_in_and_a_table_comes_out() {
    let mut server = demo();
    let object = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"},"dat":1}"#;
    let create = http("POST", "/api/v1/namespaces/demo/configmaps?fieldManager=me", &[("Content-Type", "application/json")], object);
    let Routed::Ask(request) = server.route(&create) else { panic!("it is to be asked") };
    let made = HttpResponse::of(&server.handle(&request, NOW_MS));
    assert_eq!(made.code, 201);
    assert!(made.headers.contains(&("Warning".into(), "299 - \"unknown field \\\"dat\\\"\"".into())), "{:?}", made.headers);
    let accept = ("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
    let (code, table) = get(&mut server, &http("GET", "/api/v1/namespaces/demo/configmaps", &[accept], ""));
    assert_eq!((code, table.get("kind").str(), table.get("rows").items().len()), (200, "Table", 1));
    let options = r#"{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Foreground","preconditions":{"uid":"no"}}"#;
    let (code, refused) = get(&mut server, &http("DELETE", "/api/v1/namespaces/demo/configmaps/a", &[], options));
    assert_eq!((code, refused.get("reason").str()), (409, "Conflict"));
}

#[test]
fn clients_find_out_what_is_served() {
    let mut server = demo();
    let (_, groups) = get(&mut server, &http("GET", "/apis", &[], ""));
    assert!(groups.get("groups").items().iter().any(|group| group.get("name").str() == "apps"));
    let (_, list) = get(&mut server, &http("GET", "/apis/apps/v1", &[], ""));
    let names: Vec<&str> = list.get("resources").items().iter().map(|resource| resource.get("name").str()).collect();
    assert!(names.contains(&"deployments/scale") && names.contains(&"statefulsets"), "{names:?}");
    let accept = ("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json");
    let (_, all) = get(&mut server, &http("GET", "/apis", &[accept], ""));
    assert_eq!(all.get("kind").str(), "APIGroupDiscoveryList");
    let (_, document) = get(&mut server, &http("GET", "/openapi/v3/apis/apps/v1", &[], ""));
    assert!(document.get("components").get("schemas").fields().contains_key("io.k8s.api.apps.v1.DeploymentSpec"));
    assert_eq!(get(&mut server, &http("GET", "/apis/apps/v1", &[("Accept", "application/vnd.kubernetes.protobuf")], "")).0, 406);
    assert_eq!(get(&mut server, &http("GET", "/healthz", &[], "")).1, Value::from("ok"));
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let mut server = demo();
    for (method, target, code, words) in [
        ("GET", "/api/v1/pods?resourceVersionMatch=Exact", 422, "resourceVersionMatch is forbidden unless resourceVersion is provided"),
        ("GET", "/api/v1/pods?watch=true&sendInitialEvents=true", 422, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
        ("GET", "/api/v1/pods?limit=many", 400, "strconv.ParseInt: parsing \"many\": invalid syntax"),
        ("POST", "/api/v1/namespaces/demo/pods?dryRun=Some", 422, "dryRun: Unsupported value: [\"Some\"]: supported values: \"All\""),
        ("POST", "/api/v1/pods", 405, "the server does not allow this method on the requested resource"),
        ("GET", "/api/v1/pods/web", 404, "the server could not find the requested resource"),
        ("GET", "/apis/apps/v7", 404, "the server could not find the requested resource"),
        ("DELETE", "/version", 405, "the server does not allow this method on the requested resource"),
    ] {
        let (found, status) = get(&mut server, &http(method, target, &[], "{}"));
        assert!(found == code && status.get("message").str().contains(words), "{method} {target}: {found} {}", status.to_json());
    }
}

#[test]
fn a_watch_that_lists_first_says_where_the_list_ends() {
    let mut server = demo();
    let target = "/api/v1/namespaces?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let Routed::Watch(watch) = server.route(&http("GET", target, &[], "")) else { panic!("it is a watch") };
    let answer = server.handle(&watch, NOW_MS).body;
    let last = answer.get("events").items().last().cloned().unwrap_or_default();
    assert_eq!((last.get("type").str(), last.path("object.metadata.annotations").get("k8s.io/initial-events-end").str()), ("BOOKMARK", "true"));
}

#[test]
fn only_metadata_may_be_asked_for() {
    let mut server = demo();
    let accept = ("Accept", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
    let (_, list) = get(&mut server, &http("GET", "/api/v1/namespaces", &[accept], ""));
    assert_eq!((list.get("kind").str(), list.get("items").items()[0].get("spec")), ("PartialObjectMetadataList", &Value::Null));
    assert_eq!(get(&mut server, &http("GET", "/api/v1/namespaces", &[("Accept", "application/xml")], "")).0, 406);
}
