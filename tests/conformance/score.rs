//! Comparing a run with the recording of a real Kubernetes v1.36.3.

use crate::normalise::Normaliser;
use kubarium::value::Value;
use std::collections::BTreeMap;

/// What agrees, of what is compared: `steps` whole, `lines`, `fields` and `events` as twice the common ones of both sides' sum.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub steps: (usize, usize),
    pub lines: (usize, usize),
    pub fields: (usize, usize),
    pub events: (usize, usize),
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        for (mine, theirs) in
            [(&mut self.steps, other.steps), (&mut self.lines, other.lines), (&mut self.fields, other.fields), (&mut self.events, other.events)]
        {
            *mine = (mine.0 + theirs.0, mine.1 + theirs.1);
        }
    }

    /// Steps, lines, fields and events in percent.
    pub fn percents(&self) -> [f64; 4] {
        [self.steps, self.lines, self.fields, self.events].map(|(same, of)| if of == 0 { 100.0 } else { 100.0 * same as f64 / of as f64 })
    }

    /// The mean of the four.
    pub fn score(&self) -> f64 {
        self.percents().iter().sum::<f64>() / 4.0
    }
}

/// Compares a run with its recording.
pub fn compare(normaliser: &Normaliser, want: &Value, got: &Value) -> Tally {
    let keep = want.get("keep_nodes").as_bool() == Some(true);
    let mut tally = Tally::default();
    for (index, step) in want.get("steps").items().iter().enumerate() {
        if !step.fields().contains_key("exit") {
            continue;
        }
        let other = got.get("steps").items().get(index).unwrap_or(&Value::Null);
        let (wanted, found) = (output(normaliser, step, keep), output(normaliser, other, keep));
        tally.steps.0 += usize::from(wanted == found && step.get("exit") == other.get("exit"));
        tally.steps.1 += 1;
        let (same, of) = overlap(&wanted, &found);
        tally.lines.0 += same;
        tally.lines.1 += of;
    }
    let fields = |side: &Value| side.path("snapshot.objects").items().iter().flat_map(|object| normaliser.object(object, keep)).collect::<Vec<_>>();
    tally.fields = overlap(&fields(want), &fields(got));
    tally.events = overlap(&events(normaliser, want, keep), &events(normaliser, got, keep));
    tally
}

fn output(normaliser: &Normaliser, step: &Value, keep: bool) -> Vec<String> {
    let mut lines = normaliser.text(step.get("stdout").str(), keep);
    lines.extend(normaliser.text(step.get("stderr").str(), keep).into_iter().map(|line| format!("! {line}")));
    lines
}

fn events(normaliser: &Normaliser, side: &Value, keep: bool) -> Vec<String> {
    let mut events: Vec<String> = side
        .path("snapshot.events")
        .items()
        .iter()
        .map(|event| {
            let parts = ["kind", "name", "type", "reason", "message"].map(|key| event.get(key).str().to_string());
            normaliser.one(&parts.join("|"), keep, true)
        })
        .collect();
    events.sort();
    events.dedup();
    events
}

fn overlap(a: &[String], b: &[String]) -> (usize, usize) {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    a.iter().for_each(|line| counts.entry(line).or_default().0 += 1);
    b.iter().for_each(|line| counts.entry(line).or_default().1 += 1);
    (2 * counts.values().map(|&(left, right)| left.min(right)).sum::<usize>(), a.len() + b.len())
}
