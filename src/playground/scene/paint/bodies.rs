//! How each mark is drawn: from near with its words, from far as a shape.

use super::{ACCENT, BAD, GLYPH_INK, INK, Ink, LEAST_SHRUNK, LINE, MUTED, PANEL, Pen, Picture, Place, RAISED, SOFT, STRONG_LINE, Words};
use crate::playground::scene::glyphs::{self, Stroke};
use crate::playground::scene::marks::{Glyph, Shape, Tone};
use crate::playground::scene::motion::Sprite;

impl Picture<'_> {
    /// A mark, where it is.
    pub(super) fn mark(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place) {
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
        let is_pod = mark.shape == Shape::Pod;
        let title_size = if is_pod { size } else { self.shrunk(&mark.title, room, size) };
        let title = self.letters.fit(&mark.title, room, title_size, true, is_pod);
        pen.text(&title, (x, y), title_size, true, INK);
        if both {
            self.text(pen, &mark.detail, Words { x, y: y + size * 1.3, room, size: size * 0.92 }, false, detail_ink);
        }
    }

    /// The size at which a title has room, as long as it is still as easily read as the others.
    fn shrunk(&self, title: &str, room: f64, size: f64) -> f64 {
        size * (room / self.letters.width(title, size, true).max(1.0)).clamp(LEAST_SHRUNK, 1.0)
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

    /// The words of a card: its name over two lines, where it was made high enough for that, and a few words.
    fn card_words(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place, (x, room): (f64, f64), detail_ink: Ink) {
        let (title, size) = (sprite.mark.title.as_str(), 12.5 * self.text_scale());
        if self.letters.width(title, size, true) * LEAST_SHRUNK <= room || place.height < size * 4.2 {
            return self.two_lines(pen, sprite, place, (x, room), 12.5, detail_ink);
        }
        let (first, second) = title.split_at(self.wrapped(title, '-', room / LEAST_SHRUNK, size, true)[0].len());
        let size = self.shrunk(first, room, size).min(self.shrunk(second, room, size));
        let y = place.y + 15.0 * self.text_scale() + size * 0.35;
        self.text(pen, first, Words { x, y, room, size }, true, INK);
        self.text(pen, second, Words { x, y: y + size * 1.2, room, size }, true, INK);
        self.text(pen, &sprite.mark.detail, Words { x, y: y + size * 2.5, room, size: size * 0.92 }, false, detail_ink);
    }

    /// Anything else that is an object: a symbol, its name, a few words; in a row, or over each other where it is high enough.
    fn card(&self, pen: &mut dyn Pen, sprite: &Sprite, place: Place) {
        let (mark, scale) = (sprite.mark, self.text_scale());
        let is_chip = mark.shape == Shape::Chip;
        let radius = if is_chip { place.height / 2.0 } else { 8.0 * self.camera.scale.min(1.4) };
        pen.rect(place.all(), radius, Some(if is_chip { PANEL } else { RAISED }), Some((LINE, 1.0)), false);
        let size = (16.0 * scale).min(place.height * 0.6);
        let inset = (if is_chip { 12.0 } else { 10.0 }) * self.camera.scale.min(1.3);
        let glyph_y = if is_chip { place.y + (place.height - size) / 2.0 } else { place.y + (place.height * 0.33).min(15.0 * scale) - size / 2.0 };
        if size >= 5.0 {
            self.glyph(pen, sprite, (place.x + inset, glyph_y), size, MUTED);
        }
        let detail_ink = if matches!(mark.tone, Tone::Bad | Tone::Waiting) { Ink::of_tone(mark.tone) } else { MUTED };
        let x = place.x + inset + size + 7.0;
        let room = place.x + place.width - inset - x;
        if !is_chip {
            return self.card_words(pen, sprite, place, (x, room), detail_ink);
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
}
