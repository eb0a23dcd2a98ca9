//! Deleting all objects that a list finds: `Store.DeleteCollection`.

use super::list;
use super::{Context, delete_object};
use crate::api::meta;
use crate::api::status::Status;
use crate::server::request::{Request, Verb};
use crate::value::{SmolStr, Value};

/// `deletecollection`; the answer is the list of what was found.
pub(super) fn delete(context: &mut Context) -> Result<Value, Status> {
    let found = list::select(context)?;
    for object in &found {
        let mut request: Request = context.request.clone();
        request.verb = Verb::Delete;
        request.name = SmolStr::new(meta::name(object));
        request.namespace = SmolStr::new(meta::namespace(object));
        let mut one = Context { server: context.server, kind: context.kind.clone(), request: &request, now_ms: context.now_ms, warnings: context.warnings };
        match delete_object(&mut one, object.clone()) {
            Err(status) if status.code != 404 => return Err(status),
            _ => {}
        }
    }
    let items = found.into_iter().map(|object| list::item(context, &context.version(), object)).collect();
    Ok(list::envelope(context, items))
}
