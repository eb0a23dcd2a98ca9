//! Strategic merge patches: lists are merged by the keys that their types declare, and directives say what a patch can't show
//! (`k8s.io/apimachinery/pkg/util/strategicpatch`).

use crate::api::merge_keys::{PatchStrategy, rule};
use crate::api::schema::{Definition, FieldType};
use crate::value::{SmolStr, Sort, Value};

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";
const SET_ORDER: &str = "$setElementOrder/";
/// Nested deeper than this nothing is merged.
const DEPTH_LIMIT: usize = 200;

/// Why a patch can't be applied.
#[derive(Debug, PartialEq)]
pub(super) enum Error {
    /// A directive is used wrongly: the writer's fault, said as it is.
    BadFormat(String),
    /// The patch doesn't fit the object.
    Rejected(String),
    /// Anything else, which upstream answers with code 500.
    Internal(String),
}

pub(super) fn apply(object: &Value, patch: &Value, definition: &'static Definition) -> Result<Value, Error> {
    merge_map(object, patch, Some(definition), 0)
}

/// How a field is merged: by which strategy and key, and what its values are.
struct FieldMerge {
    strategy: PatchStrategy,
    key: &'static str,
    definition: Option<&'static Definition>,
}

fn field_merge(definition: Option<&'static Definition>, name: &str) -> FieldMerge {
    let field = definition.and_then(|definition| definition.field(name));
    let found = definition.zip(field).and_then(|(definition, field)| rule(definition, field));
    FieldMerge {
        strategy: found.map_or(PatchStrategy::Replace, |rule| rule.patch_strategy),
        key: found.map_or("", |rule| rule.patch_merge_key),
        definition: field.and_then(|field| value_definition(&field.type_)),
    }
}

fn value_definition(type_: &'static FieldType) -> Option<&'static Definition> {
    type_.item_definition().filter(|definition| definition.type_ == FieldType::Object)
}

fn merge_map(original: &Value, patch: &Value, definition: Option<&'static Definition>, depth: usize) -> Result<Value, Error> {
    if depth > DEPTH_LIMIT {
        return Err(Error::Rejected("the patch is nested too deeply".into()));
    }
    match patch.get(DIRECTIVE) {
        Value::Null => {}
        directive if directive.str() == "replace" => return Ok(without_directives(patch, depth)),
        directive if directive.str() == "delete" => return Ok(Value::object()),
        directive if directive.str() == "merge" => {}
        other => return Err(Error::Internal(format!("unknown patch type: {} in map: {}", other.str(), go_map(patch)))),
    }
    let mut merged = if original.is_object() { original.clone() } else { Value::object() };
    retain_keys(&mut merged, patch)?;
    for (name, value) in patch.fields().iter() {
        if name == DIRECTIVE || name == RETAIN_KEYS || name.starts_with(SET_ORDER) {
            continue;
        }
        if let Some(list) = name.strip_prefix(DELETE_FROM) {
            delete_from(&mut merged, list, value)?;
        } else if value.is_null() {
            if merged.fields().contains_key(name) {
                merged.fields_mut().remove(name);
            }
        } else {
            let order = patch.fields().get(&format!("{SET_ORDER}{name}"));
            let new = merge_value(merged.get(name), value, field_merge(definition, name), order, depth)?;
            if merged.get(name) != &new {
                merged.fields_mut().insert(name.clone(), new);
            }
        }
    }
    order_untouched(&mut merged, patch, definition)?;
    Ok(merged)
}

fn merge_value(original: &Value, patch: &Value, how: FieldMerge, order: Option<&Value>, depth: usize) -> Result<Value, Error> {
    match (original, patch) {
        (_, Value::Object(_)) => merge_map(original, patch, how.definition, depth + 1),
        (_, Value::Array(items)) if how.strategy.merges() => {
            let merged = merge_list(original.items(), items, &how, depth)?;
            // Without a directive the order is that of the patch.
            let own: Vec<Value> = items.iter().filter(|item| item.get(DIRECTIVE).is_null()).cloned().collect();
            set_order(merged, original.items(), items, order.map_or(&own, |order| order.items()), how.key)
        }
        (_, Value::Array(items)) => Ok(items.iter().map(|item| without_directives(item, depth)).collect()),
        _ => Ok(patch.clone()),
    }
}

/// A patch that is taken as it is loses its directives and nulls.
fn without_directives(patch: &Value, depth: usize) -> Value {
    match patch {
        Value::Object(fields) if depth <= DEPTH_LIMIT => {
            let mut value = Value::object();
            for (name, item) in fields.iter().filter(|(name, item)| !name.starts_with('$') && !item.is_null()) {
                value.fields_mut().insert(name.clone(), without_directives(item, depth + 1));
            }
            value
        }
        Value::Array(items) if depth <= DEPTH_LIMIT => items.iter().map(|item| without_directives(item, depth + 1)).collect(),
        other => other.clone(),
    }
}

fn retain_keys(merged: &mut Value, patch: &Value) -> Result<(), Error> {
    let Some(retained) = patch.fields().get(RETAIN_KEYS) else { return Ok(()) };
    if !retained.is_array() {
        return Err(Error::BadFormat("invalid patch format of retainKeys".into()));
    }
    let is_retained = |name: &str| retained.items().iter().any(|item| item.str() == name);
    if patch.fields().iter().any(|(name, value)| !name.starts_with('$') && !value.is_null() && !is_retained(name)) {
        return Err(Error::BadFormat("invalid patch format of retainKeys".into()));
    }
    merged.fields_mut().retain(|name, _| is_retained(name));
    Ok(())
}

fn delete_from(merged: &mut Value, list: &str, deleted: &Value) -> Result<(), Error> {
    if !deleted.is_array() {
        return Err(Error::BadFormat("invalid patch format of primitive list".into()));
    }
    if merged.get(list).is_array() {
        merged.get_mut(list).items_mut().retain(|item| !deleted.items().contains(item));
    }
    Ok(())
}

fn merge_list(original: &[Value], patch: &[Value], how: &FieldMerge, depth: usize) -> Result<Vec<Value>, Error> {
    let is_of_maps = patch.iter().chain(original).any(Value::is_object);
    if !is_of_maps {
        let mut merged = original.to_vec();
        for item in patch {
            if !merged.contains(item) {
                merged.push(item.clone());
            }
        }
        return Ok(merged);
    }
    if how.key.is_empty() {
        let type_ = how.definition.map_or("", Definition::kind);
        return Err(Error::Internal(format!("cannot merge lists without merge key for type {type_}")));
    }
    let mut merged = original.to_vec();
    if patch.iter().any(|item| item.get(DIRECTIVE).str() == "replace") {
        merged.clear();
    }
    for item in patch {
        let directive = item.get(DIRECTIVE).str();
        if directive == "replace" && item.fields().len() == 1 {
            continue;
        }
        let key = item.get(how.key);
        if key.is_null() {
            return Err(Error::Internal(format!("map: {} does not contain declared merge key: {}", go_map(item), how.key)));
        }
        let found = merged.iter().position(|there| there.get(how.key) == key);
        match (directive, found) {
            ("delete", _) => merged.retain(|there| there.get(how.key) != key),
            (_, Some(index)) => merged[index] = merge_map(&merged[index], item, how.definition, depth + 1)?,
            (_, None) => merged.push(merge_map(&Value::object(), item, how.definition, depth + 1)?),
        }
    }
    Ok(merged)
}

/// What identifies an item for `$setElementOrder`: its key, or itself.
fn identity<'a>(item: &'a Value, key: &str) -> &'a Value {
    if key.is_empty() || !item.is_object() { item } else { item.get(key) }
}

/// Brings the items that the directive names into its order; the others stay where they were before those that followed them.
fn set_order(merged: Vec<Value>, original: &[Value], patch: &[Value], order: &[Value], key: &str) -> Result<Value, Error> {
    let place = |item: &Value| order.iter().position(|ordered| identity(ordered, key) == identity(item, key));
    let mut last = None;
    for item in patch.iter().filter(|item| item.get(DIRECTIVE).is_null()) {
        let at = place(item);
        if at.is_none() || at < last {
            let (list, order) = (Value::from(patch.to_vec()), Value::from(order.to_vec()));
            let why = format!("The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n", go_map(&list), go_map(&order));
            return Err(Error::BadFormat(why));
        }
        last = at;
    }
    let before = |item: &Value| original.iter().position(|there| identity(there, key) == identity(item, key));
    let (mut ordered, server_only): (Vec<Value>, Vec<Value>) = merged.into_iter().partition(|item| place(item).is_some());
    ordered.order_by_key(|item| place(item));
    let mut result = Vec::with_capacity(ordered.len() + server_only.len());
    let (mut left, mut right) = (server_only.into_iter().peekable(), ordered.into_iter().peekable());
    while let (Some(server), Some(patched)) = (left.peek(), right.peek()) {
        let server_first = matches!((before(server), before(patched)), (Some(server), Some(patched)) if server < patched);
        result.extend(if server_first { left.next() } else { right.next() });
    }
    result.extend(left);
    result.extend(right);
    Ok(Value::array(result))
}

/// `$setElementOrder` also orders lists that the patch doesn't otherwise touch.
fn order_untouched(merged: &mut Value, patch: &Value, definition: Option<&'static Definition>) -> Result<(), Error> {
    for (name, order) in patch.fields().iter() {
        let Some(list) = name.strip_prefix(SET_ORDER) else { continue };
        if !order.is_array() {
            return Err(Error::BadFormat("invalid patch format of setElementOrder list".into()));
        }
        if patch.fields().contains_key(list) || !merged.get(list).is_array() {
            continue;
        }
        let items = merged.get(list).items().to_vec();
        let ordered = set_order(items.clone(), &items, &[], order.items(), field_merge(definition, list).key)?;
        merged.fields_mut().insert(SmolStr::new(list), ordered);
    }
    Ok(())
}

/// A value as Go's `%v` prints maps and lists.
pub(in crate::server) fn go_map(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let parts: Vec<String> = fields.iter().map(|(name, value)| format!("{name}:{}", go_map(value))).collect();
            format!("map[{}]", parts.join(" "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(go_map).collect::<Vec<_>>().join(" ")),
        Value::String(text) => text.to_string(),
        Value::Null => "<nil>".into(),
        other => other.to_json(),
    }
}
