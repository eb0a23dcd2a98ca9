//! Scenarios: a title and steps that are played on the reference cluster; what comes of them is written as a recording.
//!
//! The forms of both are those of the conformance set: see CONTRIBUTING.md, "The conformance set".

use crate::api::resource::{EVENTS, GroupResource};
use crate::api::{meta, resource};
use crate::cluster::{Cluster, ClusterConfig, run_to_end};
use crate::kubectl::{Environment, Files, Kubeconfig};
use crate::server::request::{Request, Verb};
use crate::value::{Sort, Value, json};

/// How long the machines have been up when a scenario begins: longer than events are kept, as the recorded cluster had been.
const SETTLED_AFTER_MS: u64 = 65 * 60_000;
/// How long the scenario's namespace is there before the first step.
const NAMESPACE_BEFORE_MS: u64 = 3000;
/// How long after the last step the objects are looked at: as long as reading them took where the set was recorded.
const SNAPSHOT_AFTER_MS: u64 = 1000;
/// How long kubectl takes to start, beside its requests: it reads its configuration and asks what the server serves.
const KUBECTL_START_MS: u64 = 350;
/// How long a step may take: a `kubectl wait` without an end is cut off as a person would.
const STEP_LIMIT_MS: u64 = 400_000;

/// The kinds whose objects a recording keeps.
const SNAPSHOT: &[GroupResource] = &[
    resource::PODS,
    resource::DEPLOYMENTS,
    resource::REPLICA_SETS,
    resource::STATEFUL_SETS,
    resource::DAEMON_SETS,
    resource::JOBS,
    resource::CRON_JOBS,
    resource::SERVICES,
    resource::ENDPOINT_SLICES,
    resource::CONFIG_MAPS,
    resource::SECRETS,
    resource::PERSISTENT_VOLUME_CLAIMS,
    resource::INGRESSES,
    resource::HORIZONTAL_POD_AUTOSCALERS,
    resource::POD_DISRUPTION_BUDGETS,
    resource::RESOURCE_QUOTAS,
    resource::LIMIT_RANGES,
    resource::NETWORK_POLICIES,
    resource::SERVICE_ACCOUNTS,
    resource::ROLES,
    resource::ROLE_BINDINGS,
    resource::REPLICATION_CONTROLLERS,
];

/// One step of a scenario.
enum Step {
    Kubectl { arguments: Vec<String>, stdin: String, shown: String },
    Wait { seconds: f64, shown: String },
    Node { stopped: Vec<(String, bool)>, shown: String },
}

/// A scenario that can be played.
pub struct Scenario {
    title: String,
    namespace: String,
    keep_nodes: bool,
    steps: Vec<Step>,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// Says which step of the text is none, and why.
    pub fn parse(text: &str) -> Result<Scenario, String> {
        let document: Value = serde_yaml::from_str(text).map_err(|error| format!("not a scenario: {error}"))?;
        if !document.get("steps").is_array() {
            return Err("not a scenario: it has no list of steps".into());
        }
        let namespace = if document.get("namespace").is_empty() { "demo" } else { document.get("namespace").str() };
        let steps =
            document.get("steps").items().iter().enumerate().map(|(index, step)| parse_step(step, namespace).map_err(|why| format!("step {index}: {why}")));
        Ok(Scenario {
            title: document.get("title").str().to_string(),
            namespace: namespace.to_string(),
            keep_nodes: document.get("keep_nodes").as_bool() == Some(true),
            steps: steps.collect::<Result<_, _>>()?,
        })
    }

    /// Plays it on a copy of a reference cluster as [`settled`] gives it; the recording comes back.
    pub fn play(&self, name: &str, settled: &Cluster) -> Value {
        let mut cluster = settled.clone();
        if self.namespace != "default" {
            let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}});
            cluster.request(&Request::new(Verb::Create, &resource::NAMESPACES, "", "").with_body(namespace));
        }
        advance(&mut cluster, settled.now_ms() + NAMESPACE_BEFORE_MS);
        let began_ms = cluster.now_ms();
        let mut environment = Environment {
            registry: cluster.server().registry().clone(),
            files: Files::new(),
            stdin: Some(String::new()),
            is_terminal: false,
            kubeconfig: Kubeconfig::single("oracle", "https://10.0.0.10:6443", &self.namespace),
        };
        let steps: Value = self.steps.iter().map(|step| self.play_step(step, &mut cluster, &mut environment, began_ms)).collect();
        let mut recording = json!({"scenario": name, "title": self.title, "kubernetes": "v1.36.3", "keep_nodes": self.keep_nodes});
        recording.set("steps", steps);
        let until_ms = cluster.now_ms() + SNAPSHOT_AFTER_MS;
        advance(&mut cluster, until_ms);
        recording.set("snapshot", self.snapshot(&cluster));
        recording
    }

    fn play_step(&self, step: &Step, cluster: &mut Cluster, environment: &mut Environment, began_ms: u64) -> Value {
        let at = ((cluster.now_ms() - began_ms) as f64 / 100.0).round() / 10.0;
        match step {
            Step::Wait { seconds, shown } => {
                advance(cluster, cluster.now_ms() + (seconds * 1000.0) as u64);
                json!({"at": at, "run": shown})
            }
            Step::Node { stopped, shown } => {
                for (node, stopped) in stopped {
                    cluster.set_node_stopped(node, *stopped);
                }
                json!({"at": at, "run": shown})
            }
            Step::Kubectl { arguments, stdin, shown } => {
                advance(cluster, cluster.now_ms() + KUBECTL_START_MS);
                environment.registry = cluster.server().registry().clone();
                environment.stdin = Some(stdin.clone());
                let output = run_to_end(cluster, arguments, environment.clone(), STEP_LIMIT_MS);
                *environment = output.environment;
                json!({"at": at, "run": shown, "exit": output.exit_code, "stdout": output.stdout, "stderr": output.stderr})
            }
        }
    }

    fn snapshot(&self, cluster: &Cluster) -> Value {
        let store = cluster.store();
        let registry = cluster.server().registry();
        let mut objects = Vec::new();
        for resource in SNAPSHOT {
            let Some(kind) = registry.resource(resource) else { continue };
            for object in store.list(resource, Some(&self.namespace)) {
                if is_everywhere(&kind.kind, meta::name(object)) {
                    continue;
                }
                let mut object = object.clone();
                object.remove("metadata.managedFields");
                object.set("apiVersion", kind.api_version());
                object.set("kind", &kind.kind);
                objects.push(object);
            }
        }
        let mut events: Vec<Value> =
            store.list(&EVENTS, Some(&self.namespace)).filter(|event| event.path("involvedObject.kind").str() != "Node").map(event_row).collect();
        events.order_by(|a, b| a.get("first").str().cmp(b.get("first").str()));
        let mut snapshot = Value::object();
        snapshot.set("objects", objects);
        snapshot.set("events", events);
        snapshot
    }
}

/// What every namespace has without anybody's doing.
fn is_everywhere(kind: &str, name: &str) -> bool {
    matches!((kind, name), ("ConfigMap", "kube-root-ca.crt") | ("ServiceAccount", "default") | ("Service" | "EndpointSlice", "kubernetes"))
}

fn event_row(event: &Value) -> Value {
    let first = [event.get("firstTimestamp"), event.get("eventTime")].into_iter().find(|time| !time.is_empty()).map_or("", Value::str);
    let count = event.get("count").as_i64().or(event.path("series.count").as_i64()).unwrap_or(1);
    let source = [event.path("source.component"), event.get("reportingComponent")].into_iter().find(|name| !name.is_empty()).map_or("", Value::str);
    json!({
        "kind": event.path("involvedObject.kind").str(), "name": event.path("involvedObject.name").str(), "type": event.get("type").str(),
        "reason": event.get("reason").str(), "message": event.get("message").str(), "count": count, "source": source, "first": first,
    })
}

fn parse_step(step: &Value, namespace: &str) -> Result<Step, String> {
    if !step.get("apply").is_null() {
        let arguments = ["apply", "-f", "-"].map(String::from).to_vec();
        return Ok(Step::Kubectl { arguments, stdin: step.get("apply").str().to_string(), shown: "kubectl apply -f -".into() });
    }
    if !step.get("kubectl").is_null() {
        let line = step.get("kubectl").str();
        let words = shlex::split(line).ok_or_else(|| format!("the quotes of {line:?} don't match"))?;
        let arguments = words.into_iter().map(|word| word.replace(&format!("NS:{namespace}"), namespace)).collect();
        return Ok(Step::Kubectl { arguments, stdin: step.get("stdin").str().to_string(), shown: format!("kubectl {line}") });
    }
    if let Some(seconds) = step.get("wait").as_f64() {
        return Ok(Step::Wait { seconds, shown: format!("wait {}", step.get("wait")) });
    }
    if step.get("node").is_object() {
        let mut stopped = Vec::new();
        for (verb, node) in step.get("node").fields().iter() {
            match verb.as_str() {
                "stop" => stopped.push((node.str().to_string(), true)),
                "start" => stopped.push((node.str().to_string(), false)),
                other => return Err(format!("a node can be stopped or started, not {other:?}")),
            }
        }
        return Ok(Step::Node { stopped, shown: format!("node {}", step.get("node")) });
    }
    Err("a step has one of apply, kubectl, wait and node".into())
}

/// A reference cluster that has been up for a while: what all scenarios begin with. Clone it for each.
pub fn settled(seed: u64) -> Cluster {
    let mut cluster = Cluster::new(&ClusterConfig::reference(seed));
    let until_ms = cluster.now_ms() + SETTLED_AFTER_MS;
    advance(&mut cluster, until_ms);
    cluster
}

fn advance(cluster: &mut Cluster, until_ms: u64) {
    while !cluster.advance(until_ms, 10_000) {}
}
