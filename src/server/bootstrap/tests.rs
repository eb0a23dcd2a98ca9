use crate::api::resource::*;
use crate::server::Server;
use crate::server::request::{Request, User, Verb};
use crate::server::tests::{NOW_MS, said};

#[test]
fn a_new_cluster_has_what_every_cluster_has() {
    let mut server = Server::new(1);
    server.bootstrap(NOW_MS);
    let names =
        |resource: &GroupResource| -> Vec<String> { server.store().list(resource, None).map(|object| crate::api::meta::key(object).to_string()).collect() };
    assert_eq!(names(&NAMESPACES), ["default", "kube-node-lease", "kube-public", "kube-system"]);
    assert_eq!(names(&SERVICES), ["default/kubernetes"]);
    assert_eq!(names(&PRIORITY_CLASSES), ["system-cluster-critical", "system-node-critical"]);
    assert_eq!((names(&CLUSTER_ROLES).len(), names(&ROLES).len()), (69, 7));
    for role in server.store().list(&CLUSTER_ROLES, None) {
        for rule in role.get("rules").items() {
            assert!(!rule.get("verbs").is_empty() && (!rule.get("resources").is_empty() || !rule.get("nonResourceURLs").is_empty()), "{role}");
        }
    }
}

#[test]
fn the_parts_of_the_control_plane_may_do_their_work_and_no_more() {
    let mut server = Server::new(1);
    server.bootstrap(NOW_MS);
    let mut ask = |user: &str, verb: Verb, resource: &GroupResource| {
        let mut request = Request::new(verb, resource, "default", if verb == Verb::List { "" } else { "x" });
        request.user = User { name: user.into(), groups: vec!["system:authenticated".into()] };
        server.handle(&request, NOW_MS)
    };
    assert!(ask("system:kube-scheduler", Verb::List, &PODS).is_success());
    assert_eq!(
        said(&ask("system:kube-scheduler", Verb::Delete, &DEPLOYMENTS)),
        "deployments.apps \"x\" is forbidden: User \"system:kube-scheduler\" cannot delete resource \"deployments\" in API group \"apps\" in the namespace \"default\""
    );
}
