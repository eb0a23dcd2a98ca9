//! A Job's podFailurePolicy and successPolicy (`pkg/apis/batch/validation`).

use super::super::core::go_struct::go_value;
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::names;
use crate::value::Value;

const ACTIONS: [&str; 4] = ["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS: [&str; 2] = ["In", "NotIn"];
const STATUSES: [&str; 3] = ["False", "True", "Unknown"];
const MAX_RULES: usize = 20;
const MAX_EXIT_CODES: usize = 255;
const MAX_CONDITIONS: usize = 20;
const MAX_INDEXES_BYTES: usize = 64 * 1024;

/// One of some words; upstream tells which ones only where it may not be left out.
fn one_of(value: &Value, field: String, words: &[&str]) -> Option<FieldError> {
    if value.str().is_empty() {
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        return Some(FieldError::required(field, format!("valid values: [{}]", quoted.join(" "))));
    }
    (!words.contains(&value.str())).then(|| FieldError::not_supported(field, value, words))
}

/// What is wrong with `spec.podFailurePolicy`.
pub fn failure_policy(spec: &Value, at: &str) -> Vec<FieldError> {
    let rules = spec.path("podFailurePolicy.rules").items();
    let mut errors = Vec::new();
    if rules.len() > MAX_RULES {
        errors.push(FieldError::too_many(format!("{at}.podFailurePolicy.rules"), rules.len(), MAX_RULES));
    }
    for (index, rule) in rules.iter().enumerate() {
        let field = format!("{at}.podFailurePolicy.rules[{index}]");
        let action = rule.get("action");
        if action.str() == "FailIndex" {
            if spec.get("backoffLimitPerIndex").is_null() {
                errors.push(FieldError::invalid(format!("{field}.action"), action, "requires the backoffLimitPerIndex to be set"));
            }
        } else {
            errors.extend(one_of(action, format!("{field}.action"), &ACTIONS));
        }
        let (codes, conditions) = (rule.get("onExitCodes"), rule.get("onPodConditions").items());
        if !codes.is_null() {
            errors.extend(exit_codes(codes, &format!("{field}.onExitCodes"), spec));
        }
        errors.extend(pod_conditions(conditions, &format!("{field}.onPodConditions")));
        match (codes.is_null(), conditions.is_empty()) {
            (true, true) => errors.push(FieldError::invalid_unshown(&*field, "specifying one of OnExitCodes and OnPodConditions is required")),
            (false, false) => errors.push(FieldError::invalid_unshown(&*field, "specifying both OnExitCodes and OnPodConditions is not supported")),
            _ => {}
        }
    }
    errors
}

fn pod_conditions(conditions: &[Value], field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if conditions.len() > MAX_CONDITIONS {
        errors.push(FieldError::too_many(field, conditions.len(), MAX_CONDITIONS));
    }
    for (index, condition) in conditions.iter().enumerate() {
        let type_ = condition.get("type");
        let problems = names::qualified_name(type_.str());
        errors.extend(problems.into_iter().map(|problem| FieldError::invalid(format!("{field}[{index}].type"), type_, problem)));
        errors.extend(one_of(condition.get("status"), format!("{field}[{index}].status"), &STATUSES));
    }
    errors
}

fn exit_codes(codes: &Value, field: &str, spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let operator = codes.get("operator");
    errors.extend(one_of(operator, format!("{field}.operator"), &OPERATORS));
    if let Some(name) = codes.get("containerName").as_str() {
        let known = ["containers", "initContainers"]
            .iter()
            .any(|list| spec.path("template.spec").get(list).items().iter().any(|container| container.get("name").str() == name));
        if !known {
            errors.push(FieldError::invalid(
                format!("{field}.containerName"),
                codes.get("containerName"),
                "must be one of the container or initContainer names in the pod template",
            ));
        }
    }
    let values = codes.get("values").items();
    if values.is_empty() {
        errors.push(FieldError::invalid(format!("{field}.values"), codes.get("values"), "at least one value is required"));
    } else if values.len() > MAX_EXIT_CODES {
        errors.push(FieldError::too_many(format!("{field}.values"), values.len(), MAX_EXIT_CODES));
    }
    for (index, value) in values.iter().enumerate() {
        if operator.str() == "In" && value.as_i64() == Some(0) {
            errors.push(FieldError::invalid(format!("{field}.values[{index}]"), value, "must not be 0 for the In operator"));
        }
        if values[..index].contains(value) {
            errors.push(FieldError::duplicate(format!("{field}.values[{index}]"), value));
        }
    }
    if !values.is_sorted_by_key(Value::as_i64) {
        errors.push(FieldError::invalid(format!("{field}.values"), codes.get("values"), "must be ordered"));
    }
    errors
}

/// What is wrong with `spec.successPolicy`.
pub fn success_policy(spec: &Value, at: &str) -> Vec<FieldError> {
    let policy = spec.get("successPolicy");
    if policy.is_null() {
        return Vec::new();
    }
    let field = format!("{at}.successPolicy");
    if spec.get("completionMode").str() != "Indexed" {
        let shown = go_value("SuccessPolicy", policy).compact();
        return vec![FieldError { type_: ErrorType::Invalid, field, shown, detail: "requires indexed completion mode".into() }];
    }
    let rules = policy.get("rules").items();
    let mut errors = Vec::new();
    if rules.is_empty() {
        errors.push(FieldError::required(format!("{field}.rules"), "at least one rules must be specified when the successPolicy is specified"));
    }
    if rules.len() > MAX_RULES {
        errors.push(FieldError::too_many(format!("{field}.rules"), rules.len(), MAX_RULES));
    }
    let completions = spec.get("completions").as_i64().unwrap_or_default();
    for (index, rule) in rules.iter().enumerate() {
        errors.extend(success_rule(rule, &format!("{field}.rules[{index}]"), completions));
    }
    errors
}

fn success_rule(rule: &Value, field: &str, completions: i64) -> Vec<FieldError> {
    let (count, indexes) = (rule.get("succeededCount"), rule.get("succeededIndexes"));
    let mut errors = Vec::new();
    if count.is_null() && indexes.is_null() {
        errors.push(FieldError::required(field, "at least one of succeededCount or succeededIndexes must be specified"));
    }
    let mut total = 0;
    if indexes.str().len() > MAX_INDEXES_BYTES {
        errors.push(FieldError::too_long(format!("{field}.succeededIndexes"), MAX_INDEXES_BYTES));
    }
    match count_indexes(indexes.str(), completions) {
        Ok(number) => total = number,
        Err(why) => errors.push(FieldError::invalid(format!("{field}.succeededIndexes"), indexes, format!("error parsing succeededIndexes: {why}"))),
    }
    if let Some(number) = count.as_i64() {
        if number < 0 {
            errors.push(FieldError::invalid(format!("{field}.succeededCount"), count, "must be greater than or equal to 0"));
        }
        let mut limit = |limit: i64, of: &str| {
            if number > limit {
                errors.push(FieldError::invalid(
                    format!("{field}.succeededCount"),
                    count,
                    format!("must be less than or equal to {limit} (the number of {of})"),
                ));
            }
        };
        limit(completions, "specified completions");
        if !indexes.is_null() {
            limit(total, "indexes in the specified succeededIndexes field");
        }
    }
    errors
}

/// How many indexes a text like `1,3-5` names.
fn count_indexes(text: &str, completions: i64) -> Result<i64, String> {
    let (mut total, mut last) = (0, None);
    for interval in text.split(',').filter(|_| !text.is_empty()) {
        let (first, end) = index_interval(interval, completions)?;
        if let Some(last) = last.filter(|&last| last >= first) {
            return Err(format!("non-increasing order, previous: {last}, current: {first}"));
        }
        total += end - first + 1;
        last = Some(end);
    }
    Ok(total)
}

fn index_interval(interval: &str, completions: i64) -> Result<(i64, i64), String> {
    let limits: Vec<&str> = interval.split('-').collect();
    if limits.len() > 2 {
        return Err(format!("the fragment \"{interval}\" violates the requirement that an index interval can have at most two parts separated by '-'"));
    }
    let number = |text: &str| match text.parse::<i64>() {
        Err(_) => Err(format!("cannot convert string to integer for index: \"{text}\"")),
        Ok(index) if index >= completions => Err(format!("too large index: \"{text}\"")),
        Ok(index) => Ok(index),
    };
    let first = number(limits[0])?;
    let Some(&end) = limits.get(1) else { return Ok((first, first)) };
    let end = number(end)?;
    if first >= end {
        return Err(format!("non-increasing order, previous: {first}, current: {end}"));
    }
    Ok((first, end))
}
