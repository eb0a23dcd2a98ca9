//! What moves in the diagram: from one scene to the next, marks travel to their new places, appear and fade. Nothing jumps, also when the
//! clock goes back.

use super::Scene;
use super::marks::Mark;
use crate::value::{SmolStr, Sort, SortedMap};

const TRAVEL_MS: f64 = 620.0;
const FADE_MS: f64 = 240.0;
/// How long a mark shines when its state changes.
const GLOW_MS: f64 = 900.0;
/// More than this is not followed by an eye, and costs time: of what travels or appears, and of what shines.
const MOST_TRAVELLERS: usize = 400;
const MOST_GLOWS: usize = 60;

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

/// What is on its way with a mark.
#[derive(Clone, Copy, Default)]
struct Way {
    travel: Option<Travel>,
    /// When its state changed.
    glows_since_ms: Option<f64>,
}

/// The scene that is shown, and what is on its way in it.
#[derive(Default)]
pub struct Motion {
    scene: Scene,
    places: SortedMap<SmolStr, usize>,
    /// One for each mark.
    ways: Vec<Way>,
    leaving: Vec<(Mark, f64)>,
    moves: bool,
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
        // Most scenes have the same marks as the one before. Others are sorted first: what comes in order is quickly put into a map.
        let are_same = scene.marks.len() == self.scene.marks.len() && scene.marks.iter().zip(&self.scene.marks).all(|(new, old)| new.id == old.id);
        let places = if are_same {
            None
        } else {
            let mut places: Vec<(SmolStr, usize)> = scene.marks.iter().enumerate().map(|(index, mark)| (mark.id.clone(), index)).collect();
            places.order();
            Some(places.into_iter().collect::<SortedMap<_, _>>())
        };
        let mut ways = vec![Way::default(); scene.marks.len()];
        if travels {
            for (index, (mark, way)) in scene.marks.iter().zip(&mut ways).enumerate() {
                let before = if are_same { Some(index) } else { self.places.get(&mark.id).copied() };
                self.send(mark, before, way, now_ms);
            }
            if let Some(places) = &places {
                let gone = self.scene.marks.iter().filter(|mark| !places.contains_key(&mark.id));
                self.leaving.extend(gone.map(|mark| (mark.clone(), now_ms)));
            }
        }
        if !travels || ways.iter().filter(|way| way.travel.is_some()).count() > MOST_TRAVELLERS {
            self.leaving.clear();
            ways.fill(Way::default());
        }
        if ways.iter().filter(|way| way.glows_since_ms.is_some()).count() > MOST_GLOWS {
            ways.iter_mut().for_each(|way| way.glows_since_ms = None);
        }
        (self.scene, self.ways) = (scene, ways);
        if let Some(places) = places {
            self.places = places;
        }
        self.settle(now_ms);
    }

    /// The way of a mark from where it was before, if it was anywhere.
    fn send(&self, mark: &Mark, before: Option<usize>, way: &mut Way, now_ms: f64) {
        let end = [mark.x, mark.y, mark.width, mark.height].map(f64::from);
        let from = match before {
            Some(index) => {
                let (old, old_way) = (&self.scene.marks[index], self.ways[index]);
                way.glows_since_ms = if old.name != mark.name && !mark.name.is_empty() { Some(now_ms) } else { old_way.glows_since_ms };
                if [old.x, old.y, old.width, old.height].map(f64::from) == end {
                    way.travel = old_way.travel;
                    return;
                }
                let sprite = self.sprite(index, now_ms);
                [sprite.x, sprite.y, sprite.width, sprite.height, sprite.alpha]
            }
            None => {
                let (x, y) = mark.enters_at.map_or((end[0], end[1]), |(x, y)| (f64::from(x), f64::from(y)));
                [x, y, end[2], end[3], 0.0]
            }
        };
        let takes_ms = if from[..4] == end { FADE_MS } else { TRAVEL_MS };
        way.travel = Some(Travel { from, began_ms: now_ms, takes_ms });
    }

    /// Forgets what has arrived.
    pub fn settle(&mut self, now_ms: f64) {
        let mut moves = false;
        for way in &mut self.ways {
            way.travel = way.travel.filter(|travel| now_ms < travel.began_ms + travel.takes_ms);
            way.glows_since_ms = way.glows_since_ms.filter(|began_ms| now_ms < began_ms + GLOW_MS);
            moves |= way.travel.is_some() || way.glows_since_ms.is_some();
        }
        self.leaving.retain(|(_, began_ms)| now_ms < began_ms + FADE_MS);
        self.moves = moves || !self.leaving.is_empty();
    }

    /// Whether anything is on its way.
    pub fn moves(&self) -> bool {
        self.moves
    }

    /// Everything as it is now: what is fading first, then the marks in their order.
    pub fn sprites(&self, now_ms: f64) -> impl Iterator<Item = Sprite<'_>> {
        let leaving = self.leaving.iter().map(move |(mark, began_ms)| Sprite { alpha: 1.0 - ((now_ms - began_ms) / FADE_MS).clamp(0.0, 1.0), ..at_rest(mark) });
        leaving.chain((0..self.scene.marks.len()).map(move |index| self.sprite(index, now_ms)))
    }

    /// The mark with an id as it is now.
    pub fn sprite_of(&self, id: &str, now_ms: f64) -> Option<Sprite<'_>> {
        self.places.get(id).map(|index| self.sprite(*index, now_ms))
    }

    fn sprite(&self, index: usize, now_ms: f64) -> Sprite<'_> {
        let mut sprite = at_rest(&self.scene.marks[index]);
        let way = &self.ways[index];
        if let Some(began_ms) = way.glows_since_ms {
            sprite.glow = 1.0 - ((now_ms - began_ms) / GLOW_MS).clamp(0.0, 1.0);
        }
        if let Some(travel) = way.travel {
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
