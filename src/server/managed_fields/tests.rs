use crate::api::resource::*;
use crate::server::Server;
use crate::server::request::{PatchType, Request, Response, Verb};
use crate::server::tests::{NOW_MS, demo, said};
use crate::value::{Value, json};

fn deployment(spec: Value) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "labels": {"app": "web"}}, "spec": spec})
}

fn full() -> Value {
    deployment(json!({"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": {
        "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "nginx", "image": "nginx", "ports": [{"containerPort": 80}]}]},
    }}))
}

fn send(server: &mut Server, verb: Verb, manager: &str, body: Value, force: bool) -> Response {
    let mut request = Request::new(verb, &DEPLOYMENTS, "demo", if verb == Verb::Create { "" } else { "web" }).with_body(body);
    request.options.field_manager = manager.into();
    request.options.force = force;
    server.handle(&request, NOW_MS)
}

/// `manager operation fields` of each entry.
fn owners(server: &Server) -> Vec<String> {
    let object = server.store().get(&DEPLOYMENTS, "demo", "web").cloned().unwrap_or_default();
    let entry = |entry: &Value| format!("{} {} {}", entry.get("manager").str(), entry.get("operation").str(), entry.get("fieldsV1"));
    object.path("metadata.managedFields").items().iter().map(entry).collect()
}

#[test]
fn who_makes_an_object_owns_what_it_says_and_its_defaults() {
    let mut server = demo();
    let made = send(&mut server, Verb::Create, "kubectl-create", full(), false);
    assert_eq!(made.code, 201, "{}", made.body);
    assert_eq!(
        owners(&server),
        [concat!(
            r#"kubectl-create Update {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:progressDeadlineSeconds":{},"f:replicas":{},"#,
            r#""f:revisionHistoryLimit":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},"#,
            r#""f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"nginx\"}":{".":{},"f:image":{},"#,
            r#""f:imagePullPolicy":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"#,
            r#""f:protocol":{}}},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:restartPolicy":{},"#,
            r#""f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}}}"#
        )]
    );
}

#[test]
fn an_apply_conflicts_with_other_owners_unless_forced() {
    let mut server = demo();
    send(&mut server, Verb::Create, "kubectl-create", full(), false);
    let applied = deployment(json!({"replicas": 5, "template": {"spec": {"containers": [{"name": "nginx", "image": "nginx:1"}]}}}));
    let refused = send(&mut server, Verb::Patch(PatchType::Apply), "app", applied.clone(), false);
    assert_eq!(
        said(&refused),
        "Apply failed with 2 conflicts: conflicts with \"kubectl-create\" using apps/v1:\n- .spec.replicas\n- .spec.template.spec.containers[name=\"nginx\"].image"
    );
    let only = deployment(json!({"replicas": 5}));
    assert_eq!(
        said(&send(&mut server, Verb::Patch(PatchType::Apply), "app", only, false)),
        "Apply failed with 1 conflict: conflict with \"kubectl-create\" using apps/v1: .spec.replicas"
    );
    let forced = send(&mut server, Verb::Patch(PatchType::Apply), "app", applied, true);
    assert_eq!((forced.code, forced.body.path("spec.replicas").as_i64()), (200, Some(5)));
    assert_eq!(
        owners(&server)[0],
        r#"app Apply {"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"nginx\"}":{".":{},"f:image":{},"f:name":{}}}}}}}"#
    );
    assert!(!owners(&server)[1].contains("f:replicas"), "{}", owners(&server)[1]);
}

#[test]
fn what_an_applier_gives_up_goes() {
    let mut server = demo();
    let mut with = full();
    with.set("spec.paused", true);
    assert_eq!(send(&mut server, Verb::Patch(PatchType::Apply), "app", with, false).code, 201, "an apply that makes an object");
    let without = send(&mut server, Verb::Patch(PatchType::Apply), "app", full(), false);
    assert!(!without.body.get("spec").has("paused"), "{}", without.body);
    let revision = server.store().revision();
    assert!(send(&mut server, Verb::Patch(PatchType::Apply), "app", full(), false).is_success());
    assert_eq!(server.store().revision(), revision, "the same again is no write");
    let unknown = deployment(json!({"replica": 5}));
    assert_eq!(
        said(&send(&mut server, Verb::Patch(PatchType::Apply), "app", unknown, false)),
        "failed to create typed patch object (/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema"
    );
}

#[test]
fn a_status_belongs_to_who_writes_it_there() {
    let mut server = demo();
    let mut object = send(&mut server, Verb::Create, "kubectl-create", full(), false).body;
    object.set("status.replicas", 1);
    let mut request = Request::new(Verb::Update, &DEPLOYMENTS, "demo", "web").with_body(object);
    request.subresource = "status".into();
    request.options.field_manager = "controller".into();
    assert!(server.handle(&request, NOW_MS + 1000).is_success());
    assert_eq!(owners(&server)[1], r#"controller Update {"f:status":{"f:replicas":{}}}"#);
}
