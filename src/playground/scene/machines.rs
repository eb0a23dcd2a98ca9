//! The machines view: the control plane's processes, the queue of pods that wait for a node, the nodes with their pods,
//! and lanes of everything that is on no machine.

use super::cards::{self, Backends};
use super::marks::{Mark, Meter, Shape, Tone};
use super::model::{Model, PodCard};
use super::state::State;
use super::{Scene, Wanted, amounts};
use crate::api::meta;
use crate::api::resource::{CONFIG_MAPS, GroupResource, INGRESSES, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, SECRETS, SERVICES};
use crate::value::{SmolStr, Value};
use std::collections::BTreeMap;

const GAP: i32 = 12;
const PROCESS_HEIGHT: i32 = 50;
const POD_HEIGHT: i32 = 42;
const POD_GAP: i32 = 6;
const POD_WIDTH_IN_QUEUE: i32 = 210;
const NODE_PADDING: i32 = 11;
const NODE_HEADER: i32 = 76;
const CHIP_HEIGHT: i32 = 30;
const LANE_HEADING: i32 = 84;

/// How pods are drawn on nodes; the same on all nodes, so that they can be compared.
#[derive(Clone, Copy)]
enum Density {
    Cards,
    Cells { size: i32 },
}

pub(super) fn lay_out(model: &Model, wanted: &Wanted) -> Scene {
    let mut scene = Scene { width: wanted.width.max(260), height: 0, marks: Vec::new(), links: Vec::new() };
    let mut y = processes(&mut scene, wanted);
    let (waiting, placed) = pods_by_node(model, wanted);
    let queue_y = y;
    y = queue(&mut scene, model, wanted, &waiting, y);
    y = nodes(&mut scene, model, wanted, &placed, y, queue_y);
    scene.height = lanes(&mut scene, model, wanted, y);
    scene
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

fn pods_by_node<'a>(model: &'a Model, wanted: &Wanted) -> (Vec<&'a PodCard>, BTreeMap<&'a str, Vec<&'a PodCard>>) {
    let mut waiting = Vec::new();
    let mut placed: BTreeMap<&str, Vec<&PodCard>> = BTreeMap::new();
    for card in model.pods.values().filter(|card| wanted.namespace.as_ref().is_none_or(|namespace| *namespace == card.key.namespace)) {
        if card.node.is_empty() {
            waiting.push(card);
        } else {
            placed.entry(card.node.as_str()).or_default().push(card);
        }
    }
    (waiting, placed)
}

fn queue(scene: &mut Scene, model: &Model, wanted: &Wanted, waiting: &[&PodCard], y: i32) -> i32 {
    let heading = if scene.width < 520 { 0 } else { 132 };
    let many = waiting.len() > 24;
    let (width, height, gap) = if many { (18, 18, 4) } else { (POD_WIDTH_IN_QUEUE.min(scene.width - 2 * NODE_PADDING), POD_HEIGHT, 8) };
    let across = scene.width - heading - 2 * NODE_PADDING;
    let columns = ((across + gap) / (width + gap)).max(1);
    let rows = (waiting.len() as i32 + columns - 1) / columns;
    let top = if heading == 0 { 30 } else { 9 };
    let tall = (top + rows.max(1) * (height + gap) - gap + 9).max(44);
    let mut lane = Mark::decoration("queue", Shape::Queue, "Waiting for a node");
    lane.detail = if waiting.is_empty() { SmolStr::new_static("no pods") } else { SmolStr::from(format!("{} {}", waiting.len(), pods(waiting.len()))) };
    scene.marks.push(lane.at(0, y, scene.width, tall));
    for (index, card) in waiting.iter().enumerate() {
        let (column, row) = (index as i32 % columns, index as i32 / columns);
        let mark = cards::pod(card, model, wanted, if many { Shape::Cell } else { Shape::Pod });
        scene.marks.push(mark.at(heading + NODE_PADDING + column * (width + gap), y + top + row * (height + gap), width, height));
    }
    y + tall + GAP
}

fn pods(count: usize) -> &'static str {
    if count == 1 { "pod" } else { "pods" }
}

fn nodes(scene: &mut Scene, model: &Model, wanted: &Wanted, placed: &BTreeMap<&str, Vec<&PodCard>>, top: i32, queue_y: i32) -> i32 {
    let all: Vec<&Value> = model.list(&NODES, None).collect();
    if all.is_empty() {
        return top;
    }
    let most = placed.values().map(Vec::len).max().unwrap_or(0) as i32;
    let least_width = if all.len() > 12 { 150 } else { 210 };
    let columns = ((scene.width + GAP) / (least_width + GAP)).clamp(1, all.len() as i32);
    let width = (scene.width - GAP * (columns - 1)) / columns;
    let density = if most <= 8 && all.len() <= 12 { Density::Cards } else { Density::Cells { size: if most * (all.len() as i32) <= 400 { 22 } else { 16 } } };
    let across = width - 2 * NODE_PADDING;
    // Space for at least two pods, so that nodes don't grow with the first ones.
    let pods_height = |count: i32| match density {
        Density::Cards => count.max(2) * (POD_HEIGHT + POD_GAP) - POD_GAP,
        Density::Cells { size } => {
            let per_row = ((across + 4) / (size + 4)).max(1);
            ((count + per_row - 1) / per_row).max(1) * (size + 4) - 4
        }
    };
    let mut y = top;
    for row in all.chunks(columns as usize) {
        let on = |node: &Value| placed.get(meta::name(node)).map_or(&[][..], Vec::as_slice);
        let fullest = row.iter().map(|node| on(node).len() as i32).max().unwrap_or(0);
        let height = NODE_HEADER + pods_height(fullest) + NODE_PADDING;
        for (column, node) in row.iter().enumerate() {
            let x = column as i32 * (width + GAP);
            scene.marks.push(node_mark(node, model).at(x, y, width, height));
            for (index, card) in on(node).iter().enumerate() {
                let index = index as i32;
                let mark = match density {
                    Density::Cards => {
                        let mark = cards::pod(card, model, wanted, Shape::Pod);
                        mark.at(x + NODE_PADDING, y + NODE_HEADER + index * (POD_HEIGHT + POD_GAP), across, POD_HEIGHT)
                    }
                    Density::Cells { size } => {
                        let per_row = ((across + 4) / (size + 4)).max(1);
                        let (column, row) = (index % per_row, index / per_row);
                        let mark = cards::pod(card, model, wanted, Shape::Cell);
                        mark.at(x + NODE_PADDING + column * (size + 4), y + NODE_HEADER + row * (size + 4), size, size)
                    }
                };
                scene.marks.push(Mark { enters_at: Some((scene.width / 3, queue_y + 8)), ..mark });
            }
        }
        y += height + GAP;
    }
    y
}

fn node_mark(node: &Value, model: &Model) -> Mark {
    let state = State::of_node(node);
    let zone = meta::label(node, "topology.kubernetes.io/zone");
    let detail = if state.tone == Tone::Good { SmolStr::new(zone) } else { state.word.clone() };
    let allocatable = node.path("status.allocatable");
    let (mut cpu_milli, mut memory_bytes) = (0, 0);
    for pod in model.store.pods_on_node(meta::name(node)) {
        if let Some(card) = model.pods.get(&meta::key(pod)).filter(|card| !card.over) {
            cpu_milli += card.cpu_milli;
            memory_bytes += card.memory_bytes;
        }
    }
    let (all_cpu, all_memory) = (amounts::milli(allocatable.get("cpu")), amounts::whole(allocatable.get("memory")));
    let mut mark = cards::mark(&NODES, node, Shape::Node, state.glyph, detail, &state);
    mark.faint = state.tone == Tone::Bad;
    mark.meters = vec![
        Meter { label: "cpu", percent: amounts::percent(cpu_milli, all_cpu), text: amounts::cpu_text(cpu_milli, all_cpu) },
        Meter { label: "mem", percent: amounts::percent(memory_bytes, all_memory), text: amounts::memory_text(memory_bytes, all_memory) },
    ];
    mark
}

fn lanes(scene: &mut Scene, model: &Model, wanted: &Wanted, top: i32) -> i32 {
    let namespace = wanted.namespace.as_deref();
    let mut workloads = Vec::new();
    for resource in &cards::WORKLOADS {
        let made = model.list(resource, namespace).filter(|object| cards::is_of_a_person(resource, object));
        workloads.extend(made.map(|object| cards::workload(resource, object, model, Shape::Chip)));
    }
    let of = |resource: &GroupResource, mark: &dyn Fn(&Value) -> Mark| -> Vec<Mark> {
        model.list(resource, namespace).filter(|object| cards::is_of_a_person(resource, object)).map(mark).collect()
    };
    let mut network = of(&SERVICES, &|service| cards::service(service, &Backends::of(service, model), Shape::Chip));
    network.extend(of(&INGRESSES, &|ingress| cards::ingress(ingress, Shape::Chip)));
    let mut storage = of(&PERSISTENT_VOLUME_CLAIMS, &|claim| cards::claim(claim, Shape::Chip));
    storage.extend(model.list(&PERSISTENT_VOLUMES, None).map(|volume| cards::volume(volume, Shape::Chip)));
    let mut config = of(&CONFIG_MAPS, &|config| cards::config_map(config, Shape::Chip));
    config.extend(of(&SECRETS, &|secret| cards::secret(secret, Shape::Chip)));

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
