//! How a scene looks: marks, lines and words, put on the screen or into a file by a [`Pen`]. What is large enough shows its words, what is
//! small only its shape; so the same picture can be read from far and from near.

use super::camera::{Camera, Size};
use super::course::{Course, Stage};
use super::glyphs::{self, Stroke};
use super::letters::Letters;
use super::marks::{Glyph, Shape, Tone};
use super::motion::{Motion, Sprite};
use super::relations::Trace;
use crate::value::{SmolStr, SortedMap, SortedSet};

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
    /// A request on its way.
    pub course: Option<Course>,
}

/// More lines than this from one object are a carpet: then its marks are only outlined.
const MOST_TRACES: usize = 24;
/// Up to so many lines say what they mean.
const MOST_WORDS: usize = 10;

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
            pen.layer();
        };
        draw(pen, &is_below);
        pen.alpha(1.0);
        self.links(pen);
        draw(pen, &|sprite| !is_below(sprite) && !sprite.moves);
        draw(pen, &|sprite| !is_below(sprite) && sprite.moves);
        pen.alpha(1.0);
        self.traces(pen);
        pen.layer();
        for (sprite, place) in sprites.iter().filter(|(_, place)| is_seen(place)) {
            self.outline(pen, sprite, *place);
        }
        if let Some(course) = &self.look.course {
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

    fn mark(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place) {
        let zoom = self.camera.scale;
        match sprite.mark.shape {
            Shape::Process => {
                let acts = sprite.mark.tone == Tone::Busy;
                pen.rect(place.all(), 10.0 * zoom.min(1.4), Some(PANEL), Some((if acts { ACCENT } else { LINE }, 1.0)), false);
                if place.width > 44.0 {
                    pen.dot((place.x + place.width - 14.0, place.y + 14.0), 4.0, if acts { ACCENT } else { LINE });
                }
                let inner = 12.0 * zoom.clamp(0.4, 1.4);
                self.two_lines(pen, sprite, place, (place.x + inner, place.width - 2.0 * inner - 12.0), 13.0, MUTED);
            }
            Shape::Queue => self.queue(pen, sprite, place),
            Shape::Node => self.node(pen, sprite, place),
            Shape::Pod => self.pod(pen, sprite, place),
            Shape::Chip | Shape::Card => self.card(pen, sprite, place),
            Shape::Group => {
                let header = f64::from(sprite.mark.header) * zoom;
                let alpha = sprite.alpha;
                pen.alpha(alpha * 0.13);
                pen.rect(place.all(), 11.0 * zoom.min(1.4), Some(STRONG_LINE), None, false);
                pen.alpha(alpha);
                self.header(pen, sprite, place, header, Ink::of_hue(sprite.mark.hue));
            }
            Shape::Namespace => {
                pen.rect(place.all(), 14.0 * zoom.min(1.4), None, Some((LINE, 1.5)), true);
                let size = 12.5 * self.text_scale();
                if size >= 8.0 {
                    let words = Words { x: place.x + 12.0, y: place.y + 8.0 * zoom + size, room: place.width - 24.0, size };
                    let label = self.letters.width("namespace ", size, false);
                    pen.text("namespace ", (words.x, words.y), size, false, MUTED);
                    self.text(pen, &sprite.mark.title, Words { x: words.x + label, room: words.room - label, ..words }, true, MUTED);
                }
            }
            Shape::Heading => {
                let size = 12.5 * self.text_scale();
                self.text(
                    pen,
                    &sprite.mark.title,
                    Words { x: place.x, y: place.y + place.height / 2.0 + size * 0.35, room: place.width.max(70.0), size },
                    false,
                    MUTED,
                );
            }
        }
    }

    /// Text, cut where there is no room.
    fn text(&self, pen: &mut dyn Pen, text: &str, words: Words, is_bold: bool, ink: Ink) {
        if words.room >= words.size && !text.is_empty() {
            pen.text(&self.letters.fit(text, words.room, words.size, is_bold, false), (words.x, words.y), words.size, is_bold, ink);
        }
    }

    /// A title over a detail, as far as there is height for them, from `x` on in that much room.
    fn two_lines(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place, (x, room): (f64, f64), size: f64, detail_ink: Ink) {
        let mark = sprite.mark;
        let size = (size * self.text_scale()).min(place.height * 0.62);
        if size < 7.0 || room < 20.0 {
            return;
        }
        let middle = place.y + place.height / 2.0;
        let both = place.height >= size * 2.5 && !mark.detail.is_empty();
        let y = if both { middle - size * 0.26 } else { middle + size * 0.35 };
        let title = self.letters.fit(&mark.title, room, size, true, mark.shape == Shape::Pod);
        pen.text(&title, (x, y), size, true, INK);
        if both {
            self.text(pen, &mark.detail, Words { x, y: y + size * 1.3, room, size: size * 0.92 }, false, detail_ink);
        }
    }

    fn glyph(&self, pen: &mut dyn Pen, sprite: &Sprite, at: (f64, f64), size: f64, ink: Ink) {
        let scale = size / 16.0;
        let middle = (at.0 + size / 2.0, at.1 + size / 2.0);
        let is_progress = sprite.mark.glyph == Glyph::Progress;
        if is_progress {
            pen.ring(middle, 5.8 * scale, 1.0, (if size < 14.0 { STRONG_LINE } else { LINE }, 2.4 * scale));
        }
        if let (true, Some(percent)) = (is_progress, sprite.mark.percent) {
            return pen.ring(middle, 5.8 * scale, f64::from(percent) / 100.0, (ink, 2.4 * scale));
        }
        let turn = if is_progress { self.look.turn } else { 0.0 };
        for (data, stroke) in glyphs::parts(sprite.mark.glyph) {
            pen.path(data, at, scale, turn, *stroke, if matches!(stroke, Stroke::Inner(_)) { GLYPH_INK } else { ink });
        }
    }

    fn queue(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place) {
        let zoom = self.camera.scale;
        pen.rect(place.all(), 10.0 * zoom.min(1.4), None, Some((LINE, 1.5)), true);
        let size = 12.5 * self.text_scale();
        let (x, y) = (place.x + 12.0 * zoom, place.y + 12.0 * zoom + size * 0.85);
        let room = if sprite.mark.header == 0 { place.width - 24.0 } else { f64::from(sprite.mark.header) * zoom };
        self.text(pen, &sprite.mark.title, Words { x, y, room, size }, false, MUTED);
        if sprite.mark.header > 0 && place.height > size * 3.4 {
            self.text(pen, &sprite.mark.detail, Words { x, y: y + size * 1.4, room, size }, true, MUTED);
        }
    }

    /// The head of something that is drawn around pods: a symbol, a title, and a few words on the right.
    fn header(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place, height: f64, ink: Ink) {
        let size = (height * 0.42).min(14.0 * self.text_scale());
        if size < 6.5 {
            return;
        }
        let inset = (height * 0.3).min(11.0 * self.text_scale());
        let y = place.y + inset * 0.5 + size * 1.05 + if height > 60.0 { size * 0.25 } else { 0.0 };
        let mut x = place.x + inset;
        let room = place.width - 2.0 * inset;
        // A machine in trouble keeps its symbol.
        if room > size * 7.0 || !matches!(sprite.mark.tone, Tone::Good | Tone::Plain) {
            let glyph = size * 1.12;
            self.glyph(pen, sprite, (x, y - size * 0.92), glyph, ink);
            x += glyph + size * 0.5;
        }
        let room = place.x + place.width - inset - x;
        let (detail, detail_size) = (sprite.mark.detail.as_str(), size * 0.88);
        let beside = self.letters.width(detail, detail_size, false);
        let title = self.letters.width(&sprite.mark.title, size, true);
        let fits_both = title + beside + size <= room;
        let short = if fits_both { beside } else { (room * 0.55 - size).max(room - title - size) };
        let detail = self.letters.fit(detail, short, detail_size, false, false);
        let wide = self.letters.width(&detail, detail_size, false);
        // A lonely "…" says nothing.
        let detail_fits = fits_both || detail.chars().count() > 2 && room > size * 11.0;
        if detail_fits {
            let ink =
                if matches!(sprite.mark.tone, Tone::Bad | Tone::Waiting) && sprite.mark.shape == Shape::Node { Ink::of_tone(sprite.mark.tone) } else { MUTED };
            pen.text(&detail, (place.x + place.width - inset - wide, y), detail_size, false, ink);
        }
        let room = room - if detail_fits { wide + size * 0.5 } else { 0.0 };
        if room >= size {
            pen.text(&self.letters.fit(&sprite.mark.title, room, size, true, true), (x, y), size, true, INK);
        }
    }

    fn node(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place) {
        let (zoom, mark) = (self.camera.scale, sprite.mark);
        let line = if mark.tone == Tone::Bad { BAD } else { LINE };
        let radius = if mark.header < 40 { 6.0 } else { 12.0 };
        pen.rect(place.all(), radius * zoom.min(1.4), Some(PANEL), Some((line, if mark.silent { 1.5 } else { 1.0 })), mark.silent);
        let head = f64::from(mark.header) * zoom;
        let size = 11.5 * self.text_scale();
        // With a line for each meter, or with a stroke for each.
        let title_height = if head >= 64.0 { 33.0 * self.text_scale().max(1.0) } else { head };
        self.header(pen, sprite, place, title_height.max(head.min(24.0)), Ink::of_tone(mark.tone));
        let inset = if head >= 64.0 { 11.0 * self.text_scale() } else { (head * 0.25).min(7.0) };
        let (x, width) = (place.x + inset, place.width - 2.0 * inset);
        if head < 64.0 || width < 110.0 {
            if head >= 16.0 {
                for (index, meter) in mark.meters.iter().take(2).enumerate() {
                    let y = place.y + head * (0.66 + 0.14 * index as f64);
                    self.bar(pen, [x, y, width, (head * 0.08).max(1.5)], meter.percent);
                }
            }
            return;
        }
        let rows = ((head - title_height) / (size * 1.4)).floor() as usize;
        for (index, meter) in mark.meters.iter().take(rows).enumerate() {
            let y = place.y + title_height + (index as f64 + 0.5) * size * 1.4;
            let (label, amount) = (size * 2.9, self.letters.width(&meter.text, size, false));
            pen.text(meter.label, (x, y + size * 0.35), size, false, MUTED);
            pen.text(&meter.text, (x + width - amount, y + size * 0.35), size, false, MUTED);
            self.bar(pen, [x + label, y - 2.5, (width - label - amount - size * 0.6).max(4.0), 5.0], meter.percent);
        }
    }

    fn bar(&self, pen: &mut dyn Pen, place: [f64; 4], percent: u8) {
        let [x, y, width, height] = place;
        pen.rect(place, height / 2.0, Some(SOFT), None, false);
        let full = width * f64::from(percent) / 100.0;
        if percent > 0 {
            pen.rect([x, y, full.max(height), height], height / 2.0, Some(STRONG_LINE), None, false);
        }
    }

    fn pod(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place) {
        let (mark, hue) = (sprite.mark, Ink::of_hue(sprite.mark.hue));
        let ink = Ink::of_tone(mark.tone);
        let is_tile = place.width >= 58.0 && place.height >= 44.0 && place.width < place.height * 1.8;
        if !is_tile && (place.height < 18.0 || place.width < 60.0) {
            return self.cell(pen, sprite, place, ink);
        }
        let radius = (place.height * 0.19).min(8.0);
        // Its application's colour looks out on the left.
        pen.rect([place.x, place.y, radius * 2.0, place.height], radius, Some(hue), None, false);
        pen.rect([place.x + 4.0, place.y, place.width - 4.0, place.height], radius * 0.6, Some(SOFT), Some((LINE, 1.0)), false);
        let detail_ink = if mark.tone == Tone::Bad { BAD } else { MUTED };
        if is_tile {
            return self.tile(pen, sprite, place, ink, detail_ink);
        }
        let size = (16.0 * self.text_scale()).min(place.height * 0.5);
        let inset = (12.0 * self.camera.scale).clamp(6.0, 14.0);
        let title_y = if place.height >= 34.0 * self.text_scale() { place.y + place.height * 0.31 } else { place.y + place.height / 2.0 };
        self.glyph(pen, sprite, (place.x + inset, title_y - size / 2.0), size, ink);
        let x = place.x + inset + size + 7.0;
        self.two_lines(pen, sprite, place, (x, place.x + place.width - 8.0 - x), 12.5, detail_ink);
    }

    /// A pod from near: its name and its state over several lines.
    fn tile(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place, ink: Ink, detail_ink: Ink) {
        let size = (place.height / 9.0).clamp(9.0, 14.0);
        let (x, room) = (place.x + 9.0, place.width - 15.0);
        self.glyph(pen, sprite, (x, place.y + 7.0), size * 1.3, ink);
        let mut y = place.y + 7.0 + size * 2.4;
        let last_y = place.y + place.height - size * 0.6;
        for (text, breaks, is_bold, ink) in [(&sprite.mark.title, '-', true, INK), (&sprite.mark.detail, ' ', false, detail_ink)] {
            for line in self.wrapped(text, breaks, room, size, is_bold) {
                if y > last_y {
                    return;
                }
                self.text(pen, line, Words { x, y, room, size }, is_bold, ink);
                y += size * 1.25;
            }
            y += size * 0.25;
        }
    }

    /// A text in lines, broken after certain letters.
    fn wrapped<'a>(&self, text: &'a str, breaks: char, room: f64, size: f64, is_bold: bool) -> Vec<&'a str> {
        let (mut lines, mut start, mut end) = (Vec::new(), 0, 0);
        for part in text.split_inclusive(breaks) {
            if end > start && self.letters.width(&text[start..end + part.len()], size, is_bold) > room {
                lines.push(&text[start..end]);
                start = end;
            }
            end += part.len();
        }
        lines.push(&text[start..end]);
        lines
    }

    /// A pod from far: the shape of its state.
    fn cell(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place, ink: Ink) {
        let size = place.width.min(place.height);
        let at = (place.x + (place.width - size) / 2.0, place.y + (place.height - size) / 2.0);
        if size >= 11.0 {
            return self.glyph(pen, sprite, at, size, ink);
        }
        let square = [at.0, at.1, size, size];
        match sprite.mark.glyph {
            Glyph::Ready => pen.rect(square, size * 0.3, Some(ink), None, false),
            Glyph::Trouble => pen.path("M8 1.6L15 14H1z", at, size / 16.0, 0.0, Stroke::Fill, ink),
            Glyph::NotReady | Glyph::Progress => {
                pen.rect([at.0 + 0.5, at.1 + 0.5, size - 1.0, size - 1.0], size * 0.3, None, Some((ink, 1.0)), false);
                pen.rect([at.0, at.1 + size / 2.0, size, size / 2.0], size * 0.2, Some(ink), None, false);
            }
            _ => pen.rect([at.0 + 0.5, at.1 + 0.5, size - 1.0, size - 1.0], size * 0.3, None, Some((ink, 1.0)), false),
        }
    }

    /// Anything else that is an object: a symbol, its name, a few words; in a row, or over each other where it is high enough.
    fn card(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place) {
        let (mark, scale) = (sprite.mark, self.text_scale());
        let is_chip = mark.shape == Shape::Chip;
        let radius = if is_chip { place.height / 2.0 } else { 8.0 * self.camera.scale.min(1.4) };
        pen.rect(place.all(), radius, Some(if is_chip { PANEL } else { RAISED }), Some((LINE, 1.0)), false);
        let size = (16.0 * scale).min(place.height * 0.6);
        let inset = (if is_chip { 12.0 } else { 10.0 }) * self.camera.scale.min(1.3);
        let glyph_y = if is_chip { place.y + (place.height - size) / 2.0 } else { place.y + place.height * 0.33 - size / 2.0 };
        if size >= 5.0 {
            self.glyph(pen, sprite, (place.x + inset, glyph_y), size, MUTED);
        }
        let detail_ink = if matches!(mark.tone, Tone::Bad | Tone::Waiting) { Ink::of_tone(mark.tone) } else { MUTED };
        let x = place.x + inset + size + 7.0;
        let room = place.x + place.width - inset - x;
        if !is_chip {
            return self.two_lines(pen, sprite, place, (x, room), 12.5, detail_ink);
        }
        let size = (12.5 * scale).min(place.height * 0.55);
        if size < 7.0 {
            return;
        }
        let y = place.y + place.height / 2.0 + size * 0.35;
        let title = self.letters.fit(&mark.title, room, size, true, false);
        let wide = self.letters.width(&title, size, true) + size * 0.55;
        pen.text(&title, (x, y), size, true, INK);
        self.text(pen, &mark.detail, Words { x: x + wide, y, room: room - wide, size: size * 0.96 }, false, detail_ink);
    }

    fn links(&self, pen: &mut dyn Pen) {
        for link in &self.motion.scene().links {
            let (Some(from), Some(to)) = (self.place_of(&link.from), self.place_of(&link.to)) else { continue };
            let ink = if link.tone == Tone::Plain { STRONG_LINE } else { Ink::of_tone(link.tone) };
            pen.alpha(if link.tone == Tone::Plain { 0.55 } else { 0.9 });
            pen.curve(between(from, to), (ink, 1.6), link.broken);
        }
        pen.alpha(1.0);
    }

    fn traces(&self, pen: &mut dyn Pen) {
        let traces = &self.look.traces;
        if traces.len() > MOST_TRACES {
            return;
        }
        let mut words: SortedMap<(i64, i64), &str> = SortedMap::new();
        for trace in traces {
            let (Some(from), Some(to)) = (self.place_of(&trace.from), self.place_of(&trace.to)) else { continue };
            if from.contains(to) || to.contains(from) {
                continue;
            }
            let points = between(from, to);
            pen.curve(points, (ACCENT, 1.8), false);
            pen.dot(points[3], 3.2, ACCENT);
            let middle = |part: fn((f64, f64)) -> f64| (part(points[0]) + 3.0 * part(points[1]) + 3.0 * part(points[2]) + part(points[3])) / 8.0;
            let length = (points[3].0 - points[0].0).hypot(points[3].1 - points[0].1);
            if length < 90.0 {
                continue;
            }
            words.insert((middle(|point| point.0) as i64, middle(|point| point.1) as i64), trace.kind.word());
        }
        if words.len() > MOST_WORDS || self.camera.scale < 0.6 {
            return;
        }
        for ((x, y), word) in words {
            let (x, y) = (x as f64, y as f64);
            let width = self.letters.width(word, 11.0, false);
            pen.rect([x - width / 2.0 - 5.0, y - 8.0, width + 10.0, 16.0], 8.0, Some(PAGE), Some((ACCENT, 1.0)), false);
            pen.text(word, (x - width / 2.0, y + 3.8), 11.0, false, ACCENT);
        }
    }

    fn outline(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place) {
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
            pen.rect(place.grown(0.5), radius, None, Some((ACCENT, 1.5)), false);
        }
        if self.look.focused.as_ref() == Some(id) {
            pen.rect(place.grown(5.0), radius + 4.0, None, Some((ACCENT, 2.0)), false);
        }
    }

    fn course(&self, pen: &mut dyn Pen, course: &Course) {
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
        for pair in places.windows(2).take(leg) {
            pen.curve(between(pair[0], pair[1]), (ink, 2.5), false);
        }
        let here = match places.get(leg..leg + 2) {
            // Under way between two places.
            Some(pair) => {
                let [a, b, c, d] = between(pair[0], pair[1]);
                let t = at - leg as f64;
                let (s, mix) = (1.0 - t, |w: f64, x: f64, y: f64, z: f64, s: f64| s * s * s * w + 3.0 * s * s * t * x + 3.0 * s * t * t * y + t * t * t * z);
                (mix(a.0, b.0, c.0, d.0, s), mix(a.1, b.1, c.1, d.1, s))
            }
            // Where it has arrived, its line ends.
            None => {
                let last = places[places.len() - 1];
                pen.rect(last.grown(3.0), 10.0, None, Some((ink, 3.0)), false);
                match places.len() {
                    1 => (last.x, last.y + last.height / 2.0),
                    count => between(places[count - 2], last)[3],
                }
            }
        };
        if stage == Stage::Lost {
            pen.dot(here, 10.0, BAD);
            return pen.path("M4.5 4.5l7 7M11.5 4.5l-7 7", (here.0 - 8.0, here.1 - 8.0), 1.0, 0.0, Stroke::Line(2.2), GLYPH_INK);
        }
        pen.dot(here, 8.0, PAGE);
        pen.dot(here, 6.0, ink);
    }
}

/// A curve from one rectangle to another: from side to side, or from below to above.
fn between(from: Place, to: Place) -> [(f64, f64); 4] {
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
