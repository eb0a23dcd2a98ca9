//! `kubectl expose` (`k8s.io/kubectl/pkg/cmd/expose`).

use super::create::{create_and_say, generator_flags, label_pairs};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::pods;
use crate::kubectl::source::{Info, file_flags};
use crate::value::{SmolStr, Value, json};

/// `expose`.
pub const ENTRY: Entry = Entry { path: "expose", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::text("cluster-ip"),
        Flag::text("external-ip"),
        Flag::text("labels").short('l'),
        Flag::text("load-balancer-ip"),
        Flag::text("name"),
        Flag::text("overrides"),
        Flag::text("port"),
        Flag::text("protocol"),
        Flag::text("selector"),
        Flag::text("session-affinity"),
        Flag::text("target-port"),
        Flag::text("type"),
    ];
    flags.extend(generator_flags());
    flags.extend(file_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let (infos, mut failures) = invocation.find_objects_for_expose().await?;
    for info in &infos {
        let result = match service(&invocation, info) {
            Ok(service) => create_and_say(&invocation, service, "", "exposed").await,
            Err(failure) => Err(failure),
        };
        failures.extend(result.err());
    }
    Failure::of(failures)
}

impl Invocation {
    /// `--selector` is the new service's here, not a way to find objects.
    async fn find_objects_for_expose(&self) -> Result<(Vec<Info>, Vec<Failure>), Failure> {
        if self.has_files() {
            return self.find_objects(&self.arguments).await;
        }
        let named = self.named(&self.arguments)?;
        if named.mappings.is_empty() {
            return Err(Failure::nothing_named());
        }
        if named.names.is_empty() {
            return Err(Failure::text("resource(s) were provided, but no name was specified"));
        }
        Ok(self.fetch(&named).await)
    }
}

fn service(invocation: &Invocation, info: &Info) -> Result<Value, Failure> {
    let flags = &invocation.flags;
    let kind = &info.mapping.kind;
    if !matches!(kind.kind.as_str(), "Service" | "ReplicationController" | "Deployment" | "Pod" | "ReplicaSet") {
        return Err(Failure::text(format!("cannot expose a {}", kind_of_group(&info.mapping))));
    }
    let name = match flags.text("name") {
        "" => info.name.chars().take(63).collect::<String>(),
        name => name.to_string(),
    };
    let selector = match flags.text("selector") {
        "" => selector_of(info)?,
        text => label_pairs(text)?,
    };
    let labels = match flags.text("labels") {
        "" => info.object.path("metadata.labels").clone(),
        text => label_pairs(text)?,
    };
    let ports = ports(invocation, info)?;
    let mut service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {}, "status": {"loadBalancer": {}}});
    if !labels.is_empty() {
        service.set("metadata.labels", labels);
    }
    service.set("spec.selector", selector);
    if !ports.is_empty() {
        service.set("spec.ports", ports);
    }
    for (flag, field) in [("type", "type"), ("session-affinity", "sessionAffinity"), ("load-balancer-ip", "loadBalancerIP")] {
        if !flags.text(flag).is_empty() {
            service.set(&format!("spec.{field}"), flags.text(flag));
        }
    }
    if !flags.text("external-ip").is_empty() {
        service.set("spec.externalIPs", vec![Value::from(flags.text("external-ip"))]);
    }
    match flags.text("cluster-ip") {
        "" => {}
        "None" => {
            service.set("spec.clusterIP", "None");
        }
        address => service.set("spec.clusterIP", address),
    }
    let overrides = flags.text("overrides");
    if !overrides.is_empty() {
        let patch = Value::from_json(overrides).map_err(|error| Failure::text(format!("unable to read --overrides: {error}")))?;
        merge(&mut service, &patch);
    }
    Ok(service)
}

/// `ConfigMap`, `Ingress.networking.k8s.io`: Go's `GroupKind`.
fn kind_of_group(mapping: &crate::kubectl::resources::Mapping) -> String {
    let kind = &mapping.kind;
    if kind.group.is_empty() { kind.kind.to_string() } else { format!("{}.{}", kind.kind, kind.group) }
}

/// RFC 7386, which `--overrides` is merged by.
fn merge(target: &mut Value, patch: &Value) {
    for (key, value) in patch.fields().iter() {
        match value {
            Value::Null => {
                target.fields_mut().remove(key);
            }
            Value::Object(_) => merge(target.get_mut(key), value),
            other => *target.get_mut(key) = other.clone(),
        }
    }
}

/// The labels of the pods behind an object.
fn selector_of(info: &Info) -> Result<Value, Failure> {
    let object = &info.object;
    let selector = match info.mapping.kind.kind.as_str() {
        "Pod" => object.path("metadata.labels").clone(),
        "Service" | "ReplicationController" => object.path("spec.selector").clone(),
        _ => {
            if !object.path("spec.selector.matchExpressions").is_empty() {
                let words = pods::selector_text(object.path("spec.selector"));
                return Err(Failure::text(format!(
                    "couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - \"{words}\" to map-based selector format"
                )));
            }
            object.path("spec.selector.matchLabels").clone()
        }
    };
    if selector.is_empty() {
        let what =
            if info.mapping.kind.kind == "Pod" { "the pod has no labels and cannot be exposed" } else { "the object has no selector and cannot be exposed" };
        return Err(Failure::text(format!("couldn't retrieve selectors via --selector flag or introspection: {what}")));
    }
    Ok(selector)
}

/// The ports named on the command line, or those of the object's containers.
fn ports(invocation: &Invocation, info: &Info) -> Result<Vec<Value>, Failure> {
    let flags = &invocation.flags;
    let object = &info.object;
    let spec = match info.mapping.kind.kind.as_str() {
        "Pod" | "Service" => object.get("spec"),
        _ => object.path("spec.template.spec"),
    };
    let declared: Vec<(i64, SmolStr)> = if info.mapping.kind.kind == "Service" {
        spec.get("ports").items().iter().map(|port| (port.get("port").as_i64().unwrap_or(0), SmolStr::new(port.get("protocol").str()))).collect()
    } else {
        let containers = spec.get("containers").items().iter();
        containers
            .flat_map(|container| container.get("ports").items())
            .map(|port| (port.get("containerPort").as_i64().unwrap_or(0), SmolStr::new(port.get("protocol").str())))
            .collect()
    };
    let numbers: Vec<i64> = match flags.text("port") {
        "" => declared.iter().map(|(number, _)| *number).collect(),
        text => text
            .split(',')
            .map(|part| part.parse().map_err(|_| Failure::text(format!("strconv.Atoi: parsing {part:?}: invalid syntax"))))
            .collect::<Result<_, _>>()?,
    };
    if numbers.is_empty() && flags.text("cluster-ip") != "None" {
        return Err(Failure::text("couldn't find port via --port flag or introspection"));
    }
    let several = numbers.len() > 1;
    let entries = numbers.iter().enumerate().map(|(index, number)| {
        let known = declared.iter().find(|(declared, _)| declared == number).map(|(_, protocol)| protocol.as_str()).filter(|protocol| !protocol.is_empty());
        let protocol = if flags.text("protocol").is_empty() { known.unwrap_or("TCP") } else { flags.text("protocol") };
        let target = match flags.text("target-port") {
            "" => Value::Int(*number),
            text => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::Int),
        };
        let mut port = json!({"port": number, "protocol": protocol});
        port.set("targetPort", target);
        if several {
            port.set("name", format!("port-{}", index + 1));
        }
        port
    });
    Ok(entries.collect())
}
