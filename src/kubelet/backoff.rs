//! Waiting longer after each failure: `k8s.io/client-go/util/flowcontrol.Backoff`.

/// The first wait.
const INITIAL_MS: u64 = 10_000;
/// The longest wait. After twice this long without a failure, it begins anew.
const MAX_MS: u64 = 300_000;

/// One thing that fails again and again.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Backoff {
    /// How long the present wait is; 0 where there was no failure yet.
    pub delay_ms: u64,
    updated_at_ms: u64,
}

impl Backoff {
    fn is_over(&self, event_ms: u64) -> bool {
        self.delay_ms == 0 || event_ms.saturating_sub(self.updated_at_ms) > 2 * MAX_MS
    }

    /// Whether at `now_ms` the wait that counts from `since_ms` still lasts.
    pub fn waits_since(&self, since_ms: u64, now_ms: u64) -> bool {
        !self.is_over(since_ms) && now_ms.saturating_sub(since_ms) < self.delay_ms
    }

    /// Whether at `now_ms` the wait that counts from the last failure still lasts.
    pub fn waits(&self, now_ms: u64) -> bool {
        !self.is_over(now_ms) && now_ms.saturating_sub(self.updated_at_ms) < self.delay_ms
    }

    /// One more failure, which happened at `event_ms`.
    pub fn next(&mut self, event_ms: u64, now_ms: u64) {
        self.delay_ms = if self.is_over(event_ms) { INITIAL_MS } else { (self.delay_ms * 2).min(MAX_MS) };
        self.updated_at_ms = now_ms;
    }
}
