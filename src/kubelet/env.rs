//! A container's environment: upstream's `makeEnvironmentVariables` and `pkg/kubelet/envvars`.

use super::downward;
use super::env_file;
use super::expansion::expand;
use super::pod_sync::PodSync;
use crate::api::meta;
use crate::api::resource::{CONFIG_MAPS, SECRETS, SERVICES};
use crate::store::Store;
use crate::value::{SmolStr, SortedMap, Value};

/// Files of variables are read up to this size.
const MAX_ENV_FILE_BYTES: usize = 64 << 10;

/// The variables in order; later ones of the same name have replaced earlier ones.
type Environment = Vec<(SmolStr, SmolStr)>;

impl PodSync<'_, '_> {
    /// The container's environment, or why it can't be had, as `CreateContainerConfigError` says it.
    pub(super) fn environment(&self, container: &Value) -> Result<Environment, String> {
        let pod = &self.worker.pod;
        let namespace = meta::namespace(pod);
        let links = pod.path("spec.enableServiceLinks").as_bool() != Some(false);
        let services = service_variables(self.client.store(), namespace, links);
        let mut environment = Environment::new();
        for source in container.get("envFrom").items() {
            self.add_from(source, namespace, &mut environment)?;
        }
        for entry in container.get("env").items() {
            let name = entry.get("name").str();
            let value = if entry.get("valueFrom").is_null() {
                let lookup = |name: &str| get(&environment, name).or_else(|| services.get(name).cloned());
                Some(expand(entry.get("value").str(), &lookup))
            } else {
                self.value_from(entry.get("valueFrom"), namespace, container)?
            };
            if let Some(value) = value {
                set(&mut environment, name, value);
            }
        }
        for (name, value) in services {
            if get(&environment, &name).is_none() {
                environment.push((name, value));
            }
        }
        Ok(environment)
    }

    fn add_from(&self, source: &Value, namespace: &str, environment: &mut Environment) -> Result<(), String> {
        let prefix = source.get("prefix").str();
        let is_secret = source.get("configMapRef").is_null();
        let reference = if is_secret { source.get("secretRef") } else { source.get("configMapRef") };
        let Some(found) = self.keyed(reference, namespace, is_secret)? else { return Ok(()) };
        for (key, value) in found.get("data").fields().iter() {
            let text = if is_secret { decoded(value.str()) } else { SmolStr::new(value.str()) };
            set(environment, &format!("{prefix}{key}"), text);
        }
        Ok(())
    }

    /// The ConfigMap or Secret of that name; `None` where it is optional and missing.
    fn keyed(&self, reference: &Value, namespace: &str, is_secret: bool) -> Result<Option<Value>, String> {
        let name = reference.get("name").str();
        let (resource, word) = if is_secret { (&SECRETS, "secret") } else { (&CONFIG_MAPS, "configmap") };
        match self.client.get(resource, namespace, name) {
            Some(found) => Ok(Some(found)),
            None if reference.get("optional").as_bool() == Some(true) => Ok(None),
            None => Err(format!("{word} \"{name}\" not found")),
        }
    }

    fn value_from(&self, from: &Value, namespace: &str, container: &Value) -> Result<Option<SmolStr>, String> {
        if !from.get("fieldRef").is_null() {
            let status = &self.worker.status;
            return downward::field(&self.worker.pod, from.path("fieldRef.fieldPath").str(), &self.worker.ip, status, &self.node.config).map(Some);
        }
        if !from.get("resourceFieldRef").is_null() {
            return downward::resource(&self.worker.pod, from.get("resourceFieldRef"), container, &self.node.config).map(Some);
        }
        if !from.get("fileKeyRef").is_null() {
            return self.value_from_file(from.get("fileKeyRef"));
        }
        let is_secret = from.get("configMapKeyRef").is_null();
        let reference = if is_secret { from.get("secretKeyRef") } else { from.get("configMapKeyRef") };
        let Some(found) = self.keyed(reference, namespace, is_secret)? else { return Ok(None) };
        let key = reference.get("key").str();
        let value = found.get("data").get(key);
        match value {
            Value::Null if reference.get("optional").as_bool() == Some(true) => Ok(None),
            Value::Null => {
                let kind = if is_secret { "Secret" } else { "ConfigMap" };
                Err(format!("couldn't find key {key} in {kind} {namespace}/{}", reference.get("name").str()))
            }
            value if is_secret => Ok(Some(decoded(value.str()))),
            value => Ok(Some(SmolStr::new(value.str()))),
        }
    }

    fn value_from_file(&self, reference: &Value) -> Result<Option<SmolStr>, String> {
        let (volume, key, path) = (reference.get("volumeName").str(), reference.get("key").str(), reference.get("path").str());
        let mounted = self.worker.volumes.find(volume).and_then(|mounted| self.node.runtime.volume(&mounted.id));
        let mounted = mounted.ok_or_else(|| format!("cannot find the volume \"{volume}\" referenced by FileKeyRef"))?;
        let text = mounted.tree.read_text(path, MAX_ENV_FILE_BYTES).map_err(|_| "couldn't parse env file".to_string())?;
        match env_file::find(&text, key).map_err(|()| "couldn't parse env file".to_string())? {
            Some(value) if !value.is_empty() => Ok(Some(SmolStr::from(value))),
            _ if reference.get("optional").as_bool() == Some(true) => Ok(None),
            _ => {
                let uid = meta::uid(&self.worker.pod);
                let file = format!("/var/lib/kubelet/pods/{uid}/volumes/kubernetes.io~empty-dir/{volume}/{path}");
                Err(format!("environment variable key \"{key}\" not found in file \"{file}\""))
            }
        }
    }
}

fn get(environment: &Environment, name: &str) -> Option<SmolStr> {
    environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

fn set(environment: &mut Environment, name: &str, value: SmolStr) {
    match environment.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = value,
        None => environment.push((name.into(), value)),
    }
}

/// A Secret's value as text.
fn decoded(base64: &str) -> SmolStr {
    SmolStr::from(String::from_utf8_lossy(&super::base64::decode(base64)).as_ref())
}

/// `WEB_SERVICE_HOST` and the rest, for the namespace's Services and for `kubernetes`.
fn service_variables(store: &Store, namespace: &str, links: bool) -> SortedMap<SmolStr, SmolStr> {
    let mut variables = SortedMap::new();
    if let Some(kubernetes) = store.get(&SERVICES, "default", "kubernetes") {
        add_service(kubernetes, &mut variables);
    }
    if links {
        for service in store.list(&SERVICES, Some(namespace)) {
            add_service(service, &mut variables);
        }
    }
    variables
}

fn add_service(service: &Value, variables: &mut SortedMap<SmolStr, SmolStr>) {
    let address = service.path("spec.clusterIP").str();
    let ports = service.path("spec.ports").items();
    if address.is_empty() || address == "None" || service.path("spec.type").str() == "ExternalName" {
        return;
    }
    let upper = |text: &str| text.to_uppercase().replace('-', "_");
    let prefix = upper(meta::name(service));
    let mut set = |name: String, value: String| {
        variables.insert(SmolStr::from(name), SmolStr::from(value));
    };
    set(format!("{prefix}_SERVICE_HOST"), address.into());
    for (index, port) in ports.iter().enumerate() {
        let number = port.get("port").as_i64().unwrap_or(0);
        let protocol = if port.get("protocol").str().is_empty() { "TCP" } else { port.get("protocol").str() };
        let url = format!("{}://{address}:{number}", protocol.to_lowercase());
        if index == 0 {
            set(format!("{prefix}_SERVICE_PORT"), number.to_string());
            set(format!("{prefix}_PORT"), url.clone());
        }
        if !port.get("name").str().is_empty() {
            set(format!("{prefix}_SERVICE_PORT_{}", upper(port.get("name").str())), number.to_string());
        }
        let stem = format!("{prefix}_PORT_{number}_{}", protocol.to_uppercase());
        set(stem.clone(), url);
        set(format!("{stem}_PROTO"), protocol.to_lowercase());
        set(format!("{stem}_PORT"), number.to_string());
        set(format!("{stem}_ADDR"), address.into());
    }
}
