//! Names that lead nowhere: what a manifest refers to and that is neither in the files nor in the cluster. The server
//! takes such manifests, and what they make doesn't work. And what only a real cluster does.

use super::{Fix, Problem, Severity};
use crate::api::labels;
use crate::api::meta;
use crate::api::registry::Registry;
use crate::api::resource::{
    CONFIG_MAPS, DEPLOYMENTS, GroupResource, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, SECRETS, SERVICE_ACCOUNTS, SERVICES, STORAGE_CLASSES,
};
use crate::manifest::Document;
use crate::playground::scene::ObjectRef;
use crate::playground::similar::nearest;
use crate::playground::workspace::File;
use crate::playground::yaml_path;
use crate::store::Store;
use crate::value::{SmolStr, Value};

/// What names can lead to.
pub(super) struct There<'a> {
    /// What the cluster would have after all files were applied.
    pub store: &'a Store,
    /// Its kinds.
    pub registry: &'a Registry,
    /// What is in the files too, but would be refused.
    pub refused: Vec<(ObjectRef, &'a Value)>,
}

/// Looks for names that lead nowhere.
pub(super) fn check(file: &File, document: &Document, there: &There<'_>, namespace: &str) -> Vec<Problem> {
    let Ok(object) = &document.value else { return Vec::new() };
    let own = meta::namespace(object);
    let namespace = if own.is_empty() { namespace } else { own };
    let mut check = Check { file, document, there, namespace: SmolStr::new(namespace), found: Vec::new() };
    let kind = object.get("kind").str();
    if let Some(template) = template_path(kind) {
        let path = template.map_or("spec".to_owned(), |template| format!("{template}.spec"));
        check.pod(&path, object.path(&path));
    }
    match kind {
        "Service" => check.service(object),
        "Ingress" => check.ingress(object),
        "PersistentVolumeClaim" => check.claim(object),
        "HorizontalPodAutoscaler" => check.scale_target(object),
        "RoleBinding" | "ClusterRoleBinding" => check.role(object),
        "ValidatingAdmissionPolicy" | "MutatingAdmissionPolicy" => {
            let message =
                "This cluster is simulated: it keeps a policy's expressions and doesn't evaluate them, so nothing is refused or changed because of it";
            check.report("kind", message.into(), None);
        }
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => {
            check.report("kind", "This cluster is simulated: it keeps the configuration of webhooks and calls none".into(), None);
        }
        _ => {}
    }
    check.found
}

struct Check<'a> {
    file: &'a File,
    document: &'a Document,
    there: &'a There<'a>,
    namespace: SmolStr,
    found: Vec<Problem>,
}

impl Check<'_> {
    /// A problem with the value at `path`; `near` is what may have been meant.
    fn report(&mut self, path: &str, message: String, near: Option<&str>) {
        let lines = yaml_path::lines(&self.document.text, self.document.start.offset);
        let Some(line) = yaml_path::find(&lines, &yaml_path::parse(path)) else { return };
        let whole = if line.value.is_empty() { line.key.clone() } else { line.value.clone() };
        let written = self.file.text.get(whole.clone()).unwrap_or("");
        // What stands there may be more than the name: a comment after it, or a whole `{ name: x, key: y }`.
        let name = written.split(" #").next().unwrap_or("").trim_end();
        let inner = name.trim_matches(['"', '\'']);
        let from = whole.start + written.find(inner).unwrap_or(0);
        let to = from + inner.len();
        let fix = near.filter(|_| !inner.starts_with(['{', '['])).map(|near| Fix { from, to, insert: near.to_owned(), label: near.to_owned() });
        let message = match near {
            Some(near) => format!("{message}; did you mean {near}?"),
            None => format!("{message}."),
        };
        let number = self.file.text.get(..from).map_or(0, |before| before.matches('\n').count()) + 1;
        self.found.push(Problem { file: self.file.name.clone(), line: number, from, to, message, severity: Severity::Warning, fix });
    }

    /// The object that a name leads to; where there is none, that is reported.
    fn object(&mut self, resource: &GroupResource, kind: &str, name: &str, path: &str) -> Option<Value> {
        if name.is_empty() {
            return None;
        }
        let is_namespaced = self.there.registry.resource(resource).is_none_or(|kind| kind.namespaced);
        let namespace = if is_namespaced { self.namespace.clone() } else { SmolStr::default() };
        if let Some(found) = self.there.store.get(resource, &namespace, name) {
            return Some(found.clone());
        }
        if self.there.refused.iter().any(|(object, _)| *object == ObjectRef::new(resource, &namespace, name)) {
            return None;
        }
        let store = self.there.store;
        let names: Vec<&str> = store.list(resource, is_namespaced.then_some(namespace.as_str())).map(meta::name).collect();
        let place = if is_namespaced { format!(" in namespace {namespace}") } else { String::new() };
        self.report(path, format!("There is no {kind} {name}{place}"), nearest(name, names));
        None
    }

    /// Something in a ConfigMap or a Secret.
    fn source(&mut self, kind: &str, source: &Value, name_field: &str, path: &str) {
        if source.is_null() || source.get("optional").as_bool() == Some(true) {
            return;
        }
        let resource = if kind == "Secret" { &SECRETS } else { &CONFIG_MAPS };
        let name = source.get(name_field).str();
        let Some(object) = self.object(resource, kind, name, &format!("{path}.{name_field}")) else { return };
        let has = |key: &str| ["data", "binaryData"].iter().any(|field| object.get(field).fields().get(key).is_some());
        let mut wanted: Vec<(String, &str)> = Vec::new();
        if source.get("key").as_str().is_some() {
            wanted.push((format!("{path}.key"), source.get("key").str()));
        }
        for (index, item) in source.get("items").items().iter().enumerate() {
            wanted.push((format!("{path}.items[{index}].key"), item.get("key").str()));
        }
        for (path, key) in wanted {
            if !has(key) {
                let keys = ["data", "binaryData"].into_iter().flat_map(|field| object.get(field).fields().iter().map(|(key, _)| key.as_str()));
                self.report(&path, format!("{kind} {name} has no key {key}"), nearest(key, keys));
            }
        }
    }

    fn pod(&mut self, path: &str, spec: &Value) {
        self.object(&SERVICE_ACCOUNTS, "ServiceAccount", spec.get("serviceAccountName").str(), &format!("{path}.serviceAccountName"));
        for (index, volume) in spec.get("volumes").items().iter().enumerate() {
            let path = format!("{path}.volumes[{index}]");
            self.source("ConfigMap", volume.get("configMap"), "name", &format!("{path}.configMap"));
            self.source("Secret", volume.get("secret"), "secretName", &format!("{path}.secret"));
            let claim = volume.path("persistentVolumeClaim.claimName").str();
            self.object(&PERSISTENT_VOLUME_CLAIMS, "PersistentVolumeClaim", claim, &format!("{path}.persistentVolumeClaim.claimName"));
        }
        for list in ["initContainers", "containers"] {
            for (index, container) in spec.get(list).items().iter().enumerate() {
                self.container(&format!("{path}.{list}[{index}]"), container);
            }
        }
    }

    fn container(&mut self, path: &str, container: &Value) {
        for (index, variable) in container.get("env").items().iter().enumerate() {
            let path = format!("{path}.env[{index}].valueFrom");
            let from = variable.get("valueFrom");
            self.source("ConfigMap", from.get("configMapKeyRef"), "name", &format!("{path}.configMapKeyRef"));
            self.source("Secret", from.get("secretKeyRef"), "name", &format!("{path}.secretKeyRef"));
        }
        for (index, all) in container.get("envFrom").items().iter().enumerate() {
            let path = format!("{path}.envFrom[{index}]");
            self.source("ConfigMap", all.get("configMapRef"), "name", &format!("{path}.configMapRef"));
            self.source("Secret", all.get("secretRef"), "name", &format!("{path}.secretRef"));
        }
    }

    /// A selector that finds nobody, neither pods that are there nor such as a workload would make; and a named port that none of them has.
    fn service(&mut self, service: &Value) {
        let selector = service.path("spec.selector");
        if selector.fields().is_empty() {
            return;
        }
        let templates = self.templates();
        let matching: Vec<&Value> =
            templates.iter().filter(|template| labels::matches_map(selector.fields(), template.path("metadata.labels").fields())).collect();
        if matching.is_empty() {
            let mut near = None;
            for (key, value) in selector.fields().iter() {
                let values = templates.iter().map(|template| template.path("metadata.labels").get(key).str()).filter(|word| !word.is_empty());
                near = near.or_else(|| nearest(value.str(), values).map(|word| (key.clone(), word.to_owned())));
            }
            let wanted: Vec<String> = selector.fields().iter().map(|(key, value)| format!("{key}={}", value.str())).collect();
            let message = format!("No pod in namespace {} has the labels {}, so the Service finds nobody", self.namespace, wanted.join(","));
            match near {
                Some((key, word)) => self.report(&format!("spec.selector[{key}]"), message, Some(&word)),
                None => self.report("spec.selector", message, None),
            }
            return;
        }
        for (index, port) in service.path("spec.ports").items().iter().enumerate() {
            let name = port.get("targetPort").str();
            let ports = || matching.iter().flat_map(|template| template.path("spec.containers").items()).flat_map(|container| container.get("ports").items());
            if !name.is_empty() && !ports().any(|port| port.get("name").str() == name) {
                let near = nearest(name, ports().map(|port| port.get("name").str())).map(str::to_owned);
                let message = format!("None of the Service's pods has a port named {name}");
                self.report(&format!("spec.ports[{index}].targetPort"), message, near.as_deref());
            }
        }
    }

    /// The pods of the namespace that are there, and the templates of those that will be.
    fn templates(&self) -> Vec<Value> {
        let kinds = self.there.registry.all().filter(|kind| template_path(&kind.kind).is_some());
        let made = kinds.flat_map(|kind| self.there.store.list(&kind.resource(), Some(self.namespace.as_str())));
        let refused = self.there.refused.iter().filter(|(object, _)| object.key.namespace == self.namespace).map(|(_, manifest)| *manifest);
        made.chain(refused).filter_map(|owner| Some(template_path(owner.get("kind").str())?.map_or(owner, |path| owner.path(path)).clone())).collect()
    }

    fn ingress(&mut self, ingress: &Value) {
        self.backend(ingress.path("spec.defaultBackend"), "spec.defaultBackend");
        for (rule_index, rule) in ingress.path("spec.rules").items().iter().enumerate() {
            for (index, path) in rule.path("http.paths").items().iter().enumerate() {
                self.backend(path.get("backend"), &format!("spec.rules[{rule_index}].http.paths[{index}].backend"));
            }
        }
    }

    fn backend(&mut self, backend: &Value, path: &str) {
        let name = backend.path("service.name").str();
        let Some(service) = self.object(&SERVICES, "Service", name, &format!("{path}.service.name")) else { return };
        let port = backend.path("service.port");
        let ports = service.path("spec.ports").items();
        if let Some(number) = port.get("number").as_i64()
            && !ports.iter().any(|port| port.get("port").as_i64() == Some(number))
        {
            let there: Vec<String> = ports.iter().filter_map(|port| port.get("port").as_i64()).map(|number| number.to_string()).collect();
            let near = if let [only] = there.as_slice() { Some(only.as_str()) } else { None };
            self.report(&format!("{path}.service.port.number"), format!("Service {name} has no port {number}"), near);
        }
        let port_name = port.get("name").str();
        if !port_name.is_empty() && !ports.iter().any(|port| port.get("name").str() == port_name) {
            let near = nearest(port_name, ports.iter().map(|port| port.get("name").str())).map(str::to_owned);
            self.report(&format!("{path}.service.port.name"), format!("Service {name} has no port named {port_name}"), near.as_deref());
        }
    }

    fn claim(&mut self, claim: &Value) {
        self.object(&PERSISTENT_VOLUMES, "PersistentVolume", claim.path("spec.volumeName").str(), "spec.volumeName");
        let class = claim.path("spec.storageClassName").str();
        // A class needs no object of its own where volumes name it.
        let named = self.there.store.list(&PERSISTENT_VOLUMES, None).any(|volume| volume.path("spec.storageClassName").str() == class);
        if !class.is_empty() && !named && self.there.store.get(&STORAGE_CLASSES, "", class).is_none() {
            let store = self.there.store;
            let classes = store.list(&STORAGE_CLASSES, None).map(meta::name);
            let used = store.list(&PERSISTENT_VOLUMES, None).map(|volume| volume.path("spec.storageClassName").str()).filter(|class| !class.is_empty());
            let near = nearest(class, classes.chain(used));
            self.report("spec.storageClassName", format!("There is no StorageClass {class}, and no PersistentVolume names it"), near);
        }
    }

    fn scale_target(&mut self, autoscaler: &Value) {
        let target = autoscaler.path("spec.scaleTargetRef");
        let (kind, version) = (target.get("kind").str(), target.get("apiVersion").str());
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let resource = self.there.registry.kind(group, kind).map_or(DEPLOYMENTS, |kind| kind.resource());
        self.object(&resource, kind, target.get("name").str(), "spec.scaleTargetRef.name");
    }

    fn role(&mut self, binding: &Value) {
        let kind = binding.path("roleRef.kind").str();
        if let Some(found) = self.there.registry.kind("rbac.authorization.k8s.io", kind) {
            self.object(&found.resource(), kind, binding.path("roleRef.name").str(), "roleRef.name");
        }
    }
}

/// Where an object of a kind has what its pods are made from; a pod is that itself.
fn template_path(kind: &str) -> Option<Option<&'static str>> {
    match kind {
        "Pod" => Some(None),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController" => Some(Some("spec.template")),
        "CronJob" => Some(Some("spec.jobTemplate.spec.template")),
        _ => None,
    }
}
