//! What a real API server answered to wrong and dubious objects, and how its tables show right ones.

use crate::api::registry::Registry;
use crate::value::{Value, json};

/// The object with its defaults, and what is wrong with it.
fn checked(group: &str, kind: &str, object: Value) -> (Value, Vec<String>, Vec<String>) {
    let registry = Registry::built_in();
    let strategy = &registry.kind(group, kind).expect("the kind is built in").strategy;
    let mut object = object;
    strategy.default(&mut object);
    strategy.prepare_for_create(&mut object);
    let errors = strategy.validate(&object).iter().map(ToString::to_string).collect();
    let warnings = strategy.warnings(&object, None);
    (object, errors, warnings)
}

#[test]
fn wrong_objects_are_refused_in_the_server_s_words() {
    for (group, kind, object, expected) in [
        ("", "Service", json!({"metadata": {"name": "a"}, "spec": {}}), vec!["spec.ports: Required value"]),
        (
            "",
            "Service",
            json!({"spec": {"ports": [{"port": 80}, {"port": 80}]}}),
            vec![
                "spec.ports[0].name: Required value",
                "spec.ports[1].name: Required value",
                "spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,\"NodePort\":0}",
            ],
        ),
        ("", "Secret", json!({"type": "kubernetes.io/tls"}), vec!["data[tls.crt]: Required value", "data[tls.key]: Required value"]),
        (
            "",
            "PersistentVolume",
            json!({"spec": {}}),
            vec![
                "spec.accessModes: Required value",
                "spec.capacity: Required value",
                "spec.capacity: Unsupported value: null: supported values: \"storage\"",
                "spec: Required value: must specify a volume type",
            ],
        ),
        ("networking.k8s.io", "Ingress", json!({"spec": {}}), vec!["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"]),
        (
            "networking.k8s.io",
            "NetworkPolicy",
            json!({"spec": {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/9"]}}]}]}}),
            vec!["spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/9\": must be a strict subset of `cidr`"],
        ),
        (
            "rbac.authorization.k8s.io",
            "ClusterRoleBinding",
            json!({"roleRef": {"kind": "Role", "name": "b"}, "subjects": [{"kind": "ServiceAccount", "name": "b"}]}),
            vec!["roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"", "subjects[0].namespace: Required value"],
        ),
    ] {
        assert_eq!(checked(group, kind, object).1, expected, "{kind}");
    }
}

#[test]
fn dubious_objects_are_warned_about() {
    let claim =
        json!({"metadata": {"annotations": {"volume.beta.kubernetes.io/storage-class": "x"}}, "spec": {"resources": {"requests": {"storage": "1500m"}}}});
    assert_eq!(
        checked("", "PersistentVolumeClaim", claim).2,
        [
            "metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use \"storageClassName\" attribute instead",
            "spec.resources.requests[storage]: fractional byte value \"1500m\" is invalid, must be an integer",
        ]
    );
    let pod = json!({"metadata": {"name": "a.b"}, "spec": {"nodeSelector": {"beta.kubernetes.io/os": "linux"}, "containers": [{"name": "a", "image": "a"}]}});
    assert_eq!(
        checked("", "Pod", pod).2,
        [
            "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
            "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead",
        ]
    );
}

#[test]
fn rows_have_a_cell_for_each_column() {
    for kind in Registry::built_in().all() {
        assert_eq!(kind.strategy.columns().len(), kind.strategy.row(&Value::object(), 0).len(), "{}", kind.kind);
    }
}

#[test]
fn tables_read_as_kubectl_s() {
    let registry = Registry::built_in();
    let row = |group: &str, kind: &str, object: Value| -> Vec<String> {
        let cells = registry.kind(group, kind).expect("the kind is built in").strategy.row(&object, 0);
        cells.iter().map(|cell| cell.as_str().map_or_else(|| cell.to_json(), str::to_string)).collect()
    };
    let ports = json!([{"port": 8081, "nodePort": 30081, "protocol": "TCP"}]);
    let service = json!({"metadata": {"name": "web"}, "spec": {"type": "LoadBalancer", "clusterIP": "10.96.0.9", "ports": ports}});
    assert_eq!(row("", "Service", service)[1..5], ["LoadBalancer", "10.96.0.9", "<pending>", "8081:30081/TCP"]);
    let node = json!({"metadata": {"name": "n", "labels": {"node-role.kubernetes.io/control-plane": ""}}, "spec": {"unschedulable": true}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}});
    assert_eq!(row("", "Node", node)[..3], ["n", "Ready,SchedulingDisabled", "control-plane"]);
    let target = json!({"type": "Utilization", "averageUtilization": 70});
    let autoscaler = json!({"spec": {"maxReplicas": 5, "scaleTargetRef": {"kind": "Deployment", "name": "shop"}, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]}});
    assert_eq!(row("autoscaling", "HorizontalPodAutoscaler", autoscaler)[1..4], ["Deployment/shop", "cpu: <unknown>/70%", "<unset>"]);
}
