//! What is pointed at, focused and read out: an element without a look for each object in the picture. The picture itself is a canvas, of which
//! a screen reader and the keyboard know nothing.

use crate::playground::scene::{Camera, Mark, Scene, Shape};
use crate::value::{SmolStr, SortedMap, SortedSet};
use crate::web::dom::document;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

/// So much is done to the elements at once; the rest follows in the next frames. To make one counts as several changes.
const MOST_CHANGES: usize = 480;
const ENTRY: usize = 4;
/// Up to this many objects each is a stop of the Tab key; beyond, the arrow keys go from one to the next.
const MOST_TAB_STOPS: usize = 60;
/// Up to this many objects each has its details read out after its name.
const MOST_DESCRIBED: usize = 200;

struct Hit {
    element: HtmlElement,
    /// Left, top, width, height, and how near it lies: what is drawn around others lies below them.
    place: [i32; 5],
    name: SmolStr,
    detail: SmolStr,
}

/// The elements.
pub struct Hits {
    layer: HtmlElement,
    pattern: Element,
    shown: SortedMap<SmolStr, Hit>,
    camera: Option<Camera>,
    selected: Option<SmolStr>,
    /// The only stop of the Tab key, where there are many objects; `None` where each is one.
    only_stop: Option<SmolStr>,
    many: bool,
}

/// Setting an attribute fails for invalid names only, and ours are valid.
fn attribute(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}

impl Hits {
    /// In a layer that lies over the picture.
    pub fn new(layer: HtmlElement) -> Option<Hits> {
        let pattern = document().create_element("div").ok()?;
        for (name, value) in [("class", "hit"), ("role", "button"), ("aria-pressed", "false"), ("tabindex", "0")] {
            attribute(&pattern, name, value);
        }
        Some(Hits { layer, pattern, shown: SortedMap::new(), camera: None, selected: None, only_stop: None, many: false })
    }

    /// Brings the elements up to a scene. False where there is so much that is new that some of it may have been left for the next time: no task is
    /// to be long.
    pub fn follow(&mut self, scene: &Scene) -> bool {
        let objects: Vec<&Mark> = scene.marks.iter().filter(|mark| mark.object.is_some()).collect();
        let described = objects.len() <= MOST_DESCRIBED;
        let many = objects.len() > MOST_TAB_STOPS;
        if self.shown.len() > objects.len() || objects.iter().any(|mark| !self.shown.contains_key(&mark.id)) {
            self.remove_others(&objects);
        }
        let mut changes = 0;
        // From the back, so that a new element can be put before the one that follows it.
        let mut next: Option<HtmlElement> = None;
        for mark in objects.into_iter().rev() {
            let is_full = changes >= MOST_CHANGES;
            let hit = match self.shown.get_mut(&mark.id) {
                Some(hit) => hit,
                None if is_full => continue,
                None => {
                    changes += ENTRY;
                    let Some(hit) = self.enter(mark, next.as_ref(), many) else { continue };
                    self.shown.entry(mark.id.clone()).or_insert(hit)
                }
            };
            if !is_full {
                changes += hit.change(mark, described);
            }
            next = Some(hit.element.clone());
        }
        if many != self.many {
            self.many = many;
            for (id, hit) in &self.shown {
                let stops = !many || self.only_stop.as_ref() == Some(id);
                attribute(&hit.element, "tabindex", if stops { "0" } else { "-1" });
            }
        }
        if many && self.only_stop.as_ref().is_none_or(|id| !self.shown.contains_key(id)) {
            let first = scene.marks.iter().find(|mark| mark.object.is_some() && self.shown.contains_key(&mark.id));
            if let Some(first) = first {
                self.stop_at(&first.id);
            }
        }
        changes < MOST_CHANGES
    }

    /// Begins anew for another picture, in whose order they are walked and read out.
    pub fn clear(&mut self) {
        for hit in std::mem::take(&mut self.shown).into_values() {
            hit.element.remove();
        }
    }

    fn remove_others(&mut self, objects: &[&Mark]) {
        let stays: SortedSet<&SmolStr> = objects.iter().map(|mark| &mark.id).collect();
        let focused = document().active_element();
        self.shown.retain(|id, hit| {
            let remains = stays.contains(id);
            if !remains {
                // The keyboard goes on from where it was.
                let beside = focused.as_ref().filter(|focused| ***focused == **hit.element).and_then(|element| element.next_element_sibling());
                hit.element.remove();
                if let Some(beside) = beside {
                    crate::web::dom::focus(&beside);
                }
            }
            remains
        });
    }

    fn enter(&self, mark: &Mark, next: Option<&HtmlElement>, many: bool) -> Option<Hit> {
        let element: HtmlElement = self.pattern.clone_node().ok()?.dyn_into().ok()?;
        attribute(&element, "data-id", &mark.id);
        if many {
            attribute(&element, "tabindex", "-1");
        }
        if self.selected.as_ref() == Some(&mark.id) {
            attribute(&element, "aria-pressed", "true");
        }
        let _ = self.layer.insert_before(&element, next.map(AsRef::as_ref));
        Some(Hit { element, place: [i32::MIN; 5], name: SmolStr::default(), detail: SmolStr::default() })
    }

    /// Moves all of them with the picture.
    pub fn look_through(&mut self, camera: Camera) {
        if self.camera != Some(camera) {
            self.camera = Some(camera);
            let _ = self.layer.style().set_property("transform", &format!("translate({}px,{}px) scale({})", camera.left, camera.top, camera.scale));
        }
    }

    /// Says which one is selected.
    pub fn select(&mut self, selected: Option<SmolStr>) {
        if self.selected == selected {
            return;
        }
        for (id, pressed) in [(self.selected.take(), "false"), (selected.clone(), "true")] {
            if let Some(hit) = id.and_then(|id| self.shown.get(&id)) {
                attribute(&hit.element, "aria-pressed", pressed);
            }
        }
        if let Some(id) = &selected {
            self.stop_at(id);
        }
        self.selected = selected;
    }

    /// Where there are many objects, the Tab key stops at this one from now on.
    pub fn stop_at(&mut self, id: &str) {
        if !self.shown.contains_key(id) {
            return;
        }
        let before = self.only_stop.replace(SmolStr::new(id));
        if self.many {
            for (id, stops) in [(before, "-1"), (self.only_stop.clone(), "0")] {
                if let Some(hit) = id.and_then(|id| self.shown.get(&id)) {
                    attribute(&hit.element, "tabindex", stops);
                }
            }
        }
    }
}

impl Hit {
    /// Brings it up to its mark; how much had to be changed.
    fn change(&mut self, mark: &Mark, described: bool) -> usize {
        let near = match mark.shape {
            Shape::Node | Shape::Namespace | Shape::Queue => 0,
            Shape::Group => 1,
            _ => 2,
        };
        let place = [mark.x, mark.y, mark.width, mark.height, near];
        let mut changes = 0;
        if self.place != place {
            self.place = place;
            let [x, y, width, height, near] = place;
            self.element.style().set_css_text(&format!("left:{x}px;top:{y}px;width:{width}px;height:{height}px;z-index:{near}"));
            changes += 1;
        }
        if self.name != mark.name {
            self.name = mark.name.clone();
            attribute(&self.element, "aria-label", &mark.name);
            changes += 1;
        }
        if described && self.detail != mark.detail {
            self.detail = mark.detail.clone();
            attribute(&self.element, "aria-description", &mark.detail);
            changes += 1;
        }
        changes
    }
}

/// The mark whose element an event happened to.
pub fn id_under(target: Option<web_sys::EventTarget>) -> Option<String> {
    target?.dyn_into::<Element>().ok()?.closest("[data-id]").ok()??.get_attribute("data-id")
}
