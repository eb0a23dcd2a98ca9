//! The flow schemas and priority levels of every cluster. Requests aren't queued in a simulated cluster; the objects are there to be read.

use crate::api::resource::GroupResource;
use crate::api::time;
use crate::server::Server;
use crate::value::{Value, json};

const API_VERSION: &str = "flowcontrol.apiserver.k8s.io/v1";
const FLOW_SCHEMAS: GroupResource = GroupResource::new("flowcontrol.apiserver.k8s.io", "flowschemas");
const PRIORITY_LEVELS: GroupResource = GroupResource::new("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations");

/// Name, priority level, precedence, distinguisher, subjects, what it is about.
type Row = (&'static str, &'static str, i64, &'static str, &'static [&'static str], Scope);
const SCHEMAS: [Row; 11] = [
    ("exempt", "exempt", 1, "", &["Group:system:masters"], Scope::Everything),
    ("probes", "exempt", 2, "", &["Group:system:unauthenticated", "Group:system:authenticated"], Scope::Health),
    (
        "system-leader-election",
        "leader-election",
        100,
        "ByUser",
        &["User:system:kube-controller-manager", "User:system:kube-scheduler", "ServiceAccount:kube-system/*"],
        Scope::Leases,
    ),
    ("system-node-high", "node-high", 400, "ByUser", &["Group:system:nodes"], Scope::Nodes),
    ("system-nodes", "system", 500, "ByUser", &["Group:system:nodes"], Scope::Everything),
    ("kube-controller-manager", "workload-high", 800, "ByNamespace", &["User:system:kube-controller-manager"], Scope::Everything),
    ("kube-scheduler", "workload-high", 800, "ByNamespace", &["User:system:kube-scheduler"], Scope::Everything),
    ("kube-system-service-accounts", "workload-high", 900, "ByNamespace", &["ServiceAccount:kube-system/*"], Scope::Everything),
    ("service-accounts", "workload-low", 9000, "ByUser", &["Group:system:serviceaccounts"], Scope::Everything),
    ("global-default", "global-default", 9900, "ByUser", &["Group:system:unauthenticated", "Group:system:authenticated"], Scope::Everything),
    ("catch-all", "catch-all", 10_000, "ByUser", &["Group:system:unauthenticated", "Group:system:authenticated"], Scope::Everything),
];

/// Name, shares, lendable percent, queues and hand size (0 rejects at once).
const LEVELS: [(&str, i64, i64, i64, i64); 7] = [
    ("catch-all", 5, 0, 0, 0),
    ("global-default", 20, 50, 128, 6),
    ("leader-election", 10, 0, 16, 4),
    ("node-high", 40, 25, 64, 6),
    ("system", 30, 33, 64, 6),
    ("workload-high", 40, 50, 128, 6),
    ("workload-low", 100, 90, 128, 6),
];

/// What requests a flow schema is about.
#[derive(Clone, Copy)]
enum Scope {
    Everything,
    Health,
    Leases,
    Nodes,
}

impl Scope {
    fn rules(self) -> Value {
        match self {
            Scope::Everything => json!({
                "nonResourceRules": [{"nonResourceURLs": ["*"], "verbs": ["*"]}],
                "resourceRules": [{"apiGroups": ["*"], "clusterScope": true, "namespaces": ["*"], "resources": ["*"], "verbs": ["*"]}],
            }),
            Scope::Health => json!({"nonResourceRules": [{"nonResourceURLs": ["/healthz", "/readyz", "/livez"], "verbs": ["get"]}]}),
            Scope::Leases => json!({"resourceRules": [
                {"apiGroups": ["coordination.k8s.io"], "namespaces": ["*"], "resources": ["leases"], "verbs": ["get", "create", "update"]},
            ]}),
            Scope::Nodes => json!({"resourceRules": [
                {"apiGroups": [""], "clusterScope": true, "namespaces": ["*"], "resources": ["nodes", "nodes/status"], "verbs": ["*"]},
                {"apiGroups": ["coordination.k8s.io"], "namespaces": ["*"], "resources": ["leases"], "verbs": ["*"]},
            ]}),
        }
    }
}

pub(super) fn make(server: &mut Server, now_ms: u64) {
    let metadata = |name: &str| json!({"name": name, "generation": 1, "annotations": {"apf.kubernetes.io/autoupdate-spec": "true"}});
    let exempt = json!({"type": "Exempt", "exempt": {"lendablePercent": 0, "nominalConcurrencyShares": 0}});
    let level = json!({"metadata": metadata("exempt"), "spec": exempt, "status": {}});
    server.make(&PRIORITY_LEVELS, API_VERSION, "PriorityLevelConfiguration", level, now_ms);
    for (name, shares, lendable, queues, hand_size) in LEVELS {
        let response = match queues {
            0 => json!({"type": "Reject"}),
            _ => json!({"type": "Queue", "queuing": {"handSize": hand_size, "queueLengthLimit": 50, "queues": queues}}),
        };
        let limited = json!({"lendablePercent": lendable, "limitResponse": response, "nominalConcurrencyShares": shares});
        let level = json!({"metadata": metadata(name), "spec": {"type": "Limited", "limited": limited}, "status": {}});
        server.make(&PRIORITY_LEVELS, API_VERSION, "PriorityLevelConfiguration", level, now_ms);
    }
    for (name, level, precedence, distinguisher, subjects, scope) in SCHEMAS {
        let mut rules = scope.rules();
        rules.set("subjects", subjects.iter().map(|text| subject(text)).collect::<Value>());
        let message = format!("This FlowSchema references the PriorityLevelConfiguration object named \"{level}\" and it exists");
        let mut schema = json!({
            "metadata": metadata(name), "spec": {"matchingPrecedence": precedence, "priorityLevelConfiguration": {"name": level}},
            "status": {"conditions": [{
                "type": "Dangling", "status": "False", "reason": "Found", "message": message, "lastTransitionTime": time::rfc3339(now_ms),
            }]},
        });
        schema.push("spec.rules", rules);
        if !distinguisher.is_empty() {
            schema.set("spec.distinguisherMethod.type", distinguisher);
        }
        server.make(&FLOW_SCHEMAS, API_VERSION, "FlowSchema", schema, now_ms);
    }
}

fn subject(text: &str) -> Value {
    let (kind, name) = text.split_once(':').unwrap_or(("User", text));
    match (kind, name.split_once('/')) {
        ("ServiceAccount", Some((namespace, name))) => json!({"kind": kind, "serviceAccount": {"namespace": namespace, "name": name}}),
        ("Group", _) => json!({"kind": kind, "group": {"name": name}}),
        _ => json!({"kind": kind, "user": {"name": name}}),
    }
}
