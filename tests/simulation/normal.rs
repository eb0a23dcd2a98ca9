//! What two clusters must have in common that were told the same: everything but names, addresses, times, numbers of attempts, and what
//! faults leave behind by upstream's design (pods that were evicted stay as a record).

use kubarium::api::meta;
use kubarium::cluster::Cluster;
use kubarium::value::Value;
use std::collections::BTreeMap;

/// Lines that are the same for clusters that have settled to the same.
pub fn normal_form(cluster: &Cluster) -> Vec<String> {
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    let store = cluster.store();
    for resource in store.resources() {
        for object in store.list(resource, None) {
            if let Some(line) = line(&resource.to_string(), object, cluster) {
                *lines.entry(line).or_default() += 1;
            }
        }
    }
    lines.into_iter().map(|(line, count)| format!("{count} × {line}")).collect()
}

fn line(resource: &str, object: &Value, cluster: &Cluster) -> Option<String> {
    let (spec, status) = (object.get("spec"), object.get("status"));
    let place = format!("{resource} {}/{}", meta::namespace(object), meta::name(object));
    let counts = |fields: &[&str]| fields.iter().map(|field| format!(" {field}={}", status.get(field).as_i64().unwrap_or(0))).collect::<String>();
    let conditions = || {
        let mut all: Vec<String> =
            status.get("conditions").items().iter().map(|one| format!("{}={}", one.get("type").str(), one.get("status").str())).collect();
        all.sort();
        all.join(",")
    };
    let gone = if meta::is_being_deleted(object) { " (being deleted)" } else { "" };
    Some(match resource {
        "pods" => return pod(object, cluster),
        "deployments.apps" => {
            let fields = ["replicas", "readyReplicas", "availableReplicas", "updatedReplicas", "observedGeneration"];
            format!("{place} wants {} has{} {}{gone}", spec.get("replicas"), counts(&fields[..4]), conditions())
        }
        "replicasets.apps" if spec.get("replicas").as_i64() == Some(0) => return None,
        // Its name has the hash of its template, in which `rollout restart` writes the time.
        "replicasets.apps" => {
            let of = meta::controller_of(object).get("name").str();
            format!(
                "{resource} of {}/{of} wants {} has{}{gone}",
                meta::namespace(object),
                spec.get("replicas"),
                counts(&["replicas", "readyReplicas", "availableReplicas"])
            )
        }
        "replicationcontrollers" => {
            format!("{place} wants {} has{}{gone}", spec.get("replicas"), counts(&["replicas", "readyReplicas", "availableReplicas"]))
        }
        "statefulsets.apps" => {
            format!("{place} wants {} has{}{gone}", spec.get("replicas"), counts(&["replicas", "readyReplicas", "availableReplicas", "updatedReplicas"]))
        }
        "daemonsets.apps" => format!("{place} has{}{gone}", counts(&["desiredNumberScheduled", "numberReady", "numberAvailable", "updatedNumberScheduled"])),
        // How many a schedule has started depends on how long the commands took.
        "jobs.batch" if meta::controller_of(object).get("kind").str() == "CronJob" => return None,
        "jobs.batch" => format!("{place}{} {}{gone}", counts(&["active", "succeeded"]), conditions()),
        "horizontalpodautoscalers.autoscaling" => format!("{place}{}{gone}", counts(&["currentReplicas", "desiredReplicas"])),
        "configmaps" => format!("{place} {}{gone}", object.path("data.NUMBER")),
        "poddisruptionbudgets.policy" => format!("{place}{}{gone}", counts(&["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"])),
        "resourcequotas" => format!("{place} used {}{gone}", status.get("used")),
        "endpointslices.discovery.k8s.io" => {
            let service = meta::label(object, "kubernetes.io/service-name");
            let ready = object.get("endpoints").items().iter().filter(|one| one.path("conditions.ready").as_bool() == Some(true)).count();
            format!("{resource} of {}/{service}: {ready} of {} ready", meta::namespace(object), object.get("endpoints").items().len())
        }
        "endpoints" => {
            let ready: usize = object.get("subsets").items().iter().map(|subset| subset.get("addresses").items().len()).sum();
            format!("{place}: {ready} ready")
        }
        "persistentvolumes" => {
            let claim = spec.get("claimRef");
            format!("{resource} of {}/{} {}{gone}", claim.get("namespace").str(), claim.get("name").str(), status.get("phase").str())
        }
        "persistentvolumeclaims" | "namespaces" => format!("{place} {}{gone}", status.get("phase").str()),
        "nodes" => format!("{place} {} taints {} unschedulable {}", conditions(), spec.get("taints"), spec.get("unschedulable")),
        "events" | "leases.coordination.k8s.io" | "controllerrevisions.apps" | "ipaddresses.networking.k8s.io" => return None,
        _ => format!("{place}{gone}"),
    })
}

/// A pod by its owner: which one it is among its like doesn't matter.
fn pod(pod: &Value, cluster: &Cluster) -> Option<String> {
    let owner = meta::controller_of(pod);
    let phase = pod.path("status.phase").str();
    if phase == "Failed" || owner.get("kind").str() == "Job" {
        return None;
    }
    let name = owner.get("name").str();
    let name = if owner.get("kind").str() == "ReplicaSet" { name.rsplit_once('-').map_or(name, |(stem, _)| stem) } else { name };
    let owner_exists = cluster.store().find_uid(owner.get("uid").str()).is_some();
    let images: Vec<&str> = pod.path("spec.containers").items().iter().map(|container| container.get("image").str()).collect();
    Some(format!(
        "pod of {} {}/{}{}: {phase} ready={} {}{}",
        owner.get("kind").str(),
        meta::namespace(pod),
        name,
        if owner_exists { "" } else { " (which is gone)" },
        meta::is_condition_true(pod, "Ready"),
        images.join(","),
        if meta::is_being_deleted(pod) { " (being deleted)" } else { "" },
    ))
}
