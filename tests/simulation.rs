//! Random lives of a cluster: whatever is done to it, what must hold holds after every step, and the same seed always gives the same life.

use kubarium::api::random::Random;
use kubarium::cluster::{Cluster, ClusterConfig, invariants, run_to_end};
use kubarium::kubectl::{Environment, Files, Kubeconfig};

const LIVES: u64 = 12;
const COMMANDS: usize = 24;

/// What a person may do; `{}` is a number drawn at random, so that commands meet each other's objects.
const MENU: &[&str] = &[
    "create deployment web-{} --image=nginx --replicas=3",
    "create deployment web-{} --image=nope:missing",
    "scale deployment web-{} --replicas=5",
    "scale deployment web-{} --replicas=0",
    "set image deployment/web-{} nginx=httpd",
    "rollout restart deployment/web-{}",
    "rollout undo deployment/web-{}",
    "expose deployment web-{} --port=80",
    "delete deployment web-{} --wait=false",
    "delete deployment web-{} --cascade=orphan",
    "delete pods -l app=web-{} --wait=false",
    "delete pods --all --force --grace-period=0",
    "create job sum-{} --image=busybox -- sh -c 'exit 0'",
    "create job fail-{} --image=busybox -- sh -c 'exit 1'",
    "delete jobs --all --wait=false",
    "run solo-{} --image=busybox --restart=Never -- sleep 5",
    "create namespace room-{}",
    "delete namespace room-{} --wait=false",
    "create deployment inner -n room-{} --image=redis --replicas=2",
    "cordon worker-{}",
    "uncordon worker-{}",
    "taint nodes worker-{} tired=yes:NoExecute",
    "taint nodes worker-{} tired-",
    "create quota small --hard=pods=6",
    "delete quota small",
    "create configmap settings-{} --from-literal=a=b",
    "delete configmap settings-{}",
    "apply -f claim.yaml",
    "delete -f claim.yaml --wait=false",
];

const CLAIM: &str = "
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: manual, hostPath: {path: /tmp/disk}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: disk}
spec: {accessModes: [ReadWriteOnce], storageClassName: manual, resources: {requests: {storage: 1Gi}}}
";

/// Lives one life, and gives the digest of its end and all violations with what led to them.
fn live(seed: u64) -> (u64, Vec<String>) {
    let mut random = Random::new(seed);
    let mut cluster = Cluster::new(&ClusterConfig::reference(seed));
    let mut told = Vec::new();
    let mut violations = Vec::new();
    advance(&mut cluster, 30_000, &told, &mut violations);
    for _ in 0..COMMANDS {
        let line = MENU[random.below(MENU.len() as u64) as usize].replace("{}", &(random.below(3) + 1).to_string());
        told.push(line.clone());
        let mut files = Files::new();
        files.insert("claim.yaml", CLAIM);
        let environment = Environment {
            registry: cluster.server().registry().clone(),
            files,
            stdin: Some(String::new()),
            is_terminal: false,
            kubeconfig: Kubeconfig::single("test", "https://10.0.0.10:6443", "default"),
        };
        let words = shlex::split(&line).expect("the menu's quotes match");
        run_to_end(&mut cluster, &words, environment, 20_000);
        if random.below(8) == 0 {
            let node = format!("worker-{}", random.below(3) + 1);
            let stopped = random.below(2) == 0;
            told.push(format!("(machine {node} {})", if stopped { "stops" } else { "starts" }));
            assert!(cluster.set_node_stopped(&node, stopped));
        }
        let pause_ms = [50, 500, 3000, 20_000][random.below(4) as usize];
        advance(&mut cluster, pause_ms, &told, &mut violations);
    }
    advance(&mut cluster, 120_000, &told, &mut violations);
    (cluster.digest(), violations)
}

fn advance(cluster: &mut Cluster, duration_ms: u64, told: &[String], violations: &mut Vec<String>) {
    let end_ms = cluster.now_ms() + duration_ms;
    loop {
        let arrived = cluster.advance(end_ms, 50);
        let found = invariants::violations(cluster.store());
        if violations.is_empty() && !found.is_empty() {
            violations.push(format!("{}\n  after: {}", found.join("\n"), told.join("\n         ")));
        }
        if arrived {
            return;
        }
    }
}

#[test]
fn what_must_hold_holds_in_random_lives() {
    for seed in 0..LIVES {
        let (_, violations) = live(seed);
        assert!(violations.is_empty(), "seed {seed}: {}", violations.join("\n"));
    }
}

#[test]
fn the_same_seed_gives_the_same_life() {
    assert_eq!(live(3).0, live(3).0);
    assert_ne!(live(3).0, live(4).0);
}
