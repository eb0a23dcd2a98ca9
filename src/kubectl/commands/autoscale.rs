//! `kubectl autoscale` (`k8s.io/kubectl/pkg/cmd/autoscale`).

use super::create::{create_and_say, generator_flags};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::source::file_flags;
use crate::value::{Value, json};

/// `autoscale`.
pub const ENTRY: Entry = Entry { path: "autoscale", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags =
        vec![Flag::text("cpu"), Flag::int("cpu-percent", "-1"), Flag::int("max", "-1"), Flag::text("memory"), Flag::int("min", "-1"), Flag::text("name")];
    flags.extend(generator_flags());
    flags.extend(file_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    invocation.require_flags(&["max"])?;
    let (min, max) = (invocation.flags.int("min"), invocation.flags.int("max"));
    if max < 1 {
        return Err(Failure::text(format!("--max=MAXPODS is required and must be at least 1, max: {max}")));
    }
    if max < min {
        return Err(Failure::text(format!("--max=MAXPODS must be larger or equal to --min=MINPODS, max: {max}, min: {min}")));
    }
    if invocation.flags.has("cpu-percent") {
        invocation.session.err_line("Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).");
    }
    let (infos, mut failures) = invocation.find_objects(&invocation.arguments).await?;
    for info in &infos {
        let name = match invocation.flags.text("name") {
            "" => info.name.clone(),
            name => name.to_string(),
        };
        if !info.mapping.kind.has_subresource("scale") {
            failures.push(Failure::text(format!(
                "cannot autoscale a {}: could not find scale subresource for {}/{}, Resource={} in discovery information",
                info.mapping.kind.kind, info.mapping.kind.group, info.mapping.version, info.mapping.kind.plural
            )));
            continue;
        }
        let mut hpa = json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name},
            "spec": {"scaleTargetRef": {"apiVersion": info.mapping.api_version(), "kind": info.mapping.kind.kind.as_str(), "name": info.name}, "maxReplicas": max},
            "status": {"currentMetrics": null, "desiredReplicas": 0},
        });
        if min > 0 {
            hpa.set("spec.minReplicas", min);
        }
        let metrics = metrics(&invocation)?;
        if !metrics.is_empty() {
            hpa.set("spec.metrics", metrics);
        }
        if let Err(failure) = create_and_say(&invocation, hpa, "", "autoscaled").await {
            failures.push(incompatible_with_v1(&invocation).unwrap_or(failure));
        }
    }
    Failure::of(failures)
}

/// What is said where the object can't be made in `autoscaling/v2`: kubectl then tries `v1`, which has a percentage of CPU and nothing else.
fn incompatible_with_v1(invocation: &Invocation) -> Option<Failure> {
    let why = match invocation.flags.text("cpu") {
        cpu if cpu.ends_with('%') || invocation.flags.has("cpu-percent") => return None,
        "" => "empty input",
        _ => "%!w(<nil>)",
    };
    Some(Failure::text(format!("failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: {why}")))
}

/// The targets of `--cpu` and `--memory`.
fn metrics(invocation: &Invocation) -> Result<Vec<Value>, Failure> {
    let mut metrics = Vec::new();
    let percent = invocation.flags.int("cpu-percent");
    if percent > 0 {
        metrics.push(utilization("cpu", percent));
    }
    for resource in ["cpu", "memory"] {
        let text = invocation.flags.text(resource);
        if text.is_empty() {
            continue;
        }
        match text.strip_suffix('%').map(str::parse::<i64>) {
            Some(Ok(percent)) if percent >= 0 => metrics.push(utilization(resource, percent)),
            Some(_) => return Err(Failure::text(format!("invalid percentage value: {}", text.trim_end_matches('%')))),
            None => {
                crate::api::quantity::Quantity::parse(text).map_err(|_| Failure::text(format!("invalid resource {resource} value: {text}")))?;
                metrics.push(json!({"type": "Resource", "resource": {"name": resource, "target": {"type": "AverageValue", "averageValue": text}}}));
            }
        }
    }
    Ok(metrics)
}

fn utilization(resource: &str, percent: i64) -> Value {
    json!({"type": "Resource", "resource": {"name": resource, "target": {"type": "Utilization", "averageUtilization": percent}}})
}
