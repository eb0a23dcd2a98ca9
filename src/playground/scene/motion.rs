//! What moves in the diagram: from one scene to the next, marks travel to their new places, appear and fade. Nothing jumps, also when the
//! clock goes back.

use super::Scene;
use super::marks::Mark;
use crate::value::{SmolStr, SortedMap};

const TRAVEL_MS: f64 = 620.0;
const FADE_MS: f64 = 240.0;
/// How long a mark shines when its state changes.
const GLOW_MS: f64 = 900.0;
/// More than this is not followed by an eye, and costs time.
const MOST_TRAVELLERS: usize = 400;

/// A mark as it is at an instant.
#[derive(Clone, Copy, Debug)]
pub struct Sprite<'a> {
    /// What is drawn.
    pub mark: &'a Mark,
    /// Left edge, in the picture's pixels.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Its width now.
    pub width: f64,
    /// Its height now.
    pub height: f64,
    /// 0 to 1: how much of it is there.
    pub alpha: f64,
    /// 1 when it has just changed, 0 when that is long ago.
    pub glow: f64,
    /// Whether it is on its way.
    pub moves: bool,
}

#[derive(Clone, Copy)]
struct Travel {
    /// Left, top, width and height where it comes from, and how much of it was there.
    from: [f64; 5],
    began_ms: f64,
    takes_ms: f64,
}

/// The scene that is shown, and what is on its way in it.
#[derive(Default)]
pub struct Motion {
    scene: Scene,
    places: SortedMap<SmolStr, usize>,
    travels: SortedMap<SmolStr, Travel>,
    glows: SortedMap<SmolStr, f64>,
    leaving: Vec<(Mark, f64)>,
}

impl Motion {
    /// The scene at the end of all travels.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The mark with an id.
    pub fn mark(&self, id: &str) -> Option<&Mark> {
        self.places.get(id).map(|index| &self.scene.marks[*index])
    }

    /// From now on shows `scene`. Where `travels` is false everything is at its place at once.
    pub fn show(&mut self, scene: Scene, travels: bool, now_ms: f64) {
        self.settle(now_ms);
        let places: SortedMap<SmolStr, usize> = scene.marks.iter().enumerate().map(|(index, mark)| (mark.id.clone(), index)).collect();
        let mut travelling = SortedMap::new();
        if travels {
            for mark in &scene.marks {
                let end = [mark.x, mark.y, mark.width, mark.height].map(f64::from);
                let from = match self.places.get(&mark.id) {
                    Some(index) => {
                        let old = &self.scene.marks[*index];
                        if old.name != mark.name && !mark.name.is_empty() {
                            self.glows.insert(mark.id.clone(), now_ms);
                        }
                        let stays = [old.x, old.y, old.width, old.height].map(f64::from) == end;
                        if stays {
                            if let Some(travel) = self.travels.get(&mark.id) {
                                travelling.insert(mark.id.clone(), *travel);
                            }
                            continue;
                        }
                        let sprite = self.sprite(old, now_ms);
                        [sprite.x, sprite.y, sprite.width, sprite.height, sprite.alpha]
                    }
                    None => match mark.enters_at {
                        Some((x, y)) => [f64::from(x), f64::from(y), end[2], end[3], 0.0],
                        None => [end[0], end[1], end[2], end[3], 0.0],
                    },
                };
                let takes_ms = if from[..4] == end { FADE_MS } else { TRAVEL_MS };
                travelling.insert(mark.id.clone(), Travel { from, began_ms: now_ms, takes_ms });
            }
            for mark in self.scene.marks.iter().filter(|mark| !places.contains_key(&mark.id)) {
                self.leaving.push((mark.clone(), now_ms));
            }
        }
        if !travels || travelling.len() > MOST_TRAVELLERS {
            (self.glows, self.leaving) = Default::default();
            travelling.clear();
        }
        (self.scene, self.places, self.travels) = (scene, places, travelling);
    }

    /// Forgets what has arrived.
    pub fn settle(&mut self, now_ms: f64) {
        self.travels.retain(|_, travel| now_ms < travel.began_ms + travel.takes_ms);
        self.glows.retain(|_, began_ms| now_ms < *began_ms + GLOW_MS);
        self.leaving.retain(|(_, began_ms)| now_ms < began_ms + FADE_MS);
    }

    /// Whether anything is on its way.
    pub fn moves(&self) -> bool {
        !(self.travels.is_empty() && self.glows.is_empty() && self.leaving.is_empty())
    }

    /// Everything as it is now: what is fading first, then the marks in their order.
    pub fn sprites(&self, now_ms: f64) -> impl Iterator<Item = Sprite<'_>> {
        let leaving = self.leaving.iter().map(move |(mark, began_ms)| Sprite { alpha: 1.0 - ((now_ms - began_ms) / FADE_MS).clamp(0.0, 1.0), ..at_rest(mark) });
        leaving.chain(self.scene.marks.iter().map(move |mark| self.sprite(mark, now_ms)))
    }

    /// The mark with an id as it is now.
    pub fn sprite_of(&self, id: &str, now_ms: f64) -> Option<Sprite<'_>> {
        self.mark(id).map(|mark| self.sprite(mark, now_ms))
    }

    fn sprite<'a>(&'a self, mark: &'a Mark, now_ms: f64) -> Sprite<'a> {
        let mut sprite = at_rest(mark);
        if !self.glows.is_empty()
            && let Some(began_ms) = self.glows.get(&mark.id)
        {
            sprite.glow = 1.0 - ((now_ms - began_ms) / GLOW_MS).clamp(0.0, 1.0);
        }
        if !self.travels.is_empty()
            && let Some(travel) = self.travels.get(&mark.id)
        {
            let part = ((now_ms - travel.began_ms) / travel.takes_ms).clamp(0.0, 1.0);
            // Slow at both ends.
            let eased = part * part * (3.0 - 2.0 * part);
            let between = |from: f64, to: f64| from + (to - from) * eased;
            sprite.x = between(travel.from[0], sprite.x);
            sprite.y = between(travel.from[1], sprite.y);
            sprite.width = between(travel.from[2], sprite.width);
            sprite.height = between(travel.from[3], sprite.height);
            // What is new is there early, so that it is seen to travel.
            sprite.alpha = travel.from[4] + (1.0 - travel.from[4]) * (part * TRAVEL_MS / FADE_MS).min(1.0);
            sprite.moves = travel.takes_ms > FADE_MS;
        }
        sprite
    }
}

fn at_rest(mark: &Mark) -> Sprite<'_> {
    let [x, y, width, height] = [mark.x, mark.y, mark.width, mark.height].map(f64::from);
    Sprite { mark, x, y, width, height, alpha: 1.0, glow: 0.0, moves: false }
}

#[cfg(test)]
mod tests {
    use super::super::marks::Shape;
    use super::*;

    fn scene(marks: &[(&'static str, i32)]) -> Scene {
        let marks = marks.iter().map(|(id, x)| Mark::decoration(*id, Shape::Pod, *id).at(*x, 0, 10, 10)).collect();
        Scene { width: 100, height: 100, marks, links: Vec::new() }
    }

    #[test]
    fn marks_travel_from_where_they_are_seen_and_fade_when_they_go() {
        let mut motion = Motion::default();
        motion.show(scene(&[("a", 0), ("b", 50)]), false, 0.0);
        motion.show(scene(&[("a", 100)]), true, 1000.0);
        let halfway = motion.sprite_of("a", 1310.0).map(|sprite| sprite.x);
        assert_eq!(halfway, Some(50.0));
        assert!(motion.sprites(1100.0).any(|sprite| sprite.mark.id == "b" && sprite.alpha < 1.0));
        motion.show(scene(&[("a", 0)]), true, 1310.0);
        assert_eq!(motion.sprite_of("a", 1310.0).map(|sprite| sprite.x), Some(50.0), "it turns round in the middle");
        motion.settle(3000.0);
        assert!(!motion.moves());
        assert_eq!(motion.sprites(3000.0).map(|sprite| (sprite.mark.id.as_str(), sprite.x)).collect::<Vec<_>>(), [("a", 0.0)]);
    }

    #[test]
    fn the_same_scene_again_disturbs_no_travel() {
        let mut motion = Motion::default();
        motion.show(scene(&[("a", 0)]), false, 0.0);
        motion.show(scene(&[("a", 100)]), true, 0.0);
        let before = motion.sprite_of("a", 200.0).map(|sprite| sprite.x);
        motion.show(scene(&[("a", 100)]), true, 200.0);
        assert_eq!(motion.sprite_of("a", 200.0).map(|sprite| sprite.x), before);
    }
}
