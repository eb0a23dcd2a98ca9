//! Recording Events as client-go's recorders do (`k8s.io/client-go/tools/record` and `tools/events`): equal events are counted in one
//! object, similar ones are combined, and an object that is talked about too much is not talked about for a while.

mod correlator;
#[cfg(test)]
mod tests;

pub use correlator::Correlator;

use super::client::Client;
use super::request::{PatchType, Request, Verb};
use crate::api::resource::EVENTS;
use crate::api::{meta, time};
use crate::value::{SmolStr, Value, json};
use correlator::Correlated;

/// Generated names of Events may not be longer than a DNS subdomain (`util.GenerateEventName`).
const NAME_LIMIT: usize = 253;

impl Client<'_> {
    /// Records an Event about an object (which has `apiVersion`, `kind` and `metadata`), as `record.EventRecorder` does.
    /// `type_` is `Normal` or `Warning`; `component` and `host` are its source, `host` is `""` for controllers.
    /// As upstream, a refusal by the server is not reported to the caller.
    pub fn event(&mut self, about: &Value, type_: &str, reason: &str, message: &str, component: &str, host: &str) {
        self.event_on_field(about, "", type_, reason, message, component, host);
    }

    /// As [`Client::event`], about a part of the object: `spec.containers{web}`.
    #[expect(clippy::too_many_arguments, reason = "the fields of an Event")]
    pub fn event_on_field(&mut self, about: &Value, field_path: &str, type_: &str, reason: &str, message: &str, component: &str, host: &str) {
        if self.is_cut_off() {
            return;
        }
        let mut involved = meta::object_reference(about);
        if !field_path.is_empty() {
            involved.set("fieldPath", field_path);
        }
        let mut source = json!({"component": component});
        if !host.is_empty() {
            source.set("host", host);
        }
        let now = time::rfc3339(self.now_ms());
        let event = json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"namespace": namespace_of(about)},
            "reason": reason, "message": message, "type": type_, "count": 1, "firstTimestamp": now, "lastTimestamp": now,
            "reportingComponent": component, "reportingInstance": host,
        });
        let event = with(with(event, "involvedObject", involved), "source", source);
        let now_ms = self.now_ms();
        match self.server_mut().correlator.correlate(&event, now_ms) {
            Correlated::Skip => {}
            Correlated::New { event, key } => self.create_event(event, Some(key)),
            Correlated::Again { event, key, name, count } => {
                let namespace = SmolStr::new(meta::namespace(&event));
                let mut patch = json!({"count": count, "lastTimestamp": now});
                patch.set("message", event.get("message"));
                if self.send_event(Verb::Patch(PatchType::Merge), &namespace, &name, patch).is_none() {
                    // The object has expired meanwhile; upstream makes it anew with the count it had reached.
                    self.create_event(with(event, "count", count.into()), Some(key));
                }
            }
        }
    }

    /// Records an Event as `events.EventRecorder` of the `events.k8s.io` API does: the scheduler's way. Equal ones become a series.
    /// `instance` is usually the controller's name and the host's, `default-scheduler-control-plane`.
    #[expect(clippy::too_many_arguments, reason = "the fields of an Event")]
    pub fn event_with_action(
        &mut self,
        regarding: &Value,
        related: Option<&Value>,
        type_: &str,
        reason: &str,
        action: &str,
        note: &str,
        controller: &str,
        instance: &str,
    ) {
        if self.is_cut_off() {
            return;
        }
        let now_ms = self.now_ms();
        let mut event = json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"namespace": namespace_of(regarding)},
            "reason": reason, "message": note, "type": type_, "action": action, "eventTime": time::rfc3339_micro(now_ms),
            "reportingComponent": controller, "reportingInstance": instance, "source": {}, "firstTimestamp": null, "lastTimestamp": null,
        });
        event.set("involvedObject", meta::object_reference(regarding));
        if let Some(related) = related {
            event.set("related", meta::object_reference(related));
        }
        match self.server_mut().correlator.series(&event, now_ms) {
            Correlated::Skip => {}
            Correlated::New { event, key } => self.create_event(event, Some(key)),
            Correlated::Again { event, name, count, .. } => {
                let namespace = SmolStr::new(meta::namespace(&event));
                let series = json!({"series": {"count": count, "lastObservedTime": time::rfc3339_micro(now_ms)}});
                self.send_event(Verb::Patch(PatchType::Merge), &namespace, &name, series);
            }
        }
    }

    /// Makes the Event and remembers its name under `key`.
    fn create_event(&mut self, mut event: Value, key: Option<u64>) {
        // Upstream takes the nanosecond for the name; ours has milliseconds, so the rest is drawn.
        let nanoseconds = self.now_ms() * 1_000_000 + self.random().below(1_000_000);
        let suffix = format!(".{nanoseconds:x}");
        let stem: String = event.path("involvedObject.name").str().chars().take(NAME_LIMIT - suffix.len()).collect();
        let name = SmolStr::from(format!("{stem}{suffix}"));
        event.set("metadata.name", name.clone());
        let namespace = SmolStr::new(meta::namespace(&event));
        let count = event.get("count").as_i64().unwrap_or(1);
        if self.send_event(Verb::Create, &namespace, "", event).is_some()
            && let Some(key) = key
        {
            let now_ms = self.now_ms();
            self.server_mut().correlator.written(key, name, count, now_ms);
        }
    }

    fn send_event(&mut self, verb: Verb, namespace: &str, name: &str, body: Value) -> Option<Value> {
        let mut request = Request::new(verb, &EVENTS, namespace, name).with_body(body);
        request.user = self.user().clone();
        request.cause = self.cause().clone();
        request.options.field_validation = "Ignore".into();
        let now_ms = self.now_ms();
        self.server_mut().execute(&request, now_ms, &mut Vec::new()).ok()
    }
}

fn with(mut object: Value, field: &str, value: Value) -> Value {
    object.set(field, value);
    object
}

/// Events about objects without a namespace live in `default`.
fn namespace_of(about: &Value) -> &str {
    match meta::namespace(about) {
        "" => "default",
        namespace => namespace,
    }
}
