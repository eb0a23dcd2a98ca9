//! What is drawn between marks and around them: links, what has to do with what, requests on their way, outlines.

use super::{ACCENT, BAD, GLYPH_INK, GOOD, Ink, PAGE, Pen, Picture, Place, STRONG_LINE};
use crate::playground::scene::course::{Course, Stage};
use crate::playground::scene::glyphs::Stroke;
use crate::playground::scene::marks::{Shape, Tone};
use crate::playground::scene::motion::Sprite;

/// More lines than this from one object are a carpet: then its marks are only outlined.
const MOST_TRACES: usize = 24;
/// Up to so many lines say what they mean.
const MOST_WORDS: usize = 10;
/// Where on its line a word may stand, the best place first.
const WORD_PLACES: [f64; 9] = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];
/// Shorter lines have no room for a word.
const LEAST_LENGTH: f64 = 70.0;

type Curve = [(f64, f64); 4];

impl Picture<'_> {
    /// The links of the scene.
    pub(super) fn links(&self, pen: &mut dyn Pen) {
        for link in &self.motion.scene().links {
            let (Some(from), Some(to)) = (self.place_of(&link.from), self.place_of(&link.to)) else { continue };
            let ink = if link.tone == Tone::Plain { STRONG_LINE } else { Ink::of_tone(link.tone) };
            pen.alpha(if link.tone == Tone::Plain { 0.55 } else { 0.9 });
            pen.curve(between(from, to), (ink, 1.6), link.broken);
        }
        pen.alpha(1.0);
    }

    /// The lines to what the selected object has to do with, each with what it means.
    pub(super) fn traces(&self) -> Vec<(Curve, &'static str)> {
        let traces = &self.look.traces;
        if traces.len() > MOST_TRACES {
            return Vec::new();
        }
        let mut curves: Vec<(Curve, &'static str)> = Vec::new();
        for trace in traces {
            let (Some(from), Some(to)) = (self.place_of(&trace.from), self.place_of(&trace.to)) else { continue };
            if !from.contains(to) && !to.contains(from) {
                curves.push((between(from, to), trace.kind.word()));
            }
        }
        curves
    }

    /// What the lines mean, where that hides nothing.
    pub(super) fn trace_words(&self, pen: &mut dyn Pen, traces: &[(Curve, &'static str)], sprites: &[(Sprite, Place)]) {
        traces.iter().for_each(|(points, _)| pen.dot(points[3], 3.2, ACCENT));
        if traces.len() > MOST_WORDS || self.camera.scale < 0.6 {
            return;
        }
        let mut taken: Vec<[f64; 4]> = sprites.iter().filter_map(|(sprite, place)| worded(sprite, *place, self.camera.scale)).collect();
        let size = 11.0 * self.text_scale();
        let height = size * 1.5;
        for (points, word) in traces {
            let width = self.letters.width(word, size, false) + size;
            if (points[3].0 - points[0].0).hypot(points[3].1 - points[0].1) < LEAST_LENGTH {
                continue;
            }
            let free = WORD_PLACES.iter().find_map(|part| {
                let (x, y) = along(*points, *part);
                let place = [x - width / 2.0, y - height / 2.0, width, height];
                (!taken.iter().any(|other| overlap(place, *other))).then_some(place)
            });
            if let Some(place) = free {
                pen.rect(place, height / 2.0, Some(PAGE), Some((ACCENT, 1.0)), false);
                pen.text(word, (place[0] + size / 2.0, place[1] + height * 0.74), size, false, ACCENT);
                taken.push(place);
            }
        }
    }

    /// What is around a mark: that it has changed, is selected, has to do with what is, or has the keyboard.
    pub(super) fn outline(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place) {
        let id = &sprite.mark.id;
        let is_chip = sprite.mark.shape == Shape::Chip;
        let radius = if is_chip { place.height / 2.0 } else { (place.height.min(place.width) * 0.2).min(10.0) };
        if sprite.glow > 0.0 {
            pen.alpha(sprite.glow * 0.8);
            let by = 1.0 + 5.0 * (1.0 - sprite.glow);
            pen.rect(
                place.grown(by),
                radius + by,
                None,
                Some((Ink::of_tone(if sprite.mark.tone == Tone::Plain { Tone::Busy } else { sprite.mark.tone }), 2.0)),
                false,
            );
            pen.alpha(1.0);
        }
        if self.look.selected.as_ref() == Some(id) {
            pen.rect(place.grown(2.0), radius + 2.0, None, Some((ACCENT, 2.5)), false);
        } else if self.look.related.contains(id) {
            // Between small cells there is no more room.
            let is_cell = place.width < 14.0;
            pen.rect(place.grown(if is_cell { 1.0 } else { 0.5 }), radius, None, Some((ACCENT, if is_cell { 1.0 } else { 1.5 })), false);
        }
        if self.look.focused.as_ref() == Some(id) {
            pen.rect(place.grown(5.0), radius + 4.0, None, Some((ACCENT, 2.0)), false);
        }
    }

    /// A request on its way.
    pub(super) fn course(&self, pen: &mut dyn Pen, course: &Course) {
        let mut places: Vec<Place> = course.places.iter().filter_map(|id| self.place_of(id)).collect();
        let Some(first) = places.first().copied() else { return };
        if course.is_from_outside {
            places.insert(0, Place { x: (first.x - 70.0).max(2.0), y: (first.y - 60.0).max(2.0), width: 1.0, height: 1.0 });
        }
        let (at, stage) = course.at(self.now_ms, places.len());
        let ink = match stage {
            Stage::Under => ACCENT,
            Stage::Answered => GOOD,
            Stage::Lost => BAD,
        };
        let leg = at.floor() as usize;
        if !course.is_quiet {
            for pair in places.windows(2).take(leg) {
                pen.curve(between(pair[0], pair[1]), (ink, 2.5), false);
            }
        }
        let here = match places.get(leg..leg + 2) {
            // Under way between two places.
            Some(pair) => along(between(pair[0], pair[1]), at - leg as f64),
            // Where it has arrived, its line ends.
            None => {
                let last = places[places.len() - 1];
                if !course.is_quiet {
                    pen.rect(last.grown(3.0), 10.0, None, Some((ink, 3.0)), false);
                }
                match places.len() {
                    1 => (last.x, last.y + last.height / 2.0),
                    count => between(places[count - 2], last)[3],
                }
            }
        };
        let size = if course.is_quiet { 0.6 } else { 1.0 };
        if stage == Stage::Lost {
            pen.dot(here, 10.0 * size, BAD);
            return pen.path("M4.5 4.5l7 7M11.5 4.5l-7 7", (here.0 - 8.0 * size, here.1 - 8.0 * size), size, 0.0, Stroke::Line(2.2), GLYPH_INK);
        }
        pen.dot(here, 8.0 * size, PAGE);
        pen.dot(here, 6.0 * size, ink);
    }
}

/// The part of a mark that has words, which no other words may hide.
fn worded(sprite: &Sprite, place: Place, scale: f64) -> Option<[f64; 4]> {
    match sprite.mark.shape {
        Shape::Namespace => None,
        Shape::Node | Shape::Group => Some([place.x, place.y, place.width, (f64::from(sprite.mark.header) * scale).min(place.height)]),
        _ => Some(place.all()),
    }
}

fn overlap(one: [f64; 4], other: [f64; 4]) -> bool {
    one[0] < other[0] + other[2] && other[0] < one[0] + one[2] && one[1] < other[1] + other[3] && other[1] < one[1] + one[3]
}

/// The point that is so far along a curve, 0 to 1.
fn along([a, b, c, d]: Curve, t: f64) -> (f64, f64) {
    let s = 1.0 - t;
    let mix = |w: f64, x: f64, y: f64, z: f64| s * s * s * w + 3.0 * s * s * t * x + 3.0 * s * t * t * y + t * t * t * z;
    (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
}

/// A curve from one rectangle to another: from side to side, or from below to above.
fn between(from: Place, to: Place) -> Curve {
    let ((from_x, from_y), (to_x, to_y)) = (from.middle(), to.middle());
    if to.x >= from.x + from.width || to.x + to.width <= from.x {
        let (start, end) = if to.x > from.x { (from.x + from.width, to.x) } else { (from.x, to.x + to.width) };
        let middle = (start + end) / 2.0;
        return [(start, from_y), (middle, from_y), (middle, to_y), (end, to_y)];
    }
    let (start, end) = if to_y > from_y { (from.y + from.height, to.y) } else { (from.y, to.y + to.height) };
    let middle = (start + end) / 2.0;
    [(from_x, start), (from_x, middle), (to_x, middle), (to_x, end)]
}
