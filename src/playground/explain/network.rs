//! Why nobody answers: Services, Ingresses, NetworkPolicies.

use super::finding::{Finding, count, reference};
use super::{Fix, ObjectRef};
use crate::api::resource::{INGRESS_CLASSES, NAMESPACES, PODS, SERVICES};
use crate::api::{labels, meta};
use crate::cluster::Cluster;
use crate::network::is_ours_ingress;
use crate::playground::similar::nearest;
use crate::store::Store;
use crate::value::{Sort, Value};

fn words(selector: &Value) -> String {
    selector.fields().iter().map(|(label, value)| format!("{label}={}", value.str())).collect::<Vec<_>>().join(",")
}

fn own_field(object: &ObjectRef, path: impl Into<String>) -> Fix {
    Fix::Field { object: object.clone(), path: path.into() }
}

/// What there is to say about a Service.
pub(super) fn service(object: &ObjectRef, service: &Value, cluster: &Cluster) -> Finding {
    let store = cluster.store();
    let selector = service.path("spec.selector");
    if service.path("spec.type").str() == "ExternalName" || selector.fields().is_empty() {
        return Finding::default();
    }
    let namespace = meta::namespace(service);
    let matches = |pod: &&Value| labels::matches_map(selector.fields(), pod.path("metadata.labels").fields());
    let selected: Vec<&Value> = store.list(&PODS, Some(namespace)).filter(matches).filter(|pod| !is_over(pod)).collect();
    if selected.is_empty() {
        return selects_nothing(object, service, store);
    }
    let ready: Vec<&Value> = selected.iter().copied().filter(|pod| meta::is_condition_true(pod, "Ready")).collect();
    if ready.is_empty() {
        let says = format!("{} selected, but none is ready, so nobody answers.", count(selected.len(), "pod is", "pods are"));
        return Finding::says(says).advising("The pod says what it waits for.").looking_at(&PODS, selected[0]);
    }
    for (index, port) in service.path("spec.ports").items().iter().enumerate() {
        if let Some(finding) = port_trouble(object, index, port, ready[0], cluster) {
            return finding;
        }
    }
    if service.path("spec.type").str() == "LoadBalancer" && service.path("status.loadBalancer.ingress").is_empty() {
        let says = "Its external address is pending: as in minikube, it gets one while minikube tunnel runs. Its node port answers anyway.";
        return Finding::says(says).with_line("minikube tunnel");
    }
    Finding::default()
}

fn is_over(pod: &Value) -> bool {
    matches!(pod.path("status.phase").str(), "Succeeded" | "Failed")
}

fn selects_nothing(object: &ObjectRef, service: &Value, store: &Store) -> Finding {
    let selector = service.path("spec.selector");
    let says =
        Finding::says(format!("No pod has the labels that it selects ({}), so nobody answers.", words(selector))).with_fix(own_field(object, "spec.selector"));
    let everywhere: Vec<&Value> = store.list(&PODS, None).filter(|pod| labels::matches_map(selector.fields(), pod.path("metadata.labels").fields())).collect();
    if let Some(other) = everywhere.first() {
        return says.advising(format!("There are such pods in namespace {}, but a Service selects only in its own.", meta::namespace(other)));
    }
    for (label, value) in selector.fields().iter() {
        let mut near: Vec<&str> =
            store.list(&PODS, Some(meta::namespace(service))).map(|pod| meta::label(pod, label)).filter(|other| !other.is_empty()).collect();
        near.order();
        near.dedup();
        if near.contains(&value.str()) || near.is_empty() {
            continue;
        }
        return match nearest(value.str(), near.iter().copied()) {
            Some(near) => says.advising(format!("Pods here have {label}={near}. Did you mean that?")),
            None => says.advising(format!("Pods here have {label}={}.", near.join(" or "))),
        };
    }
    says.advising("Compare its selector with the labels of the pods (kubectl get pods --show-labels).")
}

/// What is wrong with a port of a Service, as seen at one of its ready pods.
fn port_trouble(object: &ObjectRef, index: usize, port: &Value, pod: &Value, cluster: &Cluster) -> Option<Finding> {
    if !matches!(port.get("protocol").str(), "" | "TCP") {
        return None;
    }
    let target = port.get("targetPort");
    let containers = pod.path("spec.containers").items();
    let declared: Vec<&Value> = containers.iter().flat_map(|container| container.get("ports").items()).collect();
    let place = own_field(object, format!("spec.ports[{index}].targetPort"));
    let number = match target.as_i64() {
        Some(number) => number,
        None if target.str().is_empty() => port.get("port").as_i64()?,
        None => match declared.iter().find(|one| one.get("name").str() == target.str()) {
            Some(one) => one.get("containerPort").as_i64()?,
            None => {
                let names: Vec<&str> = declared.iter().map(|one| one.get("name").str()).filter(|name| !name.is_empty()).collect();
                let has = if names.is_empty() { "its ports have no names".to_owned() } else { format!("its ports are called {}", names.join(", ")) };
                return Some(Finding::says(format!("Its pods have no port called {}: {has}. So this port goes nowhere.", target.str())).with_fix(place));
            }
        },
    };
    let uid = meta::uid(pod);
    let kubelets = cluster.kubelets();
    if kubelets.listens(uid, u16::try_from(number).ok()?) {
        return None;
    }
    let heard: Vec<String> = kubelets.ports(uid).iter().map(u16::to_string).collect();
    let instead = if heard.is_empty() { "nothing listens there at all".to_owned() } else { format!("it listens on {}", heard.join(", ")) };
    let says =
        format!("It sends requests to port {number} of its pods, but nothing listens there in pod {}: {instead}. Connections are refused.", meta::name(pod));
    Some(Finding::says(says).with_fix(place))
}

/// What there is to say about an Ingress.
pub(super) fn ingress(object: &ObjectRef, ingress: &Value, cluster: &Cluster) -> Finding {
    let store = cluster.store();
    let class = ingress.path("spec.ingressClassName").str();
    if !class.is_empty() && store.get(&INGRESS_CLASSES, "", class).is_none() {
        let names: Vec<&str> = store.list(&INGRESS_CLASSES, None).map(meta::name).collect();
        let has = if names.is_empty() { "There are none at all.".to_owned() } else { format!("There is {}.", names.join(", ")) };
        return Finding::says(format!("There is no IngressClass {class}, so no controller takes care of it. {has}"))
            .with_fix(own_field(object, "spec.ingressClassName"));
    }
    let rules = ingress.path("spec.rules").items();
    let in_rules = rules.iter().enumerate().flat_map(|(rule, value)| {
        let paths = value.path("http.paths").items().iter().enumerate();
        paths.map(move |(path, value)| (format!("spec.rules[{rule}].http.paths[{path}].backend.service"), value.path("backend.service")))
    });
    let default = ("spec.defaultBackend.service".to_owned(), ingress.path("spec.defaultBackend.service"));
    for (path, backend) in in_rules.chain(Some(default)).filter(|(_, backend)| !backend.is_null()) {
        let name = backend.get("name").str();
        let Some(service) = store.get(&SERVICES, meta::namespace(ingress), name) else {
            let near = nearest(name, store.list(&SERVICES, Some(meta::namespace(ingress))).map(meta::name));
            let advice = near.map(|near| format!("Did you mean {near}?")).unwrap_or_default();
            let says = format!("Its backend, Service {name}, is not in its namespace: who comes by it gets 503 Service Temporarily Unavailable.");
            return Finding::says(says).advising(advice).with_fix(own_field(object, path + ".name"));
        };
        let port = backend.get("port");
        let ports = service.path("spec.ports").items();
        let is_it = |one: &&Value| if port.get("name").is_null() { one.get("port") == port.get("number") } else { one.get("name") == port.get("name") };
        if ports.iter().find(is_it).is_none() {
            let has: Vec<String> = ports.iter().filter_map(|one| one.get("port").as_i64()).map(|port| port.to_string()).collect();
            let wanted = port.get("number").as_i64().map_or_else(|| port.get("name").str().to_owned(), |number| number.to_string());
            return Finding::says(format!("Service {name} has no port {wanted}, only {}.", has.join(", "))).with_fix(own_field(object, path + ".port"));
        }
        let said = self::service(&reference(&SERVICES, service), service, cluster);
        if !said.is_empty() && !said.sentence.starts_with("Its external address") {
            return Finding::says(format!("Its backend, Service {name}: {}", said.sentence)).looking_at(&SERVICES, service);
        }
    }
    if !cluster.network().config().ingress_controller {
        return Finding::says("No ingress controller runs in this cluster, so nobody takes care of it.").with_line("minikube addons enable ingress");
    }
    if !is_ours_ingress(store, ingress) {
        let says = "The ingress controller that runs here doesn't take care of it: it does that for IngressClass nginx.";
        return Finding::says(says).with_fix(own_field(object, "spec"));
    }
    if ingress.path("status.loadBalancer.ingress").is_empty() {
        return Finding::says("The ingress controller writes its address within a minute; until then its host leads nowhere.");
    }
    Finding::default()
}

/// What there is to say about a NetworkPolicy.
pub(super) fn policy(policy: &Value, store: &Store) -> Finding {
    let selector = policy.path("spec.podSelector");
    let selected = store.list(&PODS, Some(meta::namespace(policy))).filter(|pod| labels::matches(selector, pod.path("metadata.labels").fields()));
    let selected = selected.count();
    if selected == 0 {
        return Finding::says("It selects no pods, so it changes nothing.");
    }
    let types: Vec<&str> = policy.path("spec.policyTypes").items().iter().map(Value::str).collect();
    let rules = |field: &str| policy.path("spec").get(field).items().len();
    let mut parts = Vec::new();
    for (type_, field, what) in [("Ingress", "ingress", "come in"), ("Egress", "egress", "go out")] {
        if types.contains(&type_) {
            parts.push(match rules(field) {
                0 => format!("nothing may {what}"),
                _ => format!("only what its rules name may {what}"),
            });
        }
    }
    let named = namespaces_that_match_nothing(policy, store);
    Finding::says(format!("For {} in its namespace: {}.{named}", count(selected, "pod", "pods"), parts.join("; ")))
}

/// Rules that no namespace can fulfil: the usual mistake.
fn namespaces_that_match_nothing(policy: &Value, store: &Store) -> String {
    let rules = ["ingress", "egress"].into_iter().flat_map(|field| policy.path("spec").get(field).items());
    let peers = rules.flat_map(|rule| rule.get("from").items().iter().chain(rule.get("to").items()));
    for peer in peers {
        let wanted = peer.path("namespaceSelector.matchLabels").fields();
        if !wanted.is_empty() && !store.list(&NAMESPACES, None).any(|namespace| labels::matches_map(wanted, namespace.path("metadata.labels").fields())) {
            return format!(" No namespace has the labels {}, so that rule lets nobody through.", words(peer.path("namespaceSelector.matchLabels")));
        }
    }
    String::new()
}
