//! How a scene looks: marks, lines and words, put on the screen or into a file by a [`Pen`]. What is large enough shows its words, what is
//! small only its shape; so the same picture can be read from far and from near.

use super::camera::{Camera, Size};
mod bodies;
mod lines;

use super::course::Course;
use super::glyphs::Stroke;
use super::letters::Letters;
use super::marks::{Shape, Tone};
use super::motion::{Motion, Sprite};
use super::relations::Trace;
use crate::value::{SmolStr, SortedSet};

/// A colour of the theme, by the index of its name in [`INKS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ink(pub u8);

/// The names that the styles give the colours.
pub const INKS: [&str; 21] = [
    "--page",
    "--panel",
    "--raised",
    "--soft",
    "--ink",
    "--muted",
    "--line",
    "--strong-line",
    "--accent",
    "--good",
    "--busy",
    "--waiting",
    "--bad",
    "--over",
    "--glyph-ink",
    "--hue-0",
    "--hue-1",
    "--hue-2",
    "--hue-3",
    "--hue-4",
    "--hue-5",
];

/// Titles that are too long become no smaller than by this.
pub(super) const LEAST_SHRUNK: f64 = 0.86;

const PAGE: Ink = Ink(0);
const PANEL: Ink = Ink(1);
const RAISED: Ink = Ink(2);
const SOFT: Ink = Ink(3);
const INK: Ink = Ink(4);
const MUTED: Ink = Ink(5);
const LINE: Ink = Ink(6);
const STRONG_LINE: Ink = Ink(7);
const ACCENT: Ink = Ink(8);
const GOOD: Ink = Ink(9);
const BAD: Ink = Ink(12);
const GLYPH_INK: Ink = Ink(14);

impl Ink {
    fn of_tone(tone: Tone) -> Ink {
        match tone {
            Tone::Plain => MUTED,
            Tone::Good => GOOD,
            Tone::Busy => Ink(10),
            Tone::Waiting => Ink(11),
            Tone::Bad => BAD,
            Tone::Over => Ink(13),
        }
    }

    fn of_hue(hue: Option<u8>) -> Ink {
        hue.map_or(STRONG_LINE, |hue| Ink(15 + hue % 6))
    }
}

/// What draws. All places are in CSS pixels of the screen.
pub trait Pen {
    /// What is drawn from now on lies over what was drawn before; within a layer words may be drawn over shapes that come later.
    fn layer(&mut self) {}
    /// How much of what is drawn from now on is seen, 0 to 1.
    fn alpha(&mut self, alpha: f64);
    /// A rectangle: left, top, width, height, and the radius of its corners.
    fn rect(&mut self, place: [f64; 4], radius: f64, fill: Option<Ink>, line: Option<(Ink, f64)>, dashed: bool);
    /// A line of text, from the left end of its base line.
    fn text(&mut self, text: &str, at: (f64, f64), size: f64, is_bold: bool, ink: Ink);
    /// A part of a symbol of 16 by 16 units, turned by a part of a whole turn around its middle.
    fn path(&mut self, data: &'static str, at: (f64, f64), scale: f64, turn: f64, stroke: Stroke, ink: Ink);
    /// A part of a circle's line, from its top, clockwise.
    fn ring(&mut self, centre: (f64, f64), radius: f64, part: f64, line: (Ink, f64));
    /// A Bézier curve: its ends, and between them the points that draw it to them.
    fn curve(&mut self, points: [(f64, f64); 4], line: (Ink, f64), dashed: bool);
    /// A filled circle.
    fn dot(&mut self, centre: (f64, f64), radius: f64, ink: Ink);
}

/// What a person looks at.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Look {
    /// The id of the mark that is selected.
    pub selected: Option<SmolStr>,
    /// The id of the mark that has the keyboard.
    pub focused: Option<SmolStr>,
    /// What the selected mark has to do with others.
    pub traces: Vec<Trace>,
    /// The marks at the ends of the traces.
    pub related: SortedSet<SmolStr>,
    /// How far the rings of what is being made have turned, in turns.
    pub turn: f64,
    /// Requests on their way.
    pub courses: Vec<Course>,
}

/// A scene at an instant, and the part of it that is seen.
pub struct Picture<'a> {
    /// What is shown.
    pub motion: &'a Motion,
    /// When, in the milliseconds of the motion.
    pub now_ms: f64,
    /// Which part, and how large.
    pub camera: Camera,
    /// How much room there is.
    pub window: Size,
    /// The font.
    pub letters: &'a Letters,
    /// What stands out.
    pub look: &'a Look,
}

/// A rectangle on the screen.
#[derive(Clone, Copy)]
struct Place {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Place {
    fn all(self) -> [f64; 4] {
        [self.x, self.y, self.width, self.height]
    }

    fn grown(self, by: f64) -> [f64; 4] {
        [self.x - by, self.y - by, self.width + 2.0 * by, self.height + 2.0 * by]
    }

    fn middle(self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    fn contains(self, other: Place) -> bool {
        other.x >= self.x && other.y >= self.y && other.x + other.width <= self.x + self.width && other.y + other.height <= self.y + self.height
    }
}

/// Words in a place: where they begin, how much room they have, and their size.
#[derive(Clone, Copy)]
struct Words {
    x: f64,
    y: f64,
    room: f64,
    size: f64,
}

impl Picture<'_> {
    /// Draws everything that is seen.
    pub fn paint(&self, pen: &mut dyn Pen) {
        let sprites: Vec<(Sprite, Place)> = self.motion.sprites(self.now_ms).map(|sprite| (sprite, self.place(&sprite))).collect();
        let is_seen = |place: &Place| place.x < self.window.0 && place.y < self.window.1 && place.x + place.width > 0.0 && place.y + place.height > 0.0;
        let is_below = |sprite: &Sprite| matches!(sprite.mark.shape, Shape::Namespace | Shape::Group | Shape::Node | Shape::Queue);
        let draw = |pen: &mut dyn Pen, wanted: &dyn Fn(&Sprite) -> bool| {
            for (sprite, place) in sprites.iter().filter(|(sprite, place)| wanted(sprite) && is_seen(place)) {
                pen.alpha(sprite.alpha * if sprite.mark.faint { 0.6 } else { 1.0 });
                self.mark(pen, sprite, *place);
            }
        };
        draw(pen, &is_below);
        pen.alpha(1.0);
        // Lines go below all words and below what they don't lead to.
        self.links(pen);
        let traces = self.traces();
        traces.iter().for_each(|(points, _)| pen.curve(*points, (ACCENT, 1.8), false));
        pen.layer();
        draw(pen, &|sprite| !is_below(sprite) && !sprite.moves);
        pen.layer();
        draw(pen, &|sprite| !is_below(sprite) && sprite.moves);
        pen.layer();
        pen.alpha(1.0);
        self.trace_words(pen, &traces, &sprites);
        pen.layer();
        for (sprite, place) in sprites.iter().filter(|(_, place)| is_seen(place)) {
            self.outline(pen, sprite, *place);
        }
        for course in &self.look.courses {
            self.course(pen, course);
        }
        pen.alpha(1.0);
        pen.layer();
    }

    /// The whole picture in small, in the given rectangle, with the part that is seen framed.
    pub fn paint_map(&self, pen: &mut dyn Pen, at: (f64, f64), size: Size) {
        pen.alpha(0.94);
        pen.rect([at.0 - 5.0, at.1 - 5.0, size.0 + 10.0, size.1 + 10.0], 8.0, Some(PANEL), Some((LINE, 1.0)), false);
        pen.alpha(1.0);
        let scene = self.motion.scene();
        let scale = size.0 / f64::from(scene.width.max(1));
        for mark in &scene.marks {
            let ink = match mark.shape {
                Shape::Heading => continue,
                Shape::Node | Shape::Group | Shape::Namespace | Shape::Queue => LINE,
                Shape::Pod => Ink::of_tone(mark.tone),
                _ => STRONG_LINE,
            };
            let place = [
                at.0 + f64::from(mark.x) * scale,
                at.1 + f64::from(mark.y) * scale,
                (f64::from(mark.width) * scale).max(1.0),
                (f64::from(mark.height) * scale).max(1.0),
            ];
            let is_box = ink == LINE;
            pen.rect(place, 1.0, (!is_box).then_some(ink), is_box.then_some((STRONG_LINE, 0.5)), false);
        }
        let part = |start: f64, length: f64, whole: f64| {
            let from = (-start / self.camera.scale).clamp(0.0, whole);
            (from, ((length - start) / self.camera.scale).clamp(0.0, whole) - from)
        };
        let (x, width) = part(self.camera.left, self.window.0, f64::from(scene.width));
        let (y, height) = part(self.camera.top, self.window.1, f64::from(scene.height));
        pen.rect([at.0 + x * scale, at.1 + y * scale, width * scale, height * scale], 2.0, None, Some((ACCENT, 1.5)), false);
    }

    fn place(&self, sprite: &Sprite) -> Place {
        let Camera { scale, left, top } = self.camera;
        Place { x: sprite.x * scale + left, y: sprite.y * scale + top, width: sprite.width * scale, height: sprite.height * scale }
    }

    fn place_of(&self, id: &str) -> Option<Place> {
        self.motion.sprite_of(id, self.now_ms).map(|sprite| self.place(&sprite))
    }

    /// How large text is, compared with the size at which the picture was laid out: it grows less than the rest.
    fn text_scale(&self) -> f64 {
        self.camera.scale.clamp(0.72, 1.5)
    }
}
