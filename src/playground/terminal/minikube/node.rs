//! `minikube node` and `minikube status`: the machines.

use super::{Words, ip_of, nodes, refuse, wrong_usage};
use crate::api::meta;
use crate::api::resource::NODES;
use crate::kubectl::{HostRequest, Session};
use crate::server::request::{Request, Verb};
use crate::value::Value;

/// How long a new machine is waited for.
const JOIN_LIMIT_MS: u64 = 120_000;
const POLL_MS: u64 = 500;

fn is_ready(node: &Value) -> bool {
    meta::is_condition_true(node, "Ready")
}

/// `minikube status`: its exit code is 2 when a kubelet has stopped.
pub(super) async fn status(session: &Session) -> i32 {
    session.out_line(format!("{}\ntype: Control Plane\nhost: Running\nkubelet: Running\napiserver: Running\nkubeconfig: Configured\n", super::PROFILE));
    let mut exit_code = 0;
    for node in nodes(session).await {
        let word = if is_ready(&node) { "Running" } else { "Stopped" };
        session.out_line(format!("{}\ntype: Worker\nhost: {word}\nkubelet: {word}\n", meta::name(&node)));
        if word == "Stopped" {
            exit_code = 3;
        }
    }
    exit_code
}

/// `minikube node list|add|stop|start|delete`
pub(super) async fn run(session: &Session, words: &[String]) -> i32 {
    let words = Words::of(words, &[]);
    let name = words.arguments.get(1).copied().unwrap_or("");
    match words.arguments.first().copied() {
        Some("list") => {
            for node in nodes(session).await {
                session.out_line(format!("{}\t{}", meta::name(&node), ip_of(&node)));
            }
            0
        }
        Some("add") => add(session).await,
        Some(command @ ("stop" | "start" | "delete")) => {
            if name.is_empty() {
                return wrong_usage(session, &format!("Usage: minikube node {command} [name]"));
            }
            if !nodes(session).await.iter().any(|node| meta::name(node) == name) {
                return refuse(session, "GUEST_NODE_RETRIEVE", &format!("retrieving node: Could not find node {name}"), 80);
            }
            change(session, command, name).await
        }
        _ => wrong_usage(session, "Usage: minikube node [add|start|stop|delete|list]"),
    }
}

async fn add(session: &Session) -> i32 {
    let known = nodes(session).await;
    let name = (known.len() + 1..).map(|number| format!("worker-{number}")).find(|name| !known.iter().any(|node| meta::name(node) == name)).unwrap_or_default();
    session.out_line(format!("😄  Adding node {name} to cluster {} as [worker]", super::PROFILE));
    if let Err(why) = session.host(HostRequest::AddNode(name.clone())).await {
        return refuse(session, "GUEST_NODE_ADD", &format!("failed to add node: {why}"), 80);
    }
    let limit_ms = session.now_ms() + JOIN_LIMIT_MS;
    while !nodes(session).await.iter().any(|node| meta::name(node) == name && is_ready(node)) && session.now_ms() < limit_ms {
        session.sleep_ms(POLL_MS).await;
    }
    session.out_line(format!("🏄  Successfully added {name} to {}!", super::PROFILE));
    0
}

async fn change(session: &Session, command: &str, name: &str) -> i32 {
    let stopped = command != "start";
    let (first, last) = match command {
        "stop" => (format!("✋  Stopping node \"{name}\"  ..."), format!("🛑  Successfully stopped node {name}")),
        "start" => (format!("👍  Starting \"{name}\" worker node in \"{}\" cluster", super::PROFILE), format!("🏄  Successfully started node {name}!")),
        _ => (format!("🔥  Deleting node {name} from cluster {}", super::PROFILE), format!("💀  Node {name} was successfully deleted.")),
    };
    session.out_line(first);
    if let Err(why) = session.host(HostRequest::StopNode(name.to_owned(), stopped)).await {
        session.err_line(why);
        return 1;
    }
    if command == "delete" {
        let response = session.request(Request::new(Verb::Delete, &NODES, "", name)).await;
        if response.code >= 400 {
            return refuse(session, "GUEST_NODE_DELETE", &format!("deleting node: {}", response.body.get("message").str()), 80);
        }
    }
    session.out_line(last);
    0
}
