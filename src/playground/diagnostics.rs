//! What is wrong with the files, and what applying them would do, before it is done: they are applied to a copy of the
//! cluster, which costs nothing, and thrown away with it. So the words are those that Apply will say.

mod difference;
mod fixes;
mod references;
#[cfg(test)]
mod tests;

pub use difference::{Difference, differences};

use super::scene::ObjectRef;
use super::workspace::{File, Workspace};
use super::yaml_path;
use crate::api::meta;
use crate::api::registry::Registry;
use crate::cluster::Cluster;
use crate::kubectl::{Command, Environment, Files, Kubeconfig, Step, Stream};
use crate::manifest::{Document, documents};
use crate::value::{SmolStr, Value};
use std::ops::Range;

/// How bad a problem is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// It would be refused.
    Error,
    /// It would be taken, and would not work.
    Warning,
}

/// A correction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What is put there, for a button.
    pub label: String,
    /// Where, in bytes of the file.
    pub from: usize,
    /// Until where.
    pub to: usize,
    /// What belongs there.
    pub insert: String,
}

/// Something that the cluster would refuse.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// In which file.
    pub file: SmolStr,
    /// In which line, from 1.
    pub line: usize,
    /// Where it begins, in bytes.
    pub from: usize,
    /// Where it ends, in bytes.
    pub to: usize,
    /// What is wrong, in the words of kubectl or of the server.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
    /// What would help, where that is known.
    pub fix: Option<Fix>,
}

/// What would become of an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It would be made.
    Created,
    /// These fields would be others.
    Changed(Vec<Difference>),
    /// It is as the file says.
    Unchanged,
    /// It would be refused; see the problems.
    Refused,
}

/// An object of the files, and what applying them would do to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outlook {
    /// In which file.
    pub file: SmolStr,
    /// Where its document begins, in bytes.
    pub from: usize,
    /// `Deployment`.
    pub kind: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The object in the cluster, once it is there; `None` for kinds that the cluster doesn't know.
    pub object: Option<ObjectRef>,
    /// What would become of it.
    pub verdict: Verdict,
}

/// What applying the files would do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Forecast {
    /// What would be refused, and what would not work.
    pub problems: Vec<Problem>,
    /// Object by object, in the order of the files.
    pub outlooks: Vec<Outlook>,
    /// How many documents there are beyond those that were looked at.
    pub not_looked_at: usize,
    /// How many objects would be made.
    pub created: usize,
    /// How many would be changed.
    pub configured: usize,
    /// How many are as they should be.
    pub unchanged: usize,
}

/// A manifest that asks more than this is not looked at further.
const MOST_REQUESTS: usize = 200;

/// How many documents are looked at; with more, typing would be slow.
const MOST_DOCUMENTS: usize = 300;

/// Applies the files, document by document, to a copy of `cluster`.
pub fn forecast(cluster: &Cluster, kubeconfig: &Kubeconfig, workspace: &Workspace) -> Forecast {
    let mut copy = cluster.clone();
    let mut forecast = Forecast::default();
    let mut looked_at: Vec<(&File, Document)> = Vec::new();
    for file in &workspace.files {
        for document in documents(&file.text).into_iter().filter(|document| !document.is_blank()) {
            if looked_at.len() < MOST_DOCUMENTS {
                apply(&mut copy, kubeconfig, file, &document, &mut forecast);
                looked_at.push((file, document));
            } else {
                forecast.not_looked_at += 1;
            }
        }
    }
    // Only now is everything there that a name could lead to.
    let there = references::There { store: copy.store(), registry: copy.server().registry(), refused: refused(&looked_at, &forecast) };
    for (file, document) in &looked_at {
        forecast.problems.extend(references::check(file, document, &there, kubeconfig.namespace()));
    }
    forecast
}

/// What would be refused: once that is mended, names lead to it, too.
fn refused<'a>(looked_at: &'a [(&File, Document)], forecast: &Forecast) -> Vec<(ObjectRef, &'a Value)> {
    let objects = looked_at.iter().flat_map(|(_, document)| objects_in(document));
    let refused = forecast.outlooks.iter().zip(objects).filter(|(outlook, _)| outlook.verdict == Verdict::Refused);
    refused.filter_map(|(outlook, object)| Some((outlook.object.clone()?, object))).collect()
}

/// The objects that a document has: itself, or the items of a list.
fn objects_in(document: &Document) -> &[Value] {
    match &document.value {
        Ok(value) if value.get("kind").str().ends_with("List") && value.get("items").is_array() => value.get("items").items(),
        Ok(value) => std::slice::from_ref(value),
        Err(_) => &[],
    }
}

/// Which object of the cluster a manifest is about.
pub fn object_of(manifest: &Value, registry: &Registry, namespace: &str) -> Option<ObjectRef> {
    let version = manifest.get("apiVersion").str();
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let kind = registry.kind(group, manifest.get("kind").str())?;
    let own = meta::namespace(manifest);
    let namespace = match (kind.namespaced, own.is_empty()) {
        (false, _) => "",
        (true, true) => namespace,
        (true, false) => own,
    };
    (!meta::name(manifest).is_empty()).then(|| ObjectRef::new(&kind.resource(), namespace, meta::name(manifest)))
}

fn apply(cluster: &mut Cluster, kubeconfig: &Kubeconfig, file: &File, document: &Document, forecast: &mut Forecast) {
    let objects: Vec<(&Value, Option<ObjectRef>)> =
        objects_in(document).iter().map(|manifest| (manifest, object_of(manifest, cluster.server().registry(), kubeconfig.namespace()))).collect();
    let live =
        |cluster: &Cluster, object: &Option<ObjectRef>| object.as_ref().and_then(|object| cluster.store().get_key(&object.resource, &object.key)).cloned();
    let before: Vec<Option<Value>> = objects.iter().map(|(_, object)| live(cluster, object)).collect();
    let problems_before = forecast.problems.len();
    carry_out(cluster, kubeconfig, file, document, forecast);
    let is_refused = forecast.problems.len() > problems_before;
    for ((manifest, object), before) in objects.into_iter().zip(before) {
        let verdict = match (before, live(cluster, &object)) {
            (None, Some(_)) => Verdict::Created,
            (Some(before), Some(after)) if !is_refused => match differences(&before, &after) {
                none if none.is_empty() => Verdict::Unchanged,
                some => Verdict::Changed(some),
            },
            _ => Verdict::Refused,
        };
        forecast.outlooks.push(Outlook {
            file: file.name.clone(),
            from: document.start.offset,
            kind: SmolStr::new(manifest.get("kind").str()),
            name: SmolStr::new(meta::name(manifest)),
            object,
            verdict,
        });
    }
}

fn carry_out(cluster: &mut Cluster, kubeconfig: &Kubeconfig, file: &File, document: &Document, forecast: &mut Forecast) {
    let arguments: Vec<String> = ["apply", "-f"].into_iter().map(String::from).chain([file.name.to_string()]).collect();
    let files: Files = [(file.name.as_str(), document.text.as_str())].into_iter().collect();
    let environment =
        Environment { registry: cluster.server().registry().clone(), files, stdin: Some(String::new()), is_terminal: false, kubeconfig: kubeconfig.clone() };
    let mut command = Command::start(&arguments, environment);
    for _ in 0..MOST_REQUESTS {
        match command.poll(cluster.now_ms()) {
            Step::Request(request) => {
                let response = cluster.request(&request);
                command.answer(response);
            }
            Step::Edit { .. } => command.answer_edit(None),
            Step::SleepUntil(_) | Step::Input { .. } | Step::Host(_) => break,
            Step::Done(exit_code) => {
                let output = command.take_output();
                let text = |stream| output.iter().filter(|piece| piece.stream == stream).map(|piece| piece.text.as_str()).collect::<String>();
                count(&text(Stream::Out), forecast);
                if exit_code != 0 {
                    let registry = cluster.server().registry();
                    forecast.problems.extend(problems(&text(Stream::Err), file, document, registry));
                }
                break;
            }
        }
    }
}

fn count(stdout: &str, forecast: &mut Forecast) {
    for line in stdout.lines() {
        match line.rsplit(' ').next() {
            Some("created") => forecast.created += 1,
            Some("configured") => forecast.configured += 1,
            Some("unchanged") => forecast.unchanged += 1,
            _ => {}
        }
    }
}

/// From what kubectl complained of to places in the file. Warnings are no problems.
fn problems(stderr: &str, file: &File, document: &Document, registry: &Registry) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut lines = stderr.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("Warning:")).peekable();
    while let Some(line) = lines.next() {
        let message = plain(line);
        // `The Deployment "web" is invalid: ` and then one line a field.
        if message.ends_with("is invalid:") && lines.peek().is_some_and(|next| next.starts_with("* ")) {
            while let Some(detail) = lines.next_if(|next| next.starts_with("* ")) {
                problems.push(problem(format!("{message} {}", &detail[2..]), &detail[2..], file, document, registry));
            }
            continue;
        }
        let details = message.split_once("is invalid: ").map_or(message, |(_, details)| details);
        let unknown: Vec<&str> = details.split("unknown field \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        if unknown.len() > 1 {
            // Each field that the server doesn't know has a place of its own.
            let words = unknown.into_iter().map(|path| format!("unknown field \"{path}\""));
            problems.extend(words.map(|words| problem(words.clone(), &words, file, document, registry)));
        } else {
            problems.push(problem(message.to_owned(), details, file, document, registry));
        }
    }
    problems
}

/// Leaves out what the list of problems says anyway: which file it is, and that it is an error.
fn plain(line: &str) -> &str {
    let line = line.strip_prefix("Error from server").and_then(|rest| rest.split_once(": ")).map_or(line, |(_, rest)| rest);
    let line = line.strip_prefix("error: ").unwrap_or(line);
    // Before this the server repeats the whole patch.
    if let Some(at) = line.find("strict decoding error: ") {
        return &line[at..];
    }
    match (line.find("error when "), line.find("\": ")) {
        (Some(0), Some(end)) => &line[end + 3..],
        _ => line,
    }
    .trim_end()
}

fn problem(message: String, details: &str, file: &File, document: &Document, registry: &Registry) -> Problem {
    let place = place_of_line(details, document).or_else(|| place_of_field(details, document)).unwrap_or_else(|| place_of_kind(document));
    let fix = fixes::fix(details, document, &place, &file.text, registry);
    // What would be corrected is what is wrong.
    let place = fix.as_ref().filter(|fix| !place.contains(&fix.from)).map_or(place.clone(), |fix| fix.from..fix.to);
    let line = file.text.get(..place.start).map_or(0, |before| before.matches('\n').count()) + 1;
    Problem { file: file.name.clone(), line, from: place.start, to: place.end.max(place.start), message, severity: Severity::Error, fix }
}

/// `yaml: line 3: …`, counted from the document's first line.
fn place_of_line(details: &str, document: &Document) -> Option<Range<usize>> {
    let (_, rest) = details.split_once("yaml: line ")?;
    let number: usize = rest.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()?;
    let mut at = document.start.offset;
    for (index, line) in document.text.split_inclusive('\n').enumerate() {
        if index + 1 == number {
            let trimmed = line.trim();
            let from = at + line.find(trimmed).unwrap_or(0);
            return Some(from..from + trimmed.len());
        }
        at += line.len();
    }
    None
}

/// `spec.replicas: Invalid value: …`, `unknown field "spec.replica"`, `… Go struct field DeploymentSpec.spec.replicas of type …`.
fn place_of_field(details: &str, document: &Document) -> Option<Range<usize>> {
    let lines = yaml_path::lines(&document.text, document.start.offset);
    let (path, at_value) = if let Some((_, rest)) = details.split_once("unknown field \"") {
        (rest.split('"').next()?, false)
    } else if let Some((_, rest)) = details.split_once("Go struct field ") {
        (rest.split(' ').next()?.split_once('.')?.1, true)
    } else {
        let path = details.split(": ").next()?;
        if path.contains(' ') || path.is_empty() {
            return None;
        }
        (path, true)
    };
    let wanted = yaml_path::parse(path);
    let found = yaml_path::find(&lines, &wanted)?;
    let is_itself = found.path.last() == wanted.last();
    Some(if at_value && is_itself && !found.value.is_empty() { found.value.clone() } else { found.key.clone() })
}

/// Where nothing better is known: the line that says what it is.
fn place_of_kind(document: &Document) -> Range<usize> {
    let lines = yaml_path::lines(&document.text, document.start.offset);
    let line = yaml_path::find(&lines, &yaml_path::parse("kind")).or(lines.first());
    line.map_or(document.start.offset..document.start.offset, |line| line.key.start..line.value.end.max(line.key.end))
}
