//! Containers, init containers and ephemeral containers.

use super::super::super::rules;
use super::volumes::VolumeNames;
use super::{downward, handlers, in_range, resources, security};
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

const MAX_RESTART_RULES: usize = 20;
const MAX_EXIT_CODES: usize = 255;
const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
const PULL_POLICIES: [&str; 3] = ["Always", "IfNotPresent", "Never"];

/// What is wrong with the containers of a Pod's spec.
pub fn validate(spec: &Value, field: &str, volumes: &VolumeNames) -> Vec<FieldError> {
    let containers = spec.get("containers").items();
    let mut errors = Vec::new();
    if containers.is_empty() {
        errors.push(FieldError::required(format!("{field}.containers"), ""));
    }
    let mut seen: Vec<&str> = Vec::new();
    let mut host_ports: Vec<String> = Vec::new();
    let is_host_network = spec.get("hostNetwork").as_bool() == Some(true);
    let grace_seconds = spec.get("terminationGracePeriodSeconds").as_i64().unwrap_or(30);
    for (list, is_init) in [("containers", false), ("initContainers", true)] {
        for (index, container) in spec.get(list).items().iter().enumerate() {
            let here = format!("{field}.{list}[{index}]");
            errors.extend(container_rules(container, &here, volumes, &mut seen));
            errors.extend(file_sources(container, &here, spec));
            errors.extend(claims(container, &here, spec));
            if is_host_network {
                errors.extend(host_network_ports(container, &here));
            }
            errors.extend(host_port_conflicts(container, &here, &mut host_ports));
            errors.extend(restart_rules(container, &here));
            errors.extend(if is_init { init_rules(container, &here, grace_seconds) } else { main_rules(container, &here, grace_seconds) });
        }
    }
    errors.extend(ephemeral(spec, field, volumes, &mut seen));
    errors
}

/// What a container that is put into a running Pod can't have, in the order of its fields.
const NOT_FOR_EPHEMERAL: [&str; 9] =
    ["ports", "resources", "resizePolicy", "restartPolicy", "restartPolicyRules", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];

fn ephemeral<'a>(spec: &'a Value, field: &str, volumes: &VolumeNames, seen: &mut Vec<&'a str>) -> Vec<FieldError> {
    let others = ["containers", "initContainers"].into_iter().flat_map(|list| spec.get(list).items());
    let known: Vec<&Value> = others.map(|container| container.get("name")).collect();
    let mut errors = Vec::new();
    for (index, container) in spec.get("ephemeralContainers").items().iter().enumerate() {
        let here = format!("{field}.ephemeralContainers[{index}]");
        errors.extend(container_rules(container, &here, volumes, seen));
        let target = container.get("targetContainerName");
        if !target.is_empty() && !known.contains(&target) {
            errors.push(FieldError::not_found(format!("{here}.targetContainerName"), target));
        }
        let forbidden = |field: String| FieldError::forbidden(field, "cannot be set for an Ephemeral Container");
        errors.extend(NOT_FOR_EPHEMERAL.into_iter().filter(|name| !container.get(name).is_empty()).map(|name| forbidden(format!("{here}.{name}"))));
        for (index, mount) in container.get("volumeMounts").items().iter().enumerate() {
            let subs = ["subPath", "subPathExpr"].into_iter().filter(|name| !mount.get(name).is_empty());
            errors.extend(subs.map(|name| forbidden(format!("{here}.volumeMounts[{index}].{name}"))));
        }
    }
    errors
}

fn container_rules<'a>(container: &'a Value, field: &str, volumes: &VolumeNames, seen: &mut Vec<&'a str>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let name = container.get("name");
    if name.is_empty() {
        errors.push(FieldError::required(format!("{field}.name"), ""));
    } else {
        errors.extend(names::dns1123_label(name.str()).into_iter().map(|rule| FieldError::invalid(format!("{field}.name"), name, rule)));
        if seen.contains(&name.str()) {
            errors.push(FieldError::duplicate(format!("{field}.name"), name));
        }
        seen.push(name.str());
    }
    let image = container.get("image");
    if image.is_empty() {
        errors.push(FieldError::required(format!("{field}.image"), ""));
    } else if image.str().trim() != image.str() {
        errors.push(FieldError::invalid(format!("{field}.image"), image, "must not have leading or trailing whitespace"));
    }
    errors.extend(one_of(container.get("terminationMessagePolicy"), format!("{field}.terminationMessagePolicy"), &["File", "FallbackToLogsOnError"]));
    errors.extend(ports(container, field));
    errors.extend(environment(container, field));
    errors.extend(volumes.validate_mounts(container, field));
    errors.extend(one_of(container.get("imagePullPolicy"), format!("{field}.imagePullPolicy"), &PULL_POLICIES));
    errors.extend(resources::validate(container.get("resources"), &format!("{field}.resources")));
    errors.extend(security::of_container(container.get("securityContext"), &format!("{field}.securityContext")));
    errors.extend(resizes(container, field));
    errors
}

/// What a resize of a container's resources means for it.
fn resizes(container: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (index, resize) in container.get("resizePolicy").items().iter().enumerate() {
        let (resource, policy) = (resize.get("resourceName"), resize.get("restartPolicy"));
        if seen.contains(&resource.str()) {
            errors.push(FieldError::duplicate(format!("{field}.resizePolicy[{index}]"), resource));
        }
        seen.push(resource.str());
        errors.extend(one_of(resource, format!("{field}.resizePolicy"), &["cpu", "memory"]));
        errors.extend(one_of(policy, format!("{field}.resizePolicy"), &["NotRequired", "RestartContainer"]));
    }
    errors
}

/// On the machine's own network, a port is the machine's.
fn host_network_ports(container: &Value, field: &str) -> Vec<FieldError> {
    let ports = container.get("ports").items().iter().enumerate();
    let differing = ports.filter(|(_, port)| port.get("hostPort") != port.get("containerPort"));
    differing
        .map(|(index, port)| {
            let why = "must match `containerPort` when `hostNetwork` is true";
            FieldError::invalid(format!("{field}.ports[{index}].hostPort"), &rules::number_or_zero(port.get("hostPort")), why)
        })
        .collect()
}

/// The claims to devices that a container uses are the pod's.
fn claims(container: &Value, field: &str, spec: &Value) -> Vec<FieldError> {
    let known: Vec<&str> = spec.get("resourceClaims").items().iter().map(|claim| claim.get("name").str()).collect();
    let mut errors = Vec::new();
    for (index, claim) in container.path("resources.claims").items().iter().enumerate() {
        let name = claim.get("name");
        if name.is_empty() {
            errors.push(FieldError::required(format!("{field}.resources.claims[{index}].name"), ""));
        } else if !known.contains(&name.str()) {
            let mut error = FieldError::not_found(format!("{field}.resources.claims[{index}]"), name);
            error.detail = match known.as_slice() {
                [] => "must be one of the names in pod.spec.resourceClaims which is empty".into(),
                names => format!("must be one of the names in pod.spec.resourceClaims: {}", names.join(", ")),
            };
            errors.push(error);
        }
    }
    errors
}

fn main_rules(container: &Value, field: &str, grace_seconds: i64) -> Vec<FieldError> {
    let mut errors = handlers::lifecycle(container, field, grace_seconds);
    errors.extend(handlers::probes(container, field));
    errors
}

/// Init containers that run to their end have no probes and hooks; those with restartPolicy Always (sidecars) may.
fn init_rules(container: &Value, field: &str, grace_seconds: i64) -> Vec<FieldError> {
    match container.get("restartPolicy").str() {
        "Always" => main_rules(container, field, grace_seconds),
        _ => {
            let mut errors = Vec::new();
            if !container.get("lifecycle").is_null() {
                errors.push(FieldError::forbidden(format!("{field}.lifecycle"), "may not be set for init containers without restartPolicy=Always"));
            }
            for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
                if !container.get(probe).is_null() {
                    errors.push(FieldError::forbidden(format!("{field}.{probe}"), "may not be set for init containers without restartPolicy=Always"));
                }
            }
            errors
        }
    }
}

fn ports(container: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut names_seen: Vec<&str> = Vec::new();
    for (index, port) in container.get("ports").items().iter().enumerate() {
        let here = format!("{field}.ports[{index}]");
        let name = port.get("name");
        if !name.is_empty() {
            let rules = names::port_name(name.str());
            if rules.is_empty() {
                if names_seen.contains(&name.str()) {
                    errors.push(FieldError::duplicate(format!("{here}.name"), name));
                }
                names_seen.push(name.str());
            }
            errors.extend(rules.into_iter().map(|rule| FieldError::invalid(format!("{here}.name"), name, rule)));
        }
        match port.get("containerPort").as_i64().unwrap_or(0) {
            0 => errors.push(FieldError::required(format!("{here}.containerPort"), "")),
            _ => errors.extend(in_range(port.get("containerPort"), format!("{here}.containerPort"), 1, 65_535)),
        }
        if port.get("hostPort").as_i64().unwrap_or(0) != 0 {
            errors.extend(in_range(port.get("hostPort"), format!("{here}.hostPort"), 1, 65_535));
        }
        errors.extend(one_of(port.get("protocol"), format!("{here}.protocol"), &PROTOCOLS));
    }
    errors
}

fn host_port_conflicts(container: &Value, field: &str, taken: &mut Vec<String>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, port) in container.get("ports").items().iter().enumerate() {
        let number = port.get("hostPort").as_i64().unwrap_or(0);
        if number == 0 {
            continue;
        }
        let place = format!("{}/{}/{number}", port.get("protocol").str(), port.get("hostIP").str());
        if taken.contains(&place) {
            errors.push(FieldError::duplicate(format!("{field}.ports[{index}].hostPort"), &place.as_str().into()));
        }
        taken.push(place);
    }
    errors
}

/// A container's own restart policy and its rules (`validateContainerRestartPolicy`).
fn restart_rules(container: &Value, field: &str) -> Vec<FieldError> {
    let (policy, rules) = (container.get("restartPolicy"), container.get("restartPolicyRules").items());
    let mut errors = Vec::new();
    let words: &[&str] = &["Always", "Never", "OnFailure"];
    if !policy.is_null() && !words.contains(&policy.str()) {
        errors.push(FieldError::not_supported(format!("{field}.restartPolicy"), policy, words));
    }
    if rules.is_empty() {
        return errors;
    }
    if policy.is_null() {
        errors.push(FieldError::required(format!("{field}.restartPolicy"), "must specify restartPolicy when restart rules are used"));
    }
    if rules.len() > MAX_RESTART_RULES {
        errors.push(FieldError::too_many(format!("{field}.restartPolicyRules"), rules.len(), MAX_RESTART_RULES));
    }
    for (index, rule) in rules.iter().enumerate() {
        let here = format!("{field}.restartPolicyRules[{index}]");
        let action = rule.get("action");
        if !["Restart", "RestartAllContainers"].contains(&action.str()) {
            errors.push(FieldError::not_supported(format!("{here}.action"), action, &["Restart", "RestartAllContainers"]));
        }
        let codes = rule.get("exitCodes");
        if codes.is_null() {
            errors.push(FieldError::required(format!("{here}.exitCodes"), "must be specified"));
            continue;
        }
        if !["In", "NotIn"].contains(&codes.get("operator").str()) {
            errors.push(FieldError::not_supported(format!("{here}.exitCodes.operator"), codes.get("operator"), &["In", "NotIn"]));
        }
        let count = codes.get("values").items().len();
        if count > MAX_EXIT_CODES {
            errors.push(FieldError::too_many(format!("{here}.exitCodes.values"), count, MAX_EXIT_CODES));
        }
    }
    errors
}

fn environment(container: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, variable) in container.get("env").items().iter().enumerate() {
        let here = format!("{field}.env[{index}]");
        let name = variable.get("name");
        if name.is_empty() {
            errors.push(FieldError::required(format!("{here}.name"), ""));
        } else {
            errors.extend(variable_name(name.str()).into_iter().map(|rule| FieldError::invalid(format!("{here}.name"), name, rule)));
        }
        errors.extend(value_from(variable, &here));
    }
    for (index, source) in container.get("envFrom").items().iter().enumerate() {
        let here = format!("{field}.envFrom[{index}]");
        errors.extend(rules::optional(source.get("prefix"), &format!("{here}.prefix"), variable_name));
        let sources: Vec<&str> = ["configMapRef", "secretRef"].into_iter().filter(|name| !source.get(name).is_null()).collect();
        match sources.as_slice() {
            [] => errors.push(FieldError::invalid(format!("{field}.envFrom"), &"".into(), "must specify one of: `configMapRef` or `secretRef`")),
            [one] => errors.extend(rules::required(source.get(one).get("name"), &format!("{here}.{one}.name"), names::dns1123_subdomain)),
            _ => errors.push(FieldError::invalid(here.clone(), &"".into(), "may not have more than one field specified at a time")),
        }
    }
    errors
}

/// The rule for names of environment variables (`IsRelaxedEnvVarName`).
fn variable_name(name: &str) -> Vec<String> {
    let fits = name.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=');
    if fits { Vec::new() } else { vec!["a valid environment variable name must consist only of printable ASCII characters other than '='".into()] }
}

/// The volumes that variables are read from are emptyDirs of the pod.
fn file_sources(container: &Value, field: &str, spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, variable) in container.get("env").items().iter().enumerate() {
        let reference = variable.path("valueFrom.fileKeyRef");
        if reference.is_null() {
            continue;
        }
        let here = format!("{field}.env[{index}].valueFrom.fileKeyRef.volumeName");
        let name = reference.get("volumeName").str();
        match spec.get("volumes").items().iter().find(|volume| !name.is_empty() && volume.get("name").str() == name) {
            None => errors.push(FieldError::not_found(here, &name.into())),
            Some(volume) if volume.get("emptyDir").is_null() => {
                errors.push(FieldError::invalid(here, &name.into(), "referenced volume must be of type emptyDir"))
            }
            Some(_) => {}
        }
    }
    errors
}

fn value_from(variable: &Value, field: &str) -> Vec<FieldError> {
    let from = variable.get("valueFrom");
    if from.is_null() {
        return Vec::new();
    }
    let here = format!("{field}.valueFrom");
    let mut errors = Vec::new();
    let sources: Vec<&str> =
        ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"].into_iter().filter(|name| !from.get(name).is_null()).collect();
    for source in &sources {
        let reference = from.get(source);
        let mut check = |name: &str, rule: fn(&str) -> Vec<String>| {
            let value = reference.get(name);
            if value.is_empty() && name != "name" {
                errors.push(FieldError::required(format!("{here}.{source}.{name}"), ""));
            } else {
                errors.extend(rule(value.str()).into_iter().map(|rule| FieldError::invalid(format!("{here}.{source}.{name}"), &value.str().into(), rule)));
            }
        };
        match *source {
            "fieldRef" => errors.extend(downward::field_ref(reference, &format!("{here}.fieldRef"), &downward::ENVIRONMENT)),
            "resourceFieldRef" => errors.extend(downward::resource_ref(reference, &format!("{here}.resourceFieldRef"), false)),
            "fileKeyRef" => {
                check("key", variable_name);
                check("volumeName", names::dns1123_label);
                check("path", |path| if path.split('/').any(|part| part == "..") { vec!["must not contain '..'".into()] } else { Vec::new() });
            }
            _ => {
                check("name", names::dns1123_subdomain);
                check("key", names::config_map_key);
            }
        }
    }
    if sources.is_empty() {
        errors.push(FieldError::invalid(
            here.clone(),
            &"".into(),
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
        ));
    } else if !variable.get("value").is_empty() {
        errors.push(FieldError::invalid(here.clone(), &"".into(), "may not be specified when `value` is not empty"));
    } else if sources.len() > 1 {
        errors.push(FieldError::invalid(here.clone(), &"".into(), "may not have more than one field specified at a time"));
    }
    errors
}

fn one_of(value: &Value, field: String, words: &[&str]) -> Vec<FieldError> {
    if value.is_empty() {
        return vec![FieldError::required(field, "")];
    }
    if words.contains(&value.str()) { Vec::new() } else { vec![FieldError::not_supported(field, value, words)] }
}
