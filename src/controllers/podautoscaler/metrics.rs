//! Reading metrics and what they ask for (`pkg/controller/podautoscaler/replica_calculator.go`).
//!
//! Where the cluster serves `metrics.k8s.io` the usage of pods is in its PodMetrics objects; the reference cluster doesn't.

use super::Target;
use crate::api::meta;
use crate::api::quantity::{Format, Quantity};
use crate::api::resource::{GroupResource, PODS};
use crate::controllers::controller::Context;
use crate::controllers::fields::time_ms;
use crate::controllers::{pods, refs};
use crate::value::{Value, json};

const POD_METRICS: GroupResource = GroupResource::new("metrics.k8s.io", "pods");
/// A usage this near to the target changes nothing (`--horizontal-pod-autoscaler-tolerance`).
const TOLERANCE: f64 = 0.1;
/// A pod that is not ready in its first moments is rather starting than idle (`--horizontal-pod-autoscaler-initial-readiness-delay`).
const INITIAL_READINESS_DELAY_MS: u64 = 30_000;
/// What a young pod uses of CPU is not counted before it is ready (`--horizontal-pod-autoscaler-cpu-initialization-period`).
const CPU_INITIALIZATION_MS: u64 = 300_000;

/// How many replicas a metric asks for.
pub(super) struct Proposal {
    pub(super) replicas: i64,
    pub(super) name: String,
    pub(super) status: Value,
}

/// Why a metric says nothing.
pub(super) struct Failure {
    pub(super) reason: &'static str,
    /// As it stands in condition and Event.
    pub(super) message: String,
    /// As it stands among the errors of all metrics.
    pub(super) full: String,
}

/// What one of `spec.metrics` asks for.
pub(super) fn evaluate(context: &Context, target: &Target, autoscaler: &Value, spec: &Value, current: i64) -> Result<Proposal, Failure> {
    match spec.get("type").str() {
        "Resource" => resource(context, target, spec.get("resource"), None, current),
        "ContainerResource" => {
            let source = spec.get("containerResource");
            resource(context, target, source, Some(source.get("container").str()), current)
        }
        "Pods" => {
            let name = spec.path("pods.metric.name").str();
            let message = format!("unable to get metric {name}: {}", no_custom_metrics());
            Err(Failure { reason: "FailedGetPodsMetric", full: format!("failed to get pods metric value: {message}"), message })
        }
        "Object" => {
            let (name, object) = (spec.path("object.metric.name").str(), spec.path("object.describedObject"));
            let place = format!("{} on {} {}/", object.get("kind").str(), meta::namespace(autoscaler), object.get("name").str());
            let message = format!("unable to get metric {name}: {place}{}", no_custom_metrics());
            Err(Failure { reason: "FailedGetObjectMetric", full: format!("failed to get object metric value: {message}"), message })
        }
        _ => {
            let name = spec.path("external.metric.name").str();
            let message = format!(
                "unable to get external metric {}/{name}/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get {name}.external.metrics.k8s.io)",
                meta::namespace(autoscaler)
            );
            Err(Failure { reason: "FailedGetExternalMetric", full: format!("failed to get {name} external metric value: {message}"), message })
        }
    }
}

fn no_custom_metrics() -> &'static str {
    "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered"
}

/// CPU or memory of the target's pods, of one container or of all.
fn resource(context: &Context, target: &Target, source: &Value, container: Option<&str>, current: i64) -> Result<Proposal, Failure> {
    let name = source.get("name").str();
    let goal = source.get("target");
    let is_utilization = !goal.get("averageUtilization").is_null();
    let what = if is_utilization { format!("failed to get {name} utilization") } else { format!("failed to get {name} usage") };
    let fail = |why: String| {
        let message = format!("{what}: {why}");
        let (reason, of) = match container {
            None => ("FailedGetResourceMetric", format!("{name} resource")),
            Some(container) => ("FailedGetContainerResourceMetric", format!("{container} container")),
        };
        Failure { reason, full: format!("failed to get {of} metric value: {message}"), message }
    };
    if context.client.server().registry().resource(&POD_METRICS).is_none() {
        let why = "unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";
        return Err(fail(format!("unable to get metrics for resource {name}: {why}")));
    }
    let selector = target.object.path("spec.selector");
    let selector = if selector.has("matchLabels") || selector.has("matchExpressions") { selector.clone() } else { wrap(selector) };
    let all: Vec<Value> = refs::selected(context.store(), &PODS, meta::namespace(&target.object), &selector).cloned().collect();
    if all.is_empty() {
        return Err(fail("no pods returned by selector while calculating replica count".into()));
    }
    let usage = Usage::read(context, &all, name, container).map_err(&fail)?;
    let (ratio, shown) = match goal.get("averageUtilization").as_i64() {
        Some(percent) => {
            let utilization = usage.measured.iter().map(|pod| pod.used).sum::<i64>() * 100 / usage.measured.iter().map(|pod| pod.requested).sum::<i64>().max(1);
            (utilization as f64 / percent.max(1) as f64, Some(utilization))
        }
        None => {
            let average = usage.average();
            let wanted = Quantity::from_value(goal.get("averageValue")).map_or(1, |quantity| quantity.milli_value());
            (average as f64 / wanted.max(1) as f64, None)
        }
    };
    let goal_milli = Quantity::from_value(goal.get("averageValue")).map_or(1, |quantity| quantity.milli_value());
    let replicas = usage.replicas(ratio, current, goal.get("averageUtilization").as_i64(), goal_milli);
    let average = Quantity::new_milli(usage.average(), if name == "cpu" { Format::DecimalSI } else { Format::BinarySI });
    let mut now = json!({"averageValue": average.to_string()});
    if let Some(utilization) = shown {
        now.set("averageUtilization", utilization);
    }
    let words = if is_utilization { "utilization (percentage of request)" } else { "" };
    let status = match container {
        None => {
            let mut status = json!({"type": "Resource", "resource": {"name": name}});
            status.set("resource.current", now);
            status
        }
        Some(container) => {
            let mut status = json!({"type": "ContainerResource", "containerResource": {"name": name, "container": container}});
            status.set("containerResource.current", now);
            status
        }
    };
    let of = if container.is_some() { "container resource" } else { "resource" };
    Ok(Proposal { replicas, name: format!("{name} {of} {words}").trim_end().to_string(), status })
}

fn wrap(labels: &Value) -> Value {
    let mut selector = Value::object();
    selector.set("matchLabels", labels.clone());
    selector
}

struct Measured {
    used: i64,
    requested: i64,
}

/// The usage of the pods, in thousandths.
struct Usage {
    measured: Vec<Measured>,
    /// Pods without metrics, and pods that aren't ready yet, with what they request.
    missing: Vec<i64>,
    unready: Vec<i64>,
}

impl Usage {
    fn read(context: &Context, all: &[Value], name: &str, container: Option<&str>) -> Result<Usage, String> {
        let mut usage = Usage { measured: Vec::new(), missing: Vec::new(), unready: Vec::new() };
        for pod in all.iter().filter(|pod| !meta::is_being_deleted(pod) && pods::phase(pod) != "Failed") {
            let requested = request(pod, name, container)?;
            let metrics = context.client.server().metrics().and_then(|measured| measured.get(&POD_METRICS, meta::namespace(pod), meta::name(pod)));
            if pods::phase(pod) == "Pending" || (name == "cpu" && is_starting(pod, context.now_ms)) {
                usage.unready.push(requested);
                continue;
            }
            match metrics.map(|metrics| used(metrics, name, container)) {
                Some(used) => usage.measured.push(Measured { used, requested }),
                None => usage.missing.push(requested),
            }
        }
        if usage.measured.is_empty() {
            return Err("did not receive metrics for targeted pods (pods might be unready)".into());
        }
        Ok(usage)
    }

    fn average(&self) -> i64 {
        self.measured.iter().map(|pod| pod.used).sum::<i64>() / self.measured.len().max(1) as i64
    }

    /// `GetResourceReplicas`: pods that say nothing are taken for idle when there would be more replicas, and for busy when there would be fewer.
    fn replicas(&self, ratio: f64, current: i64, percent: Option<i64>, goal_milli: i64) -> i64 {
        let is_near = |ratio: f64| (ratio - 1.0).abs() <= TOLERANCE;
        let grows = ratio > 1.0;
        if self.missing.is_empty() && (!grows || self.unready.is_empty()) {
            return if is_near(ratio) { current } else { (ratio * self.measured.len() as f64).ceil() as i64 };
        }
        let mut used: i64 = self.measured.iter().map(|pod| pod.used).sum();
        let mut requested: i64 = self.measured.iter().map(|pod| pod.requested).sum();
        let mut number = self.measured.len();
        for &request in &self.missing {
            let full = if percent.is_some() { request * percent.unwrap_or(100).max(100) / 100 } else { goal_milli };
            used += if ratio < 1.0 { full } else { 0 };
            requested += request;
            number += 1;
        }
        if grows {
            requested += self.unready.iter().sum::<i64>();
            number += self.unready.len();
        }
        let new_ratio = match percent {
            Some(percent) => used as f64 * 100.0 / requested.max(1) as f64 / percent.max(1) as f64,
            None => used as f64 / number.max(1) as f64 / goal_milli.max(1) as f64,
        };
        if is_near(new_ratio) || (ratio < 1.0 && new_ratio > 1.0) || (ratio > 1.0 && new_ratio < 1.0) {
            return current;
        }
        let replicas = (new_ratio * number as f64).ceil() as i64;
        let turns_around = (new_ratio < 1.0 && replicas > current) || (new_ratio > 1.0 && replicas < current);
        if turns_around { current } else { replicas }
    }
}

/// Whether the pod is so young that its CPU says nothing.
fn is_starting(pod: &Value, now_ms: u64) -> bool {
    let ready = meta::condition(pod, "Ready");
    let Some(started_ms) = time_ms(pod.path("status.startTime")) else { return true };
    if ready.is_null() {
        return true;
    }
    let is_ready = ready.get("status").str() == "True";
    if now_ms < started_ms + CPU_INITIALIZATION_MS {
        return !is_ready;
    }
    let changed_ms = time_ms(ready.get("lastTransitionTime")).unwrap_or(0);
    !is_ready && started_ms + INITIAL_READINESS_DELAY_MS > changed_ms
}

fn request(pod: &Value, name: &str, container: Option<&str>) -> Result<i64, String> {
    let mut total = 0;
    let sidecars = pod.path("spec.initContainers").items().iter().filter(|one| one.get("restartPolicy").str() == "Always");
    for one in pod.path("spec.containers").items().iter().chain(sidecars) {
        if container.is_some_and(|wanted| wanted != one.get("name").str()) {
            continue;
        }
        let request = one.path("resources.requests").get(name);
        if request.is_null() {
            return Err(format!("missing request for {name} in container {} of Pod {}", one.get("name").str(), meta::name(pod)));
        }
        total += Quantity::from_value(request).map_or(0, |quantity| quantity.milli_value());
    }
    Ok(total)
}

fn used(metrics: &Value, name: &str, container: Option<&str>) -> i64 {
    let containers = metrics.get("containers").items().iter();
    let wanted = containers.filter(|one| container.is_none_or(|wanted| wanted == one.get("name").str()));
    wanted.map(|one| Quantity::from_value(one.get("usage").get(name)).map_or(0, |quantity| quantity.milli_value())).sum()
}
