//! What Deployments, StatefulSets, DaemonSets, Jobs, CronJobs, autoscalers and budgets wait for.

use super::finding::{Finding, count, in_namespace, reference};
use super::pods;
use super::templates;
use crate::api::cron::Schedule;
use crate::api::resource::{DEPLOYMENTS, GroupResource, PODS, REPLICA_SETS, RESOURCE_QUOTAS};
use crate::api::{labels, meta, time};
use crate::cluster::Cluster;
use crate::store::Store;
use crate::value::Value;

/// What there is to say about a Deployment, ReplicaSet, StatefulSet, DaemonSet or ReplicationController.
pub(super) fn explain(resource: &GroupResource, object: &Value, cluster: &Cluster) -> Finding {
    let store = cluster.store();
    let (spec, status) = (object.get("spec"), object.get("status"));
    let failure = meta::condition(object, "ReplicaFailure");
    if failure.get("status").str() == "True" {
        return refused(failure.get("message").str(), object, store);
    }
    if spec.get("paused").as_bool() == Some(true) {
        let line = format!("kubectl rollout resume deployment {}{}", meta::name(object), in_namespace(object));
        return Finding::says("Its rollout is paused: changes of its template wait until it is resumed.").with_line(line);
    }
    let wanted = if resource.resource == "daemonsets" { status.get("desiredNumberScheduled") } else { spec.get("replicas") }.as_i64().unwrap_or(0);
    let ready = status.get("readyReplicas").as_i64().or(status.get("numberReady").as_i64()).unwrap_or(0);
    if wanted == 0 {
        return none_wanted(resource, object, store);
    }
    if meta::condition(object, "Progressing").get("reason").str() == "ProgressDeadlineExceeded" {
        let finding =
            with_worst_pod(Finding::says("Its rollout has made no progress for longer than progressDeadlineSeconds; the old pods go on."), object, cluster);
        let line = format!("kubectl rollout undo deployment {}{}", meta::name(object), in_namespace(object));
        return if finding.fix.is_some() { finding } else { finding.with_line(line) };
    }
    if let Some((updated, all)) = rollout_of(resource, status) {
        let says = format!("Its rollout is under way: {updated} of {wanted} pods are of the new version, {} of the old.", all - updated);
        return with_worst_pod(Finding::says(says), object, cluster);
    }
    if ready >= wanted {
        return Finding::default();
    }
    let orders = resource.resource == "statefulsets" && spec.get("podManagementPolicy").str() != "Parallel";
    let order = if orders { " Its pods are started one after the other: each waits until the one before it is ready." } else { "" };
    with_worst_pod(Finding::says(format!("{ready} of {wanted} pods are ready.{order}")), object, cluster)
}

/// How many pods are of the new version and how many there are, while old ones are being replaced.
fn rollout_of(resource: &GroupResource, status: &Value) -> Option<(i64, i64)> {
    let number = |field: &str| status.get(field).as_i64().unwrap_or(0);
    let (updated, all) = (number("updatedReplicas"), number("replicas"));
    (*resource == DEPLOYMENTS && updated < all).then_some((updated, all))
}

fn none_wanted(resource: &GroupResource, object: &Value, store: &Store) -> Finding {
    let owner = meta::controller_of(object);
    if *resource == REPLICA_SETS && owner.get("kind").str() == "Deployment" {
        let text = "It is an earlier version of its Deployment, kept so that the rollout can be undone (kubectl rollout undo).";
        let deployment = store.get(&DEPLOYMENTS, meta::namespace(object), owner.get("name").str());
        return deployment.map_or(Finding::says(text), |deployment| Finding::says(text).looking_at(&DEPLOYMENTS, deployment));
    }
    match resource.resource.as_str() {
        "daemonsets" => Finding::says("No node is to have its pod: its nodeSelector, affinity or tolerations fit none."),
        "deployments" | "statefulsets" | "replicationcontrollers" | "replicasets" => {
            let kind = resource.resource.trim_end_matches('s');
            let line = format!("kubectl scale {kind} {} --replicas=1{}", meta::name(object), in_namespace(object));
            Finding::says("It asks for no pods (replicas: 0).").with_line(line)
        }
        _ => Finding::default(),
    }
}

/// The server has refused to make pods.
fn refused(message: &str, object: &Value, store: &Store) -> Finding {
    let finding = Finding::says(format!("Pods for it are refused: {message}"));
    if message.contains("exceeded quota") {
        let named = message.split("exceeded quota: ").nth(1).and_then(|rest| rest.split(',').next()).unwrap_or_default();
        let finding = finding.advising("Its namespace has a ResourceQuota that is used up: raise it, or ask for less.");
        return match store.get(&RESOURCE_QUOTAS, meta::namespace(object), named) {
            Some(quota) => finding.looking_at(&RESOURCE_QUOTAS, quota),
            None => finding,
        };
    }
    if message.contains("must specify") {
        return finding.advising("A ResourceQuota there counts resources, so each container has to say how much it requests.");
    }
    if message.contains("violates PodSecurity") {
        return finding.advising("Its namespace forbids such pods (label pod-security.kubernetes.io/enforce).");
    }
    finding
}

/// Adds what one of the pods that aren't ready says.
fn with_worst_pod(finding: Finding, object: &Value, cluster: &Cluster) -> Finding {
    let store = cluster.store();
    let mut owned: Vec<&Value> = pods_of(object, store).collect();
    owned.retain(|pod| !meta::is_condition_true(pod, "Ready") && pod.path("status.phase").str() != "Failed");
    let said = owned.iter().map(|pod| (*pod, pods::explain(pod, cluster))).find(|(_, said)| !said.is_empty());
    match said {
        Some((pod, said)) => {
            let sentence = format!("{} Pod {}: {}", finding.sentence, meta::name(pod), said.sentence);
            Finding { sentence, retry_at_ms: said.retry_at_ms, advice: said.advice, ..finding }.looking_at(&PODS, pod)
        }
        None => finding,
    }
}

/// The pods that an object owns, itself or through another.
pub(super) fn pods_of<'a>(object: &'a Value, store: &'a Store) -> impl Iterator<Item = &'a Value> {
    let owned = store.owned_by(meta::uid(object));
    owned.flat_map(move |(resource, owned)| {
        let below: Vec<&Value> = if *resource == PODS {
            vec![owned]
        } else {
            store.owned_by(meta::uid(owned)).filter(|(resource, _)| **resource == PODS).map(|(_, pod)| pod).collect()
        };
        below
    })
}

/// What there is to say about a Job.
pub(super) fn job(object: &Value, cluster: &Cluster) -> Finding {
    let status = object.get("status");
    let failed = meta::condition(object, "Failed");
    if failed.get("status").str() == "True" {
        let why = match failed.get("reason").str() {
            "BackoffLimitExceeded" => "its pods have failed as often as backoffLimit allows".to_owned(),
            "DeadlineExceeded" => "it ran longer than activeDeadlineSeconds".to_owned(),
            "PodFailurePolicy" => format!("a rule of its podFailurePolicy says so: {}", failed.get("message").str()),
            reason => format!("{reason}: {}", failed.get("message").str()),
        };
        let line = format!("kubectl logs job/{}{}", meta::name(object), in_namespace(object));
        return Finding::says(format!("It has failed: {why}.")).advising("The logs of its pods say more.").with_line(line);
    }
    if object.path("spec.suspend").as_bool() == Some(true) {
        let line = format!("kubectl patch job {} -p '{{\"spec\":{{\"suspend\":false}}}}'{}", meta::name(object), in_namespace(object));
        return Finding::says("It is suspended: no pods are made until it is resumed.").with_line(line);
    }
    if meta::is_condition_true(object, "Complete") {
        return Finding::default();
    }
    let (done, wanted) = (status.get("succeeded").as_i64().unwrap_or(0), object.path("spec.completions").as_i64());
    let failures = status.get("failed").as_i64().unwrap_or(0);
    let of = wanted.map(|wanted| format!(" of {wanted}")).unwrap_or_default();
    let failed = if failures > 0 {
        format!(" {} so far; after each the next waits twice as long.", count(failures as usize, "pod has failed", "pods have failed"))
    } else {
        String::new()
    };
    with_worst_pod(Finding::says(format!("{done}{of} pods have ended well.{failed}")), object, cluster)
}

/// What there is to say about a CronJob.
pub(super) fn cron_job(object: &Value, now_ms: u64) -> Finding {
    let patch = |value: bool| format!("kubectl patch cronjob {} -p '{{\"spec\":{{\"suspend\":{value}}}}}'{}", meta::name(object), in_namespace(object));
    if object.path("spec.suspend").as_bool() == Some(true) {
        return Finding::says("It is suspended: no Jobs are made until it is resumed.").with_line(patch(false));
    }
    let schedule = object.path("spec.schedule").str();
    let zone = object.path("spec.timeZone").str();
    if !zone.is_empty() && zone != "Etc/UTC" && zone != "UTC" {
        return Finding::says(format!("It makes a Job at {schedule}, in the time zone {zone}."));
    }
    match Schedule::parse(schedule).ok().and_then(|schedule| schedule.next(now_ms, 0)) {
        Some(next_ms) => Finding {
            retry_at_ms: Some(next_ms),
            ..Finding::says(format!("Its next Job is made at {} UTC.", time::rfc3339(next_ms).get(11..19).unwrap_or_default()))
        },
        None => Finding::says(format!("Its schedule {schedule} never comes.")),
    }
}

/// What there is to say about a HorizontalPodAutoscaler.
pub(super) fn autoscaler(object: &Value, store: &Store) -> Finding {
    let able = meta::condition(object, "AbleToScale");
    if able.get("status").str() == "False" {
        return Finding::says(format!("It can't scale: {}", able.get("message").str()));
    }
    let active = meta::condition(object, "ScalingActive");
    if active.get("status").str() == "False" {
        let message = active.get("message").str();
        let target = object.path("spec.scaleTargetRef");
        let found = store.get(&DEPLOYMENTS, meta::namespace(object), target.get("name").str());
        let says = Finding::says(format!("It doesn't know how busy the pods are: {message}"));
        if message.contains("missing request for") {
            let advice = "A percentage is one of what the pods request: give each container resources.requests.";
            return match found.and_then(|found| pods_of(found, store).next()) {
                Some(pod) => says.advising(advice).with_fix(templates::field(pod, "containers[0].resources", store)),
                None => says.advising(advice),
            };
        }
        if message.contains("did not receive metrics") {
            return says.advising("A pod has been measured twice some 30 s after its start; until then nothing is known of it.");
        }
        if active.get("reason").str() == "ScalingDisabled" {
            return says.advising("Its target asks for 0 replicas: as long as that is so, it does nothing.");
        }
        return says;
    }
    let limited = meta::condition(object, "ScalingLimited");
    if limited.get("status").str() == "True" {
        return Finding::says(format!("It would like another number of pods, but {}.", limited.get("message").str()));
    }
    Finding::default()
}

/// What there is to say about a PodDisruptionBudget.
pub(super) fn budget(object: &Value, store: &Store) -> Finding {
    let status = object.get("status");
    let number = |field: &str| status.get(field).as_i64().unwrap_or(0);
    if number("expectedPods") == 0 {
        return Finding::says("Its selector selects no pods.");
    }
    if number("disruptionsAllowed") > 0 {
        return Finding::default();
    }
    let selector = object.path("spec.selector");
    let unready = store
        .list(&PODS, Some(meta::namespace(object)))
        .find(|pod| labels::matches(selector, pod.path("metadata.labels").fields()) && !meta::is_condition_true(pod, "Ready"));
    let says = format!(
        "It allows no eviction now: {} of its {} pods are healthy, and {} have to be. kubectl drain waits until one more is.",
        number("currentHealthy"),
        number("expectedPods"),
        number("desiredHealthy")
    );
    let finding = Finding::says(says);
    match unready {
        Some(pod) => finding.with_fix(super::Fix::Look(reference(&PODS, pod))),
        None => finding.advising("With more replicas, or a smaller minAvailable, one could be spared."),
    }
}
