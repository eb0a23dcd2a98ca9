//! The revisions of a rollout: the ReplicaSets of a Deployment, the ControllerRevisions of a DaemonSet or StatefulSet.

use crate::api::meta;
use crate::kubectl::describe::workload::replica_sets;
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::pods::selector_text;
use crate::kubectl::record::CHANGE_CAUSE;
use crate::kubectl::resources;
use crate::kubectl::source::Info;
use crate::server::request::Options;
use crate::value::{SmolStr, Sort, Value};

/// One revision.
pub struct Revision {
    /// Its number.
    pub number: i64,
    /// The ReplicaSet or ControllerRevision.
    pub object: Value,
}

impl Revision {
    /// The template of its pods.
    pub fn template(&self) -> &Value {
        let data = self.object.path("data.spec.template");
        if data.is_null() { self.object.path("spec.template") } else { data }
    }

    /// Why it was made; `""` where nobody said.
    pub fn change_cause(&self) -> &str {
        meta::annotation(&self.object, CHANGE_CAUSE)
    }
}

/// The revisions of an object, oldest first.
pub async fn of(invocation: &Invocation, info: &Info) -> Result<Vec<Revision>, Failure> {
    let mut revisions = match info.mapping.kind.kind.as_str() {
        "Deployment" => {
            let (mut sets, new) = replica_sets(invocation, &info.object).await?;
            sets.extend(new);
            let number = |set: &Value| meta::annotation(set, "deployment.kubernetes.io/revision").parse::<i64>().unwrap_or(0);
            sets.into_iter().map(|object| Revision { number: number(&object), object }).collect::<Vec<_>>()
        }
        _ => {
            let mapping = resources::resolve(&invocation.session.registry(), "controllerrevisions.apps")?;
            let options = Options { label_selector: SmolStr::from(selector_text(info.object.path("spec.selector"))), ..Options::default() };
            let all = invocation.list(&mapping, &info.namespace, options).await?;
            let own = all.into_iter().filter(|revision| meta::is_controlled_by(revision, &info.object));
            own.map(|object| Revision { number: object.get("revision").as_i64().unwrap_or(0), object }).collect()
        }
    };
    revisions.order_by_key(|revision| revision.number);
    Ok(revisions)
}

/// The template without the label that tells ReplicaSets apart.
pub fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    template.remove("$patch");
    template.remove("metadata.creationTimestamp");
    if template.path("metadata.labels").fields().contains_key("pod-template-hash") {
        template.path_mut("metadata.labels").fields_mut().remove("pod-template-hash");
    }
    template
}
