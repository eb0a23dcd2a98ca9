//! The picture on the screen: made anew when the cluster has changed, drawn anew when anything moves.

use super::canvas::{Canvas, Theme};
use super::hits::Hits;
use crate::playground::scene::{
    Camera, Course, Filter, Letters, Look, MARGIN, Mark, Model, Motion, Picture, Scene, SvgPen, View, Wanted, processes, pulls, silent, traces,
};
use crate::value::SmolStr;
use crate::web::clock::Speed;
use crate::web::dom::document;
use crate::web::frame;
use crate::web::page::Page;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::HtmlElement;

/// Of a crowd not every frame has another picture: from one to the next passes so many times as long as one takes, and at full speed, where each
/// would be another and the time is the cluster's, so many times as long, but at least and at most so long.
const PICTURES_APART: f64 = 3.0;
const PICTURES_APART_AT_FULL_SPEED: f64 = 14.0;
const PICTURES_APART_AT_FULL_SPEED_MS: (f64, f64) = (60.0, 400.0);
/// Where it took so long to lay it out, a picture is drawn in the next frame.
const LONG_LAYOUT_MS: f64 = 5.0;
/// So many marks are many.
const CROWD: usize = 300;
/// More requests than this on their way at once are a swarm.
const MOST_COURSES: usize = 12;
/// Faster than this, the requests of containers are too many to be followed.
const FASTEST_COURSES: f64 = 5.0;
/// How long the picture takes to move where a button sends it.
const CAMERA_MS: f64 = 240.0;
/// The width of the small picture of the whole.
const MAP_WIDTH: f64 = 132.0;
/// So much more than is seen there must be for the small picture to be shown.
const MAP_FROM: f64 = 1.25;

/// What is drawn on.
pub struct Screen {
    /// The picture.
    pub canvas: Canvas,
    /// The elements over it.
    pub hits: Hits,
    /// What holds both.
    pub frame: HtmlElement,
}

/// The picture with its state.
#[derive(Default)]
pub struct Stage {
    /// Nothing until the page has its elements.
    pub screen: Option<Screen>,
    /// What is hidden, beside other namespaces.
    pub filter: Filter,
    /// What the pointers do.
    pub pointers: super::gestures::Pointers,
    model: Model,
    motion: Motion,
    look: Look,
    letters: Letters,
    theme: Theme,
    theme_name: Option<String>,
    camera: Camera,
    /// Where the camera was, where it goes, and since when.
    flight: Option<(Camera, Camera, f64)>,
    /// Whether a person has chosen what is seen.
    is_moved: bool,
    window: (f64, f64),
    wanted: Wanted,
    epoch: u64,
    seen_revision: Option<u64>,
    traced: Option<(u64, SmolStr)>,
    /// How many requests the network had seen.
    seen_requests: u64,
    /// How large a letter is, compared with the usual 16 pixels: browsers and projectors have larger ones.
    enlarged: f64,
    travels: bool,
    is_stale: bool,
    made_at_ms: f64,
    /// How long it takes to lay a picture out, and to draw it.
    took_ms: [f64; 2],
    /// Whether it is laid out but not drawn yet.
    waits: bool,
    /// Whether the elements over it have not all followed yet.
    hits_wait: bool,
}

/// The stage, to be drawn once a frame.
pub type SharedStage = Rc<RefCell<Stage>>;

impl Stage {
    /// Draws what has changed since the last call.
    pub fn draw(&mut self, page: Page) {
        if self.screen.is_none() || self.window.0 < 40.0 {
            return;
        }
        let now_ms = frame::now_ms();
        self.follow_theme();
        let is_calm = matches!(page.speed.get_untracked(), Speed::Times(times) if times <= 20.0) || !page.playing.get_untracked();
        let took_ms = self.took_ms[0] + self.took_ms[1];
        let (least_ms, most_ms) = PICTURES_APART_AT_FULL_SPEED_MS;
        let apart_ms = if is_calm { took_ms * PICTURES_APART } else { (took_ms * PICTURES_APART_AT_FULL_SPEED).clamp(least_ms, most_ms) };
        let was_laid_out = self.waits;
        let in_time = || frame::now_ms() < now_ms + LONG_LAYOUT_MS;
        if !was_laid_out && !self.hits_wait && now_ms >= self.made_at_ms + apart_ms {
            self.make(page, now_ms, is_calm);
        }
        if !was_laid_out
            && self.hits_wait
            && in_time()
            && let Some(screen) = &mut self.screen
        {
            self.hits_wait = !screen.hits.follow(self.motion.scene());
        }
        self.follow_selection(page);
        self.follow_requests(page, now_ms);
        self.fly(now_ms);
        let under_way = self.look.courses.len();
        self.look.courses.retain(|course| !course.is_over(now_ms));
        self.is_stale |= self.look.courses.len() < under_way;
        let moves = self.motion.moves() || !self.look.courses.is_empty();
        self.motion.settle(now_ms);
        // Rings turn with the cluster's clock, and not in a crowd.
        if self.motion.scene().marks.len() < CROWD / 3 && is_calm && self.turns() && !reduced_motion() {
            let turn = (page.now_ms.get_untracked() % 1400) as f64 / 1400.0;
            self.is_stale |= self.look.turn != turn;
            self.look.turn = turn;
        }
        if (self.is_stale || moves) && (was_laid_out || in_time()) {
            (self.is_stale, self.waits) = (false, false);
            let began_ms = frame::now_ms();
            self.paint(now_ms);
            self.took_ms[1] = frame::now_ms() - began_ms;
        }
    }

    fn turns(&self) -> bool {
        use crate::playground::scene::Glyph;
        self.motion.scene().marks.iter().any(|mark| mark.glyph == Glyph::Progress && mark.percent.is_none())
    }

    fn follow_theme(&mut self) {
        let root = document().document_element();
        let attribute = |name: &str| root.as_ref().and_then(|root| root.get_attribute(name)).unwrap_or_default();
        let name = attribute("data-theme") + &attribute("data-type");
        if self.theme_name.as_ref() != Some(&name) {
            self.enlarged = rem() / 16.0;
            self.theme = Theme::read();
            if self.theme_name.is_none()
                && let Some(screen) = &self.screen
            {
                self.letters = screen.canvas.letters(&self.theme);
            }
            self.theme_name = Some(name);
            self.is_stale = true;
        }
    }

    /// Makes the scene anew if anything that it shows has changed.
    fn make(&mut self, page: Page, now_ms: f64, is_calm: bool) {
        let mut wanted = Wanted {
            view: page.view.get_untracked(),
            filter: Filter { namespace: page.namespace.get_untracked(), ..self.filter.clone() },
            width: ((self.window.0 - 2.0 * MARGIN) / self.enlarged) as i32,
            height: (self.window.1 / self.enlarged) as i32,
            letters: self.letters.clone(),
            ..Wanted::default()
        };
        let revision = page.revision.get_untracked();
        page.session.with_value(|session| {
            let cluster = session.cluster();
            if session.epoch() != self.epoch {
                self.epoch = session.epoch();
                self.model.turn();
            }
            if self.seen_revision != Some(revision) {
                self.model.follow(cluster.store());
            }
            wanted.processes = processes(&self.model, cluster);
            wanted.pulls = pulls(cluster);
            wanted.silent = silent(cluster);
        });
        if self.seen_revision == Some(revision) && wanted == self.wanted {
            return;
        }
        let is_other_view = wanted.view != self.wanted.view;
        // Nothing travels because a pane was made wider.
        let is_other_size = (wanted.width, wanted.height) != (self.wanted.width, self.wanted.height);
        let scene = Scene::of(&self.model, &wanted);
        self.motion.show(scene, self.travels && is_calm && !is_other_size && !reduced_motion(), now_ms);
        (self.wanted, self.seen_revision, self.made_at_ms) = (wanted, Some(revision), now_ms);
        (self.travels, self.is_stale, self.waits, self.hits_wait) = (true, true, true, true);
        self.took_ms[0] = frame::now_ms() - now_ms;
        if is_other_view {
            self.is_moved = false;
            if let Some(screen) = &mut self.screen {
                screen.hits.clear();
            }
        }
        let picture = self.size();
        let camera = if self.is_moved { self.camera.within(picture, self.window) } else { self.home() };
        if camera != self.camera && self.flight.is_none() {
            if is_other_view && !reduced_motion() {
                self.flight = Some((self.camera, camera, now_ms));
            } else {
                self.camera = camera;
            }
        }
    }

    fn follow_selection(&mut self, page: Page) {
        let selected = page.selected.get_untracked();
        let key = (self.seen_revision.unwrap_or_default(), selected.as_ref().map(|object| object.id()).unwrap_or_default());
        if self.traced.as_ref() == Some(&key) {
            return;
        }
        let found = selected.as_ref().map(|object| traces(&self.model, object)).unwrap_or_default();
        let selected = selected.map(|object| object.id());
        if found != self.look.traces || selected != self.look.selected {
            self.look.related = found.iter().flat_map(|trace| [trace.from.clone(), trace.to.clone()]).collect();
            self.look.traces = found;
            if let Some(screen) = &mut self.screen {
                screen.hits.select(selected.clone());
            }
            self.look.selected = selected;
            self.is_stale = true;
        }
        self.traced = Some(key);
    }

    /// Shows the requests that containers send.
    fn follow_requests(&mut self, page: Page, now_ms: f64) {
        let is_slow = matches!(page.speed.get_untracked(), Speed::Times(times) if times <= FASTEST_COURSES);
        page.session.with_value(|session| {
            let ways = session.cluster().network().ways();
            if is_slow && ways.count() != self.seen_requests && session.epoch() == self.epoch && !reduced_motion() {
                let room = MOST_COURSES.saturating_sub(self.look.courses.len());
                let new = ways.after(self.seen_requests).map(|way| Course::quiet(way, now_ms)).filter(|course| course.places.len() > 1);
                self.look.courses.extend(new.take(room));
            }
            self.seen_requests = ways.count();
        });
    }

    fn fly(&mut self, now_ms: f64) {
        if let Some((from, to, began_ms)) = self.flight {
            let part = ((now_ms - began_ms) / CAMERA_MS).clamp(0.0, 1.0);
            self.camera = if part < 1.0 { from.towards(to, part * part * (3.0 - 2.0 * part)) } else { to };
            if part >= 1.0 {
                self.flight = None;
            }
            self.is_stale = true;
        }
        if let Some(screen) = &mut self.screen {
            screen.hits.look_through(self.camera);
        }
    }

    fn paint(&mut self, now_ms: f64) {
        let map = self.map();
        let Some(screen) = &mut self.screen else { return };
        let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        screen.canvas.begin(self.window, ratio, &self.theme);
        let picture = Picture { motion: &self.motion, now_ms, camera: self.camera, window: self.window, letters: &self.letters, look: &self.look };
        picture.paint(&mut screen.canvas);
        if let Some((at, size)) = map {
            picture.paint_map(&mut screen.canvas, at, size);
        }
    }

    fn size(&self) -> (f64, f64) {
        let scene = self.motion.scene();
        (f64::from(scene.width), f64::from(scene.height))
    }

    /// What is seen unless a person chooses something else: the whole width, as large as it was laid out.
    fn home(&self) -> Camera {
        let picture = self.size();
        let scale = ((self.window.0 - 2.0 * MARGIN) / picture.0.max(1.0)).min(self.enlarged);
        Camera { scale, left: MARGIN, top: 0.0 }.within(picture, self.window)
    }

    /// Where the small picture of the whole is, where there is one: its place and its size.
    fn map(&self) -> Option<((f64, f64), (f64, f64))> {
        let picture = self.size();
        let seen = (picture.0 * self.camera.scale / self.window.0).max(picture.1 * self.camera.scale / self.window.1);
        let height = (MAP_WIDTH * picture.1 / picture.0.max(1.0)).min(self.window.1 * 0.4);
        let width = (height * picture.0 / picture.1.max(1.0)).min(MAP_WIDTH);
        // Not where somebody only scrolls, and not where it would hide what it is about.
        let is_needed = seen > MAP_FROM && self.camera.scale > self.home().scale * 1.15 && self.window.0 > 480.0 && self.window.1 > 320.0;
        is_needed.then_some(((14.0, self.window.1 - height - 14.0), (width, height)))
    }

    /// Sees the place of the small picture that a pointer is on; false where it is on something else.
    pub fn jump_on_map(&mut self, (x, y): (f64, f64), slack: f64) -> bool {
        let Some((at, size)) = self.map() else { return false };
        let (left, top) = ((x - at.0) / size.0, (y - at.1) / size.1);
        let within = |part: f64| part >= -slack && part <= 1.0 + slack;
        if !within(left) || !within(top) {
            return false;
        }
        let (picture, scale) = (self.size(), self.camera.scale);
        self.see(Camera { scale, left: self.window.0 / 2.0 - left * picture.0 * scale, top: self.window.1 / 2.0 - top * picture.1 * scale });
        true
    }

    /// Sees another part of the picture at once.
    pub fn see(&mut self, camera: Camera) {
        (self.camera, self.flight, self.is_moved, self.is_stale) = (camera.within(self.size(), self.window), None, true, true);
    }

    /// Moves the picture on the screen.
    pub fn pan(&mut self, by: (f64, f64)) {
        self.see(self.camera.moved(by));
    }

    /// Enlarges the picture around a point of the screen.
    pub fn zoom(&mut self, factor: f64, around: (f64, f64)) {
        self.see(self.camera.zoomed(factor, around));
    }

    /// Goes to another part of the picture.
    fn fly_to(&mut self, camera: Camera) {
        if reduced_motion() {
            self.see(camera);
        } else {
            (self.flight, self.is_moved) = (Some((self.camera, camera.within(self.size(), self.window), frame::now_ms())), true);
        }
    }

    /// Enlarges the picture around its middle.
    pub fn zoom_in_middle(&mut self, factor: f64) {
        let from = self.flight.map_or(self.camera, |(_, to, _)| to);
        self.fly_to(from.zoomed(factor, (self.window.0 / 2.0, self.window.1 / 2.0)));
    }

    /// Shows everything; or, where everything is seen, as large as it was laid out.
    pub fn fit(&mut self) {
        let all = Camera::fitting(self.size(), self.window);
        let camera = if self.camera == all { self.home() } else { all };
        self.fly_to(camera);
        self.is_moved = camera != self.home();
    }

    /// Shows one mark from near.
    pub fn zoom_onto(&mut self, id: &str) {
        if let Some(mark) = self.motion.mark(id) {
            let part = (f64::from(mark.x), f64::from(mark.y), f64::from(mark.width), f64::from(mark.height));
            self.fly_to(Camera::onto(part, self.size(), self.window));
        }
    }

    /// Moves the picture so far that a mark is seen.
    pub fn reveal(&mut self, id: &str) {
        let Some(mark) = self.motion.mark(id) else { return };
        let Camera { scale, left, top } = self.camera;
        let by = |start: f64, length: f64, room: f64| {
            let (before, after) = (24.0 - start, start + length + 24.0 - room);
            if before > 0.0 || length > room - 48.0 { before } else { -after.max(0.0) }
        };
        let across = by(f64::from(mark.x) * scale + left, f64::from(mark.width) * scale, self.window.0);
        let down = by(f64::from(mark.y) * scale + top, f64::from(mark.height) * scale, self.window.1);
        // What is larger than the window is seen in part anyway.
        let is_larger = f64::from(mark.height) * scale > self.window.1 - 48.0;
        if across != 0.0 || down != 0.0 && !is_larger {
            self.pan((across, if is_larger { 0.0 } else { down }));
        }
    }

    /// The mark with an id.
    pub fn mark(&self, id: &str) -> Option<&Mark> {
        self.motion.mark(id)
    }

    /// The nearest object in a direction.
    pub fn neighbour(&self, from: &str, direction: (i32, i32)) -> Option<SmolStr> {
        let middle = |mark: &Mark| (mark.x + mark.width / 2, mark.y + mark.height / 2);
        let (x, y) = middle(self.mark(from)?);
        let distance = |mark: &&Mark| -> Option<i32> {
            let (other_x, other_y) = middle(mark);
            let (along, across) = match direction {
                (0, sign) => ((other_y - y) * sign, (other_x - x).abs()),
                (sign, _) => ((other_x - x) * sign, (other_y - y).abs()),
            };
            (along > 2).then_some(along + across * 3)
        };
        let candidates = self.motion.scene().marks.iter().filter(|mark| mark.object.is_some() && mark.id != from);
        candidates.filter_map(|mark| Some((distance(&mark)?, mark))).min_by_key(|(distance, _)| *distance).map(|(_, mark)| mark.id.clone())
    }

    /// Shows where the keyboard is.
    pub fn focus(&mut self, id: Option<&str>) {
        self.look.focused = id.map(SmolStr::new);
        self.is_stale = true;
        if let (Some(id), Some(screen)) = (id, &mut self.screen) {
            screen.hits.stop_at(id);
            self.reveal(id);
        }
    }

    /// Shows a request on its way.
    pub fn send(&mut self, course: Course) {
        self.look.courses.retain(|other| other.is_quiet);
        self.look.courses.push(course);
        self.is_stale = true;
    }

    /// There is another size to draw in.
    pub fn resize(&mut self, window: (f64, f64)) {
        if self.window != window {
            (self.window, self.is_stale) = (window, true);
        }
    }

    /// What is above and beside the whole picture in a file.
    fn whole(&self) -> (Camera, (f64, f64)) {
        let (width, height) = self.size();
        (Camera { scale: 1.0, left: MARGIN, top: MARGIN }, (width + 2.0 * MARGIN, height + 2.0 * MARGIN))
    }

    fn whole_picture<'a>(&'a self, camera: Camera, window: (f64, f64), look: &'a Look) -> Picture<'a> {
        // All travels are over by then.
        Picture { motion: &self.motion, now_ms: f64::MAX, camera, window, letters: &self.letters, look }
    }

    /// The whole picture as an SVG file.
    pub fn svg(&self) -> String {
        let (camera, window) = self.whole();
        let look = Look { focused: None, courses: Vec::new(), ..self.look.clone() };
        let mut pen = SvgPen::new(self.theme.colours.clone());
        self.whole_picture(camera, window, &look).paint(&mut pen);
        pen.finish(window.0, window.1, &self.theme.font)
    }

    /// The whole picture on a canvas of its own, twice as fine as the screen.
    pub fn image(&self) -> Option<Canvas> {
        use crate::playground::scene::{Ink, Pen};
        use wasm_bindgen::JsCast;
        let (camera, window) = self.whole();
        let look = Look { focused: None, courses: Vec::new(), ..self.look.clone() };
        let mut canvas = Canvas::on(document().create_element("canvas").ok()?.dyn_into().ok()?)?;
        canvas.begin(window, 2.0, &self.theme);
        canvas.rect([0.0, 0.0, window.0, window.1], 0.0, Some(Ink(0)), None, false);
        self.whole_picture(camera, window, &look).paint(&mut canvas);
        Some(canvas)
    }

    /// Which picture is shown.
    pub fn view(&self) -> View {
        self.wanted.view
    }
}

/// How large the page's letters are.
fn rem() -> f64 {
    let style = web_sys::window().zip(document().document_element()).and_then(|(window, root)| window.get_computed_style(&root).ok().flatten());
    let size = style.and_then(|style| style.get_property_value("font-size").ok()).and_then(|size| size.trim_end_matches("px").parse().ok());
    size.unwrap_or(16.0)
}

/// Whether this person wants nothing to move.
fn reduced_motion() -> bool {
    web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten()).is_some_and(|query| query.matches())
}
