//! What the runtime is told to run: upstream's `generateContainerConfig`.

use super::expansion::expand;
use super::pod_spec;
use super::pod_sync::PodSync;
use super::resources::quantity;
use super::runtime::{ContainerConfig, Mount};
use crate::value::{SmolStr, Value};

impl PodSync<'_, '_> {
    /// The container's configuration, or why there is none, as `CreateContainerConfigError` says it.
    pub(super) fn container_config(&self, container: &Value, attempt: u32) -> Result<ContainerConfig, String> {
        let name = container.get("name").str();
        let env = self.environment(container)?;
        let lookup = |wanted: &str| env.iter().find(|(known, _)| known == wanted).map(|(_, value)| value.clone());
        let words = |field: &str| container.get(field).items().iter().map(|word| expand(word.str(), &lookup)).collect::<Vec<_>>();
        let mounts = self.mounts(container, &lookup)?;
        self.check_run_as_non_root(container)?;
        let context = |field: &str| {
            let own = container.get("securityContext").get(field);
            if own.is_null() { self.worker.pod.path("spec.securityContext").get(field).clone() } else { own.clone() }
        };
        let limit = |resource: &str| {
            let own = container.path("resources.limits").get(resource);
            let value = if own.is_null() { self.worker.pod.path("spec.resources.limits").get(resource) } else { own };
            quantity(value)
        };
        let pod_context = self.worker.pod.path("spec.securityContext");
        let groups = pod_context.get("supplementalGroups").items().iter().chain(Some(pod_context.get("fsGroup")));
        Ok(ContainerConfig {
            name: name.into(),
            attempt,
            image: container.get("image").str().into(),
            command: words("command"),
            args: words("args"),
            working_dir: container.get("workingDir").str().into(),
            mounts,
            ports: container.get("ports").items().iter().filter_map(|port| u16::try_from(port.get("containerPort").as_i64()?).ok()).collect(),
            run_as_user: context("runAsUser").as_i64(),
            run_as_group: context("runAsGroup").as_i64(),
            supplemental_groups: groups.filter_map(Value::as_i64).collect(),
            read_only_root: container.path("securityContext.readOnlyRootFilesystem").as_bool() == Some(true),
            memory_limit_bytes: limit("memory").map(|quantity| quantity.value().max(0) as u64),
            cpu_limit_millis: limit("cpu").map(|quantity| quantity.milli_value().max(0) as u64),
            termination_message_path: container.get("terminationMessagePath").str().into(),
            stdin: container.get("stdin").as_bool() == Some(true),
            tty: container.get("tty").as_bool() == Some(true),
            env,
        })
    }

    /// Images here run as root unless the pod says otherwise.
    fn check_run_as_non_root(&self, container: &Value) -> Result<(), String> {
        let pod_context = self.worker.pod.path("spec.securityContext");
        let own_context = container.get("securityContext");
        let of = |field: &str| if own_context.get(field).is_null() { pod_context.get(field) } else { own_context.get(field) };
        if of("runAsNonRoot").as_bool() != Some(true) {
            return Ok(());
        }
        let place = format!("(pod: \"{}\", container: {})", pod_spec::full_name(&self.worker.pod), container.get("name").str());
        match of("runAsUser").as_i64() {
            Some(0) => Err(format!("container's runAsUser breaks non-root policy {place}")),
            Some(_) => Ok(()),
            None => Err(format!("container has runAsNonRoot and image will run as root {place}")),
        }
    }

    fn mounts(&self, container: &Value, lookup: &dyn Fn(&str) -> Option<SmolStr>) -> Result<Vec<Mount>, String> {
        let mut mounts = Vec::new();
        for mount in container.get("volumeMounts").items() {
            let name = mount.get("name").str();
            let Some(volume) = self.worker.volumes.find(name) else {
                return Err(format!("cannot find volume \"{name}\" to mount into container \"{}\"", container.get("name").str()));
            };
            if matches!(mount.get("recursiveReadOnly").str(), "Enabled") {
                let why = format!("volume \"{name}\" requested recursive read-only mode, but it is not supported by the runtime");
                return Err(format!("failed to resolve recursive read-only mode: {why}"));
            }
            let expression = mount.get("subPathExpr").str();
            let sub_path = if expression.is_empty() { SmolStr::new(mount.get("subPath").str()) } else { expand(expression, lookup) };
            if sub_path.contains("$(") {
                return Err(format!("failed to expand subPath expression \"{expression}\": missing value"));
            }
            let sub_path = if volume.base.is_empty() { sub_path } else { SmolStr::from(format!("{}/{sub_path}", volume.base.trim_end_matches('/'))) };
            mounts.push(Mount {
                container_path: mount.get("mountPath").str().into(),
                volume: volume.id.clone(),
                sub_path: SmolStr::new(sub_path.trim_matches('/')),
                read_only: mount.get("readOnly").as_bool() == Some(true) || volume.read_only,
            });
        }
        Ok(mounts)
    }
}
