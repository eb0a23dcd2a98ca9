//! Each example is played as its two sentences tell a learner to, and must do what they promise.

use super::*;
use crate::playground::session::{Report, Session};

/// What a learner does and sees. `apply`; `edit FILE: FROM => TO`; `$ LINE` in the terminal; `see LINE: WORDS` runs the line until its
/// output has the words, in their order, on a line (`*` ends a word that may go on; `3× WORDS`: on exactly three lines).
const STORIES: &[(&str, &str)] = &[
    (
        "mongo",
        "apply
        see get pods: mongodb-* 1/1 Running
        see get pods: 2× mongo-express-* 1/1 Running
        see get pvc: mongo-pvc Bound mongo-pv
        edit mongo-express.yaml: key: mongo-root-password => key: mongo-root-pasword
        apply
        see get pods: mongo-express-* CreateContainerConfigError
        edit mongo-express.yaml: key: mongo-root-pasword => key: mongo-root-password
        apply
        see get pods: 2× mongo-express-* 1/1 Running",
    ),
    (
        "self-healing",
        "apply
        see get pods: 3× web-* 1/1 Running
        $ delete pod --all --wait=false
        see get pods: 3× web-* 1/1 Running
        edit web.yaml: replicas: 3 => replicas: 5
        apply
        see get pods: 5× web-* 1/1 Running",
    ),
    (
        "rollout",
        "apply
        see get pods: 4× web-* 1/1 Running
        $ set image deployment/web web=nginx:does-not-exist
        see get pods: 2× web-* 0/1 ImagePullBackOff
        see get pods: 3× web-* 1/1 Running
        see rollout status deployment web: deployment \"web\" exceeded its progress deadline
        $ rollout undo deployment web
        see get pods: 4× web-* 1/1 Running",
    ),
    (
        "canary",
        "apply
        see logs visitor: version 1
        see logs visitor: version 2
        see get pods: shop-canary-* 1/1 Running
        $ scale deployment shop-canary --replicas=3
        see get pods: 3× shop-canary-* 1/1 Running",
    ),
    (
        "statefulset",
        "apply
        see get pods: 3× db-* 1/1 Running
        see get pvc: 3× data-db-* Bound
        $ delete pod db-1
        see get pods: db-1 1/1 Running
        see get pvc: 3× data-db-* Bound
        $ scale statefulset db --replicas=1
        see get pods: 1× db-*
        see get pvc: 3× data-db-* Bound",
    ),
    (
        "daemonset",
        "apply
        see get pods: 3× agent-* 1/1 Running
        $ cordon worker-2
        edit agent.yaml: busybox:1.37 => busybox:1.36
        apply
        see get daemonset -o wide: agent 3 3 3 3 3
        see get pods -o custom-columns=IMAGE:.spec.containers[0].image: 3× busybox:1.36",
    ),
    (
        "jobs",
        "apply
        see get jobs: thumbnails Complete 5/5
        see get jobs: doomed Failed 0/1
        see get pods: 3× doomed-* Error
        see logs job/doomed: no such table: orders
        $ delete job thumbnails
        edit jobs.yaml: parallelism: 2 => parallelism: 5
        apply
        see get jobs: thumbnails Complete 5/5",
    ),
    (
        "cronjob",
        "apply
        see get jobs: 3× report-* Complete
        $ patch cronjob report -p '{\"spec\":{\"suspend\":true}}'
        $ create job now --from=cronjob/report
        see get cronjobs: report True
        see get jobs: now Complete 1/1",
    ),
    (
        "autoscaling",
        "apply
        see get pods: 1× web-* 1/1 Running
        see get hpa: web cpu: 0%/50%
        $ fault load deployment/web --cpu 500m
        see get pods: 5× web-* 1/1 Running
        see get hpa: web cpu: 50%/50%
        $ fault load deployment/web
        see get pods: 1× web-*",
    ),
    (
        "init",
        "apply
        see get pods: web 1/2 Init:1/3
        $ create service clusterip database --tcp=6379
        see get pods: web 2/2 Running",
    ),
    (
        "crash-loop",
        "apply
        see get pods: worker-* 0/1 CrashLoopBackOff
        see logs deploy/worker: QUEUE is not set
        edit worker.yaml: # env => env
        edit worker.yaml: # - name => - name
        edit worker.yaml: #   value =>   value
        apply
        see get pods: worker-* 1/1 Running",
    ),
    (
        "probes",
        "apply
        see get pods: starts-slowly 1/1 Running 0
        see get pods: warms-up 0/1 Running
        see get pods: gets-stuck 1/1 Running 1
        $ exec warms-up -- touch /usr/share/nginx/html/ready.html
        see get pods: warms-up 1/1 Running",
    ),
    (
        "selector",
        "apply
        see get pods: 2× web-* 1/1 Running
        see get endpointslices: web-* IPv4 <unset>
        edit web.yaml: app: website => app: web
        apply
        see get endpointslices: web-* IPv4 80 10.244.*",
    ),
    (
        "memory",
        "apply
        see get pods: hungry 0/1 OOMKilled
        see get pods: hungry 0/1 CrashLoopBackOff
        see get pods: content 1/1 Running 0
        $ delete pod hungry
        edit hungry.yaml: memory: 100Mi => memory: 300Mi
        apply
        see get pods: hungry 1/1 Running 0",
    ),
    (
        "pending",
        "apply
        see describe pod too-big: 3 Insufficient cpu*
        see describe pod wants-an-ssd: affinity/selector*
        see describe pod without-volume: unbound immediate PersistentVolumeClaims*
        see describe pod looks-for-a-friend: match pod affinity rules*
        see get pods: behind-a-gate SchedulingGated
        see get pods: 3× one-per-machine-* Running
        see get pods: 1× one-per-machine-* Pending
        $ label node worker-2 disk=ssd
        $ run friend --image=nginx:1.29 --labels=app=friend
        see get pods: wants-an-ssd 1/1 Running
        see get pods: looks-for-a-friend 1/1 Running",
    ),
    (
        "spread",
        "apply
        see get pods -o wide: 2× web-* Running worker-1
        see get pods -o wide: 2× web-* Running worker-2
        see get pods -o wide: 2× web-* Running worker-3
        $ cordon worker-3
        $ scale deployment web --replicas=9
        see get pods: 8× web-* Running
        see get pods: 1× web-* Pending",
    ),
    (
        "taints",
        "apply
        see get pods -o wide: web-* Running worker-3
        $ taint nodes worker-3 gpu=yes:NoExecute
        see get pods -o wide: 0× web-* worker-3
        see get pods: 4× web-* Running
        see get pods: 2× training-* Running 0
        $ taint nodes worker-3 gpu-
        see get pods -o wide: 0× web-* worker-3",
    ),
    (
        "preemption",
        "apply
        see get pods: 6× batch-* Running
        $ scale deployment payments --replicas=1
        see get pods: payments-* Running
        see get pods: 1× batch-* Pending
        see get events: Preempted pod/batch-*",
    ),
    (
        "claims",
        "apply
        see get pvc: medium Bound large 10Gi
        see get pvc: shared Pending
        see get pvc: later Pending
        see get pods: notes 1/1 Running
        $ delete pod notes --grace-period=1
        $ delete pvc medium
        see get pv: large Released
        see get pv: small Available",
    ),
    (
        "namespaces",
        "apply
        see logs -n blue deploy/visitor: web: blue
        see logs -n blue deploy/visitor: web.green: green
        see logs -n blue deploy/visitor: web.green.svc.cluster.local: green
        see logs -n blue deploy/visitor: web.red: wget: bad address
        $ create namespace red
        $ create deployment web -n red --image=nginx:1.29
        $ expose deployment web -n red --port=80
        see logs -n blue deploy/visitor: web.red: <!DOCTYPE html>",
    ),
    (
        "network-policy",
        "apply
        see logs deploy/shop --tail=1: answered
        see logs deploy/stranger --tail=1: no answer
        $ delete networkpolicy only-the-shop
        see logs deploy/stranger --tail=1: answered
        see logs deploy/shop --tail=1: answered",
    ),
    (
        "ingress",
        "apply
        see get pods: 2× shop-* 1/1 Running
        see describe ingress site: /shop shop:80 (10.244.*
        see describe ingress site: /help helpdesk:80 (<error: services \"helpdesk\" not found>)
        $ create service clusterip helpdesk --tcp=80:5678
        see describe ingress site: /help helpdesk:80 ()",
    ),
    (
        "configuration",
        "apply
        see logs deploy/reader: variable=hello file=hello token=s3cret
        edit settings.yaml: greeting: hello => greeting: welcome
        apply
        see logs deploy/reader: variable=hello file=welcome token=s3cret
        $ rollout restart deployment reader
        see logs deploy/reader: variable=welcome file=welcome",
    ),
    (
        "quota",
        "apply
        see get pods -n team: 3× web-* 1/1 Running
        see get events -n team: exceeded quota: share*
        edit team.yaml: requests.cpu: \"1\" => requests.cpu: \"2\"
        apply
        see get pods -n team: 5× web-* 1/1 Running",
    ),
    (
        "rbac",
        "apply
        see get pods: dashboard 1/1 Running
        see auth can-i list pods --as=system:serviceaccount:default:reader: yes
        see auth can-i delete pods --as=system:serviceaccount:default:reader: no
        see delete pod dashboard --as=system:serviceaccount:default:reader: is forbidden*
        edit reader.yaml: \"watch\"] => \"watch\", \"delete\"]
        apply
        see auth can-i delete pods --as=system:serviceaccount:default:reader: yes",
    ),
    (
        "drain",
        "apply
        see get pods: 3× web-* 1/1 Running
        $ drain worker-1 --ignore-daemonsets
        see get nodes: worker-1 Ready,SchedulingDisabled
        see drain worker-2 --ignore-daemonsets: Cannot evict pod
        see get pods: 3× web-* 1/1 Running
        $ uncordon worker-1
        see get nodes: worker-1 Ready <none>",
    ),
    (
        "node-failure",
        "apply
        see get pods -o wide: web-* Running worker-2
        $ fault stop worker-2
        see get nodes: worker-2 NotReady
        see get pods -o wide: web-* Terminating worker-2
        see get pods: 3× web-* Running
        see get pods: 3× agent-* Running
        $ fault start worker-2
        see get nodes: worker-2 Ready
        see get pods: 0× web-* Terminating",
    ),
    (
        "thousand",
        "apply
        see get deployment: crowd 1000/1000
        $ scale deployment crowd --replicas=10
        see get deployment: crowd 10/10",
    ),
];

/// How long (cluster time) something may take until it is seen.
const PATIENCE_MS: u64 = 480_000;
/// How long (cluster time) a command may take.
const COMMAND_PATIENCE_MS: u64 = 120_000;

struct Play {
    session: Session,
    workspace: Workspace,
}

impl Play {
    fn advance(&mut self, by_ms: u64) {
        let until_ms = self.session.now_ms() + by_ms;
        while !self.session.advance(until_ms, 100_000) {}
    }

    /// Carries a line out, for at most two minutes; what it wrote.
    fn kubectl(&mut self, line: &str) -> String {
        let line = if line.starts_with("fault ") { line.to_owned() } else { format!("kubectl {line}") };
        self.session.enter(&line, &self.workspace);
        let deadline_ms = self.session.now_ms() + COMMAND_PATIENCE_MS;
        while self.session.prompt().is_none() {
            if self.session.now_ms() >= deadline_ms {
                self.session.interrupt();
                break;
            }
            self.advance(500);
        }
        self.wrote()
    }

    fn apply(&mut self) {
        let id = self.session.apply(&self.workspace);
        let said = self.finish(id);
        assert!(!said.to_lowercase().contains("error") && !said.contains("invalid"), "{said}");
    }

    fn finish(&mut self, id: usize) -> String {
        let deadline_ms = self.session.now_ms() + COMMAND_PATIENCE_MS;
        while self.session.is_running(id) && self.session.now_ms() < deadline_ms {
            self.advance(500);
        }
        self.session.cancel(id);
        self.wrote()
    }

    /// What has been written since the last call.
    fn wrote(&mut self) -> String {
        let text = |report| match report {
            Report::Wrote(_, output) | Report::Terminal(output) => Some(output.text),
            _ => None,
        };
        self.session.take_reports().into_iter().filter_map(text).collect()
    }

    fn edit(&mut self, change: &str) {
        let (name, change) = change.split_once(": ").expect("a file's name");
        let (from, to) = change.split_once(" => ").expect("what to change");
        let file = self.workspace.files.iter_mut().find(|file| file.name == name).expect("there is such a file");
        assert!(file.text.contains(from), "{name} has no {from}");
        file.text = file.text.replace(from, to);
    }

    fn see(&mut self, wanted: &str) -> Result<(), String> {
        let (line, words) = wanted.split_once(": ").expect("what to see");
        let (count, words) = match words.split_once("× ") {
            Some((count, words)) => (Some(count.parse().expect("a number")), words),
            None => (None, words),
        };
        let deadline_ms = self.session.now_ms() + PATIENCE_MS;
        loop {
            let text = self.kubectl(line);
            let found = text.lines().filter(|line| has(line, words)).count();
            if count.map_or(found > 0, |count: usize| found == count) {
                return Ok(());
            }
            if self.session.now_ms() >= deadline_ms {
                return Err(format!("never: {wanted}\nlast seen ({found} lines):\n{text}"));
            }
            self.advance(1000);
        }
    }
}

/// Whether a line has the words in their order.
fn has(line: &str, words: &str) -> bool {
    let mut parts = line.split_whitespace();
    words.split_whitespace().all(|word| match word.strip_suffix('*') {
        Some(start) => parts.any(|part| part.starts_with(start)),
        None => parts.any(|part| part == word),
    })
}

/// Plays a story; why it came to no good end.
fn play(example: &Example, story: &str) -> Result<(), String> {
    let mut play = Play { session: Session::new(&example.setup()), workspace: example.workspace() };
    for step in story.lines().map(str::trim) {
        match step.split_once(' ') {
            None => play.apply(),
            Some(("$", line)) => drop(play.kubectl(line)),
            Some(("see", wanted)) => play.see(wanted)?,
            Some(("edit", change)) => play.edit(change),
            _ => panic!("{step}: not a step"),
        }
    }
    Ok(())
}

#[test]
fn every_example_does_what_its_sentences_promise() {
    let mut failures = Vec::new();
    for example in all() {
        if example.id == "empty" {
            continue;
        }
        let (_, story) = STORIES.iter().find(|(id, _)| *id == example.id).unwrap_or_else(|| panic!("{} has no story", example.id));
        if let Err(why) = play(example, story) {
            failures.push(format!("{}: {why}", example.id));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_example_says_enough_and_not_too_much() {
    let mut ids = crate::value::SortedSet::new();
    for example in all() {
        assert!(ids.insert(example.id), "{} is there twice", example.id);
        assert!((40..=420).contains(&example.says.len()), "{}: {} letters", example.id, example.says.len());
        assert!(example.says.ends_with('.') && !example.title.ends_with('.'), "{}", example.id);
    }
    assert!(ids.len() > 20);
}
