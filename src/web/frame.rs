//! The page's heart beat: once a frame the cluster is moved on by as much time as has passed, within a budget.

use super::clock::Speed;
use super::page::Page;
use crate::playground::session::Session;
use gloo::utils::window;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// How long a frame may work on the cluster; the rest of its 16 ms is for drawing.
const BUDGET_MS: f64 = 9.0;
/// At full speed a frame is longer, so that less of the time goes into drawing; with what is drawn it is no task of 50 ms.
const BUDGET_AT_MAX_MS: f64 = 28.0;
/// On the way to another instant nothing else is to be done.
const BUDGET_SEEKING_MS: f64 = 30.0;
/// Things that happen between two looks at the clock.
const STEPS_AT_ONCE: usize = 4;
/// After a pause (a hidden tab) this much is caught up at most.
const LONGEST_FRAME_MS: f64 = 250.0;
/// How much cluster time a frame at full speed aims at when next to nothing happens.
const MAX_FRAME_CLUSTER_MS: u64 = 20_000;

/// A skip ends after this much cluster time, also when nothing has happened.
const FARTHEST_SKIP_MS: u64 = 3_600_000;

/// What the browser calls at each frame; it asks for the next one by itself.
type FrameCallback = Rc<RefCell<Option<Closure<dyn FnMut(f64)>>>>;

/// Milliseconds since the page was opened.
pub fn now_ms() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Begins, and goes on until the page is closed. `draw` is called after each frame's work.
pub fn run(page: Page, mut draw: impl FnMut() + 'static) {
    let again = FrameCallback::default();
    let first = again.clone();
    let mut last_ms: Option<f64> = None;
    // Cluster time that has passed but is less than a millisecond.
    let mut remainder_ms = 0.0;
    *first.borrow_mut() = Some(Closure::new(move |frame_ms: f64| {
        let passed_ms = (frame_ms - last_ms.replace(frame_ms).unwrap_or(frame_ms)).clamp(0.0, LONGEST_FRAME_MS);
        move_on(page, passed_ms, &mut remainder_ms);
        draw();
        request(&again);
    }));
    request(&first);
}

fn request(callback: &FrameCallback) {
    if let Some(callback) = callback.borrow().as_ref() {
        // It can't be refused: the window is there as long as this code is.
        let _ = window().request_animation_frame(callback.as_ref().unchecked_ref());
    }
}

fn move_on(page: Page, passed_ms: f64, remainder_ms: &mut f64) {
    let is_seeking = page.see(Session::is_seeking);
    let budget_ms = if is_seeking {
        BUDGET_SEEKING_MS
    } else if page.playing.get_untracked() && page.speed.get_untracked() == Speed::Max {
        BUDGET_AT_MAX_MS
    } else {
        BUDGET_MS
    };
    let deadline_ms = now_ms() + budget_ms;
    let in_time = || now_ms() < deadline_ms;
    let mut arrived = false;
    page.session.update_value(|session| {
        arrived = session.arrive(STEPS_AT_ONCE);
        while !arrived && in_time() {
            arrived = session.arrive(STEPS_AT_ONCE);
        }
    });
    // On its way to an instant of the past, the page shows where it was until it is there.
    if !arrived {
        return;
    }
    if super::opening::go_on(page, in_time) {
        return;
    }
    if page.undoing.get_untracked() {
        page.undoing.set(false);
        page.session.update_value(Session::branch);
    }
    if let Some(limit_ms) = page.skipping_ms.get_untracked() {
        let mut there = false;
        page.session.update_value(|session| {
            while !there && in_time() {
                there = session.skip(limit_ms, STEPS_AT_ONCE);
            }
        });
        if there {
            page.skipping_ms.set(None);
        }
    } else if page.playing.get_untracked() {
        let now_ms = page.see(|session| session.now_ms());
        let until_ms = match page.speed.get_untracked() {
            Speed::Times(times) => {
                *remainder_ms += passed_ms * times;
                let whole_ms = remainder_ms.floor();
                *remainder_ms -= whole_ms;
                now_ms + whole_ms as u64
            }
            Speed::Max => now_ms + MAX_FRAME_CLUSTER_MS,
        };
        page.session.update_value(|session| while !session.advance(until_ms, STEPS_AT_ONCE) && in_time() {});
    }
    // At full speed there is no time to look ahead, nor anybody who could read what is found.
    if page.speed.get_untracked() != Speed::Max || !page.playing.get_untracked() {
        page.session.update_value(|session| session.look_ahead(STEPS_AT_ONCE));
    }
    page.refresh();
}

/// Plays on, or pauses; a skip under way ends there.
pub fn toggle(page: Page) {
    page.skipping_ms.set(None);
    page.playing.update(|playing| *playing = !*playing);
}

/// On to the next thing that happens; a skip under way ends there.
pub fn step(page: Page) {
    page.skipping_ms.set(None);
    page.playing.set(false);
    page.session.update_value(|session| {
        let due_ms = session.next_due_ms().unwrap_or_else(|| session.now_ms() + 1000).max(session.now_ms());
        session.advance(due_ms, 1);
    });
    page.refresh();
}

/// On to the next event that can be seen, without waiting for it; done within the next frames.
pub fn skip(page: Page) {
    page.skipping_ms.set(Some(page.see(|session| session.now_ms()) + FARTHEST_SKIP_MS));
}
