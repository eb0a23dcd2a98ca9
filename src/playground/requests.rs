//! A request that a person sends to see which way it takes: the objects that it passes, and what came of it in words.

use super::scene::ObjectRef;
use crate::api::meta;
use crate::api::resource::{INGRESSES, NODES, PODS, SERVICES};
use crate::cluster::Cluster;
use crate::network::{HopKind, Source};
use crate::value::{SmolStr, Value};

/// A request that has been sent.
#[derive(Clone, PartialEq, Debug)]
pub struct Sent {
    /// The ids of the marks that it passed, in order.
    pub places: Vec<SmolStr>,
    /// Whether it came from outside of the cluster.
    pub is_from_outside: bool,
    /// Whether somebody answered, whatever they said; else it was lost at the last place.
    pub is_answered: bool,
    /// `GET mongo.local/ → mongo-express:8081 → mongo-express-77b6-8kq2p answered 200 in 3 ms`.
    pub words: String,
    /// Each step in a sentence.
    pub steps: Vec<String>,
}

/// From where to send a request to an object, and its URL: as its user would. An Ingress and a Service with a port on the nodes are asked from
/// outside, everything else from a machine of the cluster. `None` where there is nobody to ask.
pub fn way_to(cluster: &Cluster, object: &ObjectRef) -> Option<(Source, String)> {
    let store = cluster.store();
    let value = store.get_key(&object.resource, &object.key)?;
    let machine = || store.list(&NODES, None).next().map(|node| Source::Node(SmolStr::new(meta::name(node))));
    if object.resource == INGRESSES {
        let rule = value.path("spec.rules").items().first().cloned().unwrap_or(Value::Null);
        let path = rule.path("http.paths").items().first().map(|path| path.get("path").str().to_owned()).unwrap_or_default();
        let host = match rule.get("host").str().replace('*', "www") {
            host if host.is_empty() => {
                let address = value.path("status.loadBalancer.ingress").items().first()?;
                format!("{}{}", address.get("ip").str(), address.get("hostname").str())
            }
            host => host,
        };
        return Some((Source::Outside, format!("http://{host}{}", if path.is_empty() { "/" } else { &path })));
    }
    if object.resource == SERVICES {
        let port = value.path("spec.ports").items().first()?;
        if let Some(node_port) = port.get("nodePort").as_i64() {
            let addresses = store.list(&NODES, None).flat_map(|node| node.path("status.addresses").items());
            let address = addresses.filter(|address| address.get("type").str() == "InternalIP").map(|address| address.get("address").str()).next()?;
            return Some((Source::Outside, format!("http://{address}:{node_port}/")));
        }
        let address = value.path("spec.clusterIP").str();
        let number = port.get("port").as_i64()?;
        return (!matches!(address, "" | "None")).then(|| Some((machine()?, format!("http://{address}:{number}/"))))?;
    }
    if object.resource == PODS {
        let address = value.path("status.podIP").str();
        let ports = value.path("spec.containers").items().iter().flat_map(|container| container.get("ports").items());
        let number = ports.filter_map(|port| port.get("containerPort").as_i64()).next().unwrap_or(80);
        return (!address.is_empty()).then(|| Some((machine()?, format!("http://{address}:{number}/"))))?;
    }
    None
}

/// Sends a `GET` and says what came of it. Nothing in the cluster changes.
pub fn send_request(cluster: &Cluster, from: &Source, url: &str) -> Sent {
    let is_from_outside = *from == Source::Outside;
    let mut words = format!("GET {}", url.trim_start_matches("http://"));
    let answer = match cluster.http_get(from, url) {
        Ok(answer) => answer,
        Err(reason) => return Sent { places: Vec::new(), is_from_outside, is_answered: false, words: format!("{words}: {reason}"), steps: Vec::new() },
    };
    let mut places: Vec<SmolStr> = Vec::new();
    let (mut last, mut asked_port) = (String::new(), None);
    for hop in &answer.hops {
        let Some((resource, key)) = &hop.place else { continue };
        let id = ObjectRef { resource: resource.clone(), key: key.clone() }.id();
        let is_new = places.last() != Some(&id);
        if is_new {
            places.push(id);
        }
        // The port is in `Service default/web port 80 goes to …`, or before in `Ingress default/web sends / to Service web port 80`.
        let port = hop.detail.split_once(" port ").and_then(|(_, rest)| rest.split(' ').next());
        let name = match hop.what {
            HopKind::Ingress => {
                asked_port = port;
                continue;
            }
            HopKind::Service => match port.or(asked_port) {
                Some(port) => format!("{}:{port}", key.name),
                None => key.name.to_string(),
            },
            HopKind::Pod => key.name.to_string(),
            _ => continue,
        };
        if name != last {
            words.push_str(" → ");
            words.push_str(&name);
            last = name;
        }
    }
    match &answer.outcome {
        Ok(response) => {
            // Where no pod answers it is the ingress controller or the API server.
            let who = answer
                .hops
                .iter()
                .rev()
                .find(|hop| hop.what == HopKind::Answer)
                .filter(|hop| hop.place.is_none())
                .and_then(|hop| hop.detail.split_once(" answers"));
            if let Some((who, _)) = who {
                words.push_str(&format!(" → {who}"));
            }
            words.push_str(&format!(" answered {} in {} ms", response.status, answer.delay_ms));
        }
        Err(_) => {
            // The last step only says that it ends where the one before says why.
            let why = answer.hops.iter().rev().find(|hop| hop.detail != "the request ends here").map_or("no answer", |hop| hop.detail.as_str());
            words.push_str(&format!(" → lost after {} ms: {why}", answer.delay_ms));
        }
    }
    let steps = answer.hops.iter().map(|hop| hop.detail.clone()).collect();
    Sent { places, is_from_outside, is_answered: answer.outcome.is_ok(), words, steps }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playground::examples;
    use crate::playground::session::Session;

    fn mongo() -> Session {
        let example = &examples::all()[0];
        let mut session = Session::new(&example.setup());
        session.apply(&example.workspace());
        while !session.advance(60_000, 10_000) {}
        session
    }

    fn sent(session: &Session, object: &ObjectRef) -> Sent {
        let (from, url) = way_to(session.cluster(), object).expect("there is a way to it");
        send_request(session.cluster(), &from, &url)
    }

    #[test]
    fn an_ingress_is_asked_from_outside_and_each_hop_is_known() {
        let session = mongo();
        let sent = sent(&session, &ObjectRef::new(&INGRESSES, "default", "mongo-express"));
        assert!(sent.words.starts_with("GET mongo.local/ → mongo-express-service:8081 → mongo-express-"), "{}", sent.words);
        assert!(sent.words.contains(" answered 200 in "), "{}", sent.words);
        assert!(sent.is_from_outside && sent.is_answered);
        let kinds: Vec<&str> = sent.places.iter().filter_map(|id| id.split('/').next()).collect();
        assert!(kinds.ends_with(&["ingresses.networking.k8s.io", "services", "pods"]), "{kinds:?}");
    }

    #[test]
    fn what_containers_and_the_terminal_ask_for_is_known_by_its_way() {
        let mut session = mongo();
        let before = session.cluster().network().ways().count();
        session.enter("kubectl run asks --image=busybox --restart=Never -- wget -q -O- http://mongo-express-service:8081", &Default::default());
        while !session.advance(90_000, 10_000) {}
        let ways: Vec<_> =
            session.cluster().network().ways().after(before).filter(|way| way.places.first().is_some_and(|(_, key)| key.name == "asks")).collect();
        let kinds: Vec<&str> = ways[0].places.iter().map(|(resource, _)| resource.resource.as_str()).collect();
        assert!(kinds.starts_with(&["pods", "services"]) && kinds.ends_with(&["pods"]), "{kinds:?}");
        assert!(ways[0].is_answered && !ways[0].is_from_outside);
    }

    #[test]
    fn a_request_that_is_lost_says_where_and_why() {
        let mut session = mongo();
        session.enter("kubectl scale deployment mongodb --replicas=0", &Default::default());
        while !session.advance(120_000, 10_000) {}
        let sent = sent(&session, &ObjectRef::new(&SERVICES, "default", "mongodb-service"));
        assert!(!sent.is_answered);
        assert!(sent.words.contains("has no ready endpoint"), "{}", sent.words);
        assert!(sent.places.last().is_some_and(|id| id.starts_with("services/")), "{:?}", sent.places);
    }
}
