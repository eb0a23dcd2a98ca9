//! The application view: what comes from outside, the Services, the pods by workload, and what they use; by namespace.

use super::cards::{self, Backends};
use super::marks::{Link, Mark, ObjectRef, Shape, Tone};
use super::model::{Model, PodCard};
use super::state::State;
use super::{Scene, Wanted};
use crate::api::meta;
use crate::api::resource::{CONFIG_MAPS, GroupResource, INGRESSES, NAMESPACES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, SECRETS, SERVICES};
use crate::value::{SmolStr, Sort, Value};
use std::collections::BTreeMap;

const LEAST_WIDTH: i32 = 660;
const HEADING: i32 = 26;
const PADDING: i32 = 12;
const CARD_HEIGHT: i32 = 46;
const ROW_GAP: i32 = 12;
const GROUP_HEADER: i32 = 30;
const POD_HEIGHT: i32 = 42;
const POD_GAP: i32 = 6;
/// More pods of one workload than this are drawn as cells.
const MOST_CARDS: usize = 8;

/// The four columns' left edges and widths.
struct Columns {
    x: [i32; 4],
    width: [i32; 4],
}

impl Columns {
    fn of(width: i32) -> Columns {
        let inner = width - 2 * PADDING;
        let gap = (inner / 22).clamp(22, 64);
        let share = inner - 3 * gap;
        let widths = [share * 19 / 100, share * 25 / 100, share * 31 / 100, share * 25 / 100];
        let mut x = [PADDING; 4];
        for column in 1..4 {
            x[column] = x[column - 1] + widths[column - 1] + gap;
        }
        Columns { x, width: widths }
    }
}

pub(super) fn lay_out(model: &Model, wanted: &Wanted) -> Scene {
    let width = wanted.width.max(LEAST_WIDTH);
    let mut scene = Scene { width, height: 0, marks: Vec::new(), links: Vec::new() };
    let columns = Columns::of(width);
    for (column, title) in ["From outside", "Services", "Pods, by workload", "What they use"].into_iter().enumerate() {
        let heading = Mark::decoration(SmolStr::from(format!("column/{title}")), Shape::Heading, title);
        scene.marks.push(heading.at(columns.x[column], 0, columns.width[column], HEADING));
    }
    let mut y = HEADING + 4;
    for namespace in model.list(&NAMESPACES, None) {
        let name = meta::name(namespace);
        if wanted.namespace.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let objects = Objects::of(model, name);
        if objects.is_empty() && wanted.namespace.is_none() {
            continue;
        }
        y = namespace_box(&mut scene, model, wanted, &columns, namespace, &objects, y);
    }
    scene.height = free_volumes(&mut scene, model, &columns, y);
    scene
}

/// What is in one namespace.
struct Objects<'a> {
    ingresses: Vec<&'a Value>,
    services: Vec<&'a Value>,
    /// By workload; the pods of one may be none.
    groups: BTreeMap<ObjectRef, Vec<&'a PodCard>>,
    config: Vec<(GroupResource, &'a Value)>,
    claims: Vec<&'a Value>,
}

impl<'a> Objects<'a> {
    fn of(model: &'a Model, namespace: &str) -> Objects<'a> {
        let made =
            |resource: &GroupResource| model.list(resource, Some(namespace)).filter(|object| cards::is_of_a_person(resource, object)).collect::<Vec<_>>();
        let mut groups: BTreeMap<ObjectRef, Vec<&PodCard>> = BTreeMap::new();
        for resource in &cards::WORKLOADS {
            for object in made(resource) {
                groups.entry(ObjectRef { resource: resource.clone(), key: meta::key(object) }).or_default();
            }
        }
        for card in model.pods.values().filter(|card| card.key.namespace == namespace) {
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
    bottom = bottom.max(used(scene, &mut places, model, columns, objects, first));
    bottom = bottom.max(services(scene, &mut places, model, columns, objects, first));
    bottom = bottom.max(ingresses(scene, &mut places, columns, objects, first));

    let mark = cards::mark(&NAMESPACES, namespace, Shape::Namespace, super::Glyph::None, state.word.clone(), &state);
    scene.marks.insert(place, mark.at(0, top, scene.width, bottom - top + 2));
    bottom + ROW_GAP + 2
}

/// Where things ended up, for the links: by mark id, the left and the right end of its middle line.
#[derive(Default)]
struct Places {
    left: BTreeMap<SmolStr, (i32, i32)>,
    right: BTreeMap<SmolStr, (i32, i32)>,
    /// The tops of the workloads that have a pod, for putting Services beside them.
    pods: BTreeMap<SmolStr, i32>,
}

impl Places {
    fn enter(&mut self, mark: &Mark) {
        let middle = mark.y + mark.height / 2;
        self.left.insert(mark.id.clone(), (mark.x, middle));
        self.right.insert(mark.id.clone(), (mark.x + mark.width, middle));
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
        let per_row = if cells { ((across + 4) / 20).max(1) } else { 1 };
        let (step, tall) = if cells { (20, 16) } else { (POD_HEIGHT + POD_GAP, POD_HEIGHT) };
        let rows = (pods.len() as i32 + per_row - 1) / per_row;
        let height = header + if rows == 0 { 0 } else { rows * step - (step - tall) } + inset;
        if let (false, Some(object)) = (alone, object) {
            let mut group = cards::workload(&workload.resource, object, model, Shape::Group).at(x, y, width, height);
            // Here the pods below say that they are ready.
            group.detail = SmolStr::new(group.detail.trim_end_matches(" ready"));
            places.enter(&group);
            scene.marks.push(group);
        }
        for (index, card) in pods.iter().enumerate() {
            let (column, row) = (index as i32 % per_row, index as i32 / per_row);
            let mark = cards::pod(card, model, wanted, if cells { Shape::Cell } else { Shape::Pod });
            let mark = if cells {
                mark.at(x + inset + column * 20, y + header + row * step, 16, 16)
            } else {
                mark.at(x + inset, y + header + row * step, across, tall)
            };
            places.enter(&mark);
            places.pods.insert(mark.id.clone(), mark.y);
            scene.marks.push(Mark { enters_at: Some((mark.x, mark.y - 14)), ..mark });
        }
        y += height + ROW_GAP;
    }
    y
}

fn used(scene: &mut Scene, places: &mut Places, model: &Model, columns: &Columns, objects: &Objects, top: i32) -> i32 {
    let (x, width) = (columns.x[3], columns.width[3]);
    let mut y = top;
    let put = |scene: &mut Scene, places: &mut Places, mark: Mark, y: &mut i32| {
        let mark = mark.at(x, *y, width, CARD_HEIGHT);
        places.enter(&mark);
        scene.marks.push(mark);
        *y += CARD_HEIGHT + ROW_GAP;
    };
    for (resource, object) in &objects.config {
        let mark = if *resource == SECRETS { cards::secret(object, Shape::Card) } else { cards::config_map(object, Shape::Card) };
        put(scene, places, mark, &mut y);
    }
    for claim in &objects.claims {
        let mark = cards::claim(claim, Shape::Card);
        let id = mark.id.clone();
        put(scene, places, mark, &mut y);
        let Some(volume) = model.store.get(&PERSISTENT_VOLUMES, "", claim.path("spec.volumeName").str()) else { continue };
        if volume.path("spec.claimRef.name").str() != meta::name(claim) || volume.path("spec.claimRef.namespace").str() != meta::namespace(claim) {
            continue;
        }
        let mark = cards::volume(volume, Shape::Card);
        let from = (x + width / 2, y - ROW_GAP);
        scene.links.push(Link { id: SmolStr::from(format!("{id}>{}", mark.id)), from, to: (x + width / 2, y), tone: Tone::Plain, broken: false });
        put(scene, places, mark, &mut y);
    }
    uses_links(scene, places, model, objects);
    y
}

/// A workload's pods all use the same things, so the lines begin at the workload; and they lead nowhere where a thing is missing.
fn uses_links(scene: &mut Scene, places: &Places, model: &Model, objects: &Objects) {
    for (workload, pods) in &objects.groups {
        let Some(from) = places.right.get(&workload.id()) else { continue };
        let mut uses: Vec<&ObjectRef> = pods.iter().flat_map(|card| &card.uses).collect();
        uses.order();
        uses.dedup();
        for target in uses {
            let Some(to) = places.left.get(&target.id()) else { continue };
            let troubled = pods.iter().any(|card| card.state.tone == Tone::Bad && card.uses.contains(target) && names_in_trouble(model, card, target));
            let tone = if troubled { Tone::Bad } else { Tone::Plain };
            scene.links.push(Link { id: SmolStr::from(format!("{}>{}", workload.id(), target.id())), from: *from, to: *to, tone, broken: false });
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

fn services(scene: &mut Scene, places: &mut Places, model: &Model, columns: &Columns, objects: &Objects, top: i32) -> i32 {
    let mut all: Vec<(i32, &Value, Backends)> = objects
        .services
        .iter()
        .map(|service| {
            let backends = Backends::of(service, model);
            let wanted_y = backends.pods.iter().filter_map(|(pod, _)| places.pods.get(&pod_id(service, pod))).min().copied().unwrap_or(i32::MAX / 2);
            (wanted_y, *service, backends)
        })
        .collect();
    all.order_by_key(|(wanted_y, service, _)| (*wanted_y, meta::key(service)));
    let mut y = top;
    for (wanted_y, service, backends) in all {
        // Beside the first of its pods, so that lines cross as little as possible.
        let beside = if wanted_y == i32::MAX / 2 { y } else { y.max(wanted_y - 2) };
        let mark = cards::service(service, &backends, Shape::Card).at(columns.x[1], beside, columns.width[1], CARD_HEIGHT);
        places.enter(&mark);
        let from = places.right.get(&mark.id).copied().unwrap_or_default();
        for (pod, ready) in &backends.pods {
            let id = pod_id(service, pod);
            if let Some(to) = places.left.get(&id) {
                let tone = if *ready { Tone::Good } else { Tone::Plain };
                scene.links.push(Link { id: SmolStr::from(format!("{}>{id}", mark.id)), from, to: *to, tone, broken: !ready });
            }
        }
        scene.marks.push(mark);
        y = beside + CARD_HEIGHT + ROW_GAP;
    }
    y
}

fn pod_id(service: &Value, pod: &str) -> SmolStr {
    ObjectRef::new(&PODS, meta::namespace(service), pod).id()
}

fn ingresses(scene: &mut Scene, places: &mut Places, columns: &Columns, objects: &Objects, top: i32) -> i32 {
    let mut y = top;
    for ingress in &objects.ingresses {
        let targets = backends_of(ingress);
        let beside = targets.iter().filter_map(|id| places.left.get(id)).map(|(_, middle)| middle - CARD_HEIGHT / 2).min().unwrap_or(y);
        let mark = cards::ingress(ingress, Shape::Card).at(columns.x[0], y.max(beside), columns.width[0], CARD_HEIGHT);
        places.enter(&mark);
        let from = places.right.get(&mark.id).copied().unwrap_or_default();
        for id in targets {
            if let Some(to) = places.left.get(&id) {
                scene.links.push(Link { id: SmolStr::from(format!("{}>{id}", mark.id)), from, to: *to, tone: Tone::Good, broken: false });
            }
        }
        y = mark.y + CARD_HEIGHT + ROW_GAP;
        scene.marks.push(mark);
    }
    y
}

/// The marks of the Services that an Ingress sends requests to.
fn backends_of(ingress: &Value) -> Vec<SmolStr> {
    let paths = ingress.path("spec.rules").items().iter().flat_map(|rule| rule.path("http.paths").items());
    let mut names: Vec<&str> = paths.map(|path| path.path("backend.service.name").str()).collect();
    names.push(ingress.path("spec.defaultBackend.service.name").str());
    names.retain(|name| !name.is_empty());
    names.order();
    names.dedup();
    names.into_iter().map(|name| ObjectRef::new(&SERVICES, meta::namespace(ingress), name).id()).collect()
}

/// Volumes that no claim of a namespace shown has taken.
fn free_volumes(scene: &mut Scene, model: &Model, columns: &Columns, top: i32) -> i32 {
    let mut y = top;
    for volume in model.list(&PERSISTENT_VOLUMES, None) {
        let mark = cards::volume(volume, Shape::Card);
        if scene.marks.iter().all(|other| other.id != mark.id) {
            scene.marks.push(mark.at(columns.x[3], y, columns.width[3], CARD_HEIGHT));
            y += CARD_HEIGHT + ROW_GAP;
        }
    }
    y
}
