//! Finding and making ReplicaSets, scaling them, forgetting old ones, and counting (`pkg/controller/deployment/sync.go`).

use super::super::fields::{count, created_ms, replicas};
use super::super::{conditions, hash, pod_control};
use super::{OWNER, Rollout, util};
use crate::api::meta;
use crate::api::resource::REPLICA_SETS;
use crate::api::status::Status;
use crate::server::request::Options;
use crate::value::{Sort, Value, json};
use std::cmp::Reverse;

impl Rollout<'_, '_> {
    /// `sync`: scales, and does nothing else; what a paused or just scaled Deployment gets.
    pub(super) fn sync(mut self) -> Result<(), Status> {
        let (new, old) = self.sync_revision(false)?;
        self.scale(new.as_ref(), &old)?;
        if self.is_paused() {
            self.cleanup(&old)?;
        }
        self.sync_deployment_status(new.as_ref(), &old)
    }

    /// Whether the Deployment was scaled since its ReplicaSets were: their annotations say another size.
    pub(super) fn is_scaling_event(&self) -> bool {
        let desired = self.replicas();
        util::active(&self.replica_sets)
            .iter()
            .any(|set| meta::annotation(set, util::DESIRED_REPLICAS).parse::<i64>().is_ok_and(|annotated| annotated != desired))
    }

    /// `getAllReplicaSetsAndSyncRevision`: the ReplicaSet of the template (made where it is missing and `create` says so) and the others.
    pub(super) fn sync_revision(&mut self, create: bool) -> Result<(Option<Value>, Vec<Value>), Status> {
        let existing = util::find_new(&self.deployment, &self.replica_sets);
        let existing_uid = existing.as_ref().map(|set| meta::uid(set).to_string());
        let old: Vec<Value> = self.replica_sets.iter().filter(|set| Some(meta::uid(set)) != existing_uid.as_deref()).cloned().collect();
        let revision = old.iter().map(util::revision).max().unwrap_or(0) + 1;
        let new = match existing {
            Some(set) => Some(self.keep_new_replica_set(set, revision)?),
            None if create => Some(self.create_new_replica_set(&old, revision)?),
            None => None,
        };
        Ok((new, old))
    }

    fn keep_new_replica_set(&mut self, mut set: Value, revision: i64) -> Result<Value, Status> {
        let mut changed = util::set_new_annotations(&self.deployment, &mut set, revision, true);
        let min_ready_seconds = self.deployment.path("spec.minReadySeconds").clone();
        if *set.path("spec.minReadySeconds") != min_ready_seconds {
            if min_ready_seconds.is_null() {
                set.remove("spec.minReadySeconds");
            } else {
                set.set("spec.minReadySeconds", min_ready_seconds);
            }
            changed = true;
        }
        if changed {
            return self.context.client.update(&REPLICA_SETS, set);
        }
        let mut needs_update = self.set_revision(meta::annotation(&set, util::REVISION));
        if util::has_progress_deadline(&self.deployment) && meta::condition(&self.deployment, "Progressing").is_null() {
            self.set_condition("Progressing", "True", "FoundNewReplicaSet", &format!("Found new replica set \"{}\"", meta::name(&set)));
            needs_update = true;
        }
        if needs_update {
            self.update_status()?;
        }
        Ok(set)
    }

    fn set_revision(&mut self, revision: &str) -> bool {
        if meta::annotation(&self.deployment, util::REVISION) == revision {
            return false;
        }
        meta::set_annotation(&mut self.deployment, util::REVISION, revision);
        true
    }

    fn create_new_replica_set(&mut self, old: &[Value], revision: i64) -> Result<Value, Status> {
        let set = self.new_replica_set(old, revision);
        let (name, scaled_to) = (meta::name(&set).to_string(), replicas(&set));
        let mut already_exists = false;
        let created = match self.context.client.create(&REPLICA_SETS, meta::namespace(&self.deployment), set.clone()) {
            Ok(created) => created,
            Err(status) if status.reason == "AlreadyExists" => {
                already_exists = true;
                self.after_collision(&name, status)?
            }
            Err(status) if pod_control::is_namespace_terminating(&status) => return Err(status),
            Err(status) => {
                let message = format!("Failed to create new replica set \"{name}\": {}", status.message);
                if util::has_progress_deadline(&self.deployment) {
                    self.set_condition("Progressing", "False", "ReplicaSetCreateError", &message);
                    self.update_status()?;
                }
                self.context.event(&self.deployment, "Warning", "ReplicaSetCreateError", &message);
                return Err(status);
            }
        };
        if !already_exists && scaled_to > 0 {
            let message = format!("Scaled up replica set {name} from 0 to {scaled_to}");
            self.context.event(&self.deployment, "Normal", "ScalingReplicaSet", &message);
        }
        let mut needs_update = self.set_revision(&revision.to_string());
        if !already_exists && util::has_progress_deadline(&self.deployment) {
            self.set_condition("Progressing", "True", "NewReplicaSetCreated", &format!("Created new replica set \"{name}\""));
            needs_update = true;
        }
        if needs_update {
            self.update_status()?;
        }
        self.replica_sets.push(created.clone());
        Ok(created)
    }

    fn new_replica_set(&self, old: &[Value], revision: i64) -> Value {
        let deployment = &self.deployment;
        let hash = hash::of_template(deployment.path("spec.template"), deployment.path("status.collisionCount").as_i64());
        let mut template = deployment.path("spec.template").clone();
        template.path_mut("metadata.labels").set(util::TEMPLATE_HASH, hash.as_str());
        let mut selector = deployment.path("spec.selector").clone();
        selector.path_mut("matchLabels").set(util::TEMPLATE_HASH, hash.as_str());
        let mut set = json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {"name": format!("{}-{hash}", meta::name(deployment)), "namespace": meta::namespace(deployment)},
            "spec": {"replicas": 0},
        });
        set.set("metadata.ownerReferences", Value::array(vec![OWNER.reference(deployment)]));
        set.set("metadata.labels", template.path("metadata.labels").clone());
        set.set("spec.selector", selector);
        set.set("spec.template", template);
        if count(deployment, "spec.minReadySeconds") != 0 {
            set.set("spec.minReadySeconds", count(deployment, "spec.minReadySeconds"));
        }
        let mut all = old.to_vec();
        all.push(set.clone());
        set.set("spec.replicas", util::new_replicas(deployment, &all, &set));
        util::set_new_annotations(deployment, &mut set, revision, false);
        set
    }

    /// A ReplicaSet of that name is there: ours after all, or another template's with the same hash, for which the next name is tried.
    fn after_collision(&mut self, name: &str, status: Status) -> Result<Value, Status> {
        let found = self.context.store().get(&REPLICA_SETS, meta::namespace(&self.deployment), name).cloned().unwrap_or_default();
        let is_ours = meta::is_controlled_by(&found, &self.deployment);
        if is_ours && util::same_template(found.path("spec.template"), self.deployment.path("spec.template")) {
            return Ok(found);
        }
        let collisions = count(&self.deployment, "status.collisionCount");
        self.deployment.set("status.collisionCount", collisions + 1);
        self.update_status()?;
        Err(status)
    }

    /// `scale`: to the wanted size; in the middle of a rollout all ReplicaSets in proportion.
    fn scale(&mut self, new: Option<&Value>, old: &[Value]) -> Result<(), Status> {
        let desired = self.replicas();
        if let Some(set) = active_or_latest(new, old) {
            if replicas(&set) != desired {
                self.scale_replica_set(&set, desired)?;
            }
            return Ok(());
        }
        if new.is_some_and(|new| self.is_saturated(new)) {
            for set in util::active(old) {
                self.scale_replica_set(&set, 0)?;
            }
            return Ok(());
        }
        if self.deployment.path("spec.strategy.type").str() == "RollingUpdate" {
            self.scale_in_proportion(new, old)?;
        }
        Ok(())
    }

    fn scale_in_proportion(&mut self, new: Option<&Value>, old: &[Value]) -> Result<(), Status> {
        let desired = self.replicas();
        let mut sets = util::active(old);
        sets.extend(new.filter(|new| replicas(new) > 0).cloned());
        let allowed = if desired > 0 { desired + util::max_surge(&self.deployment) } else { 0 };
        let to_add = allowed - util::total_replicas(&sets);
        if to_add < 0 {
            sets.order_by_key(|set| (Reverse(replicas(set)), created_ms(set)));
        } else {
            sets.order_by_key(|set| (Reverse(replicas(set)), Reverse(created_ms(set))));
        }
        let mut added = 0;
        let mut sizes = Vec::new();
        for set in &sets {
            let share = if to_add == 0 { 0 } else { util::proportion(set, &self.deployment, to_add, added) };
            sizes.push(replicas(set) + share);
            added += share;
        }
        if let Some(first) = sizes.first_mut().filter(|_| to_add != 0) {
            *first = (*first + to_add - added).max(0);
        }
        for (set, size) in sets.iter().zip(sizes) {
            self.scale_replica_set(set, size)?;
        }
        Ok(())
    }

    fn is_saturated(&self, set: &Value) -> bool {
        let desired = self.replicas();
        let annotated = meta::annotation(set, util::DESIRED_REPLICAS).parse::<i64>().ok();
        replicas(set) == desired && annotated == Some(desired) && count(set, "status.availableReplicas") == desired
    }

    /// `scaleReplicaSet`; the Deployment's size is noted on it too. What it is then comes back.
    pub(super) fn scale_replica_set(&mut self, set: &Value, size: i64) -> Result<Value, Status> {
        let (before, desired) = (replicas(set), self.replicas());
        let mut scaled = set.clone();
        let annotated = util::set_replicas_annotations(&mut scaled, desired, desired + util::max_surge(&self.deployment));
        if before == size && !annotated {
            return Ok(scaled);
        }
        scaled.set("spec.replicas", size);
        let scaled = self.context.client.update(&REPLICA_SETS, scaled)?;
        if before != size {
            let direction = if before < size { "up" } else { "down" };
            let message = format!("Scaled {direction} replica set {} from {before} to {size}", meta::name(set));
            self.context.event(&self.deployment, "Normal", "ScalingReplicaSet", &message);
        }
        Ok(scaled)
    }

    /// `cleanupDeployment`: deletes the oldest ReplicaSets beyond the history limit, unless they still have pods.
    pub(super) fn cleanup(&mut self, old: &[Value]) -> Result<(), Status> {
        let Some(limit) = util::revision_history_limit(&self.deployment) else { return Ok(()) };
        let mut cleanable: Vec<&Value> = old.iter().filter(|set| !meta::is_being_deleted(set)).collect();
        let surplus = cleanable.len().saturating_sub(limit.max(0) as usize);
        cleanable.order_by_key(|set| (util::revision(set), created_ms(set)));
        for set in cleanable.into_iter().take(surplus) {
            let unseen = count(set, "metadata.generation") > count(set, "status.observedGeneration");
            if count(set, "status.replicas") != 0 || replicas(set) != 0 || unseen {
                continue;
            }
            let result = self.context.client.delete(&REPLICA_SETS, meta::namespace(set), meta::name(set), Options::default());
            super::super::controller::ignore_not_found(result)?;
        }
        Ok(())
    }

    /// `calculateStatus`.
    pub(super) fn calculate_status(&self, new: Option<&Value>, old: &[Value]) -> Value {
        let deployment = &self.deployment;
        let mut all = old.to_vec();
        all.extend(new.cloned());
        let available = util::total_status(&all, "availableReplicas");
        let mut status = deployment.get("status").clone();
        status.set("observedGeneration", count(deployment, "metadata.generation"));
        conditions::set_count(&mut status, "replicas", util::total_status(&all, "replicas"));
        conditions::set_count(&mut status, "updatedReplicas", new.map_or(0, |new| count(new, "status.replicas")));
        conditions::set_count(&mut status, "readyReplicas", util::total_status(&all, "readyReplicas"));
        conditions::set_count(&mut status, "availableReplicas", available);
        conditions::set_count(&mut status, "unavailableReplicas", (util::total_replicas(&all) - available).max(0));
        if all.iter().all(|set| set.path("status.terminatingReplicas").as_i64().is_some()) {
            status.set("terminatingReplicas", util::total_status(&all, "terminatingReplicas"));
        }
        let condition = if available >= self.replicas() - util::max_unavailable(deployment) {
            self.condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        } else {
            self.condition("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
        };
        conditions::set(&mut status, condition);
        status
    }

    /// `syncDeploymentStatus`.
    pub(super) fn sync_deployment_status(&mut self, new: Option<&Value>, old: &[Value]) -> Result<(), Status> {
        let status = self.calculate_status(new, old);
        if status == *self.deployment.get("status") {
            return Ok(());
        }
        self.deployment.set("status", status);
        self.update_status()
    }
}

/// `FindActiveOrLatest`: the only ReplicaSet that wants pods, or the latest where none does; `None` in the middle of a rollout.
fn active_or_latest(new: Option<&Value>, old: &[Value]) -> Option<Value> {
    let mut all = old.to_vec();
    all.extend(new.cloned());
    let mut active = util::active(&all);
    match active.len() {
        0 => new.cloned().or_else(|| {
            util::oldest_first(&mut all);
            all.pop()
        }),
        1 => active.pop(),
        _ => None,
    }
}
