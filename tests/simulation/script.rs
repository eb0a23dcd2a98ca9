//! What a person does in a random life, drawn so that where it ends depends on the commands alone and not on when something happened.

use kubarium::api::random::Random;

/// How many names of a sort there are, so that commands meet each other's objects.
const NAMES: u64 = 3;

/// A command line (without the word `kubectl`), what is piped into it, and the pause after it.
pub struct Step {
    pub line: String,
    pub stdin: String,
    pub pause_ms: u64,
}

/// The commands of a life, and what makes the machines usable again at its end.
pub fn script(random: &mut Random, length: usize) -> Vec<Step> {
    let mut once = 0;
    let mut steps: Vec<Step> = (0..length)
        .map(|_| {
            let (line, stdin) = command(random, &mut once);
            Step { line, stdin, pause_ms: [50, 500, 3000, 20_000, 70_000][random.below(5) as usize] }
        })
        .collect();
    for node in 1..=3 {
        steps.push(Step { line: format!("uncordon worker-{node}"), stdin: String::new(), pause_ms: 50 });
        steps.push(Step { line: format!("taint nodes worker-{node} tired=yes:NoExecute --overwrite"), stdin: String::new(), pause_ms: 50 });
        steps.push(Step { line: format!("taint nodes worker-{node} tired-"), stdin: String::new(), pause_ms: 50 });
    }
    steps
}

/// `once` counts names that are used only once: what is deleted slowly must not be made again while it still goes.
fn command(random: &mut Random, once: &mut u64) -> (String, String) {
    let name = random.below(NAMES) + 1;
    let node = random.below(3) + 1;
    let number = random.below(5);
    let image = ["nginx:1.27", "httpd:2.4", "redis:7"][random.below(3) as usize];
    let mut fresh = || {
        *once += 1;
        *once
    };
    let apply = |text: String| ("apply -f -".to_owned(), text);
    let plain = |line: String| (line, String::new());
    match random.below(30) {
        // Its pods never come up. A working one would keep its old pods or not, by whether they were well just then.
        0 => apply(deployment(&format!("bad-{name}"), number, "nope:missing", "RollingUpdate")),
        1..5 => apply(deployment(&format!("web-{name}"), number, image, ["RollingUpdate", "Recreate"][(number % 2) as usize])),
        5 => plain(format!("scale deployment web-{name} --replicas={number}")),
        6 => plain(format!("rollout restart deployment web-{name}")),
        7 => plain(format!("delete deployment web-{name} --wait=false --ignore-not-found")),
        8 => apply(stateful_set(&format!("db-{name}"), number.min(3), if name == 1 { "OrderedReady" } else { "Parallel" })),
        9 => plain(format!("scale statefulset db-{name} --replicas={number}")),
        10 => plain(format!("delete statefulset db-{name} --wait=false --ignore-not-found")),
        11 => apply(daemon_set(&format!("agent-{name}"), image)),
        12 => plain(format!("delete daemonset agent-{name} --wait=false --ignore-not-found")),
        13 => plain("delete pods --all --wait=false".into()),
        14 => plain("delete pods --all --force --grace-period=0".into()),
        15 => plain(format!("delete pods -l app=web-{name} --wait=false")),
        16 => apply(job(&format!("sum-{}", fresh()), "exit 0", number + 1)),
        17 => apply(job(&format!("fail-{}", fresh()), "exit 3", 1)),
        18 => apply(format!("{}---\n{}", namespace(&format!("room-{}", fresh())), deployment_in(&format!("room-{once}"), "inner", 2, "nginx:1.27"))),
        19 => plain(format!("delete namespace room-{} --wait=false --ignore-not-found", random.below(*once + 1))),
        20 => plain(format!("cordon worker-{node}")),
        21 => plain(format!("uncordon worker-{node}")),
        22 => plain(format!("taint nodes worker-{node} tired=yes:NoExecute --overwrite")),
        23 => plain(format!("drain worker-{node} --ignore-daemonsets --delete-emptydir-data --force --timeout=20s --disable-eviction")),
        24 => apply(service(&format!("web-{name}"))),
        25 => plain(format!("delete service web-{name} --ignore-not-found")),
        26 => apply(claim(&format!("disk-{}", fresh()))),
        27 => apply(budget(&format!("web-{name}"))),
        28 => apply(limited(&format!("small-{}", fresh()))),
        _ => plain(format!("set env deployment/web-{name} TURN={number}")),
    }
}

fn namespace(name: &str) -> String {
    format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}\n")
}

fn deployment(name: &str, replicas: u64, image: &str, strategy: &str) -> String {
    let text = deployment_in("default", name, replicas, image);
    text.replace("spec: {replicas", &format!("spec: {{strategy: {{type: {strategy}}}, replicas"))
}

fn deployment_in(namespace: &str, name: &str, replicas: u64, image: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}, namespace: {namespace}}}, spec: {{replicas: {replicas}, selector: {{matchLabels: {{app: {name}}}}}, \
         template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{terminationGracePeriodSeconds: 5, containers: [{{name: main, image: {image}, \
         resources: {{requests: {{cpu: 100m}}}}}}]}}}}}}}}\n"
    )
}

fn stateful_set(name: &str, replicas: u64, policy: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: {name}}}, spec: {{replicas: {replicas}, serviceName: {name}, podManagementPolicy: {policy}, \
         selector: {{matchLabels: {{app: {name}}}}}, template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{terminationGracePeriodSeconds: 5, \
         containers: [{{name: main, image: 'redis:7', readinessProbe: {{tcpSocket: {{port: 6379}}, periodSeconds: 5}}}}]}}}}}}}}\n"
    )
}

fn daemon_set(name: &str, image: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: {name}}}, spec: {{selector: {{matchLabels: {{app: {name}}}}}, \
         template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: main, image: '{image}'}}]}}}}}}}}\n"
    )
}

fn job(name: &str, script: &str, completions: u64) -> String {
    let limit = if script == "exit 0" { 100 } else { 2 };
    format!(
        "{{apiVersion: batch/v1, kind: Job, metadata: {{name: {name}}}, spec: {{completions: {completions}, parallelism: 2, backoffLimit: {limit}, \
         template: {{spec: {{restartPolicy: Never, containers: [{{name: main, image: 'busybox:1.36', command: [sh, -c, {script}]}}]}}}}}}}}\n"
    )
}

fn service(name: &str) -> String {
    format!("{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {{selector: {{app: {name}}}, ports: [{{port: 80}}]}}}}\n")
}

fn claim(name: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: {name}}}, spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}}}\n"
    )
}

fn budget(name: &str) -> String {
    format!(
        "{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: {name}}}, spec: {{maxUnavailable: 1, selector: {{matchLabels: {{app: {name}}}}}}}}}\n"
    )
}

/// A namespace that has room for fewer pods than are wanted there.
fn limited(name: &str) -> String {
    let quota = format!("{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: few, namespace: {name}}}, spec: {{hard: {{pods: 2}}}}}}\n");
    format!("{}---\n{quota}---\n{}", namespace(name), deployment_in(name, "many", 4, "nginx:1.27"))
}
