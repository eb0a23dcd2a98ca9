//! The rolling update: more of the new, then fewer of the old, within what may surge and be unavailable (`pkg/controller/deployment/rolling.go`).

use super::super::fields::{count, replicas};
use super::{Rollout, util};
use crate::api::status::Status;
use crate::value::Value;

impl Rollout<'_, '_> {
    /// `rolloutRolling`: one step.
    pub(super) fn rollout_rolling(mut self) -> Result<(), Status> {
        let (new, mut old) = self.sync_revision(true)?;
        let Some(new) = new else { return Ok(()) };
        if self.reconcile_new(&new, &old)? || self.reconcile_old(&new, &mut old)? {
            return self.sync_rollout_status(Some(&new), &old);
        }
        if util::is_complete(&self.deployment, self.deployment.get("status")) {
            self.cleanup(&old)?;
        }
        self.sync_rollout_status(Some(&new), &old)
    }

    fn reconcile_new(&mut self, new: &Value, old: &[Value]) -> Result<bool, Status> {
        let (size, desired) = (replicas(new), self.replicas());
        let mut all = old.to_vec();
        all.push(new.clone());
        let wanted = if size > desired { desired } else { util::new_replicas(&self.deployment, &all, new) };
        if size == desired || wanted == size {
            return Ok(false);
        }
        self.scale_replica_set(new, wanted)?;
        Ok(true)
    }

    fn reconcile_old(&mut self, new: &Value, old: &mut [Value]) -> Result<bool, Status> {
        let old_pods = util::total_replicas(old);
        if old_pods == 0 {
            return Ok(false);
        }
        let min_available = self.replicas() - util::max_unavailable(&self.deployment);
        let new_unavailable = replicas(new) - count(new, "status.availableReplicas");
        let max_scaled_down = old_pods + replicas(new) - min_available - new_unavailable;
        if max_scaled_down <= 0 {
            return Ok(false);
        }
        let Some(unhealthy) = self.cleanup_unhealthy(old, max_scaled_down)? else { return Ok(false) };
        let healthy = self.scale_down_old(new, old, min_available)?;
        Ok(unhealthy + healthy > 0)
    }

    /// `cleanupUnhealthyReplicas`: old pods that aren't available go first; they help nobody. `None` where a set still counts pods that it was just
    /// told to delete: what is available isn't known before its status is.
    fn cleanup_unhealthy(&mut self, old: &mut [Value], max: i64) -> Result<Option<i64>, Status> {
        util::oldest_first(old);
        let mut total = 0;
        for set in old {
            let unavailable = replicas(set) - count(set, "status.availableReplicas");
            if total >= max {
                break;
            }
            if replicas(set) == 0 || unavailable == 0 {
                continue;
            }
            if unavailable < 0 {
                return Ok(None);
            }
            let down = unavailable.min(max - total);
            *set = self.scale_replica_set(set, replicas(set) - down)?;
            total += down;
        }
        Ok(Some(total))
    }

    fn scale_down_old(&mut self, new: &Value, old: &mut [Value], min_available: i64) -> Result<i64, Status> {
        let surplus = util::total_status(old, "availableReplicas") + count(new, "status.availableReplicas") - min_available;
        let mut total = 0;
        for set in old {
            let down = replicas(set).min(surplus - total);
            if down > 0 {
                *set = self.scale_replica_set(set, replicas(set) - down)?;
                total += down;
            }
        }
        Ok(total)
    }
}
