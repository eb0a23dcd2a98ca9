//! The application view: what comes from outside, the Services, the pods by workload, and what they use; by namespace.

use super::cards::{self, Backends};
use super::marks::{Link, Mark, ObjectRef, Shape, Tone};
use super::model::{Model, PodCard};
use super::state::State;
use super::{Scene, Wanted};
use crate::api::meta;
use crate::api::resource::{CONFIG_MAPS, GroupResource, INGRESSES, NAMESPACES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, SECRETS, SERVICES};
use crate::value::{SmolStr, Sort, SortedMap, SortedSet, Value};

const LEAST_WIDTH: i32 = 660;
/// In less width (a phone) there are two columns instead of four: what asks, and what answers with what it uses below it.
const TWO_COLUMNS_BELOW: i32 = 560;
const LEAST_WIDTH_OF_TWO: i32 = 320;
const HEADING: i32 = 26;
const PADDING: i32 = 12;
const CARD_HEIGHT: i32 = 46;
/// What a second line of its name adds to a card.
const NAME_LINE: i32 = 16;
const ROW_GAP: i32 = 12;
const GROUP_HEADER: i32 = 30;
const POD_HEIGHT: i32 = 42;
const POD_GAP: i32 = 6;
/// More pods of one workload than this are drawn as cells.
const MOST_CARDS: usize = 8;
/// Cells are as large as they can be in this height.
const CELLS_HEIGHT: i32 = 260;

/// The left edges and widths of what comes from outside, the Services, the pods, and what they use. Where there are two columns only, each has two
/// of them.
struct Columns {
    x: [i32; 4],
    width: [i32; 4],
    are_two: bool,
}

impl Columns {
    fn of(width: i32, are_two: bool) -> Columns {
        if are_two {
            let share = width - 2 * PADDING - 22;
            let (left, right) = (share * 48 / 100, share * 52 / 100);
            let x = PADDING + left + 22;
            return Columns { x: [PADDING, PADDING, x, x], width: [left, left, right, right], are_two };
        }
        let inner = width - 2 * PADDING;
        let gap = (inner / 22).clamp(22, 64);
        let share = inner - 3 * gap;
        let widths = [share * 19 / 100, share * 25 / 100, share * 31 / 100, share * 25 / 100];
        let mut x = [PADDING; 4];
        for column in 1..4 {
            x[column] = x[column - 1] + widths[column - 1] + gap;
        }
        Columns { x, width: widths, are_two }
    }

    /// Their headings; none over the second of two that share a column.
    fn headings(&self) -> [&'static str; 4] {
        if self.are_two { ["From outside", "", "Pods and what they use", ""] } else { ["From outside", "Services", "Pods, by workload", "What they use"] }
    }
}

pub(super) fn lay_out(model: &Model, wanted: &Wanted) -> Scene {
    let are_two = wanted.width < TWO_COLUMNS_BELOW;
    let width = wanted.width.max(if are_two { LEAST_WIDTH_OF_TWO } else { LEAST_WIDTH });
    let mut scene = Scene { width, height: 0, marks: Vec::new(), links: Vec::new() };
    let columns = Columns::of(width, are_two);
    for (column, title) in columns.headings().into_iter().enumerate().filter(|(_, title)| !title.is_empty()) {
        let heading = Mark::decoration(SmolStr::from(format!("column/{title}")), Shape::Heading, title);
        scene.marks.push(heading.at(columns.x[column], 0, columns.width[column], HEADING));
    }
    let mut y = HEADING + 4;
    for namespace in model.list(&NAMESPACES, None) {
        let name = meta::name(namespace);
        if wanted.filter.namespace.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let objects = Objects::of(model, wanted, name);
        if objects.is_empty() && wanted.filter.namespace.is_none() {
            continue;
        }
        y = namespace_box(&mut scene, model, wanted, &columns, namespace, &objects, y);
    }
    scene.height = free_volumes(&mut scene, model, wanted, &columns, y);
    scene
}

/// What is in one namespace.
struct Objects<'a> {
    ingresses: Vec<&'a Value>,
    services: Vec<&'a Value>,
    /// By workload; the pods of one may be none.
    groups: SortedMap<ObjectRef, Vec<&'a PodCard>>,
    config: Vec<(GroupResource, &'a Value)>,
    claims: Vec<&'a Value>,
}

impl<'a> Objects<'a> {
    fn of(model: &'a Model, wanted: &Wanted, namespace: &str) -> Objects<'a> {
        let made = |resource: &GroupResource| cards::shown(model, wanted, resource, Some(namespace));
        let mut groups: SortedMap<ObjectRef, Vec<&PodCard>> = SortedMap::new();
        for resource in &cards::WORKLOADS {
            for object in made(resource) {
                groups.entry(ObjectRef { resource: resource.clone(), key: meta::key(object) }).or_default();
            }
        }
        for card in model.pods.values().filter(|card| card.key.namespace == namespace && wanted.filter.shows_pod(card)) {
            groups.entry(card.workload.clone()).or_default().push(card);
        }
        let mut config: Vec<_> = made(&CONFIG_MAPS).into_iter().map(|object| (CONFIG_MAPS, object)).collect();
        config.extend(made(&SECRETS).into_iter().map(|object| (SECRETS, object)));
        Objects { ingresses: made(&INGRESSES), services: made(&SERVICES), groups, config, claims: made(&PERSISTENT_VOLUME_CLAIMS) }
    }

    fn is_empty(&self) -> bool {
        self.ingresses.is_empty() && self.services.is_empty() && self.groups.is_empty() && self.config.is_empty() && self.claims.is_empty()
    }
}

fn namespace_box(scene: &mut Scene, model: &Model, wanted: &Wanted, columns: &Columns, namespace: &Value, objects: &Objects, top: i32) -> i32 {
    let state = State::of_phase(namespace);
    let place = scene.marks.len();
    let mut places = Places::default();
    let first = top + HEADING + 10;
    let mut bottom = first;

    let pods_bottom = groups(scene, &mut places, model, wanted, columns, objects, first);
    bottom = bottom.max(pods_bottom);
    bottom = bottom.max(used(scene, &mut places, model, wanted, columns, objects, if columns.are_two { pods_bottom } else { first }));
    if columns.are_two {
        bottom = bottom.max(above_their_services(scene, &mut places, model, wanted, columns, objects, first));
    } else {
        bottom = bottom.max(services(scene, &mut places, model, wanted, columns, objects, first));
        bottom = bottom.max(ingresses(scene, &mut places, wanted, columns, objects, first));
    }

    let mut mark = cards::mark(&NAMESPACES, namespace, Shape::Namespace, super::Glyph::None, state.word.clone(), &state);
    mark.header = HEADING;
    scene.marks.insert(place, mark.at(0, top, scene.width, bottom - top + 2));
    bottom + ROW_GAP + 2
}

/// Where things ended up, for the links.
#[derive(Default)]
struct Places {
    /// The middle of the left side, by mark.
    left: SortedMap<SmolStr, (i32, i32)>,
    /// The tops of the pods, and the mark to which a line to one leads.
    pods: SortedMap<SmolStr, (i32, SmolStr)>,
    /// The Services without a ready endpoint.
    dead: SortedSet<SmolStr>,
}

impl Places {
    fn enter(&mut self, mark: &Mark) {
        self.left.insert(mark.id.clone(), (mark.x, mark.y + mark.height / 2));
    }
}

fn groups(scene: &mut Scene, places: &mut Places, model: &Model, wanted: &Wanted, columns: &Columns, objects: &Objects, top: i32) -> i32 {
    let (x, width) = (columns.x[2], columns.width[2]);
    let mut y = top;
    for (workload, pods) in &objects.groups {
        let object = model.store.get_key(&workload.resource, &workload.key);
        let alone = workload.resource == PODS;
        let (inset, header) = if alone { (0, 0) } else { (8, GROUP_HEADER) };
        let across = width - 2 * inset;
        let cells = pods.len() > MOST_CARDS;
        let (size, gap) = if cells { cell_size(pods.len() as i32, across) } else { (POD_HEIGHT, POD_GAP) };
        let step = size + gap;
        let per_row = if cells { ((across + gap) / step).max(1) } else { 1 };
        let rows = (pods.len() as i32 + per_row - 1) / per_row;
        let height = header + if rows == 0 { 0 } else { rows * step - gap } + inset;
        let drawn = object.filter(|object| !alone && wanted.filter.shows(object));
        if let Some(object) = drawn {
            let mut group = cards::workload(&workload.resource, object, model, Shape::Group).at(x, y, width, height);
            group.header = header;
            // Here the pods below say that they are ready.
            group.detail = SmolStr::new(group.detail.trim_end_matches(" ready"));
            places.enter(&group);
            scene.marks.push(group);
        }
        for (index, card) in pods.iter().enumerate() {
            let (column, row) = (index as i32 % per_row, index as i32 / per_row);
            let mark = cards::pod(card, model, wanted).at(x + inset + column * step, y + header + row * step, if cells { size } else { across }, size);
            places.enter(&mark);
            // Lines to thousands of cells would be a carpet: they lead to the workload.
            let end = if cells && drawn.is_some() { workload.id() } else { mark.id.clone() };
            places.pods.insert(mark.id.clone(), (mark.y, end));
            scene.marks.push(Mark { enters_at: Some((mark.x, mark.y - 14)), ..mark });
        }
        y += height + ROW_GAP;
    }
    y
}

/// The largest cells, and the space between them, with which so many pods have no more than a certain height.
fn cell_size(count: i32, across: i32) -> (i32, i32) {
    for size in [16, 12, 9, 7] {
        let gap = (size / 4).max(2);
        let per_row = ((across + gap) / (size + gap)).max(1);
        if (count + per_row - 1) / per_row * (size + gap) <= CELLS_HEIGHT {
            return (size, gap);
        }
    }
    (6, 2)
}

fn used(scene: &mut Scene, places: &mut Places, model: &Model, wanted: &Wanted, columns: &Columns, objects: &Objects, top: i32) -> i32 {
    let (x, width) = (columns.x[3], columns.width[3]);
    let mut y = top;
    let put = |scene: &mut Scene, places: &mut Places, mark: Mark, y: &mut i32| *y = put_card(scene, places, wanted, mark, (x, *y, width));
    for (resource, object) in &objects.config {
        let mark = if *resource == SECRETS { cards::secret(object, Shape::Card) } else { cards::config_map(object, Shape::Card) };
        put(scene, places, mark, &mut y);
    }
    for claim in &objects.claims {
        let mark = cards::claim(claim, Shape::Card);
        let id = mark.id.clone();
        put(scene, places, mark, &mut y);
        let volume = model.store.get(&PERSISTENT_VOLUMES, "", claim.path("spec.volumeName").str());
        let Some(volume) = volume.filter(|volume| wanted.filter.shows(volume)) else { continue };
        if volume.path("spec.claimRef.name").str() != meta::name(claim) || volume.path("spec.claimRef.namespace").str() != meta::namespace(claim) {
            continue;
        }
        let mark = cards::volume(volume, Shape::Card);
        scene.links.push(Link { from: id, to: mark.id.clone(), tone: Tone::Plain, broken: false });
        put(scene, places, mark, &mut y);
    }
    // Within one column, the lines would run behind everything; a selection still traces them.
    if !columns.are_two {
        uses_links(scene, places, model, objects);
    }
    y
}

/// Puts a card at a place (left, top, width), as high as its name needs; where the next one may begin.
fn put_card(scene: &mut Scene, places: &mut Places, wanted: &Wanted, mark: Mark, (x, y, width): (i32, i32, i32)) -> i32 {
    let height = CARD_HEIGHT + if cards::needs_two_lines(&mark, width, wanted) { NAME_LINE } else { 0 };
    let mark = mark.at(x, y, width, height);
    places.enter(&mark);
    scene.marks.push(mark);
    y + height + ROW_GAP
}

/// A workload's pods all use the same things, so the lines begin at the workload; and they lead nowhere where a thing is missing.
fn uses_links(scene: &mut Scene, places: &Places, model: &Model, objects: &Objects) {
    for (workload, pods) in &objects.groups {
        let from = workload.id();
        if !places.left.contains_key(&from) {
            continue;
        }
        let mut uses: Vec<&ObjectRef> = pods.iter().flat_map(|card| &card.uses).collect();
        uses.order();
        uses.dedup();
        for target in uses {
            let to = target.id();
            if !places.left.contains_key(&to) {
                continue;
            }
            let troubled = pods.iter().any(|card| card.state.tone == Tone::Bad && card.uses.contains(target) && names_in_trouble(model, card, target));
            let tone = if troubled { Tone::Bad } else { Tone::Plain };
            scene.links.push(Link { from: from.clone(), to, tone, broken: false });
        }
    }
}

/// Whether what the pod waits for is this very object, by the kubelet's message.
fn names_in_trouble(model: &Model, card: &PodCard, target: &ObjectRef) -> bool {
    let Some(pod) = model.store.get_key(&PODS, &card.key) else { return false };
    let statuses = ["initContainerStatuses", "containerStatuses"].into_iter().flat_map(|list| pod.get("status").get(list).items());
    let mut messages = statuses.map(|status| status.path("state.waiting.message").str());
    messages.any(|message| message.contains(target.key.name.as_str()))
}

/// The Services of a namespace, each with how high it would like to be: beside the first of its pods, so that lines cross as little as possible.
fn services_in_order<'a>(places: &Places, model: &Model, objects: &Objects<'a>) -> Vec<(Option<i32>, &'a Value, Backends)> {
    let mut all: Vec<_> = objects
        .services
        .iter()
        .map(|service| {
            let backends = Backends::of(service, model);
            let tops = backends.pods.iter().filter_map(|(pod, _)| places.pods.get(&pod_id(service, pod))).map(|(top, _)| *top);
            (tops.min(), *service, backends)
        })
        .collect();
    all.order_by_key(|(wanted_y, service, _)| (wanted_y.unwrap_or(i32::MAX), meta::key(service)));
    all
}

fn services(scene: &mut Scene, places: &mut Places, model: &Model, wanted: &Wanted, columns: &Columns, objects: &Objects, top: i32) -> i32 {
    let mut y = top;
    for (wanted_y, service, backends) in services_in_order(places, model, objects) {
        let beside = wanted_y.map_or(y, |wanted_y| y.max(wanted_y - 2));
        y = service_card(scene, places, wanted, columns, service, &backends, beside);
    }
    y
}

fn service_card(scene: &mut Scene, places: &mut Places, wanted: &Wanted, columns: &Columns, service: &Value, backends: &Backends, y: i32) -> i32 {
    let mark = cards::service(service, backends, Shape::Card);
    let id = mark.id.clone();
    let next = put_card(scene, places, wanted, mark, (columns.x[1], y, columns.width[1]));
    // Ready where one of the pods behind the line's end is.
    let mut ends: SortedMap<&SmolStr, bool> = SortedMap::new();
    for (pod, ready) in &backends.pods {
        if let Some((_, end)) = places.pods.get(&pod_id(service, pod)) {
            *ends.entry(end).or_default() |= ready;
        }
    }
    for (end, ready) in ends {
        let tone = if ready { Tone::Good } else { Tone::Plain };
        scene.links.push(Link { from: id.clone(), to: end.clone(), tone, broken: !ready });
    }
    if backends.ready() == 0 {
        places.dead.insert(id);
    }
    next
}

/// In one column: each Ingress above the first of its Services.
fn above_their_services(scene: &mut Scene, places: &mut Places, model: &Model, wanted: &Wanted, columns: &Columns, objects: &Objects, top: i32) -> i32 {
    let mut y = top;
    let mut waiting: Vec<(Vec<SmolStr>, &Value)> = objects.ingresses.iter().map(|ingress| (backends_of(ingress), *ingress)).collect();
    let mut placed = Vec::new();
    let place = (columns.x[0], columns.width[0]);
    for (wanted_y, service, backends) in services_in_order(places, model, objects) {
        let id = ObjectRef { resource: SERVICES, key: meta::key(service) }.id();
        let (its, others) = waiting.into_iter().partition(|(targets, _)| targets.contains(&id));
        waiting = others;
        if its.is_empty() {
            y = wanted_y.map_or(y, |wanted_y| y.max(wanted_y - 2));
        }
        for (targets, ingress) in its {
            y = put_card(scene, places, wanted, cards::ingress(ingress, Shape::Card), (place.0, y, place.1));
            placed.push((targets, ingress));
        }
        y = service_card(scene, places, wanted, columns, service, &backends, y);
    }
    for (targets, ingress) in waiting {
        y = put_card(scene, places, wanted, cards::ingress(ingress, Shape::Card), (place.0, y, place.1));
        placed.push((targets, ingress));
    }
    placed.iter().for_each(|(targets, ingress)| ingress_links(scene, places, ingress, targets));
    y
}

fn pod_id(service: &Value, pod: &str) -> SmolStr {
    ObjectRef::new(&PODS, meta::namespace(service), pod).id()
}

fn ingresses(scene: &mut Scene, places: &mut Places, wanted: &Wanted, columns: &Columns, objects: &Objects, top: i32) -> i32 {
    let mut y = top;
    for ingress in &objects.ingresses {
        let targets = backends_of(ingress);
        let beside = targets.iter().filter_map(|id| places.left.get(id)).map(|(_, middle)| middle - CARD_HEIGHT / 2).min().unwrap_or(y);
        y = put_card(scene, places, wanted, cards::ingress(ingress, Shape::Card), (columns.x[0], y.max(beside), columns.width[0]));
        ingress_links(scene, places, ingress, &targets);
    }
    y
}

fn ingress_links(scene: &mut Scene, places: &Places, ingress: &Value, targets: &[SmolStr]) {
    let from = ObjectRef { resource: INGRESSES, key: meta::key(ingress) }.id();
    for to in targets.iter().filter(|to| places.left.contains_key(*to)) {
        let dead = places.dead.contains(to);
        scene.links.push(Link { from: from.clone(), to: to.clone(), tone: if dead { Tone::Plain } else { Tone::Good }, broken: dead });
    }
}

/// The marks of the Services that an Ingress sends requests to.
pub(super) fn backends_of(ingress: &Value) -> Vec<SmolStr> {
    let paths = ingress.path("spec.rules").items().iter().flat_map(|rule| rule.path("http.paths").items());
    let mut names: Vec<&str> = paths.map(|path| path.path("backend.service.name").str()).collect();
    names.push(ingress.path("spec.defaultBackend.service.name").str());
    names.retain(|name| !name.is_empty());
    names.order();
    names.dedup();
    names.into_iter().map(|name| ObjectRef::new(&SERVICES, meta::namespace(ingress), name).id()).collect()
}

/// Volumes that no claim of a namespace shown has taken.
fn free_volumes(scene: &mut Scene, model: &Model, wanted: &Wanted, columns: &Columns, top: i32) -> i32 {
    let mut y = top;
    for volume in cards::shown(model, wanted, &PERSISTENT_VOLUMES, None) {
        let mark = cards::volume(volume, Shape::Card);
        if scene.marks.iter().all(|other| other.id != mark.id) {
            y = put_card(scene, &mut Places::default(), wanted, mark, (columns.x[3], y, columns.width[3]));
        }
    }
    y
}
