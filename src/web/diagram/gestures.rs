//! What pointers, wheels and keys do to the picture: it is moved, enlarged, and something in it is selected.

use super::hits::id_under;
use super::stage::Stage;
use crate::value::SmolStr;
use web_sys::{KeyboardEvent, PointerEvent, WheelEvent};

/// A pointer that moves less than this still clicks.
const CLICK_SLACK: f64 = 4.0;
/// How much larger the picture becomes with each key or press of a button.
pub const ZOOM: f64 = 1.4;
/// How far the picture moves with each key.
const STEP: f64 = 80.0;

/// The pointers that are down.
#[derive(Default)]
pub struct Pointers {
    /// Each with its number and its place in the picture's frame.
    down: Vec<(i32, (f64, f64))>,
    began: (f64, f64),
    /// Whether they have moved: then it is no click.
    dragged: bool,
    on_map: bool,
}

fn place(stage: &Stage, x: i32, y: i32) -> (f64, f64) {
    let corner = stage.screen.as_ref().map_or((0.0, 0.0), |screen| {
        let bounds = screen.frame.get_bounding_client_rect();
        (bounds.left(), bounds.top())
    });
    (f64::from(x) - corner.0, f64::from(y) - corner.1)
}

fn distance(one: (f64, f64), other: (f64, f64)) -> f64 {
    (one.0 - other.0).hypot(one.1 - other.1)
}

impl Stage {
    /// A pointer touches the picture.
    pub fn press(&mut self, event: &PointerEvent) {
        if event.button() != 0 {
            return;
        }
        let at = place(self, event.client_x(), event.client_y());
        if self.pointers.down.is_empty() {
            let on_map = self.jump_on_map(at, 0.0);
            (self.pointers.began, self.pointers.dragged, self.pointers.on_map) = (at, on_map, on_map);
        }
        self.pointers.down.push((event.pointer_id(), at));
    }

    /// A pointer moves.
    pub fn drag(&mut self, event: &PointerEvent) {
        let at = place(self, event.client_x(), event.client_y());
        let Some(index) = self.pointers.down.iter().position(|(id, _)| *id == event.pointer_id()) else { return };
        let before = std::mem::replace(&mut self.pointers.down[index].1, at);
        if self.pointers.on_map {
            self.jump_on_map(at, 1.0);
            return;
        }
        if let [(_, one), (_, other)] = self.pointers.down[..] {
            self.pointers.dragged = true;
            let still = if index == 0 { other } else { one };
            let middle = |moving: (f64, f64)| ((moving.0 + still.0) / 2.0, (moving.1 + still.1) / 2.0);
            let (from, to) = (middle(before), middle(at));
            self.zoom(distance(at, still) / distance(before, still).max(1.0), to);
            self.pan((to.0 - from.0, to.1 - from.1));
            return;
        }
        if !self.pointers.dragged && distance(at, self.pointers.began) > CLICK_SLACK {
            self.pointers.dragged = true;
            if let Some(screen) = &self.screen {
                // So that it goes on outside of the picture too.
                let _ = screen.frame.set_pointer_capture(event.pointer_id());
            }
        }
        if self.pointers.dragged {
            self.pan((at.0 - before.0, at.1 - before.1));
        }
    }

    /// A pointer is lifted.
    pub fn lift(&mut self, event: &PointerEvent) {
        self.pointers.down.retain(|(id, _)| *id != event.pointer_id());
    }

    /// Whether what comes now as a click was the end of a drag.
    pub fn was_dragged(&mut self) -> bool {
        std::mem::take(&mut self.pointers.dragged)
    }

    /// The wheel moves the picture; with Ctrl, as pinching on a touch pad is told, it enlarges it.
    pub fn wheel(&mut self, event: &WheelEvent) {
        event.prevent_default();
        let unit = if event.delta_mode() == WheelEvent::DOM_DELTA_PIXEL { 1.0 } else { 24.0 };
        let (across, down) = (event.delta_x() * unit, event.delta_y() * unit);
        if event.ctrl_key() || event.meta_key() {
            self.zoom((-down * 0.0035).clamp(-0.5, 0.5).exp(), place(self, event.client_x(), event.client_y()));
        } else if event.shift_key() && across == 0.0 {
            self.pan((-down, 0.0));
        } else {
            self.pan((-across, -down));
        }
    }

    /// A key moves the picture, or the focus: then it says to which mark.
    pub fn key(&mut self, event: &KeyboardEvent) -> Key {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return Key::Other;
        }
        let under = id_under(event.target());
        let direction = match event.key().as_str() {
            "+" | "=" => return self.done(|stage| stage.zoom_in_middle(ZOOM)),
            "-" => return self.done(|stage| stage.zoom_in_middle(1.0 / ZOOM)),
            "0" => return self.done(Stage::fit),
            "z" | "Z" => {
                return self.done(|stage| {
                    if let Some(id) = &under {
                        stage.zoom_onto(id);
                    }
                });
            }
            "ArrowUp" => (0, -1),
            "ArrowDown" => (0, 1),
            "ArrowLeft" => (-1, 0),
            "ArrowRight" => (1, 0),
            _ => return Key::Other,
        };
        match under {
            Some(id) if !event.shift_key() => self.neighbour(&id, direction).map_or(Key::Done, Key::Focus),
            _ => self.done(|stage| stage.pan((-STEP * f64::from(direction.0), -STEP * f64::from(direction.1)))),
        }
    }

    fn done(&mut self, act: impl FnOnce(&mut Stage)) -> Key {
        act(self);
        Key::Done
    }
}

/// What a key has done.
pub enum Key {
    /// It was meant for something else.
    Other,
    /// It moved the picture.
    Done,
    /// The keyboard goes to the mark with this id.
    Focus(SmolStr),
}
