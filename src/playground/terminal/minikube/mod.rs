//! `minikube`: what of it concerns a cluster that runs already, in its words, with effect on the machines of this one.

mod addons;
mod node;
mod service;
mod tunnel;

use crate::api::resource::NODES;
use crate::kubectl::Session;
use crate::server::request::{Request, Verb};
use crate::value::Value;

/// The cluster's name, as minikube's profile.
const PROFILE: &str = "minikube";

const HELP: &str = "minikube provisions and manages local Kubernetes clusters optimized for development workflows.

Of its commands, these work on the simulated cluster:
  start            Says that the cluster runs
  status           Gets the status of the cluster
  ip               Retrieves the IP address of the first node
  node             Add, stop, start, delete or list nodes
  service          Returns a URL to connect to a service, and shows what answers there
  tunnel           Connect to LoadBalancer services
  mount            Mounts a directory of the workspace into the machines
  addons           Enable, disable or list addons
  kubectl          Run kubectl
";

/// Flags and arguments of a command.
struct Words<'a> {
    arguments: Vec<&'a str>,
    flags: Vec<(&'a str, &'a str)>,
}

impl<'a> Words<'a> {
    /// Reads a command line; `valued` are the flags that take a value.
    fn of(words: &'a [String], valued: &[&str]) -> Words<'a> {
        let (mut arguments, mut flags) = (Vec::new(), Vec::new());
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word.len() < 2 || !word.starts_with('-') {
                arguments.push(word.as_str());
            } else if let Some((name, value)) = word.split_once('=') {
                flags.push((name, value));
            } else if valued.contains(&word.as_str()) {
                flags.push((word.as_str(), words.next().map_or("", String::as_str)));
            } else {
                flags.push((word.as_str(), "true"));
            }
        }
        Words { arguments, flags }
    }

    /// The last value of a flag, by any of its names.
    fn flag(&self, names: &[&str]) -> Option<&'a str> {
        self.flags.iter().rev().find(|(name, _)| names.contains(name)).map(|(_, value)| *value)
    }
}

/// `❌  Exiting due to MK_USAGE: …`
fn refuse(session: &Session, reason: &str, message: &str, exit_code: i32) -> i32 {
    session.err_line(format!("\n❌  Exiting due to {reason}: {message}\n"));
    exit_code
}

fn wrong_usage(session: &Session, message: &str) -> i32 {
    refuse(session, "MK_USAGE", message, 14)
}

/// The nodes, in the order of their names.
async fn nodes(session: &Session) -> Vec<Value> {
    session.request(Request::new(Verb::List, &NODES, "", "")).await.body.get("items").items().to_vec()
}

fn ip_of(node: &Value) -> &str {
    let addresses = node.path("status.addresses").items().iter();
    addresses.filter(|address| address.get("type").str() == "InternalIP").map(|address| address.get("address").str()).next().unwrap_or("")
}

/// The address of the first node.
async fn first_ip(session: &Session) -> String {
    nodes(session).await.first().map_or(String::new(), |node| ip_of(node).to_owned())
}

/// `minikube …`
pub async fn run(session: Session, arguments: Vec<String>) -> i32 {
    let words: Vec<String> = skip_profile(&arguments);
    let Some((command, rest)) = words.split_first() else {
        session.out(HELP);
        return 0;
    };
    match command.as_str() {
        "help" | "-h" | "--help" => {
            session.out(HELP);
            0
        }
        "service" => service::run(&session, rest).await,
        "tunnel" => tunnel::tunnel(&session).await,
        "mount" => tunnel::mount(&session, rest).await,
        "ip" => {
            session.out_line(first_ip(&session).await);
            0
        }
        "status" => node::status(&session).await,
        "node" => node::run(&session, rest).await,
        "addons" => addons::run(&session, rest).await,
        "start" => start(&session).await,
        "kubectl" => kubectl(session, rest).await,
        "profile" => {
            session.out_line(PROFILE);
            0
        }
        "dashboard" => {
            session.err_line("There is no web dashboard here: what it would show is on this page, in the diagram and in the inspector.");
            1
        }
        "stop" | "delete" | "pause" | "unpause" => {
            session.err_line(format!(
                "minikube {command} does nothing here: the cluster is this page's own. Pause its clock with Pause, or open an example for a new one."
            ));
            1
        }
        "ssh" | "docker-env" | "image" | "cache" | "logs" | "cp" | "update-context" | "config" | "version" => {
            session
                .err_line(format!("minikube {command} is not simulated: the machines of this cluster have kubelets and containers, and nothing to log in to."));
            1
        }
        other => {
            session.err_line(format!("Error: unknown command {other:?} for \"minikube\"\nRun 'minikube --help' for usage."));
            1
        }
    }
}

/// `-p minikube` changes nothing: there is one cluster.
fn skip_profile(arguments: &[String]) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-p" | "--profile" => drop(rest.next()),
            word if word.starts_with("--profile=") => {}
            "--" => {
                words.extend(std::iter::once(word).chain(rest.by_ref()).cloned());
            }
            _ => words.push(word.clone()),
        }
    }
    words
}

async fn start(session: &Session) -> i32 {
    session.out_line("✨  Using the cluster of this page\n👍  Its machines run already:");
    for node in nodes(session).await {
        session.out_line(format!("    ▪ {} ({})", crate::api::meta::name(&node), ip_of(&node)));
    }
    let namespace = session.kubeconfig().namespace().to_owned();
    session.out_line(format!("🏄  Done! kubectl is now configured to use \"{PROFILE}\" cluster and \"{namespace}\" namespace by default"));
    0
}

/// `minikube kubectl -- get pods`
async fn kubectl(session: Session, rest: &[String]) -> i32 {
    let arguments = rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest).to_vec();
    crate::kubectl::run(session, arguments).await
}
