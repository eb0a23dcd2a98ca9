//! What controllers have to do, and when: upstream's rate-limited work queues, one for each controller, in one order of time.
//!
//! A key is never worked on twice at once: while its last sync's writes are on their way it is busy, and whatever happens meanwhile is one sync afterwards.

use crate::api::resource::ObjectKey;
use crate::value::OrdMap;

/// The number of a controller in the manager's list.
pub(super) type ControllerIndex = usize;

/// Back-off of a failing key: the first wait, which doubles, and the longest.
#[derive(Clone, Copy)]
pub(super) struct Backoff {
    pub(super) base_ms: u64,
    pub(super) limit_ms: u64,
}

/// What most controllers have (client-go's `DefaultTypedControllerRateLimiter`).
pub(super) const DEFAULT_BACKOFF: Backoff = Backoff { base_ms: 5, limit_ms: 1_000_000 };

/// Due times with a number that keeps the order of those that are due together.
type Slot = (u64, u64);

/// One key of one controller.
#[derive(Clone, Default)]
struct Item {
    /// Waits in the queue.
    ready: Option<Slot>,
    /// Will be put into the queue then (`AddAfter`).
    delayed: Option<Slot>,
    /// No sync before that.
    busy_until_ms: u64,
    /// How often it has failed in a row.
    failures: u32,
    /// The first write since the last sync that concerned it.
    because: Option<u64>,
}

/// A sync that is due.
#[derive(Clone)]
pub(super) struct Due {
    pub(super) controller: ControllerIndex,
    pub(super) key: ObjectKey,
    pub(super) because: Option<u64>,
}

/// The queues of all controllers.
#[derive(Clone, Default)]
pub(super) struct Agenda {
    slots: OrdMap<Slot, (ControllerIndex, ObjectKey)>,
    items: OrdMap<(ControllerIndex, ObjectKey), Item>,
    sequence: u64,
}

impl Agenda {
    /// When the first sync is due.
    pub(super) fn next_due(&self) -> Option<u64> {
        self.slots.get_min().map(|(slot, _)| slot.0)
    }

    /// Queues a key because of a write; it is worked on at `due_ms`, or when it is no longer busy.
    pub(super) fn add(&mut self, controller: ControllerIndex, key: ObjectKey, due_ms: u64, because: Option<u64>) {
        let place = (controller, key);
        let item = self.items.get_or_default(place.clone());
        item.because = item.because.or(because);
        let due_ms = due_ms.max(item.busy_until_ms);
        if item.ready.is_some_and(|slot| slot.0 <= due_ms) {
            return;
        }
        self.sequence += 1;
        let slot = (due_ms, self.sequence);
        if let Some(old) = item.ready.replace(slot) {
            self.slots.remove(&old);
        }
        self.slots.insert(slot, place);
    }

    /// Queues a key for a later time (`AddAfter`); an earlier such time that it already has stays.
    pub(super) fn add_after(&mut self, controller: ControllerIndex, key: ObjectKey, due_ms: u64, because: Option<u64>) {
        let place = (controller, key);
        let item = self.items.get_or_default(place.clone());
        item.because = item.because.or(because);
        if item.delayed.is_some_and(|slot| slot.0 <= due_ms) {
            return;
        }
        self.sequence += 1;
        let slot = (due_ms, self.sequence);
        if let Some(old) = item.delayed.replace(slot) {
            self.slots.remove(&old);
        }
        self.slots.insert(slot, place);
    }

    /// Takes the first sync that is due at `now_ms`.
    pub(super) fn take(&mut self, now_ms: u64) -> Option<Due> {
        loop {
            let slot = *self.slots.get_min().filter(|(slot, _)| slot.0 <= now_ms)?.0;
            let place = self.slots.remove(&slot)?;
            let Some(item) = self.items.get_mut(&place) else { continue };
            if item.delayed == Some(slot) {
                item.delayed = None;
                if item.busy_until_ms > now_ms {
                    let (busy_until_ms, because) = (item.busy_until_ms, item.because);
                    self.add(place.0, place.1, busy_until_ms, because);
                    continue;
                }
            }
            if let Some(ready) = item.ready.take() {
                self.slots.remove(&ready);
            }
            return Some(Due { controller: place.0, key: place.1, because: item.because.take() });
        }
    }

    /// Ends a sync that went well.
    pub(super) fn done(&mut self, controller: ControllerIndex, key: ObjectKey, busy_until_ms: u64) {
        let place = (controller, key);
        if let Some(item) = self.items.get_mut(&place) {
            item.failures = 0;
            item.busy_until_ms = busy_until_ms;
        }
        if self.items.len() > 2 * self.slots.len() + 4096 {
            self.forget_idle(busy_until_ms);
        }
    }

    /// Ends a sync that failed: it is tried again after its back-off.
    pub(super) fn failed(&mut self, controller: ControllerIndex, key: ObjectKey, backoff: Backoff, now_ms: u64, busy_until_ms: u64, because: Option<u64>) {
        let item = self.items.get_or_default((controller, key.clone()));
        item.busy_until_ms = busy_until_ms;
        let delay_ms = backoff.base_ms.saturating_mul(1 << item.failures.min(30)).min(backoff.limit_ms);
        item.failures += 1;
        self.add_after(controller, key, now_ms + delay_ms, because);
    }

    /// Forgets all that one controller has to do.
    pub(super) fn forget(&mut self, controller: ControllerIndex) {
        self.slots = self.slots.iter().filter(|(_, (other, _))| *other != controller).map(|(slot, place)| (*slot, place.clone())).collect();
        self.items = self.items.iter().filter(|((other, _), _)| *other != controller).map(|(place, item)| (place.clone(), item.clone())).collect();
    }

    fn forget_idle(&mut self, now_ms: u64) {
        let keep = |item: &Item| item.ready.is_some() || item.delayed.is_some() || item.failures > 0 || item.busy_until_ms > now_ms;
        self.items = self.items.iter().filter(|(_, item)| keep(item)).map(|(place, item)| (place.clone(), item.clone())).collect();
    }
}
