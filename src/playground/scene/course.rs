//! A request on its way through the picture.

use super::marks::ObjectRef;
use crate::api::resource::NODES;
use crate::network::Way;
use crate::value::SmolStr;

/// How long it is from one place to the next.
const LEG_MS: f64 = 420.0;
/// How long the end can be seen, and how long that of a quiet one.
const STAY_MS: [f64; 2] = [2600.0, 250.0];

/// The marks that a request passes, and what becomes of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Course {
    /// Their ids, in order.
    pub places: Vec<SmolStr>,
    /// Whether it is one of the many that containers send by themselves; else a person has sent it to see its way.
    pub is_quiet: bool,
    /// Whether it comes from outside of the cluster.
    pub is_from_outside: bool,
    /// Whether somebody answered; else it was lost at the last place.
    pub is_answered: bool,
    /// When it set out, in the milliseconds of the picture.
    pub began_ms: f64,
}

/// What is known of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// It is under way.
    Under,
    /// It has been answered.
    Answered,
    /// It has been lost.
    Lost,
}

impl Course {
    /// The way of a request that a container has sent just now.
    pub fn quiet(way: &Way, now_ms: f64) -> Course {
        let ids = way.places.iter().filter(|(resource, _)| *resource != NODES);
        let places = ids.map(|(resource, key)| ObjectRef { resource: resource.clone(), key: key.clone() }.id()).collect();
        Course { places, is_quiet: true, is_from_outside: way.is_from_outside, is_answered: way.is_answered, began_ms: now_ms }
    }

    /// How many places it has passed by now, and what is known of it.
    pub fn at(&self, now_ms: f64, places: usize) -> (f64, Stage) {
        let (at, last) = ((now_ms - self.began_ms).max(0.0) / LEG_MS, places.saturating_sub(1) as f64);
        match (at < last, self.is_answered) {
            (true, _) => (at, Stage::Under),
            (false, true) => (last, Stage::Answered),
            (false, false) => (last, Stage::Lost),
        }
    }

    /// Whether it is no longer shown.
    pub fn is_over(&self, now_ms: f64) -> bool {
        now_ms > self.began_ms + (self.places.len() + 1) as f64 * LEG_MS + STAY_MS[usize::from(self.is_quiet)]
    }
}
