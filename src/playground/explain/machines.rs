//! What nodes, namespaces and quotas wait for.

use super::finding::Finding;
use crate::api::meta;
use crate::api::quantity::Quantity;
use crate::cluster::Cluster;
use crate::value::Value;

/// What there is to say about a node.
pub(super) fn node(node: &Value, cluster: &Cluster) -> Finding {
    let name = meta::name(node);
    let by_doing = cluster.faults().into_iter().find(|(what, mend)| what.contains(name) && mend.line().contains(name));
    let with_mend = |finding: Finding| match &by_doing {
        Some((what, mend)) => finding.advising(format!("By your doing {what}.")).with_line(mend.line()),
        None => finding,
    };
    let ready = meta::condition(node, "Ready");
    match ready.get("status").str() {
        "Unknown" => {
            let says = "It has said nothing for 50 s. Nothing new is put on it, and after five more minutes its pods are replaced elsewhere.";
            return with_mend(Finding::says(says));
        }
        "False" => return with_mend(Finding::says(format!("It is not ready: {}", ready.get("message").str()))),
        _ => {}
    }
    for (type_, says) in [
        (
            "DiskPressure",
            "Its disk is nearly full: it takes no more pods, and ends those that use the most. For five minutes after it has room again it stays so.",
        ),
        ("MemoryPressure", "It has hardly any memory left: it ends the pods that use the most beyond what they request."),
        ("PIDPressure", "It runs as many processes as it can."),
    ] {
        if meta::is_condition_true(node, type_) {
            return with_mend(Finding::says(says));
        }
    }
    if let Some((what, mend)) = &by_doing {
        return Finding::says(format!("By your doing {what}.")).with_line(mend.line());
    }
    if node.path("spec.unschedulable").as_bool() == Some(true) {
        return Finding::says("It is cordoned: what runs stays, but nothing new is put on it.").with_line(format!("kubectl uncordon {name}"));
    }
    let taints: Vec<String> =
        node.path("spec.taints").items().iter().map(|taint| format!("{}:{}", taint.get("key").str(), taint.get("effect").str())).collect();
    if taints.is_empty() { Finding::default() } else { Finding::says(format!("Only pods that tolerate {} are put on it.", taints.join(" and "))) }
}

/// What there is to say about a namespace.
pub(super) fn namespace(namespace: &Value) -> Finding {
    if namespace.path("status.phase").str() != "Terminating" {
        return Finding::default();
    }
    let told = ["NamespaceDeletionContentFailure", "NamespaceFinalizersRemaining", "NamespaceContentRemaining"].into_iter().find_map(|type_| {
        let condition = meta::condition(namespace, type_);
        (condition.get("status").str() == "True").then(|| condition.get("message").str().to_owned())
    });
    match told {
        Some(told) => Finding::says(format!("It is being deleted with all that is in it. {told}."))
            .advising("What has a finalizer goes when whoever set it has taken it off; what runs, when it has ended."),
        None => Finding::says("It is being deleted with all that is in it."),
    }
}

/// What there is to say about a ResourceQuota.
pub(super) fn quota(quota: &Value) -> Finding {
    let amount = |value: &Value| Quantity::from_value(value).ok();
    let full = quota.path("status.hard").fields().iter().filter(|(name, hard)| match (amount(hard), amount(quota.path("status.used").get(name))) {
        (Some(hard), Some(used)) => used >= hard,
        _ => false,
    });
    let names: Vec<&str> = full.map(|(name, _)| name.as_str()).collect();
    if names.is_empty() {
        return Finding::default();
    }
    Finding::says(format!("Used up: {}. What would need more of it is refused.", names.join(", "))).with_line(format!(
        "kubectl edit quota {}{}",
        meta::name(quota),
        super::finding::in_namespace(quota)
    ))
}
