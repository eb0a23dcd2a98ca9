//! Puts a scene on the screen, touching only what differs from the scene before. Marks are elements that are moved by
//! CSS transforms, so that the browser animates them; links are paths below.

use super::glyphs::glyph;
use crate::playground::scene::{Glyph, Link, Mark, Scene, Shape, Tone};
use crate::value::SmolStr;
use crate::web::dom::document;
use std::collections::{BTreeMap, BTreeSet};
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

const SVG: &str = "http://www.w3.org/2000/svg";
/// As long as styles/diagram.css takes to fade out what is gone.
const FADE_MS: i32 = 260;
/// More marks than this are moved without travelling.
const MOST_TRAVELLERS: usize = 250;
/// Up to this many objects each is a stop of the Tab key; beyond, the arrow keys go from one to the next.
const MOST_TAB_STOPS: usize = 60;

struct Shown {
    mark: Mark,
    element: HtmlElement,
    /// What is pointed at and focused, and has the name; it lies over the text, which says the same in parts.
    hit: HtmlElement,
    glyph: Element,
    title: Element,
    detail: Element,
}

/// The diagram's elements.
pub struct Renderer {
    marks: Element,
    links: Element,
    canvas: HtmlElement,
    shown: BTreeMap<SmolStr, Shown>,
    paths: BTreeMap<SmolStr, (Link, Element)>,
    selected: Option<SmolStr>,
    related: BTreeSet<SmolStr>,
    many: bool,
}

fn create(tag: &str, class: &str) -> Element {
    // The names of elements are ours, and valid.
    let element = document().create_element(tag).expect("a valid name of an element");
    element.set_class_name(class);
    element
}

/// Setting an attribute fails for invalid names only, and ours are valid.
fn attribute(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}

fn style(element: &HtmlElement, name: &str, value: &str) {
    let _ = element.style().set_property(name, value);
}

fn place(element: &HtmlElement, x: i32, y: i32) {
    style(element, "transform", &format!("translate({x}px, {y}px)"));
}

impl Renderer {
    /// An empty diagram in `canvas`.
    pub fn new(canvas: &HtmlElement) -> Renderer {
        let links = document().create_element_ns(Some(SVG), "svg").expect("a valid name of an element");
        attribute(&links, "class", "links");
        attribute(&links, "aria-hidden", "true");
        let marks = create("div", "marks");
        let _ = canvas.append_child(&links);
        let _ = canvas.append_child(&marks);
        Renderer { marks, links, canvas: canvas.clone(), shown: BTreeMap::new(), paths: BTreeMap::new(), selected: None, related: BTreeSet::new(), many: false }
    }

    /// Shows `scene`. Where `travel` is false everything is at its place at once.
    pub fn draw(&mut self, scene: &Scene, travel: bool) {
        style(&self.canvas, "width", &format!("{}px", scene.width));
        style(&self.canvas, "height", &format!("{}px", scene.height));
        let moved = self.count_moves(scene);
        let travel = travel && moved <= MOST_TRAVELLERS;
        self.canvas.class_list().toggle_with_force("still", !travel).ok();
        self.many = scene.marks.iter().filter(|mark| mark.object.is_some()).count() > MOST_TAB_STOPS;

        let wanted: BTreeSet<&SmolStr> = scene.marks.iter().map(|mark| &mark.id).collect();
        let gone: Vec<SmolStr> = self.shown.keys().filter(|id| !wanted.contains(id)).cloned().collect();
        for id in gone {
            if let Some(shown) = self.shown.remove(&id) {
                leave(&shown.element, travel);
            }
        }

        let mut arriving = Vec::new();
        // From the back, so that a new element can be put before the one that follows it.
        let mut next: Option<Element> = None;
        for mark in scene.marks.iter().rev() {
            match self.shown.get_mut(&mark.id) {
                Some(shown) if shown.mark == *mark => {}
                Some(shown) => {
                    change(shown, mark);
                    shown.mark = mark.clone();
                }
                None => {
                    let shown = self.enter(mark, next.as_ref(), travel);
                    if travel && mark.enters_at.is_some() {
                        arriving.push((shown.element.clone(), mark.x, mark.y));
                    }
                    self.shown.insert(mark.id.clone(), shown);
                }
            }
            next = self.shown.get(&mark.id).map(|shown| shown.element.clone().into());
        }
        if !arriving.is_empty() {
            // Reading the layout makes the browser take the first places as places to travel from.
            let _ = self.marks.get_bounding_client_rect();
            for (element, x, y) in arriving {
                place(&element, x, y);
            }
        }
        self.update_tab_stops();
        self.draw_links(scene);
    }

    fn count_moves(&self, scene: &Scene) -> usize {
        let moves = |mark: &&Mark| self.shown.get(&mark.id).is_none_or(|shown| (shown.mark.x, shown.mark.y) != (mark.x, mark.y));
        scene.marks.iter().filter(moves).count()
    }

    fn enter(&self, mark: &Mark, next: Option<&Element>, travel: bool) -> Shown {
        let element: HtmlElement = create("div", "").unchecked_into();
        let glyph = document().create_element_ns(Some(SVG), "svg").expect("a valid name of an element");
        attribute(&glyph, "viewBox", "0 0 16 16");
        attribute(&glyph, "aria-hidden", "true");
        let title = create("b", "");
        let detail = create("small", "");
        for part in [&glyph, &title, &detail] {
            let _ = element.append_child(part);
        }
        let hit: HtmlElement = create("span", "hit").unchecked_into();
        if mark.object.is_some() {
            for (name, value) in [("data-id", mark.id.as_str()), ("role", "button"), ("aria-pressed", "false")] {
                attribute(&hit, name, value);
            }
            // The name says what these show.
            for part in [&title, &detail] {
                attribute(part, "aria-hidden", "true");
            }
            let _ = element.append_child(&hit);
        }
        let shown = Shown { mark: Mark::decoration("", mark.shape, ""), element, hit, glyph, title, detail };
        let mut shown = Shown { mark: Mark { x: i32::MIN, ..shown.mark.clone() }, ..shown };
        change(&mut shown, mark);
        if let (true, Some((x, y))) = (travel, mark.enters_at) {
            place(&shown.element, x, y);
        }
        shown.mark = mark.clone();
        let _ = self.marks.insert_before(&shown.element, next.map(AsRef::as_ref));
        shown
    }

    fn update_tab_stops(&mut self) {
        let focused = document().active_element().and_then(|element| element.get_attribute("data-id"));
        let only = focused.or_else(|| self.selected.as_ref().map(ToString::to_string)).filter(|id| self.shown.contains_key(id.as_str()));
        let mut first = true;
        for (id, shown) in &self.shown {
            if shown.mark.object.is_none() {
                continue;
            }
            let stop = !self.many || only.as_ref().map_or(std::mem::take(&mut first), |only| only == id.as_str());
            let wanted = if stop { "0" } else { "-1" };
            if shown.hit.get_attribute("tabindex").as_deref() != Some(wanted) {
                attribute(&shown.hit, "tabindex", wanted);
            }
        }
    }

    fn draw_links(&mut self, scene: &Scene) {
        attribute(&self.links, "width", &scene.width.to_string());
        attribute(&self.links, "height", &scene.height.to_string());
        let wanted: BTreeSet<&SmolStr> = scene.links.iter().map(|link| &link.id).collect();
        self.paths.retain(|id, (_, path)| {
            let stays = wanted.contains(id);
            if !stays {
                path.remove();
            }
            stays
        });
        for link in &scene.links {
            let known = self.paths.get(&link.id);
            if known.is_some_and(|(old, _)| old == link) {
                continue;
            }
            let path = known.map_or_else(|| document().create_element_ns(Some(SVG), "path").expect("a valid name of an element"), |(_, path)| path.clone());
            let ((x1, y1), (x2, y2)) = (link.from, link.to);
            let curve = if x1 == x2 {
                format!("M{x1} {y1}L{x2} {y2}")
            } else {
                let middle = (x1 + x2) / 2;
                format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}")
            };
            attribute(&path, "d", &curve);
            attribute(&path, "class", &format!("{}{}", tone_class(link.tone), if link.broken { " broken" } else { "" }));
            let _ = self.links.append_child(&path);
            self.paths.insert(link.id.clone(), (link.clone(), path));
        }
    }

    /// Shows what is selected, and what has to do with it.
    pub fn select(&mut self, selected: Option<SmolStr>, related: BTreeSet<SmolStr>) {
        if self.selected == selected && self.related == related {
            return;
        }
        let touched: BTreeSet<SmolStr> = self.related.iter().chain(&related).chain(&self.selected).chain(&selected).cloned().collect();
        for id in touched {
            let Some(shown) = self.shown.get(&id) else { continue };
            let is_selected = selected.as_ref() == Some(&id);
            let _ = shown.element.class_list().toggle_with_force("selected", is_selected);
            let _ = shown.element.class_list().toggle_with_force("related", related.contains(&id) && !is_selected);
            attribute(&shown.hit, "aria-pressed", if is_selected { "true" } else { "false" });
        }
        (self.selected, self.related) = (selected, related);
        self.update_tab_stops();
    }

    /// The mark with this id.
    pub fn mark(&self, id: &str) -> Option<&Mark> {
        self.shown.get(id).map(|shown| &shown.mark)
    }

    /// Moves the focus from a mark to the nearest one in a direction.
    pub fn move_focus(&self, from: &str, direction: (i32, i32)) {
        let Some(here) = self.mark(from) else { return };
        let middle = |mark: &Mark| (mark.x + mark.width / 2, mark.y + mark.height / 2);
        let (x, y) = middle(here);
        let distance = |shown: &&Shown| -> Option<i32> {
            let (other_x, other_y) = middle(&shown.mark);
            let (along, across) = match direction {
                (0, sign) => ((other_y - y) * sign, (other_x - x).abs()),
                (sign, _) => ((other_x - x) * sign, (other_y - y).abs()),
            };
            (along > 2).then_some(along + across * 3)
        };
        let candidates = self.shown.values().filter(|shown| shown.mark.object.is_some() && shown.mark.id != from);
        let nearest = candidates.filter_map(|shown| Some((distance(&shown)?, shown))).min_by_key(|(distance, _)| *distance);
        if let Some((_, shown)) = nearest {
            attribute(&shown.hit, "tabindex", "0");
            let _ = shown.hit.focus();
        }
    }
}

/// Brings an element up to its mark, part by part.
fn change(shown: &mut Shown, mark: &Mark) {
    let old = &shown.mark;
    let fresh = old.x == i32::MIN;
    if fresh || (old.x, old.y) != (mark.x, mark.y) {
        place(&shown.element, mark.x, mark.y);
    }
    if fresh || (old.width, old.height) != (mark.width, mark.height) {
        style(&shown.element, "width", &format!("{}px", mark.width));
        style(&shown.element, "height", &format!("{}px", mark.height));
    }
    if fresh || (old.shape, old.tone, old.hue, old.faint) != (mark.shape, mark.tone, mark.hue, mark.faint) {
        let list = shown.element.class_list();
        let kept: Vec<&str> = ["selected", "related"].into_iter().filter(|class| list.contains(class)).collect();
        shown.element.set_class_name(&format!("{} {}", class_of(mark), kept.join(" ")));
    }
    if fresh || (old.glyph, old.percent) != (mark.glyph, mark.percent) {
        // Our own drawings and a number: nothing of a person's is in it.
        shown.glyph.set_inner_html(&glyph(mark.glyph, mark.percent));
        attribute(&shown.glyph, "class", if mark.glyph == Glyph::None { "none" } else { "glyph" });
    }
    if fresh || old.title != mark.title {
        shown.title.set_text_content(Some(&mark.title));
    }
    if fresh || old.detail != mark.detail {
        shown.detail.set_text_content(Some(&mark.detail));
        if mark.object.is_some() {
            attribute(&shown.hit, "aria-description", &mark.detail);
        }
    }
    if fresh || old.name != mark.name {
        if mark.name.is_empty() {
            attribute(&shown.element, "title", &mark.detail);
        } else {
            attribute(&shown.hit, "aria-label", &mark.name);
            attribute(&shown.hit, "title", &mark.name);
        }
    }
    if fresh || old.meters != mark.meters {
        draw_meters(&shown.element, mark);
    }
}

fn draw_meters(element: &HtmlElement, mark: &Mark) {
    for (index, meter) in mark.meters.iter().enumerate() {
        let row = match element.query_selector(&format!(".meter:nth-of-type({})", index + 1)) {
            Ok(Some(row)) => row,
            _ => {
                let row = create("div", "meter");
                attribute(&row, "aria-hidden", "true");
                let bar = create("i", "");
                let _ = bar.append_child(&create("u", ""));
                let label = create("span", "");
                label.set_text_content(Some(meter.label));
                let text = create("span", "amount");
                for part in [&label, &bar, &text] {
                    let _ = row.append_child(part);
                }
                let _ = element.append_child(&row);
                row
            }
        };
        if let Ok(Some(fill)) = row.query_selector("u") {
            style(&fill.unchecked_into(), "width", &format!("{}%", meter.percent));
        }
        if let Ok(Some(text)) = row.query_selector(".amount") {
            text.set_text_content(Some(&meter.text));
        }
    }
}

fn leave(element: &HtmlElement, travel: bool) {
    if !travel {
        element.remove();
        return;
    }
    element.class_list().add_1("gone").ok();
    if let Ok(Some(hit)) = element.query_selector(".hit") {
        hit.remove();
    }
    attribute(element, "aria-hidden", "true");
    let element = element.clone();
    let remove = Closure::once_into_js(move || element.remove());
    if let Some(window) = web_sys::window() {
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(remove.unchecked_ref(), FADE_MS);
    }
}

fn class_of(mark: &Mark) -> String {
    let shape = match mark.shape {
        Shape::Process => "process",
        Shape::Queue => "queue",
        Shape::Node => "node",
        Shape::Pod => "pod",
        Shape::Cell => "cell",
        Shape::Chip => "chip",
        Shape::Card => "card",
        Shape::Group => "group",
        Shape::Namespace => "namespace",
        Shape::Heading => "heading",
    };
    let hue = mark.hue.map(|hue| format!(" hue-{hue}")).unwrap_or_default();
    format!("mark {shape} {}{hue}{}", tone_class(mark.tone), if mark.faint { " faint" } else { "" })
}

fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Busy => "busy",
        Tone::Waiting => "waiting",
        Tone::Bad => "bad",
        Tone::Over => "over",
    }
}
