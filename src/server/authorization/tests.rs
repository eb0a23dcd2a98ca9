use super::*;
use crate::api::resource::{CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, PODS, ROLE_BINDINGS, ROLES};
use crate::server::request::Verb;
use crate::store::Cause;
use crate::value::{Value, json};

fn server() -> Server {
    let mut server = Server::new(1);
    let mut put = |resource: &GroupResource, object: Value| {
        server.put(resource, object, 0, Cause::default());
    };
    let reader = json!([{"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get", "list"]}]);
    put(&ROLES, json!({"metadata": {"namespace": "demo", "name": "reader"}, "rules": reader}));
    let bound = json!([{"kind": "User", "name": "ann"}]);
    put(&ROLE_BINDINGS, json!({"metadata": {"namespace": "demo", "name": "ann"}, "roleRef": {"kind": "Role", "name": "reader"}, "subjects": bound}));
    put(&CLUSTER_ROLES, json!({"metadata": {"name": "all"}, "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}));
    let group = json!([{"kind": "Group", "name": "ops"}]);
    put(&CLUSTER_ROLE_BINDINGS, json!({"metadata": {"name": "ops"}, "roleRef": {"kind": "ClusterRole", "name": "all"}, "subjects": group}));
    let broken = json!([{"kind": "User", "name": "bob"}]);
    put(&CLUSTER_ROLE_BINDINGS, json!({"metadata": {"name": "broken"}, "roleRef": {"kind": "ClusterRole", "name": "gone"}, "subjects": broken}));
    server
}

fn asked(user: &str, groups: &[&str], verb: Verb, namespace: &str, name: &str) -> Result<(), String> {
    let mut request = Request::new(verb, &PODS, namespace, name);
    request.user = User { name: user.into(), groups: groups.iter().map(SmolStr::new).collect() };
    authorize(&server(), &request).map_err(|status| status.message)
}

#[test]
fn roles_allow_what_their_rules_say_where_they_are_bound() {
    assert_eq!(asked("ann", &[], Verb::List, "demo", ""), Ok(()));
    assert_eq!(
        asked("ann", &[], Verb::List, "default", "").unwrap_err(),
        "pods is forbidden: User \"ann\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\""
    );
    assert_eq!(
        asked("ann", &[], Verb::Delete, "demo", "web").unwrap_err(),
        "pods \"web\" is forbidden: User \"ann\" cannot delete resource \"pods\" in API group \"\" in the namespace \"demo\""
    );
    assert_eq!(
        asked("ann", &[], Verb::List, "", "").unwrap_err(),
        "pods is forbidden: User \"ann\" cannot list resource \"pods\" in API group \"\" at the cluster scope"
    );
    assert_eq!(asked("kim", &["ops"], Verb::Delete, "demo", "web"), Ok(()));
    assert!(asked("bob", &[], Verb::List, "demo", "").unwrap_err().ends_with(": RBAC: clusterrole.rbac.authorization.k8s.io \"gone\" not found"));
}
