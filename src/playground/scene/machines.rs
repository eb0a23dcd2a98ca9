//! The machines view: the control plane's processes, the queue of pods that wait for a node, the nodes with their pods,
//! and lanes of everything that is on no machine.

use super::cards::{self, Backends};
use super::marks::{Mark, Meter, Shape, Tone};
use super::model::{Model, PodCard};
use super::state::State;
use super::{Scene, Wanted, amounts};
use crate::api::meta;
use crate::api::resource::{CONFIG_MAPS, GroupResource, INGRESSES, NODES, ObjectKey, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, SECRETS, SERVICES};
use crate::value::{SmolStr, Sort, SortedMap, Value};
use std::sync::Arc;

const GAP: i32 = 12;
const PROCESS_HEIGHT: i32 = 50;
const POD_HEIGHT: i32 = 42;
const POD_GAP: i32 = 6;
/// The least and the most: reasons are long.
const POD_WIDTH_IN_QUEUE: (i32, i32) = (210, 340);
const NODE_PADDING: i32 = 11;
const NODE_HEADER: i32 = 76;
const CHIP_HEIGHT: i32 = 30;
const LANE_HEADING: i32 = 84;
/// The lanes below the nodes are seen without scrolling where this is enough for them.
const LANES: i32 = 50;

/// How pods are drawn on nodes; the same on all nodes, so that they can be compared.
#[derive(Clone, Copy)]
enum Density {
    Cards,
    Cells { size: i32, gap: i32 },
}

/// How nodes are laid out.
#[derive(Clone, Copy)]
struct Grid {
    columns: i32,
    width: i32,
    header: i32,
    padding: i32,
    gap: i32,
    density: Density,
}

pub(super) fn lay_out(model: &Model, wanted: &Wanted) -> Scene {
    let mut scene = Scene { width: wanted.width.max(260), height: 0, marks: Vec::new(), links: Vec::new() };
    let mut y = processes(&mut scene, wanted);
    let placed: SortedMap<&str, Vec<&PodCard>> = model.placed.iter().map(|(node, cards)| (node.as_str(), shown(wanted, cards))).collect();
    let queue_y = y;
    y = queue(&mut scene, model, wanted, placed.get("").map_or(&[], Vec::as_slice), y);
    y = nodes(&mut scene, model, wanted, &placed, y, queue_y);
    scene.height = lanes(&mut scene, model, wanted, y);
    scene
}

fn shown<'a>(wanted: &Wanted, cards: &'a SortedMap<(SmolStr, ObjectKey), Arc<PodCard>>) -> Vec<&'a PodCard> {
    cards.values().map(|card| &**card).filter(|card| wanted.filter.shows_pod(card)).collect()
}

fn processes(scene: &mut Scene, wanted: &Wanted) -> i32 {
    let count = wanted.processes.len() as i32;
    if count == 0 {
        return 0;
    }
    let columns = if scene.width < 640 { 2.min(count) } else { count };
    let width = (scene.width - GAP * (columns - 1)) / columns;
    for (index, process) in wanted.processes.iter().enumerate() {
        let (column, row) = (index as i32 % columns, index as i32 / columns);
        let mut mark = Mark::decoration(SmolStr::from(format!("process/{}", process.title)), Shape::Process, process.title.clone());
        mark.detail = process.detail.clone();
        mark.tone = if process.acts { Tone::Busy } else { Tone::Plain };
        scene.marks.push(mark.at(column * (width + GAP), row * (PROCESS_HEIGHT + GAP), width, PROCESS_HEIGHT));
    }
    (count + columns - 1) / columns * (PROCESS_HEIGHT + GAP)
}

fn queue(scene: &mut Scene, model: &Model, wanted: &Wanted, waiting: &[&PodCard], y: i32) -> i32 {
    let heading = if scene.width < 520 { 0 } else { 132 };
    let across = scene.width - heading - 2 * NODE_PADDING;
    let card = (across / waiting.len().max(1) as i32 - 8).clamp(POD_WIDTH_IN_QUEUE.0.min(across), POD_WIDTH_IN_QUEUE.1.min(across));
    let many = waiting.len() > 24;
    let cell = [14, 10, 8].into_iter().find(|size| waiting.len() as i32 <= across / (size + 3) * (54 / (size + 3))).unwrap_or(6);
    let (width, height, gap) = if many { (cell, cell, if cell > 6 { 3 } else { 2 }) } else { (card, POD_HEIGHT, 8) };
    let columns = ((across + gap) / (width + gap)).max(1);
    let rows = (waiting.len() as i32 + columns - 1) / columns;
    let top = if heading == 0 { 30 } else { 9 };
    let tall = (top + rows.max(1) * (height + gap) - gap + 9).max(44);
    let mut lane = Mark::decoration("queue", Shape::Queue, "Waiting for a node");
    lane.detail = if waiting.is_empty() { SmolStr::new_static("no pods") } else { SmolStr::from(format!("{} {}", waiting.len(), pods(waiting.len()))) };
    lane.header = heading;
    scene.marks.push(lane.at(0, y, scene.width, tall));
    for (index, card) in waiting.iter().enumerate() {
        let (column, row) = (index as i32 % columns, index as i32 / columns);
        let mark = cards::pod(card, model, wanted);
        scene.marks.push(mark.at(heading + NODE_PADDING + column * (width + gap), y + top + row * (height + gap), width, height));
    }
    y + tall + GAP
}

fn pods(count: usize) -> &'static str {
    if count == 1 { "pod" } else { "pods" }
}

/// So many pods a node has room for in its cells, so that they are not laid out anew with each pod that comes.
fn room_for(most: usize) -> i32 {
    [4, 8, 12, 16, 24, 32, 48, 64, 88, 110].into_iter().find(|room| *room >= most as i32).unwrap_or(most as i32)
}

impl Grid {
    /// The grid in which `count` nodes with up to `most` pods have the largest cells that can be seen without scrolling.
    fn of(count: i32, most: usize, width: i32, height: i32) -> Grid {
        let columns_of = |least_width: i32, gap: i32| ((width + gap) / (least_width + gap)).clamp(1, count);
        if most <= 8 && count <= 12 {
            let columns = columns_of(210, GAP);
            let across = (width - GAP * (columns - 1)) / columns;
            return Grid { columns, width: across, header: NODE_HEADER, padding: NODE_PADDING, gap: GAP, density: Density::Cards };
        }
        let few = count <= 6;
        // Many machines are there for many pods: they keep their places while the pods come.
        let room = room_for(if few { most } else { most.max(20) });
        let mut smallest: Option<(i32, Grid)> = None;
        for size in [22, 18, 15, 12, 10, 8, 7, 6] {
            let (gap, between) = ((size / 5).max(2), if few { GAP } else { 6 });
            for least_width in if few { 210..=210 } else { 64..=160 }.rev().step_by(12) {
                let columns = columns_of(least_width, between);
                let across = (width - between * (columns - 1)) / columns;
                let (header, padding) = if few { (NODE_HEADER, NODE_PADDING) } else { (24, 5) };
                let grid = Grid { columns, width: across, header, padding, gap: between, density: Density::Cells { size, gap } };
                let tall = (count + columns - 1) / columns * (grid.height(room) + between);
                if tall <= height {
                    return grid;
                }
                if size >= 8 && smallest.as_ref().is_none_or(|(least, _)| tall < *least) {
                    smallest = Some((tall, grid));
                }
            }
        }
        // Where nothing fits, one scrolls.
        smallest.map_or(
            Grid { columns: 1, width, header: NODE_HEADER, padding: NODE_PADDING, gap: GAP, density: Density::Cells { size: 10, gap: 2 } },
            |(_, grid)| grid,
        )
    }

    fn across(&self) -> i32 {
        self.width - 2 * self.padding
    }

    /// How many cells are beside each other.
    fn per_row(&self, step: i32, gap: i32) -> i32 {
        ((self.across() + gap) / step).max(1)
    }

    /// How high a node with so many pods is.
    fn height(&self, count: i32) -> i32 {
        let pods = match self.density {
            // Space for at least two pods, so that nodes don't grow with the first ones.
            Density::Cards => count.max(2) * (POD_HEIGHT + POD_GAP) - POD_GAP,
            Density::Cells { size, gap } => {
                let per_row = self.per_row(size + gap, gap);
                ((count + per_row - 1) / per_row).max(1) * (size + gap) - gap
            }
        };
        self.header + pods + self.padding
    }

    /// Where the pod of that index is in its node, and its size.
    fn place(&self, index: i32) -> (i32, i32, i32, i32) {
        match self.density {
            Density::Cards => (self.padding, self.header + index * (POD_HEIGHT + POD_GAP), self.across(), POD_HEIGHT),
            Density::Cells { size, gap } => {
                let (step, per_row) = (size + gap, self.per_row(size + gap, gap));
                (self.padding + index % per_row * step, self.header + index / per_row * step, size, size)
            }
        }
    }
}

fn nodes(scene: &mut Scene, model: &Model, wanted: &Wanted, placed: &SortedMap<&str, Vec<&PodCard>>, top: i32, queue_y: i32) -> i32 {
    let mut all: Vec<&Value> = model.list(&NODES, None).collect();
    if all.is_empty() {
        return top;
    }
    // `worker-2` before `worker-10`.
    all.order_by_key(|node| {
        let name = meta::name(node);
        (name.trim_end_matches(|letter: char| letter.is_ascii_digit()), name.len(), name)
    });
    let most = placed.iter().filter(|(node, _)| !node.is_empty()).map(|(_, pods)| pods.len()).max().unwrap_or(0);
    let grid = Grid::of(all.len() as i32, most, scene.width, wanted.height - top - LANES);
    let mut y = top;
    for row in all.chunks(grid.columns as usize) {
        let on = |node: &Value| placed.get(meta::name(node)).map_or(&[][..], Vec::as_slice);
        let fullest = row.iter().map(|node| on(node).len()).max().unwrap_or(0);
        let height = grid.height(match grid.density {
            Density::Cards => fullest as i32,
            Density::Cells { .. } => room_for(if all.len() <= 6 { most } else { most.max(20) }),
        });
        for (column, node) in row.iter().enumerate() {
            let x = column as i32 * (grid.width + grid.gap);
            let mut mark = node_mark(node, model, wanted).at(x, y, grid.width, height);
            mark.header = grid.header;
            if let (Density::Cells { .. }, Tone::Good, false) = (grid.density, mark.tone, mark.silent) {
                mark.detail = tally(on(node));
            }
            scene.marks.push(mark);
            for (index, card) in on(node).iter().enumerate() {
                let (left, down, width, height) = grid.place(index as i32);
                let mark = cards::pod(card, model, wanted).at(x + left, y + down, width, height);
                scene.marks.push(Mark { enters_at: Some((scene.width / 3, queue_y + 8)), ..mark });
            }
        }
        y += height + grid.gap;
    }
    y + GAP - grid.gap
}

/// `18 of 20 ready`; what the cells say, in words.
fn tally(pods: &[&PodCard]) -> SmolStr {
    let (ready, all) = (pods.iter().filter(|card| card.state.tone == Tone::Good).count(), pods.iter().filter(|card| !card.over).count());
    if all == 0 { SmolStr::default() } else { SmolStr::from(format!("{ready}/{all}")) }
}

fn node_mark(node: &Value, model: &Model, wanted: &Wanted) -> Mark {
    let state = State::of_node(node);
    let name = meta::name(node);
    let zone = meta::label(node, "topology.kubernetes.io/zone");
    let silent = wanted.silent.get(name);
    let detail = match (silent, state.tone) {
        // The API server learns of it only when the kubelet has been silent for a while.
        (Some(why), Tone::Good) => SmolStr::new_static(why),
        (Some(why), _) => SmolStr::from(format!("{}, {why}", state.word)),
        (None, Tone::Good) => SmolStr::new(zone),
        _ => SmolStr::new(state.word.trim_start_matches("Ready, ")),
    };
    let allocatable = node.path("status.allocatable");
    let (mut cpu_milli, mut memory_bytes, mut count) = (0, 0, 0);
    for (_, card) in model.placed.get(name).into_iter().flatten().filter(|(_, card)| !card.over) {
        cpu_milli += card.cpu_milli;
        memory_bytes += card.memory_bytes;
        count += 1;
    }
    let (all_cpu, all_memory, all_pods) =
        (amounts::milli(allocatable.get("cpu")), amounts::whole(allocatable.get("memory")), amounts::whole(allocatable.get("pods")));
    let mut mark = cards::mark(&NODES, node, Shape::Node, state.glyph, detail, &state);
    mark.faint = state.tone == Tone::Bad || silent.is_some();
    mark.silent = silent.is_some();
    mark.meters = vec![
        Meter { label: "cpu", percent: amounts::percent(cpu_milli, all_cpu), text: amounts::cpu_text(cpu_milli, all_cpu) },
        Meter { label: "mem", percent: amounts::percent(memory_bytes, all_memory), text: amounts::memory_text(memory_bytes, all_memory) },
        Meter { label: "pods", percent: amounts::percent(count, all_pods), text: SmolStr::from(format!("{count} of {all_pods}")) },
    ];
    mark
}

fn lanes(scene: &mut Scene, model: &Model, wanted: &Wanted, top: i32) -> i32 {
    let namespace = wanted.filter.namespace.as_deref();
    let mut workloads = Vec::new();
    for resource in &cards::WORKLOADS {
        workloads.extend(cards::shown(model, wanted, resource, namespace).into_iter().map(|object| cards::workload(resource, object, model, Shape::Chip)));
    }
    let of = |resource: &GroupResource, namespace: Option<&str>, mark: &dyn Fn(&Value) -> Mark| -> Vec<Mark> {
        cards::shown(model, wanted, resource, namespace).into_iter().map(mark).collect()
    };
    let mut network = of(&SERVICES, namespace, &|service| cards::service(service, &Backends::of(service, model), Shape::Chip));
    network.extend(of(&INGRESSES, namespace, &|ingress| cards::ingress(ingress, Shape::Chip)));
    let mut storage = of(&PERSISTENT_VOLUME_CLAIMS, namespace, &|claim| cards::claim(claim, Shape::Chip));
    storage.extend(of(&PERSISTENT_VOLUMES, None, &|volume| cards::volume(volume, Shape::Chip)));
    let mut config = of(&CONFIG_MAPS, namespace, &|config| cards::config_map(config, Shape::Chip));
    config.extend(of(&SECRETS, namespace, &|secret| cards::secret(secret, Shape::Chip)));

    let mut y = top + 4;
    for (title, chips) in [("Workloads", workloads), ("Network", network), ("Storage", storage), ("Configuration", config)] {
        if !chips.is_empty() {
            y = lane(scene, wanted, title, chips, y);
        }
    }
    y
}

fn lane(scene: &mut Scene, wanted: &Wanted, title: &'static str, chips: Vec<Mark>, top: i32) -> i32 {
    let narrow = scene.width < 520;
    let left = if narrow { 0 } else { LANE_HEADING + GAP };
    let heading = Mark::decoration(SmolStr::from(format!("lane/{title}")), Shape::Heading, title);
    scene.marks.push(heading.at(0, top, LANE_HEADING + GAP, CHIP_HEIGHT));
    let (mut x, mut y) = (left, if narrow { top + CHIP_HEIGHT } else { top });
    for chip in chips {
        let width = cards::chip_width(&chip, wanted).min(scene.width - left);
        if x > left && x + width > scene.width {
            (x, y) = (left, y + CHIP_HEIGHT + 8);
        }
        scene.marks.push(chip.at(x, y, width, CHIP_HEIGHT));
        x += width + 8;
    }
    y + CHIP_HEIGHT + 10
}
