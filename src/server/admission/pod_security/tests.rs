use super::*;
use crate::value::json;

fn broken(level: Level, spec: Value) -> String {
    let policy = Policy { level, version: "latest".into() };
    policy.broken_by(&Value::object(), &spec).unwrap_or_default()
}

#[test]
fn violations_are_told_in_upstreams_words() {
    let plain = json!({"containers": [{"name": "web"}]});
    assert_eq!(broken(Level::Privileged, plain.clone()), "");
    assert_eq!(broken(Level::Baseline, plain.clone()), "");
    assert_eq!(
        broken(Level::Restricted, plain),
        concat!(
            "allowPrivilegeEscalation != false (container \"web\" must set securityContext.allowPrivilegeEscalation=false), ",
            "unrestricted capabilities (container \"web\" must set securityContext.capabilities.drop=[\"ALL\"]), ",
            "runAsNonRoot != true (pod or container \"web\" must set securityContext.runAsNonRoot=true), ",
            "seccompProfile (pod or container \"web\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"
        )
    );
    let bad = json!({"hostNetwork": true, "volumes": [{"name": "v", "hostPath": {"path": "/"}}], "containers": [
        {"name": "a", "securityContext": {"privileged": true, "capabilities": {"add": ["SYS_ADMIN"]}}, "ports": [{"hostPort": 80}]}, {"name": "b"},
    ]});
    assert_eq!(
        broken(Level::Baseline, bad),
        concat!(
            "non-default capabilities (container \"a\" must not include \"SYS_ADMIN\" in securityContext.capabilities.add), host namespaces (hostNetwork=true), ",
            "hostPath volumes (volume \"v\"), hostPort (container \"a\" uses hostPort 80), privileged (container \"a\" must not set securityContext.privileged=true)"
        )
    );
    let good = json!({"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}, "containers": [
        {"name": "a", "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}},
    ]});
    assert_eq!(broken(Level::Restricted, good), "");
}
