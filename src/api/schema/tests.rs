use super::*;

#[test]
fn kinds_lead_to_their_definitions() {
    let deployment = for_kind("apps", "v1", "Deployment").expect("a definition");
    assert_eq!(deployment.name, "io.k8s.api.apps.v1.Deployment");
    assert_eq!(for_kind("", "v1", "Pod").map(Definition::kind), Some("Pod"));
    assert!(for_kind("apps", "v1beta1", "Deployment").is_none());
    let node = kinds().iter().find(|kind| kind.kind == "Node").expect("a kind");
    assert_eq!((node.plural, node.scope), ("nodes", Scope::Cluster));
    assert!(kinds().iter().all(|kind| kind.definition().kind() == kind.kind));
}

#[test]
fn fields_have_their_types() {
    let types = [
        ("spec.containers.image", FieldType::String),
        ("spec.containers.ports.containerPort", FieldType::Int32),
        ("spec.terminationGracePeriodSeconds", FieldType::Int64),
        ("spec.hostNetwork", FieldType::Bool),
        ("spec.containers.args", FieldType::Array(Box::new(FieldType::String))),
        ("metadata.labels", FieldType::Map(Box::new(FieldType::String))),
        ("metadata.creationTimestamp", FieldType::Time),
        ("metadata.managedFields.fieldsV1", FieldType::Any),
        ("spec.containers.resources.limits", FieldType::Map(Box::new(FieldType::Quantity))),
        ("spec.volumes.emptyDir.sizeLimit", FieldType::Quantity),
        ("spec.containers.livenessProbe.httpGet.port", FieldType::IntOrString),
    ];
    let pod = definition("io.k8s.api.core.v1.Pod").expect("a definition");
    for (path, type_) in types {
        assert_eq!(pod.walk(path.split('.')).map(|field| &field.type_), Some(&type_), "{path}");
    }
    assert!(pod.walk(["spec", "container"]).is_none());
    assert!(pod.walk(["metadata", "name", "first"]).is_none());
    assert_eq!(
        definition("io.k8s.api.core.v1.Secret").and_then(|secret| secret.field("data")).map(|field| field.type_.clone()),
        Some(FieldType::Map(Box::new(FieldType::Bytes)))
    );
}

#[test]
fn required_fields_are_known() {
    let spec = definition("io.k8s.api.core.v1.PodSpec").expect("a definition");
    let required: Vec<&str> = spec.fields().iter().filter(|field| field.required).map(|field| field.name).collect();
    assert_eq!(required, ["containers"]);
}

#[test]
fn references_resolve_to_objects() {
    for definition in definitions() {
        for field in definition.fields() {
            if let Some(target) = field.type_.item_definition() {
                assert_eq!(target.type_, FieldType::Object, "{} {}", definition.name, field.name);
            }
        }
    }
}

#[test]
fn descriptions_are_those_of_upstream() {
    let pod = definition("io.k8s.api.core.v1.Pod").expect("a definition");
    assert_eq!(pod.description(), "Pod is a collection of containers that can run on a host. This resource is created by clients and scheduled onto hosts.");
    let replicas = for_kind("apps", "v1", "Deployment").and_then(|deployment| deployment.walk(["spec", "replicas"])).expect("a field");
    assert_eq!(replicas.description(), "Number of desired pods. This is a pointer to distinguish between explicit zero and not specified. Defaults to 1.");
}
