//! The picture as a file of its own, with nothing that is elsewhere.

use super::glyphs::{self, Stroke};
use super::marks::Glyph;
use super::paint::{Ink, Pen};
use std::fmt::Write as _;

/// Writes SVG.
pub struct SvgPen {
    body: String,
    /// The words of a layer, which lie over its shapes.
    words: String,
    alpha: f64,
    colours: Vec<String>,
}

impl SvgPen {
    /// With the theme's colours, in the order of [`super::INKS`].
    pub fn new(colours: Vec<String>) -> SvgPen {
        SvgPen { body: String::new(), words: String::new(), alpha: 1.0, colours }
    }

    /// The file: what was drawn, in a picture of that size on the theme's page.
    pub fn finish(self, width: f64, height: f64, font: &str) -> String {
        let (page, body) = (self.colour(Ink(0)), &self.body);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" font-family="{}"><rect width="100%" height="100%" fill="{page}"/>{body}</svg>"#,
            escaped(font)
        )
    }

    fn colour(&self, ink: Ink) -> &str {
        self.colours.get(usize::from(ink.0)).map_or("#888", String::as_str)
    }

    fn element(&mut self, name: &str, attributes: std::fmt::Arguments, fill: Option<Ink>, line: Option<(Ink, f64)>, dashes: &str) {
        // Writing into a string can't fail.
        let _ = write!(
            self.body,
            "<{name} {attributes} fill=\"{}\"",
            fill.map_or("none", |ink| self.colours.get(usize::from(ink.0)).map_or("#888", String::as_str))
        );
        if let Some((ink, width)) = line {
            let colour = self.colours.get(usize::from(ink.0)).map_or("#888", String::as_str);
            let _ = write!(self.body, " stroke=\"{colour}\" stroke-width=\"{width}\"");
        }
        if !dashes.is_empty() {
            let _ = write!(self.body, " stroke-dasharray=\"{dashes}\"");
        }
        if self.alpha < 1.0 {
            let _ = write!(self.body, " opacity=\"{:.2}\"", self.alpha);
        }
        self.body.push_str("/>");
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

impl Pen for SvgPen {
    fn layer(&mut self) {
        self.body.push_str(&std::mem::take(&mut self.words));
    }

    fn alpha(&mut self, alpha: f64) {
        self.alpha = alpha;
    }

    fn rect(&mut self, [x, y, width, height]: [f64; 4], radius: f64, fill: Option<Ink>, line: Option<(Ink, f64)>, dashed: bool) {
        let place = format_args!(r#"x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="{radius:.1}""#);
        self.element("rect", place, fill, line, if dashed { "5 4" } else { "" });
    }

    fn text(&mut self, text: &str, (x, y): (f64, f64), size: f64, is_bold: bool, ink: Ink) {
        let weight = if is_bold { " font-weight=\"600\"" } else { "" };
        let ink = self.colour(ink).to_owned();
        let _ = write!(self.words, r#"<text x="{x:.1}" y="{y:.1}" font-size="{size:.1}"{weight} fill="{ink}""#);
        if self.alpha < 1.0 {
            let _ = write!(self.words, " opacity=\"{:.2}\"", self.alpha);
        }
        let _ = write!(self.words, ">{}</text>", escaped(text));
    }

    fn path(&mut self, data: &'static str, (x, y): (f64, f64), scale: f64, turn: f64, stroke: Stroke, ink: Ink) {
        let place = format_args!(r#"d="{data}" transform="translate({x:.1} {y:.1}) scale({scale:.3}) rotate({:.0} 8 8)""#, turn * 360.0);
        match stroke {
            Stroke::Fill => self.element("path", place, Some(ink), None, ""),
            Stroke::Line(width) | Stroke::Inner(width) => self.element("path", place, None, Some((ink, width)), ""),
            Stroke::Dashed(width) => self.element("path", place, None, Some((ink, width)), "2.7 2.1"),
        }
    }

    fn ring(&mut self, (x, y): (f64, f64), radius: f64, part: f64, line: (Ink, f64)) {
        let round = radius * std::f64::consts::TAU;
        let place = format_args!(r#"cx="{x:.1}" cy="{y:.1}" r="{radius:.1}" transform="rotate(-90 {x:.1} {y:.1})""#);
        let dashes = if part < 1.0 { format!("{:.1} {round:.1}", part * round) } else { String::new() };
        self.element("circle", place, None, Some(line), &dashes);
    }

    fn curve(&mut self, [a, b, c, d]: [(f64, f64); 4], line: (Ink, f64), dashed: bool) {
        let place = format_args!(r#"d="M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}""#, a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1);
        self.element("path", place, None, Some(line), if dashed { "4 4" } else { "" });
    }

    fn dot(&mut self, (x, y): (f64, f64), radius: f64, ink: Ink) {
        self.element("circle", format_args!(r#"cx="{x:.1}" cy="{y:.1}" r="{radius:.1}""#), Some(ink), None, "");
    }
}

/// The inside of an `<svg viewBox="0 0 16 16">` with a symbol, in the colour of the text around it.
pub fn glyph_svg(glyph: Glyph) -> String {
    let mut pen = SvgPen::new(vec!["currentColor".into(), "var(--glyph-ink)".into(), "var(--line)".into()]);
    if glyph == Glyph::Progress {
        pen.ring((8.0, 8.0), 5.8, 1.0, (Ink(2), 2.4));
    }
    for (data, stroke) in glyphs::parts(glyph) {
        pen.path(data, (0.0, 0.0), 1.0, 0.0, *stroke, Ink(u8::from(matches!(stroke, Stroke::Inner(_)))));
    }
    pen.body
}
