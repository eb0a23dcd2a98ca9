//! What a pod waits for.

use super::exit_codes;
use super::finding::{Finding, Fix, in_namespace};
use super::references;
use super::templates;
use crate::api::meta;
use crate::api::resource::{NODES, PERSISTENT_VOLUME_CLAIMS};
use crate::cluster::Cluster;
use crate::store::Store;
use crate::value::Value;

/// What there is to say about a pod.
pub(super) fn explain(pod: &Value, cluster: &Cluster) -> Finding {
    let store = cluster.store();
    let name = meta::name(pod);
    let node = pod.path("spec.nodeName").str();
    let node_is_silent = store.get(&NODES, "", node).is_some_and(|node| meta::condition(node, "Ready").get("status").str() == "Unknown");
    if meta::is_being_deleted(pod) {
        return being_deleted(pod, node, node_is_silent);
    }
    if pod.path("status.phase").str() == "Failed" && !pod.path("status.reason").is_empty() {
        let says = Finding::says(format!("It has failed ({}): {}", pod.path("status.reason").str(), pod.path("status.message").str()));
        return says.advising("It stays as a record; what made it makes another one.").with_line(format!("kubectl delete pod {name}{}", in_namespace(pod)));
    }
    if node.is_empty() {
        return unscheduled(pod, cluster);
    }
    if node_is_silent {
        let says = format!("Its node {node} doesn't answer, so nobody knows how it is. When that has lasted five minutes, the pod is deleted and replaced.");
        return Finding::says(says).with_fix(Fix::Look(super::finding::reference(&NODES, store.get(&NODES, "", node).unwrap_or(&Value::Null))));
    }
    let mut finding = containers(pod, store);
    if !finding.is_empty() {
        let machine = cluster.kubelets().node(node);
        finding.retry_at_ms = machine.and_then(|machine| machine.next_look_ms(meta::uid(pod))).filter(|at_ms| *at_ms > cluster.now_ms());
    }
    finding
}

fn being_deleted(pod: &Value, node: &str, node_is_silent: bool) -> Finding {
    let finalizers: Vec<&str> = pod.path("metadata.finalizers").items().iter().map(Value::str).collect();
    if node_is_silent {
        let says =
            format!("It is being deleted, but its node {node} doesn't answer: it stays until the node comes back and says that the containers have ended.");
        let line = format!("kubectl delete pod {} --force --grace-period=0{}", meta::name(pod), in_namespace(pod));
        return Finding::says(says).advising("By force it goes at once; what runs on the node may go on.").with_line(line);
    }
    if !finalizers.is_empty() && pod.path("metadata.deletionGracePeriodSeconds").as_i64() == Some(0) {
        return Finding::says(format!("It is being deleted and waits for {} to be taken off.", finalizers.join(", ")));
    }
    let grace = pod.path("metadata.deletionGracePeriodSeconds").as_i64().unwrap_or(0);
    Finding::says(format!("It is being deleted; its containers have {grace} s to end by themselves, then they are killed."))
}

fn unscheduled(pod: &Value, cluster: &Cluster) -> Finding {
    let store = cluster.store();
    let scheduled = meta::condition(pod, "PodScheduled");
    if scheduled.get("reason").str() == "SchedulingGated" {
        let gates: Vec<&str> = pod.path("spec.schedulingGates").items().iter().map(|gate| gate.get("name").str()).collect();
        return Finding::says(format!("It waits until its scheduling gates are taken off: {}.", gates.join(", ")));
    }
    let scheduler = pod.path("spec.schedulerName").str();
    if scheduler != crate::scheduler::SCHEDULER_NAME {
        return Finding::says(format!("It waits for the scheduler {scheduler}, which is not there."))
            .advising("Leave out schedulerName, and the default scheduler takes it.")
            .with_fix(templates::field(pod, "schedulerName", store));
    }
    if scheduled.get("status").str() != "False" {
        return Finding::says("It waits for the scheduler to choose a node.");
    }
    let message = scheduled.get("message").str();
    let mut finding = Finding::says(format!("No node can take it: {message}"));
    finding.retry_at_ms = cluster.scheduler().backoff_until_ms(&meta::key(pod)).filter(|at_ms| *at_ms > cluster.now_ms());
    scheduling_advice(finding, pod, message, store)
}

fn scheduling_advice(finding: Finding, pod: &Value, message: &str, store: &Store) -> Finding {
    if message.contains("unbound immediate PersistentVolumeClaims") || message.contains("persistentvolumeclaim") {
        let claims = pod.path("spec.volumes").items().iter().map(|volume| volume.path("persistentVolumeClaim.claimName").str());
        let mut unbound = claims.filter(|claim| !claim.is_empty()).filter(|claim| {
            let found = store.get(&PERSISTENT_VOLUME_CLAIMS, meta::namespace(pod), claim);
            found.is_none_or(|found| found.path("status.phase").str() != "Bound")
        });
        let Some(claim) = unbound.next() else { return finding };
        return match store.get(&PERSISTENT_VOLUME_CLAIMS, meta::namespace(pod), claim) {
            Some(found) => finding.advising(format!("Its claim {claim} has no volume yet; the claim says why.")).looking_at(&PERSISTENT_VOLUME_CLAIMS, found),
            None => finding.advising(format!("There is no PersistentVolumeClaim {claim} in its namespace.")),
        };
    }
    if message.contains("Insufficient") {
        let advice = "It asks for more than is free on any node: ask for less (resources.requests), remove other pods, or add a node.";
        return finding.advising(advice).with_fix(templates::field(pod, "containers[0].resources.requests", store));
    }
    if message.contains("untolerated taint") {
        let disk = message.contains("disk-pressure");
        let advice = if disk { "Its disk is full." } else { "A taint keeps it away: add a toleration to the pod, or take the taint off the node." };
        return finding.advising(advice);
    }
    if message.contains("node affinity/selector") {
        let advice = "No node has the labels that it wants: change nodeSelector or affinity, or label a node (kubectl label node NAME key=value).";
        let path = if pod.path("spec.nodeSelector").is_empty() { "affinity" } else { "nodeSelector" };
        return finding.advising(advice).with_fix(templates::field(pod, path, store));
    }
    if message.contains("unschedulable") {
        let cordoned = store.list(&NODES, None).find(|node| node.path("spec.unschedulable").as_bool() == Some(true));
        let finding = finding.advising("The nodes are cordoned, so nothing new is put on them.");
        return match cordoned {
            Some(node) => finding.with_line(format!("kubectl uncordon {}", meta::name(node))),
            None => finding,
        };
    }
    if message.contains("anti-affinity") || message.contains("pod affinity") {
        return finding.advising("It must not (or must) be beside certain other pods: there is no node left where that is so.");
    }
    if message.contains("topology spread") {
        return finding.advising("Its topologySpreadConstraints allow no node: one more there would make the difference too large.");
    }
    if message.contains("free ports") {
        return finding.advising("Its hostPort is taken on every node; each node has it once.");
    }
    finding
}

fn containers(pod: &Value, store: &Store) -> Finding {
    let status = pod.get("status");
    if let Some(event) = last_warning(pod, store, &["FailedMount", "FailedCreatePodSandBox", "FailedAttachVolume"])
        && status.get("containerStatuses").items().iter().all(|container| container.path("state.running").is_null())
        && !meta::is_condition_true(pod, "PodReadyToStartContainers")
    {
        return mount_advice(Finding::says(format!("Its volumes or its network can't be made: {event}")), pod, store);
    }
    let init = status.get("initContainerStatuses").items();
    for (index, container) in init.iter().enumerate() {
        if !container.path("state.running").is_null() && container.get("ready").as_bool() != Some(true) && !is_sidecar(pod, container) {
            let which = if init.len() == 1 { String::new() } else { format!(" ({} of {})", index + 1, init.len()) };
            return Finding::says(format!("Its init container {}{which} has to end before the others start.", container.get("name").str()));
        }
    }
    for container in init.iter().chain(status.get("containerStatuses").items()) {
        let finding = of_container(pod, container, store);
        if !finding.is_empty() {
            return finding;
        }
    }
    Finding::default()
}

fn is_sidecar(pod: &Value, status: &Value) -> bool {
    templates::container(pod, status.get("name").str()).is_some_and(|(_, _, container)| container.get("restartPolicy").str() == "Always")
}

fn of_container(pod: &Value, container: &Value, store: &Store) -> Finding {
    let name = container.get("name").str();
    let waiting = container.path("state.waiting");
    if !waiting.is_null() {
        return of_waiting(pod, name, container, waiting, store);
    }
    let terminated = container.path("state.terminated");
    if !terminated.is_null() && terminated.get("exitCode").as_i64() != Some(0) {
        return ended(pod, name, terminated, "ended", false, store);
    }
    if container.path("state.running").is_null() || container.get("ready").as_bool() != Some(false) {
        return Finding::default();
    }
    let probe = |word: &str| last_warning(pod, store, &["Unhealthy"]).filter(|message| message.starts_with(word));
    let (list, index, _) = templates::container(pod, name).unwrap_or(("containers", 0, &crate::value::NULL));
    let place = |field: &str| templates::field(pod, &format!("{list}[{index}].{field}"), store);
    if container.get("started").as_bool() == Some(false) {
        let why = probe("Startup").unwrap_or_default();
        return Finding::says(format!("Container {name} runs, but its startup probe has not succeeded yet. {why}")).with_fix(place("startupProbe"));
    }
    if let Some(why) = probe("Liveness") {
        let says = format!("Container {name} runs, but its liveness probe fails, for which it will be restarted: {why}");
        return Finding::says(says).with_fix(place("livenessProbe"));
    }
    let why = probe("Readiness").map(|why| format!(" {why}")).unwrap_or_default();
    Finding::says(format!("Container {name} runs, but its readiness probe has not succeeded, so it gets no requests.{why}")).with_fix(place("readinessProbe"))
}

fn of_waiting(pod: &Value, name: &str, container: &Value, waiting: &Value, store: &Store) -> Finding {
    let message = waiting.get("message").str();
    let image = container.get("image").str();
    let (list, index, spec) = templates::container(pod, name).unwrap_or(("containers", 0, &crate::value::NULL));
    let place = |field: &str| templates::field(pod, &format!("{list}[{index}].{field}"), store);
    match waiting.get("reason").str() {
        "CreateContainerConfigError" => references::explain(Finding::says(format!("Container {name} can't be made: {message}.")), pod, name, store),
        "ErrImageNeverPull" => {
            Finding::says(format!("The image {image} is not on the node, and imagePullPolicy: Never forbids pulling it.")).with_fix(place("imagePullPolicy"))
        }
        "InvalidImageName" => Finding::says(format!("{} is no name of an image.", spec.get("image").str())).with_fix(place("image")),
        "ImagePullBackOff" | "ErrImagePull" => pull_failed(name, image, message).with_fix_unless(place("image")),
        "CrashLoopBackOff" => {
            let last = container.path("lastState.terminated");
            let last = if last.is_null() { container.path("state.terminated") } else { last };
            let restarts = container.get("restartCount").as_i64().unwrap_or(0);
            let how = format!("ends again and again ({restarts} restarts); the last time");
            ended(pod, name, last, &how, true, store)
        }
        "RunContainerError" | "CreateContainerError" => Finding::says(format!("Container {name} can't be started: {message}")).with_fix(place("command")),
        "ContainerCreating" | "PodInitializing" => Finding::default(),
        reason => Finding::says(format!("Container {name} waits: {reason}{}{message}.", if message.is_empty() { "" } else { ": " })),
    }
}

impl Finding {
    /// With a fix, unless there is a better one already.
    fn with_fix_unless(mut self, fix: Fix) -> Finding {
        self.fix.get_or_insert(fix);
        self
    }
}

fn pull_failed(name: &str, image: &str, message: &str) -> Finding {
    let says = Finding::says(format!("The image of container {name} can't be pulled: {message}"));
    if message.contains("i/o timeout") || message.contains("no such host") {
        return says.advising("The image registry doesn't answer. As soon as it does, the kubelet's next try succeeds.").with_line("fault registry up");
    }
    if message.contains("no space left") {
        return says.advising("The node's disk is full.");
    }
    says.advising(format!("There is no {image} in the registry. Is it spelt as there, with its tag?"))
}

fn ended(pod: &Value, name: &str, state: &Value, how: &str, previous: bool, store: &Store) -> Finding {
    let code = state.get("exitCode").as_i64().unwrap_or(0);
    let reason = state.get("reason").str();
    let (list, index, spec) = templates::container(pod, name).unwrap_or(("containers", 0, &crate::value::NULL));
    let limit = spec.path("resources.limits.memory").str();
    let message = state.get("message").str();
    let message = if message.is_empty() { String::new() } else { format!(" It says: {message}") };
    let finding = Finding::says(format!("Container {name} {how} with exit code {code}: {}.{message}", exit_codes::meaning(code, reason, limit)));
    if reason == "OOMKilled" {
        let path = format!("{list}[{index}].resources.limits.memory");
        return finding.advising("Give it more memory, or find out why it takes so much.").with_fix(templates::field(pod, &path, store));
    }
    if reason == "StartError" || code == 127 {
        return finding.advising("Is the program in the image, and is it spelt right?").with_fix(templates::field(
            pod,
            &format!("{list}[{index}].command"),
            store,
        ));
    }
    let which = if pod.path("spec.containers").items().len() > 1 { format!(" -c {name}") } else { String::new() };
    let earlier = if previous { " --previous" } else { "" };
    finding.advising("Its log says more.").with_line(format!("kubectl logs {}{which}{earlier}{}", meta::name(pod), in_namespace(pod)))
}

fn mount_advice(finding: Finding, pod: &Value, store: &Store) -> Finding {
    for (index, volume) in pod.path("spec.volumes").items().iter().enumerate() {
        let sources = [("secret.secretName", &crate::api::resource::SECRETS, "Secret"), ("configMap.name", &crate::api::resource::CONFIG_MAPS, "ConfigMap")];
        for (path, resource, kind) in sources {
            let name = volume.path(path).str();
            if !name.is_empty() && store.get(resource, meta::namespace(pod), name).is_none() {
                let advice = references::missing(kind, resource, meta::namespace(pod), name, store);
                return finding.advising(advice).with_fix(templates::field(pod, &format!("volumes[{index}].{path}"), store));
            }
        }
    }
    finding
}

/// The latest warning about a pod that has one of these reasons.
fn last_warning(pod: &Value, store: &Store, reasons: &[&str]) -> Option<String> {
    let about = store.events_about(meta::uid(pod)).filter(|event| event.get("type").str() == "Warning" && reasons.contains(&event.get("reason").str()));
    about.max_by_key(|event| event.path("metadata.resourceVersion").str().parse::<u64>().unwrap_or(0)).map(|event| event.get("message").str().to_owned())
}
