//! `scale`: the number of replicas, alike for all kinds that have one (`autoscaling/v1` Scale).

use crate::api::field_error::FieldError;
use crate::api::status::Status;
use crate::api::{labels, meta};
use crate::server::managed_fields::Manager;
use crate::server::patch;
use crate::server::request::{PatchType, Verb};
use crate::server::verbs::{Context, Patched, update_object};
use crate::value::{Value, json};

/// Where a kind has what a Scale shows.
struct Paths {
    replicas: String,
    status_replicas: String,
    selector: String,
}

pub(super) fn execute(context: &mut Context) -> Result<Value, Status> {
    let paths = paths(context);
    let old = context.existing()?;
    let scale = scale_of(&old, &paths);
    let wanted = match context.request.verb {
        Verb::Get => return Ok(scale),
        Verb::Update => context.request.body.clone(),
        Verb::Patch(PatchType::Json) => patch::json(&scale, &context.request.body)?,
        Verb::Patch(_) => patch::merge(&scale, &context.request.body)?,
        _ => return Err(Status::method_not_allowed()),
    };
    let replicas = check(context, &wanted)?;
    let mut object = old.clone();
    object.set(&paths.replicas, replicas);
    object.set("metadata.resourceVersion", wanted.path("metadata.resourceVersion").clone());
    let manager = Manager::update(context.request);
    let updated = update_object(context, &old, Patched { object, manager })?;
    Ok(scale_of(&updated, &paths))
}

fn paths(context: &Context) -> Paths {
    let custom = context.kind.strategy.scale_paths(&context.version());
    match custom {
        Some((replicas, status_replicas, selector)) => Paths { replicas, status_replicas, selector },
        None => Paths { replicas: "spec.replicas".into(), status_replicas: "status.replicas".into(), selector: "spec.selector".into() },
    }
}

fn scale_of(object: &Value, paths: &Paths) -> Value {
    let mut scale = json!({"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": {}, "spec": {}, "status": {}});
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        let value = object.get("metadata").get(field);
        if !value.is_null() {
            scale.path_mut("metadata").fields_mut().insert(field, value);
        }
    }
    let replicas = object.path(&paths.replicas).as_i64().unwrap_or(0);
    if replicas != 0 {
        scale.set("spec.replicas", replicas);
    }
    scale.set("status.replicas", object.path(&paths.status_replicas).as_i64().unwrap_or(0));
    let selector = object.path(&paths.selector);
    let text = selector.as_str().map_or_else(|| labels::selector_text(selector), str::to_string);
    if !text.is_empty() {
        scale.set("status.selector", text);
    }
    scale
}

fn check(context: &Context, wanted: &Value) -> Result<i64, Status> {
    let name = context.request.name.as_str();
    let given = meta::name(wanted);
    if !given.is_empty() && given != name {
        return Err(Status::bad_request(format!("the name of the object ({given}) does not match the name on the URL ({name})")));
    }
    let replicas = wanted.path("spec.replicas");
    let Some(number) = replicas.as_i64().or(if replicas.is_null() { Some(0) } else { None }) else {
        let why = format!(
            "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal {} into Go struct field ScaleSpec.spec.replicas of type int32",
            replicas.type_name()
        );
        return Err(Status::bad_request(why));
    };
    if number < 0 {
        let error = FieldError::invalid("spec.replicas", replicas, "must be greater than or equal to 0");
        return Err(Status::invalid("autoscaling", "Scale", name, &[error]));
    }
    Ok(number)
}
