//! Reading one object.

use super::Context;
use crate::api::status::Status;
use crate::server::{convert, table};
use crate::value::Value;

/// The object named `name` in the request's namespace, in the storage version.
pub(super) fn existing(context: &Context, name: &str) -> Result<Value, Status> {
    let resource = convert::storage_resource(&context.request.resource);
    match context.server.store.get(&resource, &context.request.namespace, name) {
        Some(object) => Ok(object.clone()),
        None => Err(Status::not_found(&context.request.resource, name)),
    }
}

/// `get`.
pub(super) fn get(context: &Context) -> Result<Value, Status> {
    if context.request.name.is_empty() {
        return Err(Status::method_not_allowed());
    }
    super::list::check_version(&context.request.options.resource_version, context.server.store.revision())?;
    let object = existing(context, &context.request.name)?;
    Ok(answer(context, object))
}

/// An object as it is sent: in the version asked for, as a table where that was asked for.
pub(super) fn answer(context: &Context, object: Value) -> Value {
    let version = context.version();
    if context.request.options.as_table {
        return table::of_object(&context.kind, &version, &object, context.now_ms, &context.request.options.table_include_object);
    }
    convert::from_storage(&context.kind, &version, object)
}
