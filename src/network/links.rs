//! Links that a person has cut: what travels over them is lost.

use super::source::Client;
use crate::api::meta;
use crate::api::resource::ObjectKey;
use crate::value::OrdSet;
use crate::value::{SmolStr, Value};
use std::fmt;

/// What a link joins.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LinkEnd {
    /// The API server and what runs beside it.
    ControlPlane,
    /// All other machines and their pods.
    Network,
    /// A machine, with its pods.
    Node(SmolStr),
    /// A pod.
    Pod(ObjectKey),
}

impl fmt::Display for LinkEnd {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            LinkEnd::ControlPlane => out.write_str("control-plane"),
            LinkEnd::Network => out.write_str("network"),
            LinkEnd::Node(name) => write!(out, "node/{name}"),
            LinkEnd::Pod(key) => write!(out, "pod/{}", key.name),
        }
    }
}

/// A link between two ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Link(LinkEnd, LinkEnd);

impl Link {
    /// The link between the two, whichever is named first.
    pub fn between(one: LinkEnd, other: LinkEnd) -> Link {
        if one <= other { Link(one, other) } else { Link(other, one) }
    }

    /// The machine whose link to the control plane this is.
    pub fn node_of_control_plane(&self) -> Option<&SmolStr> {
        match (&self.0, &self.1) {
            (LinkEnd::ControlPlane, LinkEnd::Node(name)) => Some(name),
            _ => None,
        }
    }

    /// What it joins.
    pub fn ends(&self) -> [&LinkEnd; 2] {
        [&self.0, &self.1]
    }
}

/// The links that are cut.
#[derive(Clone, Default, Debug)]
pub struct CutLinks(OrdSet<Link>);

impl CutLinks {
    /// Cuts a link, or mends it.
    pub fn set(&mut self, link: Link, is_cut: bool) {
        if is_cut {
            self.0.insert(link);
        } else {
            self.0.remove(&link);
        }
    }

    /// The links that are cut.
    pub fn iter(&self) -> impl Iterator<Item = &Link> {
        self.0.iter()
    }

    /// The cut link that a connection would have to take: from a client to a pod (`Null` for the machine itself) on a machine, or (`node` is `""`)
    /// to the control plane.
    pub(super) fn between(&self, client: &Client, node: &str, pod: &Value) -> Option<&Link> {
        if self.0.is_empty() {
            return None;
        }
        let client_pod = (!client.pod.is_null()).then(|| meta::key(&client.pod));
        let pod = (!pod.is_null()).then(|| meta::key(pod));
        let is_end = |end: &LinkEnd, of_node: &str, of_pod: &Option<ObjectKey>| match end {
            LinkEnd::ControlPlane => of_node.is_empty() && of_pod.is_none(),
            LinkEnd::Network => false,
            LinkEnd::Node(name) => name == of_node,
            LinkEnd::Pod(key) => of_pod.as_ref() == Some(key),
        };
        let leaves = |end: &LinkEnd, of_node: &str, of_pod: &Option<ObjectKey>| is_end(end, of_node, of_pod) && (of_pod.is_some() || client.node != node);
        let is_on_the_way = |one: &LinkEnd, other: &LinkEnd| match (one, other) {
            (LinkEnd::Network, LinkEnd::Node(name)) => client.node != node && (*name == client.node || name == node),
            (LinkEnd::Network, end) => leaves(end, &client.node, &client_pod) || leaves(end, node, &pod),
            (one, other) => {
                let way = |a: &LinkEnd, b: &LinkEnd| is_end(a, &client.node, &client_pod) && is_end(b, node, &pod);
                way(one, other) || way(other, one)
            }
        };
        self.0.iter().find(|Link(one, other)| is_on_the_way(one, other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn pod(name: &str) -> Value {
        json!({"metadata": {"namespace": "demo", "name": name}})
    }

    fn client(name: &str, node: &str) -> Client {
        Client { pod: pod(name), node: node.into(), ip: "10.244.0.9".into(), is_ingress_controller: false }
    }

    #[test]
    fn a_cut_link_is_in_the_way_of_those_who_need_it() {
        let node = |name: &str| LinkEnd::Node(name.into());
        let key = |name: &str| LinkEnd::Pod(ObjectKey::new("demo", name));
        // The link, then client, its machine, the destination, its machine, and whether the link is in the way.
        for (link, from, to, expected) in [
            (Link::between(node("one"), node("two")), ("a", "one"), ("b", "two"), true),
            (Link::between(node("one"), node("two")), ("a", "two"), ("b", "one"), true),
            (Link::between(node("one"), node("two")), ("a", "one"), ("b", "one"), false),
            (Link::between(node("one"), LinkEnd::Network), ("a", "two"), ("b", "one"), true),
            (Link::between(node("one"), LinkEnd::Network), ("a", "one"), ("b", "one"), false),
            (Link::between(node("one"), LinkEnd::Network), ("a", "two"), ("b", "three"), false),
            (Link::between(key("a"), key("b")), ("b", "one"), ("a", "one"), true),
            (Link::between(key("a"), key("b")), ("b", "one"), ("c", "one"), false),
            (Link::between(key("a"), LinkEnd::Network), ("b", "one"), ("a", "one"), true),
        ] {
            let mut links = CutLinks::default();
            links.set(link.clone(), true);
            let found = links.between(&client(from.0, from.1), to.1, &pod(to.0));
            assert_eq!(found.is_some(), expected, "{link:?} from {from:?} to {to:?}");
            links.set(link, false);
            assert!(links.between(&client(from.0, from.1), to.1, &pod(to.0)).is_none());
        }
    }
}
