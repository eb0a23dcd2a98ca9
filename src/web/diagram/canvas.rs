//! A canvas as a pen. What is set is remembered, since telling the browser what it knows already costs more than drawing.

use crate::playground::scene::{INKS, Ink, Letters, Pen, Stroke};
use crate::value::{Sort, SortedMap};
use crate::web::dom::document;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, Path2d};

/// The colours and the font of the theme that is shown.
#[derive(Clone, PartialEq, Default)]
pub struct Theme {
    /// In the order of [`INKS`].
    pub colours: Vec<String>,
    /// The font's families.
    pub font: String,
}

impl Theme {
    /// As the styles have it now.
    pub fn read() -> Theme {
        let style = web_sys::window().zip(document().document_element()).and_then(|(window, root)| window.get_computed_style(&root).ok().flatten());
        let value = |name: &str| style.as_ref().and_then(|style| style.get_property_value(name).ok()).unwrap_or_default().trim().to_owned();
        Theme { colours: INKS.iter().map(|name| value(name)).collect(), font: value("--sans") }
    }
}

/// What the context is set to.
#[derive(Default, PartialEq)]
struct Settings {
    fill: Option<Ink>,
    line: Option<Ink>,
    width: f64,
    dashes: Option<bool>,
    /// Twice the size, and whether it is bold.
    font: (i32, bool),
}

/// Twice the font's size and whether it is bold; then the colour, how much of it is seen, the place, and the text.
type Word = ((i32, bool), Ink, f64, (f64, f64), String);

/// A canvas to draw on.
pub struct Canvas {
    /// The element.
    pub element: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    theme: Theme,
    ratio: f64,
    set: Settings,
    alpha: f64,
    /// The words of a layer. They are drawn font by font: choosing a font takes longer than writing with it.
    words: Vec<Word>,
    /// By the address of their data, which is static.
    paths: SortedMap<usize, Path2d>,
}

impl Canvas {
    /// Draws on `element`; `None` where the browser can't.
    pub fn on(element: HtmlCanvasElement) -> Option<Canvas> {
        let context = element.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Canvas { element, context, theme: Theme::default(), ratio: 1.0, set: Settings::default(), alpha: 1.0, words: Vec::new(), paths: SortedMap::new() })
    }

    /// Begins a picture of a size in CSS pixels, with so many of the screen's for each.
    pub fn begin(&mut self, size: (f64, f64), ratio: f64, theme: &Theme) {
        if self.theme != *theme {
            self.theme = theme.clone();
        }
        let (width, height) = ((size.0 * ratio).round() as u32, (size.1 * ratio).round() as u32);
        if (self.element.width(), self.element.height()) != (width, height) {
            self.element.set_width(width);
            self.element.set_height(height);
        }
        (self.ratio, self.set, self.alpha) = (ratio, Settings::default(), -1.0);
        self.to_screen();
        self.context.clear_rect(0.0, 0.0, size.0, size.1);
        self.alpha(1.0);
    }

    /// How wide the letters of the theme's font are.
    pub fn letters(&self, theme: &Theme) -> Letters {
        let family = &theme.font;
        Letters::measured(|letter, is_bold| {
            self.context.set_font(&format!("{} 100px {family}", if is_bold { 600 } else { 400 }));
            self.context.measure_text(letter).map_or(0.6, |metrics| metrics.width() / 100.0)
        })
    }

    fn to_screen(&self) {
        let _ = self.context.set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
    }

    fn fill(&mut self, ink: Ink) {
        if self.set.fill != Some(ink) {
            self.set.fill = Some(ink);
            self.context.set_fill_style_str(&self.theme.colours[usize::from(ink.0)]);
        }
    }

    fn line(&mut self, ink: Ink, width: f64) {
        if self.set.line != Some(ink) {
            self.set.line = Some(ink);
            self.context.set_stroke_style_str(&self.theme.colours[usize::from(ink.0)]);
        }
        if self.set.width != width {
            self.set.width = width;
            self.context.set_line_width(width);
        }
    }

    fn dashes(&mut self, on: f64, off: f64) {
        let dashed = on > 0.0;
        // Broken lines are few and have several patterns.
        if dashed || self.set.dashes != Some(false) {
            self.set.dashes = Some(dashed);
            let pattern = if dashed { js_sys::Array::of2(&on.into(), &off.into()) } else { js_sys::Array::new() };
            let _ = self.context.set_line_dash(&pattern);
        }
    }
}

impl Pen for Canvas {
    fn alpha(&mut self, alpha: f64) {
        let alpha = alpha.clamp(0.0, 1.0);
        if self.alpha != alpha {
            self.alpha = alpha;
            self.context.set_global_alpha(alpha);
        }
    }

    fn layer(&mut self) {
        let mut words = std::mem::take(&mut self.words);
        words.order_by_key(|(font, ink, ..)| (*font, ink.0));
        for (font, ink, alpha, (x, y), text) in words.drain(..) {
            if self.set.font != font {
                self.set.font = font;
                self.context.set_font(&format!("{} {}px {}", if font.1 { 600 } else { 400 }, f64::from(font.0) / 2.0, self.theme.font));
            }
            self.alpha(alpha);
            self.fill(ink);
            let _ = self.context.fill_text(&text, x, y);
        }
        self.words = words;
    }

    fn rect(&mut self, [x, y, width, height]: [f64; 4], radius: f64, fill: Option<Ink>, line: Option<(Ink, f64)>, dashed: bool) {
        // As borders are: inside, so that a line of one pixel is sharp.
        let inset = line.map_or(0.0, |(_, width)| width / 2.0);
        let (width, height) = (width - 2.0 * inset, height - 2.0 * inset);
        if width <= 0.0 || height <= 0.0 {
            return;
        }
        self.context.begin_path();
        let _ = self.context.round_rect_with_f64(x + inset, y + inset, width, height, radius.clamp(0.0, width.min(height) / 2.0));
        if let Some(ink) = fill {
            self.fill(ink);
            self.context.fill();
        }
        if let Some((ink, width)) = line {
            self.line(ink, width);
            self.dashes(if dashed { 5.0 } else { 0.0 }, 4.0);
            self.context.stroke();
        }
    }

    fn text(&mut self, text: &str, (x, y): (f64, f64), size: f64, is_bold: bool, ink: Ink) {
        // Half pixels: a browser is asked for few fonts, whatever the scale.
        let font = ((size * 2.0).floor() as i32, is_bold);
        self.words.push((font, ink, self.alpha, (x, y), text.to_owned()));
    }

    fn path(&mut self, data: &'static str, (x, y): (f64, f64), scale: f64, turn: f64, stroke: Stroke, ink: Ink) {
        let Some(path) = self.paths.get(&(data.as_ptr() as usize)).cloned().or_else(|| Path2d::new_with_path_string(data).ok()) else { return };
        self.paths.insert(data.as_ptr() as usize, path.clone());
        // Around the middle at 8, 8.
        let (sin, cos) = (turn * std::f64::consts::TAU).sin_cos();
        let (a, b) = (self.ratio * scale * cos, self.ratio * scale * sin);
        let (left, top) = ((x + 8.0 * scale) * self.ratio - 8.0 * a + 8.0 * b, (y + 8.0 * scale) * self.ratio - 8.0 * b - 8.0 * a);
        let _ = self.context.set_transform(a, b, -b, a, left, top);
        match stroke {
            Stroke::Fill => {
                self.fill(ink);
                self.context.fill_with_path_2d(&path);
            }
            Stroke::Line(width) | Stroke::Inner(width) | Stroke::Dashed(width) => {
                self.line(ink, width);
                self.dashes(if matches!(stroke, Stroke::Dashed(_)) { 2.7 } else { 0.0 }, 2.1);
                self.context.stroke_with_path(&path);
            }
        }
        self.to_screen();
    }

    fn ring(&mut self, (x, y): (f64, f64), radius: f64, part: f64, (ink, width): (Ink, f64)) {
        let start = -std::f64::consts::FRAC_PI_2;
        self.context.begin_path();
        let _ = self.context.arc(x, y, radius, start, start + part.min(1.0) * std::f64::consts::TAU);
        self.line(ink, width);
        self.dashes(0.0, 0.0);
        self.context.stroke();
    }

    fn curve(&mut self, [a, b, c, d]: [(f64, f64); 4], (ink, width): (Ink, f64), dashed: bool) {
        self.context.begin_path();
        self.context.move_to(a.0, a.1);
        self.context.bezier_curve_to(b.0, b.1, c.0, c.1, d.0, d.1);
        self.line(ink, width);
        self.dashes(if dashed { 4.0 } else { 0.0 }, 4.0);
        self.context.stroke();
    }

    fn dot(&mut self, (x, y): (f64, f64), radius: f64, ink: Ink) {
        self.context.begin_path();
        let _ = self.context.arc(x, y, radius, 0.0, std::f64::consts::TAU);
        self.fill(ink);
        self.context.fill();
    }
}
