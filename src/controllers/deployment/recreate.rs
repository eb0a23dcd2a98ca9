//! Recreating: first all of the old go, then the new come (`pkg/controller/deployment/recreate.go`).

use super::super::fields::{count, replicas};
use super::super::pods;
use super::{Rollout, util};
use crate::api::meta;
use crate::api::resource::PODS;
use crate::api::status::Status;
use crate::value::Value;

impl Rollout<'_, '_> {
    /// `rolloutRecreate`: one step.
    pub(super) fn rollout_recreate(mut self) -> Result<(), Status> {
        let (mut new, mut old) = self.sync_revision(false)?;
        let active = util::active(&old);
        if !active.is_empty() {
            for set in &active {
                self.scale_replica_set(set, 0)?;
            }
            return self.sync_rollout_status(new.as_ref(), &old);
        }
        if self.old_pods_running(&old) {
            return self.sync_rollout_status(new.as_ref(), &old);
        }
        if new.is_none() {
            (new, old) = self.sync_revision(true)?;
        }
        let desired = self.replicas();
        if let Some(set) = new.as_ref().filter(|set| replicas(set) != desired) {
            self.scale_replica_set(set, desired)?;
        }
        if util::is_complete(&self.deployment, self.deployment.get("status")) {
            self.cleanup(&old)?;
        }
        self.sync_rollout_status(new.as_ref(), &old)
    }

    fn old_pods_running(&self, old: &[Value]) -> bool {
        let store = self.context.store();
        old.iter()
            .any(|set| count(set, "status.replicas") > 0 || store.owned_by(meta::uid(set)).any(|(resource, pod)| *resource == PODS && !pods::is_terminal(pod)))
    }
}
