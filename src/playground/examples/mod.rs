//! The examples there are, each a small workspace with what to look at and what to try.

use super::session::Setup;
use super::workspace::{File, Workspace};
use crate::value::SmolStr;

#[cfg(test)]
mod tests;

/// An example.
pub struct Example {
    /// For links and the page, never shown.
    pub id: &'static str,
    /// Under which heading it stands in the gallery.
    pub topic: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// What to look at and what to try, in two sentences or so.
    pub says: &'static str,
    /// How many machines it wants.
    pub nodes: usize,
    /// Name and text, in the order of the tabs.
    files: &'static [(&'static str, &'static str)],
}

impl Example {
    /// Its files.
    pub fn workspace(&self) -> Workspace {
        Workspace { files: self.files.iter().map(|(name, text)| File { name: SmolStr::new_static(name), text: (*text).to_owned() }).collect() }
    }

    /// Its cluster.
    pub fn setup(&self) -> Setup {
        Setup { nodes: self.nodes, ..Setup::default() }
    }
}

macro_rules! files {
    ($folder:literal: $($name:literal)*) => {
        &[$(($name, include_str!(concat!($folder, "/", $name)))),*]
    };
}

/// All examples, topic by topic; the first one is what the page opens with.
pub fn all() -> &'static [Example] {
    const ALL: &[Example] = &[
        Example {
            id: "mongo",
            topic: "Start",
            title: "Mongo and mongo-express",
            says: "Press Apply and watch the pods find their machines. Then misspell the key of the Secret in mongo-express.yaml, apply again, and see what heals it.",
            nodes: 3,
            files: files!("mongo": "namespace.yaml" "secret.yaml" "configmap.yaml" "mongo.yaml" "mongo-express.yaml" "ingress.yaml" "storage.yaml" "archive.yaml"),
        },
        Example {
            id: "self-healing",
            topic: "Start",
            title: "A Deployment heals itself",
            says: "Three pods of one Deployment: delete one in the terminal (kubectl delete pod …) and see who makes another. Then change replicas and apply again.",
            nodes: 3,
            files: files!("self-healing": "web.yaml"),
        },
        Example {
            id: "empty",
            topic: "Start",
            title: "An empty workspace",
            says: "Write a manifest of your own, paste one, or drop files onto the editor. Ctrl+Space offers what could come next.",
            nodes: 3,
            files: files!("empty": "manifest.yaml"),
        },
        Example {
            id: "rollout",
            topic: "Workloads",
            title: "A rollout gone wrong, and undone",
            says: "Apply, then roll out an image that doesn't exist: kubectl set image deployment/web web=nginx:does-not-exist; the old pods go on answering. See what kubectl rollout status deployment web says after a minute, and take it back with kubectl rollout undo deployment web.",
            nodes: 3,
            files: files!("rollout": "web.yaml"),
        },
        Example {
            id: "canary",
            topic: "Workloads",
            title: "A canary beside the stable version",
            says: "One pod of four has the new version, and kubectl logs visitor shows that one answer in four comes from it. Shift the weight: kubectl scale deployment shop-canary --replicas=3.",
            nodes: 3,
            files: files!("canary": "web.yaml"),
        },
        Example {
            id: "statefulset",
            topic: "Workloads",
            title: "A StatefulSet: names, order, volumes",
            says: "db-0, db-1 and db-2 start one after the other, each with a claim of its own. Delete db-1 and see it come back under its name with its volume; then scale to 1 and look which claims stay.",
            nodes: 3,
            files: files!("statefulset": "db.yaml" "volumes.yaml"),
        },
        Example {
            id: "daemonset",
            topic: "Workloads",
            title: "A DaemonSet on every machine",
            says: "One pod on each machine, which kubectl get pods -o wide shows. Change the image to busybox:1.36, apply, and see them replaced one machine at a time; kubectl cordon keeps no DaemonSet away.",
            nodes: 3,
            files: files!("daemonset": "agent.yaml"),
        },
        Example {
            id: "jobs",
            topic: "Workloads",
            title: "Jobs that end, and one that gives up",
            says: "thumbnails does five pieces of work, two at a time; doomed fails three times and gives up. Read why with kubectl logs job/doomed, then raise parallelism to 5 and see how much sooner it ends (delete the Job first).",
            nodes: 3,
            files: files!("jobs": "jobs.yaml"),
        },
        Example {
            id: "cronjob",
            topic: "Workloads",
            title: "A CronJob every minute",
            says: "Set the speed to 20× and watch a Job start at every full minute, while only the last three are kept. Suspend it with kubectl patch cronjob report -p '{\"spec\":{\"suspend\":true}}' and start one by hand: kubectl create job now --from=cronjob/report.",
            nodes: 3,
            files: files!("cronjob": "report.yaml"),
        },
        Example {
            id: "autoscaling",
            topic: "Workloads",
            title: "An autoscaler under load",
            says: "Give the pods work in the terminal, fault load deployment/web --cpu 500m, and watch kubectl get hpa: pods are added until each uses about half of what it asks for. Take the work away with fault load deployment/web; after five minutes (speed 20×) it is one pod again.",
            nodes: 3,
            files: files!("autoscaling": "web.yaml"),
        },
        Example {
            id: "init",
            topic: "Workloads",
            title: "Init containers and a sidecar",
            says: "The pod waits in its second init container until there is a Service named database; the sidecar before it runs on. Make one with kubectl create service clusterip database --tcp=6379 and see the rest start in order.",
            nodes: 3,
            files: files!("init": "pod.yaml"),
        },
        Example {
            id: "crash-loop",
            topic: "When things go wrong",
            title: "A crash loop, and its cure",
            says: "The container ends with an error and the kubelet waits longer each time: 10 s, 20 s, 40 s. kubectl logs deploy/worker says what is missing; give it the variable QUEUE (at the end of the file), apply, and it runs.",
            nodes: 3,
            files: files!("crash-loop": "worker.yaml"),
        },
        Example {
            id: "probes",
            topic: "When things go wrong",
            title: "Liveness, readiness and startup probes",
            says: "gets-stuck is started again when its liveness probe fails, and starts-slowly is left in peace by its startup probe. warms-up gets no requests until its page is there: kubectl exec warms-up -- touch /usr/share/nginx/html/ready.html, then look at kubectl get endpointslices.",
            nodes: 3,
            files: files!("probes": "probes.yaml"),
        },
        Example {
            id: "selector",
            topic: "When things go wrong",
            title: "A Service that finds nobody",
            says: "Both pods run, but the Service has no endpoints, since its selector doesn't match their labels: see the file's warning and kubectl describe service web. Correct the selector, apply, and look at the Application view.",
            nodes: 3,
            files: files!("selector": "web.yaml"),
        },
        Example {
            id: "memory",
            topic: "When things go wrong",
            title: "Out of memory",
            says: "hungry takes more than its limit and is killed (OOMKilled) again and again; content does the same within a larger limit. Raise the limit of hungry: a running pod's memory can't be changed by apply, so delete it first.",
            nodes: 3,
            files: files!("memory": "hungry.yaml"),
        },
        Example {
            id: "pending",
            topic: "Scheduling",
            title: "Pending for six different reasons",
            says: "Six things wait, each for another reason: select one in the diagram to read which. Help each of them, for example kubectl label node worker-2 disk=ssd, or kubectl run friend --image=nginx:1.29 --labels=app=friend.",
            nodes: 3,
            files: files!("pending": "pending.yaml"),
        },
        Example {
            id: "spread",
            topic: "Scheduling",
            title: "Spread over zones",
            says: "Two pods in each of the three zones, and never more than one above another. Cordon worker-3 and scale to 9: the ninth waits, although the other machines have room.",
            nodes: 3,
            files: files!("spread": "web.yaml"),
        },
        Example {
            id: "taints",
            topic: "Scheduling",
            title: "Taints and tolerations",
            says: "Keep worker-3 for the GPU: kubectl taint nodes worker-3 gpu=yes:NoExecute drives the web pods away and leaves those that tolerate it. Take it back with kubectl taint nodes worker-3 gpu- and see that nobody moves back by itself.",
            nodes: 3,
            files: files!("taints": "apps.yaml"),
        },
        Example {
            id: "preemption",
            topic: "Scheduling",
            title: "The urgent goes before what can wait",
            says: "batch fills the machines. Call for something more urgent, kubectl scale deployment payments --replicas=1, and see which pod makes room for it (kubectl get events shows Preempted).",
            nodes: 3,
            files: files!("preemption": "priorities.yaml" "work.yaml"),
        },
        Example {
            id: "claims",
            topic: "Storage",
            title: "Claims and the volumes they get",
            says: "medium gets the smallest volume that is large enough, shared and later wait: select them to see why. Delete the pod and the claim medium, and see that its volume is kept (Released), not given to others.",
            nodes: 3,
            files: files!("claims": "storage.yaml" "notes.yaml"),
        },
        Example {
            id: "namespaces",
            topic: "Network",
            title: "Names across namespaces",
            says: "The visitor asks by four names: kubectl logs -n blue deploy/visitor shows who answers each. The short name is its own room's; make a Namespace red with the same Service and see the fourth name answer.",
            nodes: 3,
            files: files!("namespaces": "rooms.yaml" "services.yaml" "visitor.yaml"),
        },
        Example {
            id: "network-policy",
            topic: "Network",
            title: "A NetworkPolicy keeps strangers out",
            says: "kubectl logs deploy/shop answered, kubectl logs deploy/stranger no answer: only the shop may talk to the database. Delete the policy and see the stranger get in; or give the stranger the label of the shop.",
            nodes: 3,
            files: files!("network-policy": "app.yaml" "policy.yaml"),
        },
        Example {
            id: "ingress",
            topic: "Network",
            title: "One Ingress, two programs",
            says: "The Ingress sends /shop and /blog to different Services, and a host of its own to the blog; kubectl describe ingress site shows the pods behind each. /help leads to a Service that isn't there: make it with kubectl create service clusterip helpdesk --tcp=80:5678 and see what is still missing.",
            nodes: 3,
            files: files!("ingress": "apps.yaml" "ingress.yaml"),
        },
        Example {
            id: "configuration",
            topic: "Configuration",
            title: "ConfigMaps and Secrets that change",
            says: "kubectl logs -f deploy/reader says what it finds in a variable and in files. Change greeting in settings.yaml and apply: after up to a minute and a half the file is new, but the variable only after kubectl rollout restart deployment reader.",
            nodes: 3,
            files: files!("configuration": "settings.yaml" "reader.yaml"),
        },
        Example {
            id: "quota",
            topic: "Access and limits",
            title: "A quota stops at three",
            says: "Five pods are wanted, but the namespace's quota has room for three: the ReplicaSet's events say why. Raise requests.cpu to 2 in team.yaml, apply, and wait for its next attempt.",
            nodes: 3,
            files: files!("quota": "team.yaml" "web.yaml"),
        },
        Example {
            id: "rbac",
            topic: "Access and limits",
            title: "Who may do what",
            says: "kubectl auth can-i list pods --as=system:serviceaccount:default:reader says yes, for delete it says no. Try it: kubectl delete pod dashboard --as=system:serviceaccount:default:reader; then add the verb to the Role.",
            nodes: 3,
            files: files!("rbac": "reader.yaml"),
        },
        Example {
            id: "drain",
            topic: "Machines",
            title: "A drain that respects a budget",
            says: "Empty a machine: kubectl drain worker-1 --ignore-daemonsets; a second one, worker-2, has to wait until another pod is ready, since two must stay. kubectl uncordon worker-1 lets pods in again.",
            nodes: 3,
            files: files!("drain": "web.yaml"),
        },
        Example {
            id: "node-failure",
            topic: "Machines",
            title: "A machine falls silent",
            says: "Stop a machine, fault stop worker-2, at speed 20×: after 50 s it is NotReady, and 20 s later its web pod is replaced elsewhere while the agent's pod stays. Start it again with fault start worker-2 and see what becomes of the old pod.",
            nodes: 3,
            files: files!("node-failure": "web.yaml"),
        },
        Example {
            id: "thousand",
            topic: "Machines",
            title: "A thousand pods on fifty machines",
            says: "One Deployment of 1,000 pods: set the speed to Max and press Apply. Then scale it down to 10 and see which pods go.",
            nodes: 50,
            files: files!("thousand": "crowd.yaml"),
        },
    ];
    ALL
}

/// The examples under their topics, in order.
pub fn by_topic() -> impl Iterator<Item = (&'static str, &'static [Example])> {
    all().chunk_by(|one, next| one.topic == next.topic).map(|examples| (examples[0].topic, examples))
}
