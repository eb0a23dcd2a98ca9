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
    steps.extend(ending());
    steps
}

/// How many commands [`ending`] has: before them nothing goes wrong any more.
pub fn ending_length() -> usize {
    ending().len()
}

/// What makes the machines usable again, and ends what would else stop in the middle, or go on by the clock.
fn ending() -> Vec<Step> {
    let mut steps = Vec::new();
    let mut plain = |line: String| steps.push(Step { line, stdin: String::new(), pause_ms: 50 });
    for node in 1..=3 {
        plain(format!("uncordon worker-{node}"));
        // A taint that may not be there can't be taken off.
        plain(format!("taint nodes worker-{node} tired=yes:NoExecute closed=yes:NoSchedule --overwrite"));
        plain(format!("taint nodes worker-{node} tired- closed-"));
    }
    for name in 1..=NAMES {
        plain(format!("rollout resume deployment web-{name}"));
        plain(format!("patch cronjob tick-{name} -p '{{\"spec\":{{\"suspend\":true}}}}'"));
    }
    // It was deleted and made again by turns, or could not be made while it still went.
    steps.push(Step { line: "apply -f -".into(), stdin: again(2), pause_ms: 50 });
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
    match random.below(54) {
        // Its pods don't come up until their image is another. All go together, since by turns the old ones would stay or not, by whether they were
        // well just then.
        0 => apply(deployment(&format!("bad-{name}"), number, "nope:missing", "Recreate")),
        // By its name, since a Deployment that becomes a Recreate one, of another size, while two of its ReplicaSets have pods stays so for good: upstream
        // takes it for scaled again and again, and shares only rolling updates out.
        1..5 => apply(deployment(&format!("web-{name}"), number, image, if name == NAMES { "Recreate" } else { "RollingUpdate" })),
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
        29 => plain(format!("set env deployment/web-{name} TURN={number}")),
        30 => plain(format!("rollout undo deployment web-{name}")),
        31 => plain(format!("rollout pause deployment web-{name}")),
        32 => plain(format!("rollout resume deployment web-{name}")),
        33 => plain(format!("set image deployment/bad-{name} main={image}")),
        34 => plain(format!("set image statefulset/db-{name} main=redis:{}", 6 + number % 3)),
        35 => plain(format!("rollout restart statefulset db-{name}")),
        36 => plain(format!("set image daemonset/agent-{name} main={image}")),
        37 => plain(format!("rollout restart daemonset agent-{name}")),
        38 => plain(format!("taint nodes worker-{node} closed=yes:NoSchedule --overwrite")),
        39 => plain(format!("drain worker-{node} --ignore-daemonsets --delete-emptydir-data --force --timeout=30s")),
        40 => apply(with_claims(&format!("store-{name}"), number.min(3))),
        41 => plain(format!("scale statefulset store-{name} --replicas={}", number.min(3))),
        42 => plain(format!("delete statefulset store-{name} --wait=false --ignore-not-found")),
        43 => apply(cron_job(&format!("tick-{name}"), ["Allow", "Forbid", "Replace"][(number % 3) as usize])),
        44 => plain(format!("delete cronjob tick-{name} --wait=false --ignore-not-found")),
        45 => apply(autoscaled(&format!("auto-{name}"), 1 + number)),
        46 => plain(format!("delete deployment,hpa auto-{name} --wait=false --ignore-not-found")),
        47 => apply(config_map(&format!("conf-{name}"), number)),
        48 => apply(configured(&format!("conf-{name}"), number)),
        49 => apply(again(1 + number)),
        50 => plain("delete namespace again --wait=false --ignore-not-found".into()),
        51 => plain(format!("patch resourcequota few -n small-{} -p '{{\"spec\":{{\"hard\":{{\"pods\":\"4\"}}}}}}'", random.below(*once + 1))),
        52 => apply(indexed_job(&format!("each-{}", fresh()), number + 1)),
        _ => plain(format!("delete persistentvolumeclaim disk-{} --wait=false --ignore-not-found", random.below(*once + 1))),
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

/// A namespace that is deleted and made again.
fn again(replicas: u64) -> String {
    format!("{}---\n{}", namespace("again"), deployment_in("again", "inner", replicas, "nginx:1.27"))
}

/// Its pods are made together, since which claims there are would else depend on how soon each was well.
fn with_claims(name: &str, replicas: u64) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: {name}}}, spec: {{replicas: {replicas}, serviceName: {name}, podManagementPolicy: Parallel, \
         selector: {{matchLabels: {{app: {name}}}}}, template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{terminationGracePeriodSeconds: 5, \
         containers: [{{name: main, image: 'nginx:1.27', volumeMounts: [{{name: data, mountPath: /data}}]}}]}}}}, \
         volumeClaimTemplates: [{{metadata: {{name: data}}, spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}}}]}}}}\n"
    )
}

fn cron_job(name: &str, policy: &str) -> String {
    format!(
        "{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: {name}}}, spec: {{schedule: '* * * * *', concurrencyPolicy: {policy}, suspend: false, \
         jobTemplate: {{spec: {{template: {{spec: {{restartPolicy: Never, containers: [{{name: main, image: 'busybox:1.36', command: [sleep, '5']}}]}}}}}}}}}}}}\n"
    )
}

/// With nothing to do, whatever it begins with, it comes down to the least.
fn autoscaled(name: &str, replicas: u64) -> String {
    let scaler = format!(
        "{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: {name}}}, spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {name}}}, \
         minReplicas: 2, maxReplicas: 4, metrics: [{{type: Resource, resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 50}}}}}}]}}}}\n"
    );
    format!("{}---\n{scaler}", deployment_in("default", name, replicas, "nginx:1.27"))
}

fn config_map(name: &str, number: u64) -> String {
    format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {{NUMBER: '{number}'}}}}\n")
}

/// Its pods wait until there is a ConfigMap of that name.
fn configured(name: &str, replicas: u64) -> String {
    deployment_in("default", name, replicas, "nginx:1.27").replace("resources:", &format!("envFrom: [{{configMapRef: {{name: {name}}}}}], resources:"))
}

fn indexed_job(name: &str, completions: u64) -> String {
    job(name, "exit 0", completions).replace("parallelism", "completionMode: Indexed, parallelism")
}
