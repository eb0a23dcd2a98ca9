use crate::api::resource::*;
use crate::server::request::{PatchType, Request, Verb};
use crate::server::tests::{NOW_MS, demo, said, send};
use crate::value::{Value, json};

fn deployment(spec: Value) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})
}

fn refusal(resource: &GroupResource, body: Value) -> String {
    said(&send(&mut demo(), Verb::Create, resource, "", body)).to_string()
}

#[test]
fn mistakes_are_told_in_the_words_of_gos_decoder() {
    let pod = |spec: Value| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec});
    let secret = |data: Value| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": data});
    for (resource, body, expected) in [
        (
            &DEPLOYMENTS,
            deployment(json!({"replica": 1, "template": {"spec": {"container": []}}})),
            "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.replica\", unknown field \"spec.template.spec.container\"",
        ),
        (
            &DEPLOYMENTS,
            deployment(json!({"replicas": "three", "replica": 1})),
            "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            &PODS,
            pod(json!({"containers": [{"name": "a", "env": [{"name": "PORT", "value": 8080}]}]})),
            "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string",
        ),
        (
            &PODS,
            pod(json!({"volumes": [{"name": "v", "fc": {"lun": "2"}}]})),
            "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field FCVolumeSource.spec.volumes.VolumeSource.fc.lun of type int32",
        ),
        (
            &PODS,
            pod(json!({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []}}})),
            "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal array into Go struct field NodeAffinity.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution of type v1.NodeSelector",
        ),
        (
            &PODS,
            pod(json!({"containers": [{"name": "a", "resources": {"requests": {"cpu": "lots"}}}]})),
            "Pod in version \"v1\" cannot be handled as a Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (
            &PODS,
            pod(json!({"containers": [{"name": "a", "img": "nginx"}]})),
            "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.containers[0].img\"",
        ),
        (
            &CONFIG_MAPS,
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"on": true}}),
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal bool into Go struct field ConfigMap.data of type string",
        ),
        (&SECRETS, secret(json!({"a": "not base64"})), "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 3"),
        (
            &CONFIG_MAPS,
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}),
            "Pod in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion",
        ),
        (
            &DEPLOYMENTS,
            json!({"apiVersion": "apps/v1", "kind": "deployment", "metadata": {"name": "a"}}),
            "deployment in version \"v1\" cannot be handled as a Deployment: no kind \"deployment\" is registered for version \"apps/v1\" in scheme \"pkg/runtime/scheme.go:111\"",
        ),
    ] {
        assert_eq!(refusal(resource, body), expected);
    }
}

#[test]
fn what_is_kept_is_written_as_go_writes_it() {
    let mut server = demo();
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "a", "annotations": null}, "spec": {
        "accessModes": ["ReadWriteOnce"], "storageClassName": "", "volumeName": "", "resources": {"requests": {"storage": "1024Mi"}},
    }});
    let made = send(&mut server, Verb::Create, &PERSISTENT_VOLUME_CLAIMS, "", claim).body;
    assert_eq!(made.path("spec.resources.requests.storage").str(), "1Gi");
    assert!(made.get("spec").has("storageClassName"), "an empty pointer is not nothing");
    assert!(!made.get("spec").has("volumeName") && !made.get("metadata").has("annotations"));
    assert!(made.get("status").is_object());
}

#[test]
fn unknown_fields_may_only_be_warned_of() {
    let mut server = demo();
    let body = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "label": {}}, "dat": {}});
    let mut request = Request::new(Verb::Create, &CONFIG_MAPS, "demo", "").with_body(body);
    let made = server.handle(&request, NOW_MS);
    assert_eq!((made.code, made.warnings), (201, vec!["unknown field \"dat\"".to_string(), "unknown field \"metadata.label\"".to_string()]));
    assert!(!made.body.has("dat"));
    request.body.set("metadata.name", "b");
    request.options.field_validation = "Ignore".into();
    assert!(server.handle(&request, NOW_MS).warnings.is_empty());
}

#[test]
fn a_patch_that_makes_nonsense_is_refused_as_a_patch() {
    let mut server = demo();
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "nginx"}]}});
    let made = send(&mut server, Verb::Create, &DEPLOYMENTS, "", deployment(json!({"selector": {"matchLabels": {"app": "web"}}, "template": template})));
    assert_eq!(made.code, 201, "{}", made.body);
    let strategic = |server: &mut _, body| said(&send(server, Verb::Patch(PatchType::StrategicMerge), &DEPLOYMENTS, "web", body)).to_string();
    assert_eq!(
        strategic(&mut server, json!({"spec": {"replicas": "three"}})),
        " \"\" is invalid: patch: Invalid value: \"map[spec:map[replicas:three]]\": unrecognized type: int32"
    );
    assert_eq!(strategic(&mut server, json!({"metadata": {"name": "other"}})), "the name of the object (other) does not match the name on the URL (web)");
    assert_eq!(
        strategic(&mut server, json!({"metadata": {"uid": "other"}})),
        "Deployment.apps \"web\" is invalid: metadata.uid: Invalid value: \"other\": field is immutable"
    );
}
