//! The page's heart beat: once a frame the cluster is moved on by as much time as has passed, within a budget.

use super::clock::Speed;
use super::page::Page;
use crate::playground::session::Session;
use gloo::utils::window;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::MessageChannel;

/// How long a frame may work; the rest of its 16 ms is the browser's, for putting it on the screen.
const FRAME_MS: f64 = 10.0;
/// So long the cluster is moved on in each frame, however long drawing took.
const LEAST_BUDGET_MS: f64 = 3.0;
/// At full speed the cluster is moved on between the frames, by tasks of this length; the page says so often how far it has come.
const SLICE_MS: f64 = 16.0;
const REFRESHES_APART_MS: f64 = 100.0;
/// No such task follows another where the last frame is longer ago than this: the tab is hidden.
const HIDDEN_AFTER_MS: f64 = 400.0;
/// On the way to another instant nothing else is to be done; where that took so long, the picture follows in the next frame.
const BUDGET_SEEKING_MS: f64 = 30.0;
const LONG_SEEK_MS: f64 = 10.0;
/// Things that happen between two looks at the clock.
const STEPS_AT_ONCE: usize = 4;
/// After a pause (a hidden tab) this much is caught up at most.
const LONGEST_FRAME_MS: f64 = 250.0;
/// How much cluster time a task at full speed aims at when next to nothing happens.
const MAX_SLICE_CLUSTER_MS: u64 = 20_000;

/// A skip ends after this much cluster time, also when nothing has happened.
const FARTHEST_SKIP_MS: u64 = 3_600_000;

/// What the browser calls at each frame; it asks for the next one by itself.
type FrameCallback = Rc<RefCell<Option<Closure<dyn FnMut(f64)>>>>;

/// Milliseconds since the page was opened.
pub fn now_ms() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Begins, and goes on until the page is closed. `draw` is called once a frame: what the frame before came to is drawn, and the cluster has the
/// time that drawing leaves.
pub fn run(page: Page, mut draw: impl FnMut() + 'static) {
    let again = FrameCallback::default();
    let first = again.clone();
    let mut last_ms: Option<f64> = None;
    let mut refreshed_ms = 0.0;
    let mut waited = false;
    // Cluster time that has passed but is less than a millisecond.
    let mut remainder_ms = 0.0;
    let slices = Slices::new(page);
    *first.borrow_mut() = Some(Closure::new(move |frame_ms: f64| {
        let passed_ms = (frame_ms - last_ms.replace(frame_ms).unwrap_or(frame_ms)).clamp(0.0, LONGEST_FRAME_MS);
        let began_ms = now_ms();
        let is_there = arrive(page, began_ms + BUDGET_SEEKING_MS);
        // Where a hand drags on and on, every second frame has its picture.
        waited = !waited && now_ms() > began_ms + LONG_SEEK_MS;
        if !waited {
            draw();
        }
        if !page.is_whole.get_untracked() {
            // It would wait for the rest of the program.
        } else if is_at_full_speed(page) && slices.go_on() {
            if began_ms >= refreshed_ms + REFRESHES_APART_MS {
                refreshed_ms = began_ms;
                page.refresh();
            }
        } else if is_there {
            move_on(page, passed_ms, &mut remainder_ms, (began_ms + FRAME_MS).max(now_ms() + LEAST_BUDGET_MS));
        }
        request(&again);
    }));
    request(&first);
}

/// Goes on towards the instant that the person wants to see; true when it is there.
fn arrive(page: Page, deadline_ms: f64) -> bool {
    let mut arrived = !page.see(Session::is_seeking);
    if !arrived {
        page.session.update_value(|session| {
            while !arrived {
                arrived = session.arrive(STEPS_AT_ONCE);
                if now_ms() >= deadline_ms {
                    break;
                }
            }
        });
        // On its way the page shows where it was until it is there.
        if arrived && !page.undoing.get_untracked() {
            page.refresh();
        }
    }
    arrived
}

/// Whether nothing else is to be done than to move the cluster on as fast as the page can.
fn is_at_full_speed(page: Page) -> bool {
    page.playing.get_untracked()
        && page.speed.get_untracked() == Speed::Max
        && page.skipping_ms.get_untracked().is_none()
        && !page.undoing.get_untracked()
        && !page.see(Session::is_seeking)
        && page.replay.with_value(Option::is_none)
}

/// The tasks between two frames: messages to itself, which a browser delivers when it has nothing more urgent to do.
struct Slices {
    channel: Option<MessageChannel>,
    /// When the last frame was.
    frame_ms: Rc<Cell<f64>>,
    is_running: Rc<Cell<bool>>,
}

impl Slices {
    fn new(page: Page) -> Slices {
        let (frame_ms, is_running) = (Rc::new(Cell::new(0.0)), Rc::new(Cell::new(false)));
        let channel = MessageChannel::new().ok();
        if let Some(channel) = &channel {
            let (port, last_frame_ms, runs) = (channel.port2(), frame_ms.clone(), is_running.clone());
            let work = Closure::<dyn FnMut()>::new(move || {
                let began_ms = now_ms();
                runs.set(is_at_full_speed(page) && began_ms < last_frame_ms.get() + HIDDEN_AFTER_MS);
                if runs.get() {
                    page.session.update_value(|session| {
                        let until_ms = session.now_ms() + MAX_SLICE_CLUSTER_MS;
                        while !session.advance(until_ms, STEPS_AT_ONCE) && now_ms() < began_ms + SLICE_MS {}
                    });
                    runs.set(port.post_message(&JsValue::NULL).is_ok());
                }
            });
            channel.port1().set_onmessage(Some(work.as_ref().unchecked_ref()));
            // It lives as long as the page.
            work.forget();
        }
        Slices { channel, frame_ms, is_running }
    }

    /// Sees to it that the tasks go on until the next frame; false where the browser has no such messages.
    fn go_on(&self) -> bool {
        let Some(channel) = &self.channel else { return false };
        self.frame_ms.set(now_ms());
        if !self.is_running.get() {
            self.is_running.set(channel.port2().post_message(&JsValue::NULL).is_ok());
        }
        self.is_running.get()
    }
}

fn request(callback: &FrameCallback) {
    if let Some(callback) = callback.borrow().as_ref() {
        // It can't be refused: the window is there as long as this code is.
        let _ = window().request_animation_frame(callback.as_ref().unchecked_ref());
    }
}

fn move_on(page: Page, passed_ms: f64, remainder_ms: &mut f64, deadline_ms: f64) {
    let in_time = || now_ms() < deadline_ms;
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
            Speed::Max => now_ms + MAX_SLICE_CLUSTER_MS,
        };
        page.session.update_value(|session| while !session.advance(until_ms, STEPS_AT_ONCE) && in_time() {});
    }
    // Where there is no time to look ahead, nobody could read what is found.
    if in_time() {
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
