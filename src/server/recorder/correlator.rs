//! Which Events are new, which are counted, combined or dropped: `k8s.io/client-go/tools/record/events_cache.go`.

use crate::value::{OrdMap, Vector};
use crate::value::{SmolStr, Value};

/// So many different messages of one kind about one object within the interval are combined.
const SIMILAR_LIMIT: usize = 10;
/// How long similar events are remembered after the last one.
const SIMILAR_INTERVAL_MS: u64 = 600_000;
/// How many events about one object from one source may come at once.
const SPAM_BURST: f64 = 25.0;
/// One more is allowed each time this has passed.
const SPAM_REFILL_MS: f64 = 300_000.0;
/// A series of the `events.k8s.io` recorder is forgotten when nothing was added for so long.
const SERIES_FINISH_MS: u64 = 360_000;
/// How many keys are remembered; upstream's recorders have 4096 each.
const MEMORY_LIMIT: usize = 32_768;

/// What is to be done with an event.
#[derive(Debug)]
pub(super) enum Correlated {
    /// Nothing: the object is talked about too much, or the series already says so.
    Skip,
    /// A new object.
    New {
        /// As it is to be made, but for its name.
        event: Value,
        /// Under which its name is to be remembered.
        key: u64,
    },
    /// One more of the object `name`.
    Again {
        /// The event as it would be when new.
        event: Value,
        /// Under which its name is remembered.
        key: u64,
        /// The object's name.
        name: SmolStr,
        /// How many there are now.
        count: i64,
    },
}

/// The memory of all recorders of a cluster. It isn't in the store, as upstream's isn't: a restarted component counts anew.
#[derive(Clone, Default)]
pub struct Correlator {
    similar: Memory<Similar>,
    written: Memory<Written>,
    spam: Memory<Bucket>,
}

#[derive(Clone)]
struct Similar {
    last_ms: u64,
    messages: Vec<u64>,
}

#[derive(Clone)]
struct Written {
    name: SmolStr,
    count: i64,
    last_ms: u64,
}

#[derive(Clone)]
struct Bucket {
    tokens: f64,
    last_ms: u64,
}

impl Correlator {
    /// For the core API's recorder: counts, combines, and filters spam, in upstream's order.
    pub(super) fn correlate(&mut self, event: &Value, now_ms: u64) -> Correlated {
        let similar_key = hash(event, &[&SOURCE, &ABOUT, &["type", "reason", "reportingComponent", "reportingInstance"]]);
        let equal_key = hash(event, &[&SOURCE, &ABOUT, &["involvedObject.fieldPath", "type", "reason", "message"]]);
        let mut event = event.clone();
        let mut key = equal_key;
        if self.is_one_of_many(similar_key, equal_key, now_ms) {
            event.set("message", format!("(combined from similar events): {}", event.get("message").str()));
            key = similar_key;
        }
        let outcome = match self.written.get(key) {
            Some(written) => Correlated::Again { event: event.clone(), key, name: written.name.clone(), count: written.count + 1 },
            None => Correlated::New { event: event.clone(), key },
        };
        if let Correlated::Again { name, count, .. } = &outcome {
            self.written.put(key, Written { name: name.clone(), count: *count, last_ms: now_ms });
        }
        let spam_key = hash(&event, &[&SOURCE, &ABOUT, &["type"]]);
        if self.is_spam(spam_key, now_ms) { Correlated::Skip } else { outcome }
    }

    /// For the `events.k8s.io` recorder: the second equal event makes a series, which later ones are counted in silently.
    pub(super) fn series(&mut self, event: &Value, now_ms: u64) -> Correlated {
        const FIELDS: [&str; 13] = [
            "type",
            "action",
            "reason",
            "reportingComponent",
            "reportingInstance",
            "involvedObject.apiVersion",
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.resourceVersion",
            "related.uid",
            "related.resourceVersion",
        ];
        let key = hash(event, &[&FIELDS]);
        let Some(written) = self.written.get(key).filter(|written| now_ms - written.last_ms.min(now_ms) < SERIES_FINISH_MS).cloned() else {
            return Correlated::New { event: event.clone(), key };
        };
        let count = written.count + 1;
        self.written.put(key, Written { name: written.name.clone(), count, last_ms: now_ms });
        if count == 2 { Correlated::Again { event: event.clone(), key, name: written.name, count } } else { Correlated::Skip }
    }

    /// Remembers under which name an event was made.
    pub(super) fn written(&mut self, key: u64, name: SmolStr, count: i64, now_ms: u64) {
        self.written.put(key, Written { name, count, last_ms: now_ms });
    }

    fn is_one_of_many(&mut self, similar_key: u64, message: u64, now_ms: u64) -> bool {
        let mut similar = match self.similar.get(similar_key) {
            Some(similar) if now_ms.saturating_sub(similar.last_ms) <= SIMILAR_INTERVAL_MS => similar.clone(),
            _ => Similar { last_ms: now_ms, messages: Vec::new() },
        };
        similar.last_ms = now_ms;
        if !similar.messages.contains(&message) {
            similar.messages.push(message);
        }
        let many = similar.messages.len() >= SIMILAR_LIMIT;
        if many {
            similar.messages.remove(0);
        }
        self.similar.put(similar_key, similar);
        many
    }

    fn is_spam(&mut self, key: u64, now_ms: u64) -> bool {
        let mut bucket = self.spam.get(key).cloned().unwrap_or(Bucket { tokens: SPAM_BURST, last_ms: now_ms });
        let passed_ms = now_ms.saturating_sub(bucket.last_ms) as f64;
        bucket.tokens = (bucket.tokens + passed_ms / SPAM_REFILL_MS).min(SPAM_BURST);
        bucket.last_ms = now_ms;
        let is_spam = bucket.tokens < 1.0;
        if !is_spam {
            bucket.tokens -= 1.0;
        }
        self.spam.put(key, bucket);
        is_spam
    }
}

const SOURCE: [&str; 2] = ["source.component", "source.host"];
const ABOUT: [&str; 5] = ["involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion"];

/// FNV-1a over the texts of these fields.
fn hash(event: &Value, fields: &[&[&str]]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for field in fields.iter().copied().flatten() {
        for byte in event.path(field).str().bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}

/// A map that forgets its oldest keys.
#[derive(Clone)]
struct Memory<T> {
    entries: OrdMap<u64, T>,
    order: Vector<u64>,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Memory { entries: OrdMap::new(), order: Vector::new() }
    }
}

impl<T: Clone> Memory<T> {
    fn get(&self, key: u64) -> Option<&T> {
        self.entries.get(&key)
    }

    fn put(&mut self, key: u64, value: T) {
        if self.entries.insert(key, value).is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > MEMORY_LIMIT
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
    }
}
