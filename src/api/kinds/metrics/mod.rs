//! The kinds of the group `metrics.k8s.io`, which a cluster serves where metrics-server runs. They are measured, not stored.

use super::{Names, kind};
use crate::api::quantity::{Format, Quantity};
use crate::api::strategy::{Column, Kind, Strategy};
use crate::value::Value;

/// All kinds of the group.
pub fn kinds() -> Vec<Kind> {
    let names = |kind, plural, namespaced| Names {
        group: "metrics.k8s.io",
        versions: &["v1beta1"],
        schema: "",
        kind,
        plural,
        short: &[],
        categories: &[],
        namespaced,
        subresources: &[],
    };
    let mut kinds =
        vec![kind(names("NodeMetrics", "nodes", false), &["get", "list"], Metrics), kind(names("PodMetrics", "pods", true), &["get", "list"], Metrics)];
    for kind in &mut kinds {
        kind.singular = Default::default();
        // Upstream's server of them publishes no schema either that kubectl would explain.
        kind.versions.iter_mut().for_each(|version| version.definition = Default::default());
    }
    kinds
}

struct Metrics;

impl Strategy for Metrics {
    fn columns(&self) -> Vec<Column> {
        ["Name", "CPU", "Memory", "Window"].map(Column::new).to_vec()
    }

    fn row(&self, object: &Value, _now_ms: u64) -> Vec<Value> {
        let usage = |resource: &str, format: Format| {
            let containers = object.get("containers").items();
            let all = containers.iter().map(|container| container.path("usage").get(resource)).chain(Some(object.path("usage").get(resource)));
            all.filter_map(|amount| Quantity::from_value(amount).ok()).fold(Quantity::new(0, format), |sum, amount| sum.add(&amount)).to_string()
        };
        vec![
            object.path("metadata.name").clone(),
            usage("cpu", Format::DecimalSI).into(),
            usage("memory", Format::BinarySI).into(),
            object.get("window").clone(),
        ]
    }
}
