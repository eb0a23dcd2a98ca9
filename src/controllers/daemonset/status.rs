//! Counting (`updateDaemonSetStatus`).

use super::{View, placement};
use crate::api::meta;
use crate::controllers::controller::Context;
use crate::controllers::{conditions, fields, pods};
use crate::value::{Sort, Value};

pub(super) fn compute(context: &Context, view: &View, collisions: Option<i64>) -> Value {
    let (mut desired, mut current, mut misscheduled, mut ready, mut updated, mut available) = (0, 0, 0, 0, 0, 0);
    for node in view.nodes {
        let first = view.pods_on(node).first();
        if !placement::should_run(view.set, node).0 {
            misscheduled += i64::from(first.is_some());
            continue;
        }
        desired += 1;
        let Some(first) = first else { continue };
        current += 1;
        let mut on_node = view.pods_on(node).to_vec();
        on_node.order_by_key(|pod| (fields::created_ms(pod), meta::name(pod).to_string()));
        let first = on_node.first().unwrap_or(first);
        ready += i64::from(pods::is_ready(first));
        available += i64::from(view.is_available(context, first));
        updated += i64::from(view.is_updated(first));
    }
    let mut status = view.set.get("status").clone();
    status.set("currentNumberScheduled", current);
    status.set("desiredNumberScheduled", desired);
    status.set("numberMisscheduled", misscheduled);
    status.set("numberReady", ready);
    status.set("observedGeneration", fields::count(view.set, "metadata.generation"));
    conditions::set_count(&mut status, "updatedNumberScheduled", updated);
    conditions::set_count(&mut status, "numberAvailable", available);
    conditions::set_count(&mut status, "numberUnavailable", desired - available);
    conditions::set_count(&mut status, "collisionCount", collisions.unwrap_or(0));
    status
}
