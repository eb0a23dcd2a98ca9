//! RFC 6902: a list of operations at JSON pointers, in the words of `evanphx/json-patch`.

use crate::server::request::BODY_LIMIT_BYTES;
use crate::value::Value;

/// How deep a patch may nest what it writes.
const DEPTH_LIMIT: usize = 200;

pub(super) fn apply(object: &Value, operations: &[Value]) -> Result<Value, String> {
    let mut object = object.clone();
    let mut copied_bytes = 0;
    for operation in operations {
        apply_one(&mut object, operation, &mut copied_bytes)?;
    }
    Ok(object)
}

fn apply_one(object: &mut Value, operation: &Value, copied_bytes: &mut usize) -> Result<(), String> {
    let kind = operation.get("op").str();
    let path = operation.get("path").as_str().ok_or("Unable to decode patch operation path")?;
    let value = || {
        let given = operation.fields().get("value").cloned();
        given.ok_or_else(|| format!("{kind} operation does not apply: missing value: missing value"))
    };
    match kind {
        "add" => {
            let value = value()?;
            check_depth(path, &value)?;
            insert(object, path, value, kind)
        }
        "replace" => {
            // Of an object upstream replaces also what isn't there.
            let value = value()?;
            check_depth(path, &value)?;
            match find_mut(object, path) {
                Some(target) => *target = value,
                None => {
                    let (parent, last) = parent_mut(object, path, kind)?;
                    if !parent.is_object() {
                        return Err(missing(kind, path));
                    }
                    parent.fields_mut().insert(last, value);
                }
            }
            Ok(())
        }
        "remove" => remove(object, path, kind).map(|_| ()),
        "move" => {
            let from = operation.get("from").str();
            let moved = remove(object, from, kind)?;
            // Nothing gets deeper on its way up.
            if steps(path).count() > steps(from).count() {
                check_depth(path, &moved)?;
            }
            insert(object, path, moved, kind)
        }
        "copy" => {
            let from = operation.get("from").str();
            // A key that isn't there is copied as null, as long as its object is.
            let is_in_object = from.rsplit_once('/').and_then(|(parent, _)| find(object, parent)).is_some_and(Value::is_object);
            let copied = find(object, from).cloned().or(is_in_object.then_some(Value::Null)).ok_or_else(|| missing(kind, from))?;
            *copied_bytes += copied.json_bytes(BODY_LIMIT_BYTES);
            if *copied_bytes > BODY_LIMIT_BYTES {
                return Err(format!(
                    "Unable to complete the copy, the accumulated size increase of copy is {copied_bytes}, exceeding the limit {BODY_LIMIT_BYTES}"
                ));
            }
            check_depth(path, &copied)?;
            insert(object, path, copied, kind)
        }
        "test" => {
            let expected = operation.get("value");
            let actual = find(object, path);
            if actual.unwrap_or(&Value::Null) == expected { Ok(()) } else { Err(format!("testing value {path} failed: test failed")) }
        }
        other => Err(format!("Unexpected kind: {other}")),
    }
}

fn missing(kind: &str, path: &str) -> String {
    match kind {
        "replace" => format!("replace operation does not apply: doc is missing key: {path}: missing value"),
        "remove" => format!("remove operation does not apply: doc is missing path: \"{path}\": missing value"),
        _ => format!("{kind} operation does not apply: doc is missing path: \"{path}\": missing value"),
    }
}

fn check_depth(path: &str, value: &Value) -> Result<(), String> {
    let is_too_deep = DEPTH_LIMIT.checked_sub(steps(path).count()).is_none_or(|left| value.is_deeper_than(left));
    if is_too_deep { Err("exceeded max depth".into()) } else { Ok(()) }
}

fn steps(path: &str) -> impl Iterator<Item = String> + '_ {
    path.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"))
}

fn find<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let mut value = object;
    for step in steps(path) {
        value = match value {
            Value::Object(fields) => fields.get(&step)?,
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value)
}

fn find_mut<'a>(object: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    find(object, path)?;
    let mut value = object;
    for step in steps(path) {
        value = match value {
            Value::Object(_) => value.get_mut(&step),
            Value::Array(_) => value.items_mut().get_mut(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value)
}

/// The place that the last step is in, and that step.
fn parent_mut<'a>(object: &'a mut Value, path: &str, kind: &str) -> Result<(&'a mut Value, String), String> {
    let (parent, last) = path.rsplit_once('/').ok_or_else(|| missing(kind, path))?;
    let last = last.replace("~1", "/").replace("~0", "~");
    let parent = find_mut(object, parent).filter(|value| value.is_object() || value.is_array()).ok_or_else(|| missing(kind, path))?;
    Ok((parent, last))
}

fn insert(object: &mut Value, path: &str, value: Value, kind: &str) -> Result<(), String> {
    if path.is_empty() {
        *object = value;
        return Ok(());
    }
    let (parent, last) = parent_mut(object, path, kind)?;
    if parent.is_object() {
        parent.fields_mut().insert(last, value);
        return Ok(());
    }
    let length = parent.items().len();
    let index = if last == "-" { length } else { index_of(&last, length, kind, path)? };
    parent.items_mut().insert(index, value);
    Ok(())
}

fn remove(object: &mut Value, path: &str, kind: &str) -> Result<Value, String> {
    let (parent, last) = parent_mut(object, path, kind)?;
    if parent.is_object() {
        return parent
            .fields_mut()
            .remove(&last)
            .ok_or_else(|| format!("{kind} operation does not apply: Unable to remove nonexistent key: {last}: missing value"));
    }
    let length = parent.items().len();
    let index = index_of(&last, length.saturating_sub(1), kind, path)?;
    if index >= length {
        return Err(format!("{kind} operation does not apply: Unable to access invalid index: {last}: invalid index referenced"));
    }
    Ok(parent.items_mut().remove(index))
}

/// An index up to `most`; a negative one counts from the end.
fn index_of(text: &str, most: usize, kind: &str, path: &str) -> Result<usize, String> {
    let invalid =
        || format!("{kind} operation does not apply: doc is missing path: \"{path}\": Unable to access invalid index: {text}: invalid index referenced");
    let index: i64 = text
        .parse()
        .map_err(|_| format!("{kind} operation does not apply: doc is missing path: \"{path}\": strconv.Atoi: parsing \"{text}\": invalid syntax"))?;
    let index = if index < 0 { index + most as i64 + 1 } else { index };
    usize::try_from(index).ok().filter(|index| *index <= most).ok_or_else(invalid)
}
