//! Whether a custom object follows its schema, in the words of `k8s.io/kube-openapi/pkg/validation`.

use super::regular_expression::Expression;
use crate::api::field_error::{ErrorType, FieldError};
use crate::value::{OrdSet, SmolStr, Value};

/// Nested deeper than this, values aren't looked into.
const DEPTH_LIMIT: usize = 100;

/// How much is looked at: values by schemas, and the steps of matching patterns. A real server's request would be out of time by then.
const BUDGET: usize = 10_000_000;

/// What was found, and how much may still be looked at.
struct Errors {
    found: Vec<FieldError>,
    budget: usize,
}

impl Errors {
    fn push(&mut self, error: FieldError) {
        self.found.push(error);
    }

    /// Pays for looking at something; whether that can be afforded.
    fn pay(&mut self, steps: usize) -> bool {
        self.budget = self.budget.saturating_sub(steps);
        self.budget > 0
    }
}

/// What is wrong with an object.
pub(super) fn validate(object: &Value, schema: &Value) -> Vec<FieldError> {
    let mut errors = Errors { found: Vec::new(), budget: BUDGET };
    if schema.is_object() {
        check(object, schema, "", &mut errors, 0);
    }
    if errors.budget == 0 {
        let why = "it takes too long to compare it with its schema";
        return vec![FieldError { type_: ErrorType::InternalError, field: field(""), shown: String::new(), detail: why.into() }];
    }
    errors.found
}

fn check(value: &Value, schema: &Value, path: &str, errors: &mut Errors, depth: usize) {
    if !errors.pay(1) || depth > DEPTH_LIMIT || value.is_null() && schema.get("nullable").as_bool() == Some(true) {
        return;
    }
    if !has_type(value, schema) {
        let given = type_name(value);
        let wanted = if schema.get("x-kubernetes-int-or-string").as_bool() == Some(true) { "integer,string" } else { schema.get("type").str() };
        let why = format!("{} in body must be of type {wanted}: \"{given}\"", shown(path));
        errors.push(FieldError { type_: ErrorType::TypeInvalid, field: field(path), shown: format!("\"{given}\""), detail: why });
        return;
    }
    check_enum(value, schema, path, errors);
    match value {
        Value::String(text) => check_text(value, text, schema, path, errors),
        Value::Int(_) | Value::Float(_) => check_number(value, schema, path, errors),
        Value::Array(items) => check_list(value, items, schema, path, errors, depth),
        Value::Object(_) => check_object(value, schema, path, errors, depth),
        _ => {}
    }
    check_combinations(value, schema, path, errors, depth);
}

/// The object itself has no path; upstream writes `<nil>` for it.
fn field(path: &str) -> String {
    if path.is_empty() { "<nil>".into() } else { path.into() }
}

fn shown(path: &str) -> String {
    path.to_string()
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Int(_) => "integer",
        Value::Bool(_) => "boolean",
        other => other.type_name(),
    }
}

fn has_type(value: &Value, schema: &Value) -> bool {
    if schema.get("x-kubernetes-int-or-string").as_bool() == Some(true) {
        return matches!(value, Value::Int(_) | Value::String(_));
    }
    match schema.get("type").str() {
        "" => true,
        "integer" => value.as_i64().is_some(),
        "number" => value.as_f64().is_some(),
        other => type_name(value) == other,
    }
}

fn invalid(errors: &mut Errors, path: &str, value: &Value, why: &str) {
    errors.push(FieldError::invalid(field(path), value, format!("{} in body {why}", shown(path))));
}

fn check_enum(value: &Value, schema: &Value, path: &str, errors: &mut Errors) {
    let allowed = schema.get("enum").items();
    if allowed.is_empty() || !errors.pay(allowed.len()) || allowed.contains(value) {
        return;
    }
    let words: Vec<String> = allowed.iter().map(|word| word.as_str().map_or_else(|| word.to_json(), str::to_string)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    errors.push(FieldError::not_supported(field(path), value, &words));
}

fn check_text(value: &Value, text: &str, schema: &Value, path: &str, errors: &mut Errors) {
    let length = text.chars().count() as i64;
    if let Some(least) = schema.get("minLength").as_i64().filter(|least| length < *least) {
        invalid(errors, path, value, &format!("should be at least {least} chars long"));
    }
    if let Some(most) = schema.get("maxLength").as_i64().filter(|most| length > *most) {
        errors.push(FieldError::too_long(field(path), usize::try_from(most).unwrap_or(0)));
    }
    let pattern = schema.get("pattern").str();
    if !pattern.is_empty()
        && errors.pay(pattern.len())
        && let Some(expression) = Expression::parse(pattern)
    {
        match expression.is_in(text, &mut errors.budget) {
            Some(true) => {}
            Some(false) => invalid(errors, path, value, &format!("should match '{pattern}'")),
            None => errors.budget = 0,
        }
    }
}

fn check_number(value: &Value, schema: &Value, path: &str, errors: &mut Errors) {
    let number = value.as_f64().unwrap_or(0.0);
    let is_exclusive = |field: &str| schema.get(field).as_bool() == Some(true);
    if let Some(most) = schema.get("maximum").as_f64() {
        let exclusive = is_exclusive("exclusiveMaximum");
        if number > most || exclusive && number == most {
            let word = if exclusive { "less than" } else { "less than or equal to" };
            invalid(errors, path, value, &format!("should be {word} {}", schema.get("maximum").to_json()));
        }
    }
    if let Some(least) = schema.get("minimum").as_f64() {
        let exclusive = is_exclusive("exclusiveMinimum");
        if number < least || exclusive && number == least {
            let word = if exclusive { "greater than" } else { "greater than or equal to" };
            invalid(errors, path, value, &format!("should be {word} {}", schema.get("minimum").to_json()));
        }
    }
    if let Some(factor) = schema.get("multipleOf").as_f64().filter(|factor| *factor > 0.0 && (number / factor).fract() != 0.0) {
        invalid(errors, path, value, &format!("should be a multiple of {factor}"));
    }
}

fn check_list(value: &Value, items: &[Value], schema: &Value, path: &str, errors: &mut Errors, depth: usize) {
    let count = items.len();
    if let Some(least) = schema.get("minItems").as_i64().filter(|least| (count as i64) < *least) {
        invalid(errors, path, value, &format!("should have at least {least} items"));
    }
    if let Some(most) = schema.get("maxItems").as_i64().filter(|most| count as i64 > *most) {
        errors.push(FieldError::too_many(field(path), count, usize::try_from(most).unwrap_or(0)));
    }
    let item_schema = schema.get("items");
    for (index, item) in items.iter().enumerate() {
        if item_schema.is_object() {
            check(item, item_schema, &format!("{path}[{index}]"), errors, depth + 1);
        }
    }
    match schema.get("x-kubernetes-list-type").str() {
        "set" => check_unique(items, path, errors, Value::clone),
        "map" => check_keys(items, schema, path, errors),
        _ => {}
    }
}

fn check_keys(items: &[Value], schema: &Value, path: &str, errors: &mut Errors) {
    let keys = schema.get("x-kubernetes-list-map-keys").items();
    let key_of = |item: &Value| -> Value {
        let mut key = Value::object();
        for name in keys {
            key.fields_mut().insert(name.str(), item.get(name.str()));
        }
        key
    };
    check_unique(items, path, errors, key_of);
}

fn check_unique(items: &[Value], path: &str, errors: &mut Errors, key_of: impl Fn(&Value) -> Value) {
    let mut seen: OrdSet<SmolStr> = OrdSet::new();
    for (index, item) in items.iter().enumerate() {
        let key = key_of(item);
        if !seen.insert(SmolStr::from(key.to_json())) {
            errors.push(FieldError::duplicate(format!("{path}[{index}]"), &key));
        }
    }
}

fn check_object(value: &Value, schema: &Value, path: &str, errors: &mut Errors, depth: usize) {
    let inside = |name: &str| if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
    for name in schema.get("required").items() {
        if !value.fields().contains_key(name.str()) {
            errors.push(FieldError::required(inside(name.str()), ""));
        }
    }
    let count = value.fields().len() as i64;
    if let Some(least) = schema.get("minProperties").as_i64().filter(|least| count < *least) {
        invalid(errors, path, value, &format!("should have at least {least} properties"));
    }
    if let Some(most) = schema.get("maxProperties").as_i64().filter(|most| count > *most) {
        errors.push(FieldError::too_many(field(path), count as usize, usize::try_from(most).unwrap_or(0)));
    }
    for (name, item) in value.fields().iter() {
        if path.is_empty() && matches!(name.as_str(), "apiVersion" | "kind" | "metadata") {
            continue;
        }
        let known = schema.get("properties").get(name);
        let item_schema = if known.is_null() { schema.get("additionalProperties") } else { known };
        if item_schema.is_object() {
            check(item, item_schema, &inside(name), errors, depth + 1);
        }
    }
}

fn check_combinations(value: &Value, schema: &Value, path: &str, errors: &mut Errors, depth: usize) {
    let mut follows = |schema: &Value| {
        let mut inner = Errors { found: Vec::new(), budget: errors.budget };
        check(value, schema, path, &mut inner, depth + 1);
        errors.budget = inner.budget;
        inner.found.is_empty()
    };
    let mut wrong: Vec<&str> = Vec::new();
    let any = schema.get("anyOf").items();
    if !any.is_empty() && !any.iter().any(&mut follows) {
        wrong.push("must validate at least one schema (anyOf)");
    }
    let one = schema.get("oneOf").items();
    let matching = one.iter().filter(|schema| follows(schema)).count();
    if !one.is_empty() && matching != 1 {
        wrong.push(if matching == 0 {
            "must validate one and only one schema (oneOf). Found none valid"
        } else {
            "must validate one and only one schema (oneOf). Found 2 valid alternatives"
        });
    }
    if !schema.get("allOf").items().iter().all(&mut follows) {
        wrong.push("must validate all the schemas (allOf)");
    }
    if schema.get("not").is_object() && follows(schema.get("not")) {
        wrong.push("must not validate the schema (not)");
    }
    for why in wrong {
        invalid(errors, path, value, why);
    }
}
