//! The parts of a scene.

use crate::api::resource::{GroupResource, ObjectKey};
use crate::value::SmolStr;
use std::sync::Arc;

/// An object of the cluster, as the page refers to it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ObjectRef {
    /// Its resource.
    pub resource: GroupResource,
    /// Its namespace and name.
    pub key: ObjectKey,
}

impl ObjectRef {
    /// The object of that resource, namespace and name.
    pub fn new(resource: &GroupResource, namespace: &str, name: &str) -> ObjectRef {
        ObjectRef { resource: resource.clone(), key: ObjectKey::new(namespace, name) }
    }

    /// `pods/default/web`, the same in every view, so that a mark keeps its identity while it moves.
    pub fn id(&self) -> SmolStr {
        SmolStr::from(format!("{}/{}", self.resource, self.key))
    }
}

/// How a mark is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A process of the control plane.
    Process,
    /// The lane of pods that wait for a node.
    Queue,
    /// A node with its meters; pods are drawn on top of it.
    Node,
    /// A pod: with its name and state where there is room for words, else its state's shape only.
    Pod,
    /// An object in a lane: a glyph, its name, a few words.
    Chip,
    /// An object in a column of the application view.
    Card,
    /// The pods of one workload, drawn around them.
    Group,
    /// A namespace, drawn around its objects.
    Namespace,
    /// Words above a column or before a lane.
    Heading,
}

/// The symbol of a mark. States and kinds have a shape each, so that no colour is needed to tell them apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Glyph {
    /// Nothing.
    None,
    /// Runs and is ready: a filled circle with a tick.
    Ready,
    /// Runs but isn't ready: a half-filled circle.
    NotReady,
    /// Waits: a dashed ring.
    Waits,
    /// Is being made: a ring that fills.
    Progress,
    /// Trouble: a triangle with an exclamation mark.
    Trouble,
    /// Ended well: an open circle with a tick.
    Ended,
    /// Is going away: a circle with a bar.
    Leaving,
    /// A Service.
    Service,
    /// An Ingress.
    Ingress,
    /// A ConfigMap.
    ConfigMap,
    /// A Secret.
    Secret,
    /// A volume or a claim.
    Volume,
    /// A Deployment or another owner of pods.
    Workload,
    /// Any other kind.
    Object,
}

/// What a state means for the person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Nothing in particular.
    Plain,
    /// As wanted.
    Good,
    /// Something is being done.
    Busy,
    /// It waits for something else.
    Waiting,
    /// It needs a person.
    Bad,
    /// It is over.
    Over,
}

/// How full something is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Meter {
    /// `cpu`.
    pub label: &'static str,
    /// 0 to 100.
    pub percent: u8,
    /// `2.5 of 4`.
    pub text: SmolStr,
}

/// One thing in the diagram.
#[derive(Clone, PartialEq, Debug)]
pub struct Mark {
    /// The same as long as it is the same thing.
    pub id: SmolStr,
    /// What is selected with it.
    pub object: Option<Arc<ObjectRef>>,
    /// How it is drawn.
    pub shape: Shape,
    /// Left edge, CSS pixels.
    pub x: i32,
    /// Top edge, CSS pixels.
    pub y: i32,
    /// CSS pixels.
    pub width: i32,
    /// CSS pixels.
    pub height: i32,
    /// Height of what stands above its pods, where it is drawn around some.
    pub header: i32,
    /// Its name.
    pub title: SmolStr,
    /// Its state or what matters most about it, in a few words.
    pub detail: SmolStr,
    /// Its symbol.
    pub glyph: Glyph,
    /// What its state means.
    pub tone: Tone,
    /// How far a [`Glyph::Progress`] has come, 0 to 100, where that is known.
    pub percent: Option<u8>,
    /// Which of the six colours of applications it has.
    pub hue: Option<u8>,
    /// `Pod default/web, Running`: what a screen reader says and what pointing at it shows; `""` for mere decoration.
    pub name: SmolStr,
    /// How full it is.
    pub meters: Vec<Meter>,
    /// Whether it steps back (a node that can't be reached, a terminating pod).
    pub faint: bool,
    /// Whether it is a machine of which nothing is heard.
    pub silent: bool,
    /// Where it comes from when it is new: a pod comes out of the queue.
    pub enters_at: Option<(i32, i32)>,
}

impl Mark {
    /// A mark that is only drawn.
    pub fn decoration(id: impl Into<SmolStr>, shape: Shape, title: impl Into<SmolStr>) -> Mark {
        Mark {
            id: id.into(),
            object: None,
            shape,
            x: 0,
            y: 0,
            width: 0,
            height: 0,
            header: 0,
            title: title.into(),
            detail: SmolStr::default(),
            glyph: Glyph::None,
            tone: Tone::Plain,
            percent: None,
            hue: None,
            name: SmolStr::default(),
            meters: Vec::new(),
            faint: false,
            silent: false,
            enters_at: None,
        }
    }

    /// The same at another place.
    pub fn at(mut self, x: i32, y: i32, width: i32, height: i32) -> Mark {
        (self.x, self.y, self.width, self.height) = (x, y, width, height);
        self
    }
}

/// A line between two marks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// The id of the mark where it begins.
    pub from: SmolStr,
    /// The id of the mark where it ends.
    pub to: SmolStr,
    /// What its state means.
    pub tone: Tone,
    /// Whether nothing goes through it now.
    pub broken: bool,
}
