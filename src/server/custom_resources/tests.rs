use crate::api::resource::*;
use crate::server::Server;
use crate::server::request::{PatchType, Request, Response, Verb};
use crate::server::tests::{NOW_MS, demo, said};
use crate::value::{Value, json};

const TABS: GroupResource = GroupResource::new("stable.example.com", "crontabs");

fn server() -> Server {
    let mut server = demo();
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "required": ["image"], "properties": {
        "cronSpec": {"type": "string", "pattern": "^(\\d+|\\*)( (\\d+|\\*)){4}$"}, "image": {"type": "string"},
        "replicas": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1},
    }}, "status": {"type": "object", "properties": {"replicas": {"type": "integer"}}}}});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "crontabs.stable.example.com"},
        "spec": {"group": "stable.example.com", "scope": "Namespaced", "names": {"plural": "crontabs", "singular": "crontab", "kind": "CronTab", "shortNames": ["ct"]},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema},
                "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}},
                "additionalPrinterColumns": [{"name": "Spec", "type": "string", "jsonPath": ".spec.cronSpec"}]}]},
    });
    let made = server.handle(&Request::new(Verb::Create, &CUSTOM_RESOURCE_DEFINITIONS, "", "").with_body(definition), NOW_MS);
    assert_eq!(made.code, 201, "{}", made.body);
    assert!(crate::api::meta::is_condition_true(server.store().get(&CUSTOM_RESOURCE_DEFINITIONS, "", "crontabs.stable.example.com").unwrap(), "Established"));
    server
}

fn create(server: &mut Server, spec: Value) -> Response {
    let tab = json!({"apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": {"name": "tab"}, "spec": spec});
    let mut request = Request::new(Verb::Create, &TABS, "demo", "").with_body(tab);
    request.options.field_validation = "Strict".into();
    server.handle(&request, NOW_MS)
}

#[test]
fn a_new_kind_works_at_once() {
    let mut server = server();
    let made = create(&mut server, json!({"image": "a", "cronSpec": "* * * * 5"}));
    assert_eq!((made.code, made.body.path("spec.replicas").as_i64()), (201, Some(1)), "{}", made.body);
    let mut list = Request::new(Verb::List, &TABS, "demo", "");
    list.options.as_table = true;
    let table = server.handle(&list, NOW_MS + 5000).body;
    assert_eq!(table.get("rows").items()[0].get("cells"), &json!(["tab", "* * * * 5"]));
    let mut scale = Request::new(Verb::Patch(PatchType::Merge), &TABS, "demo", "tab").with_body(json!({"spec": {"replicas": 3}}));
    scale.subresource = "scale".into();
    assert_eq!(server.handle(&scale, NOW_MS).body.path("spec.replicas").as_i64(), Some(3));
    assert_eq!(server.store().get(&TABS, "demo", "tab").map(|tab| tab.path("metadata.generation").as_i64()), Some(Some(2)));
}

#[test]
fn its_schema_is_followed() {
    let mut server = server();
    for (spec, expected) in [
        (
            json!({"image": "a", "replicas": "two"}),
            "CronTab.stable.example.com \"tab\" is invalid: spec.replicas: Invalid value: \"string\": spec.replicas in body must be of type integer: \"string\"",
        ),
        (
            json!({"image": "a", "replicas": 15}),
            "CronTab.stable.example.com \"tab\" is invalid: spec.replicas: Invalid value: 15: spec.replicas in body should be less than or equal to 10",
        ),
        (json!({"cronSpec": "* * * * 5"}), "CronTab.stable.example.com \"tab\" is invalid: spec.image: Required value"),
        (
            json!({"image": "a", "cronSpec": "* *"}),
            "CronTab.stable.example.com \"tab\" is invalid: spec.cronSpec: Invalid value: \"* *\": spec.cronSpec in body should match '^(\\d+|\\*)( (\\d+|\\*)){4}$'",
        ),
        (json!({"image": "a", "imag": 1}), "CronTab in version \"v1\" cannot be handled as a CronTab: strict decoding error: unknown field \"spec.imag\""),
    ] {
        assert_eq!(said(&create(&mut server, spec)), expected);
    }
}

#[test]
fn with_the_definition_its_objects_go() {
    let mut server = server();
    create(&mut server, json!({"image": "a"}));
    let delete = Request::new(Verb::Delete, &CUSTOM_RESOURCE_DEFINITIONS, "", "crontabs.stable.example.com");
    assert!(server.handle(&delete, NOW_MS).is_success());
    assert_eq!(server.store().count(&TABS), 0);
    assert_eq!(said(&create(&mut server, json!({"image": "a"}))), "the server could not find the requested resource");
}
