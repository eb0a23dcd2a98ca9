//! The symbols of the diagram, drawn for this page: a shape for every state and kind. 16 by 16 units.

use super::marks::Glyph;

/// How a part of a symbol is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Stroke {
    /// Filled with the mark's colour.
    Fill,
    /// A line of this width in the mark's colour.
    Line(f64),
    /// A broken line of this width.
    Dashed(f64),
    /// A line of this width in the colour of what is on top of the mark's colour.
    Inner(f64),
}

use Stroke::{Dashed, Fill, Inner, Line};

/// The parts of a symbol, from the back: the data of an SVG path, and how it is drawn.
pub fn parts(glyph: Glyph) -> &'static [(&'static str, Stroke)] {
    match glyph {
        Glyph::None => &[],
        Glyph::Ready => &[("M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13z", Fill), ("M5 8.2l2 2 4-4.4", Inner(1.8))],
        Glyph::NotReady => &[(CIRCLE, Line(1.6)), ("M8 2.3a5.7 5.7 0 0 1 0 11.4z", Fill)],
        Glyph::Waits => &[(CIRCLE, Dashed(2.0))],
        // Without a percentage; with one a ring is filled.
        Glyph::Progress => &[("M8 2.2a5.8 5.8 0 0 1 5.8 5.8", Line(2.4))],
        Glyph::Trouble => &[("M8 1.6L15 14H1z", Fill), ("M8 6v4M8 11.4v1.4", Inner(1.7))],
        Glyph::Ended => &[(CIRCLE, Line(1.6)), ("M5.3 8.2l1.9 1.9 3.6-4", Line(1.6))],
        Glyph::Leaving => &[(CIRCLE, Line(1.6)), ("M5 8h6", Line(1.8))],
        Glyph::Service => &[
            ("M8 1.4a2 2 0 1 1 0 4a2 2 0 1 1 0-4zM3 10.6a2 2 0 1 1 0 4a2 2 0 1 1 0-4zM13 10.6a2 2 0 1 1 0 4a2 2 0 1 1 0-4z", Fill),
            ("M3 12L8 4l5 8", Line(1.3)),
        ],
        Glyph::Ingress => &[("M1 8h13M9.5 3.5L14 8l-4.5 4.5", Line(1.7))],
        Glyph::ConfigMap => &[("M4.5 2h7a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z", Line(1.5)), ("M5.5 6h5M5.5 9.5h5", Line(1.4))],
        Glyph::Secret => {
            &[("M4 7h8a1.5 1.5 0 0 1 1.5 1.5v4a1.5 1.5 0 0 1-1.5 1.5H4a1.5 1.5 0 0 1-1.5-1.5v-4A1.5 1.5 0 0 1 4 7zM5 7V5a3 3 0 0 1 6 0v2", Line(1.5))]
        }
        Glyph::Volume => &[("M2.5 4v8c0 1.5 11 1.5 11 0V4M2.5 4a5.5 2 0 1 0 11 0a5.5 2 0 1 0-11 0z", Line(1.5))],
        Glyph::Workload => &[("M6.5 1.8h5.7a2 2 0 0 1 2 2v5.7a2 2 0 0 1-2 2H6.5a2 2 0 0 1-2-2V3.8a2 2 0 0 1 2-2zM11.5 14.2H3.8a2 2 0 0 1-2-2V4.5", Line(1.4))],
        Glyph::Object => &[("M5 2.5h6A2.5 2.5 0 0 1 13.5 5v6a2.5 2.5 0 0 1-2.5 2.5H5A2.5 2.5 0 0 1 2.5 11V5A2.5 2.5 0 0 1 5 2.5z", Line(1.5))],
    }
}

const CIRCLE: &str = "M8 2.2a5.8 5.8 0 1 1 0 11.6a5.8 5.8 0 1 1 0-11.6z";
