//! What probes have found out about containers: upstream's `prober/results`.

use super::runtime::ContainerId;
use crate::value::OrdMap;

/// What is known of a container by one kind of probe.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProbeResult {
    /// It isn't known yet.
    Unknown,
    /// It is well.
    Success,
    /// It is not.
    Failure,
}

/// The three kinds of probes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ProbeKind {
    /// Whether it may get requests.
    Readiness,
    /// Whether it must be restarted.
    Liveness,
    /// Whether it has started, which the others wait for.
    Startup,
}

impl ProbeKind {
    /// All three.
    pub const ALL: [ProbeKind; 3] = [ProbeKind::Readiness, ProbeKind::Liveness, ProbeKind::Startup];

    /// The field of the container.
    pub fn field(self) -> &'static str {
        match self {
            ProbeKind::Readiness => "readinessProbe",
            ProbeKind::Liveness => "livenessProbe",
            ProbeKind::Startup => "startupProbe",
        }
    }

    /// How Events call it.
    pub fn word(self) -> &'static str {
        match self {
            ProbeKind::Readiness => "Readiness",
            ProbeKind::Liveness => "Liveness",
            ProbeKind::Startup => "Startup",
        }
    }

    /// What holds before the first probe of a container.
    pub fn initial(self) -> ProbeResult {
        match self {
            ProbeKind::Readiness => ProbeResult::Failure,
            ProbeKind::Liveness => ProbeResult::Success,
            ProbeKind::Startup => ProbeResult::Unknown,
        }
    }
}

/// The results of one pod's probes.
#[derive(Clone, Default, Debug)]
pub struct ProbeResults {
    results: OrdMap<(ContainerId, ProbeKind), ProbeResult>,
}

impl ProbeResults {
    /// A result, if there was a probe.
    pub fn get(&self, container: &ContainerId, kind: ProbeKind) -> Option<ProbeResult> {
        self.results.get(&(container.clone(), kind)).copied()
    }

    /// The liveness probe's result.
    pub fn liveness(&self, container: &ContainerId) -> Option<ProbeResult> {
        self.get(container, ProbeKind::Liveness)
    }

    /// The startup probe's result.
    pub fn startup(&self, container: &ContainerId) -> Option<ProbeResult> {
        self.get(container, ProbeKind::Startup)
    }

    /// The readiness probe's result.
    pub fn readiness(&self, container: &ContainerId) -> Option<ProbeResult> {
        self.get(container, ProbeKind::Readiness)
    }

    /// Notes a result; true where it is another one than before.
    pub fn set(&mut self, container: &ContainerId, kind: ProbeKind, result: ProbeResult) -> bool {
        self.results.insert((container.clone(), kind), result) != Some(result)
    }

    /// Forgets a container.
    pub fn remove(&mut self, container: &ContainerId) {
        for kind in ProbeKind::ALL {
            self.results.remove(&(container.clone(), kind));
        }
    }
}
