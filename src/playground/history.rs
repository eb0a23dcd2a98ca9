//! What was done to a cluster and when, with copies of the cluster along the way: enough to show any instant again.
//!
//! A copy costs next to nothing, and a cluster that gets the same requests at the same times becomes the same cluster;
//! so the past is the nearest copy before an instant, and what was done since then.

use super::terminal;
use crate::cluster::{Cluster, Fault};
use crate::kubectl::HostRequest;
use crate::kubelet::runtime::HttpRequest;
use crate::network::Source;
use crate::server::request::{Request, Verb};
use crate::value::SmolStr;

/// Something that came to the cluster from outside.
#[derive(Clone, Debug)]
pub enum Action {
    /// A request that changes something.
    Request(Box<Request>),
    /// Something else was done to the machines.
    Host(HostRequest),
    /// A folder is seen at a path of every machine, or no more.
    Mount {
        /// The path.
        path: String,
        /// Its files; none: no more.
        files: Option<Vec<(SmolStr, String)>>,
    },
    /// A page was asked for.
    Visit(Box<(Source, HttpRequest)>),
    /// A fault.
    Fault(Fault),
}

impl Action {
    /// The request as an action, if it may change anything.
    pub fn of(request: &Request) -> Option<Action> {
        // What is typed into a command in a container comes with the question for what it wrote.
        let types = request.subresource == "exec" && (!request.body.get("input").is_null() || !request.body.get("close").is_null());
        let reads = matches!(request.verb, Verb::Get | Verb::List | Verb::Watch) && !types || request.options.dry_run;
        (!reads).then(|| Action::Request(Box::new(request.clone())))
    }

    /// Does it.
    ///
    /// # Errors
    /// Why it can't be done. What a request was answered isn't told.
    pub fn carry_out(&self, cluster: &mut Cluster) -> Result<(), String> {
        match self {
            Action::Request(request) => drop(cluster.request(request)),
            Action::Host(request) => return terminal::carry_out(request, cluster),
            Action::Mount { path, files } => cluster.mount_on_machines(path, files.as_deref()),
            Action::Visit(visit) => drop(cluster.visit(&visit.0, &visit.1)),
            Action::Fault(fault) => drop(cluster.fault(fault)),
        }
        Ok(())
    }
}

#[derive(Clone)]
struct Logged {
    at_ms: u64,
    action: Action,
}

#[derive(Clone)]
struct Snapshot {
    cluster: Cluster,
    /// How many actions it has had.
    actions: usize,
}

/// More copies than this are thinned out.
const MOST_SNAPSHOTS: usize = 240;
/// Copies share what is alike, but of a cluster where much happens little is: all of them together may stand for so many objects. A few are always kept.
const MOST_OBJECTS: usize = 1_500_000;
const FEWEST_SNAPSHOTS: usize = 20;
/// Things that happen between two looks at whether an instant is over.
const STEPS_AT_ONCE: usize = 10_000;
/// So many things happen between two copies at first; it doubles whenever they are thinned out.
const FIRST_INTERVAL_STEPS: u64 = 64;

/// Does everything that is due at the instant where a cluster is.
pub fn finish_instant(cluster: &mut Cluster) {
    while !cluster.advance(cluster.now_ms(), STEPS_AT_ONCE) {}
}

/// The past of one cluster.
#[derive(Clone)]
pub struct History {
    log: Vec<Logged>,
    snapshots: Vec<Snapshot>,
    interval_steps: u64,
}

/// A cluster on its way through the past.
#[derive(Clone)]
pub struct Replay {
    /// The cluster as it was then.
    pub cluster: Cluster,
    actions: usize,
    /// Actions from this one on are left out.
    end: usize,
}

impl History {
    /// The past of a cluster that begins now.
    pub fn new(cluster: &Cluster) -> History {
        History { log: Vec::new(), snapshots: vec![Snapshot { cluster: cluster.clone(), actions: 0 }], interval_steps: FIRST_INTERVAL_STEPS }
    }

    /// The first instant that can be shown.
    pub fn begins_ms(&self) -> u64 {
        self.snapshots.first().map_or(0, |first| first.cluster.now_ms())
    }

    /// Remembers what is done to `cluster` now. What is due at this instant is done first, as it will be when the instant is shown again.
    pub fn record(&mut self, action: Action, cluster: &mut Cluster) {
        finish_instant(cluster);
        self.log.push(Logged { at_ms: cluster.now_ms(), action });
    }

    /// Keeps a copy of `cluster`, if enough has happened since the last one.
    pub fn keep(&mut self, cluster: &Cluster) {
        let last_steps = self.snapshots.last().map_or(0, |last| last.cluster.steps());
        if cluster.steps() < last_steps + self.interval_steps {
            return;
        }
        let mut copy = cluster.clone();
        copy.compact();
        self.snapshots.push(Snapshot { cluster: copy, actions: self.log.len() });
        let objects: usize = cluster.store().resources().map(|resource| cluster.store().count(resource)).sum();
        if self.snapshots.len() > (MOST_OBJECTS / objects.max(1)).clamp(FEWEST_SNAPSHOTS, MOST_SNAPSHOTS) {
            let mut index = 0;
            self.snapshots.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.interval_steps *= 2;
        }
    }

    /// The last copy before or at an instant, to go on from with [`History::replay`]; or what was `seen` lately, where that is nearer.
    pub fn nearest(&self, at_ms: u64, seen: &[Replay]) -> Option<Replay> {
        let after = self.snapshots.partition_point(|snapshot| snapshot.cluster.now_ms() <= at_ms);
        let snapshot = self.snapshots.get(after.saturating_sub(1))?;
        let is_nearer = |seen: &&Replay| seen.end == usize::MAX && (snapshot.cluster.now_ms()..=at_ms).contains(&seen.cluster.now_ms());
        let seen = seen.iter().filter(is_nearer).max_by_key(|seen| seen.cluster.now_ms());
        Some(seen.cloned().unwrap_or_else(|| Replay { cluster: snapshot.cluster.clone(), actions: snapshot.actions, end: usize::MAX }))
    }

    /// The last copy before an instant that had no more than the first `actions` of what was done; it goes on with those only.
    pub fn before(&self, at_ms: u64, actions: usize) -> Option<Replay> {
        let has_no_more = |snapshot: &&Snapshot| snapshot.cluster.now_ms() <= at_ms && snapshot.actions <= actions;
        let snapshot = self.snapshots.iter().rev().find(has_no_more)?;
        Some(Replay { cluster: snapshot.cluster.clone(), actions: snapshot.actions, end: actions })
    }

    /// How many things were done.
    pub fn actions(&self) -> usize {
        self.log.len()
    }

    /// Moves a replay on towards `until_ms`, by at most `max_steps` things that happen; true when it is there.
    /// What was done at `until_ms` itself has been done then.
    pub fn replay(&self, replay: &mut Replay, until_ms: u64, max_steps: usize) -> bool {
        for _ in 0..max_steps {
            match self.log.get(replay.actions) {
                Some(next) if next.at_ms <= until_ms && replay.actions < replay.end => {
                    if !replay.cluster.advance(next.at_ms, max_steps) {
                        return false;
                    }
                    // What failed then fails again.
                    let _ = next.action.carry_out(&mut replay.cluster);
                    replay.actions += 1;
                }
                _ => return replay.cluster.advance(until_ms, max_steps),
            }
        }
        false
    }

    /// Forgets everything that came after a replay's instant: from now on the past leads to there.
    pub fn branch(&mut self, replay: &Replay) {
        let now_ms = replay.cluster.now_ms();
        self.log.truncate(replay.actions);
        self.snapshots.retain(|snapshot| snapshot.cluster.now_ms() <= now_ms && snapshot.actions <= replay.actions);
    }
}
