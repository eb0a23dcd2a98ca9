//! What the diagram shows: marks with a place, a shape and words, and the links between them. A function of the store,
//! of the width there is, and of what the person wants to see; the page only puts it on the screen.

mod activity;
mod amounts;
mod application;
mod camera;
mod cards;
mod course;
mod filter;
mod glyphs;
mod letters;
mod machines;
mod marks;
mod model;
mod motion;
mod paint;
mod relations;
mod state;
mod svg;
#[cfg(test)]
mod tests;

pub use activity::{processes, pulls, silent};
pub use camera::{Camera, MARGIN, SCALES};
pub use course::Course;
pub use filter::{Filter, KINDS};
pub use glyphs::{Stroke, parts as glyph_parts};
pub use letters::Letters;
pub use marks::{Glyph, Link, Mark, Meter, ObjectRef, Shape, Tone};
pub use model::Model;
pub use motion::{Motion, Sprite};
pub use paint::{INKS, Ink, Look, Pen, Picture};
pub use relations::{Trace, TraceKind, traces};
pub use state::State;
pub use svg::{SvgPen, glyph_svg};

use crate::value::{SmolStr, SortedMap};

/// Which picture of the cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum View {
    /// Nodes as boxes with their pods inside, and the control plane above them.
    #[default]
    Machines,
    /// Ingress → Service → Pods → what they use, by namespace.
    Application,
}

/// What one process of the control plane did last.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Process {
    /// `API server`.
    pub title: SmolStr,
    /// What it did, in a few words.
    pub detail: SmolStr,
    /// Whether that was a moment ago.
    pub acts: bool,
}

/// An image on its way to a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pull {
    /// The image as the pod names it.
    pub image: SmolStr,
    /// How much of it has arrived, 0 to 100.
    pub percent: u8,
}

/// What the person wants to see, and in how much space.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Wanted {
    /// The picture.
    pub view: View,
    /// The width of the diagram in CSS pixels.
    pub width: i32,
    /// The height that can be seen without scrolling.
    pub height: i32,
    /// How wide the letters of the person's font are.
    pub letters: Letters,
    /// What is hidden.
    pub filter: Filter,
    /// The control plane's processes.
    pub processes: Vec<Process>,
    /// The images being pulled, by the UID of the pod that waits.
    pub pulls: SortedMap<SmolStr, Pull>,
    /// The nodes of which the control plane hears nothing, and why.
    pub silent: SortedMap<SmolStr, &'static str>,
}

/// Everything in the diagram.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scene {
    /// In CSS pixels.
    pub width: i32,
    /// In CSS pixels.
    pub height: i32,
    /// In the order in which they are drawn and read out.
    pub marks: Vec<Mark>,
    /// Drawn below the marks.
    pub links: Vec<Link>,
}

impl Scene {
    /// The picture of what `model` has seen.
    pub fn of(model: &Model, wanted: &Wanted) -> Scene {
        match wanted.view {
            View::Machines => machines::lay_out(model, wanted),
            View::Application => application::lay_out(model, wanted),
        }
    }
}
