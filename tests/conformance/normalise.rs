//! What a recording and a run must agree on, once everything that legitimately differs is taken away: random names, times, addresses
//! and the like. Both sides go through the same rules.

use fancy_regex::Regex;
use kubarium::value::Value;

const SAFE: &str = "[bcdfghjklmnpqrstvwxz2456789]";

/// The fields that differ from run to run and say nothing.
const DROPPED: &[&str] = &[
    "uid",
    "resourceVersion",
    "managedFields",
    "creationTimestamp",
    "deletionTimestamp",
    "selfLink",
    "containerID",
    "imageID",
    "hostIP",
    "hostIPs",
    "podIP",
    "podIPs",
    "startedAt",
    "finishedAt",
    "startTime",
    "completionTime",
    "kubectl.kubernetes.io/last-applied-configuration",
    "allocatedResources",
    "user",
    "caBundle",
];
const HASH_KEYS: &[&str] = &["pod-template-hash", "controller-revision-hash", "controller-uid", "batch.kubernetes.io/controller-uid"];

/// The rules, compiled once.
pub struct Normaliser {
    blanks: Vec<(Regex, &'static str)>,
    node: Regex,
    spaces: Regex,
}

impl Normaliser {
    pub fn new() -> Normaliser {
        let rule = |pattern: &str, blank| (Regex::new(pattern).expect("the pattern is a constant"), blank);
        Normaliser {
            blanks: vec![
                rule("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>"),
                rule(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", "<time>"),
                rule(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4} UTC", "<time>"),
                rule(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", "<time>"),
                rule(r"in [\d.]+m?s \([\d.]+m?s including waiting\)\. Image size: \d+ bytes", "in <dur> (<dur> including waiting). Image size: <n> bytes"),
                rule(r"containerd://\S+", "containerd://<id>"),
                rule(r"\S+@sha256:[0-9a-f]{64}", "<imageID>"),
                rule(r"\b10\.244\.\d+\.\d+", "<podIP>"),
                rule(r"\b10\.(?:9[6-9]|10\d|11[01])\.\d+\.\d+", "<clusterIP>"),
                rule(r"\b10\.0\.0\.\d+", "<nodeIP>"),
                rule(&format!("(?<=-){SAFE}{{8,10}}-{SAFE}{{5}}(?![A-Za-z0-9])"), "<hash>-<r>"),
                rule(&format!(r"(?<=-){SAFE}{{8,10}}\b"), "<hash>"),
                rule(&format!("(?<=-){SAFE}{{5}}(?![A-Za-z0-9])"), "<r>"),
                rule(&format!(r"(?<=pod-template-hash=){SAFE}{{8,10}}\b"), "<hash>"),
                rule(r"(?<=-)\d{8}(?![\d.])", "<cron>"),
                rule(r"\b3[0-2]\d{3}\b", "<nodePort>"),
                rule(r"/tmp/(LIVE|MERGED)-\d+", "/tmp/$1-<n>"),
                rule(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}", "<time>"),
                rule(r"\(x\d+ over [^)]*\)", "(x<n> over <age>)"),
                rule(r#"(resourceVersion"?: )"\d+""#, r#"$1"<rv>""#),
                rule(r"\b\d+(?:\.\d+)?[smhd](?:\d+(?:\.\d+)?[smh])?\b", "<age>"),
            ],
            node: Regex::new(r"\b(?:worker-\d+|zone-[abc])\b").expect("the pattern is a constant"),
            spaces: Regex::new(r" {2,}|\t+").expect("the pattern is a constant"),
        }
    }

    /// A text with what is drawn at random blanked; without `ages`, quantities like 500m stay.
    pub fn one(&self, text: &str, keep_nodes: bool, ages: bool) -> String {
        let mut text = text.to_string();
        let rules = if ages { &self.blanks[..] } else { &self.blanks[..self.blanks.len() - 1] };
        for (pattern, blank) in rules {
            text = pattern.replace_all(&text, *blank).into_owned();
        }
        if keep_nodes { text } else { self.node.replace_all(&text, "<node>").into_owned() }
    }

    /// One output as a sorted list of lines, runs of spaces as two.
    pub fn text(&self, text: &str, keep_nodes: bool) -> Vec<String> {
        let text = self.one(text, keep_nodes, true);
        let mut lines: Vec<String> =
            text.lines().map(|line| self.spaces.replace_all(line, "  ").trim_end().to_string()).filter(|line| !line.trim().is_empty()).collect();
        lines.sort();
        lines
    }

    /// One object as its fields, `path = value` each, without the volatile ones.
    pub fn object(&self, object: &Value, keep_nodes: bool) -> Vec<String> {
        let mut lines = Vec::new();
        let kind = object.get("kind").str();
        let who = format!("{kind}/{}", self.one(object.path("metadata.name").str(), keep_nodes, true));
        self.walk(kind, "", object, keep_nodes, &mut lines);
        lines.sort();
        lines.dedup();
        lines.into_iter().map(|line| format!("{who} {line}")).collect()
    }

    fn walk(&self, kind: &str, path: &str, value: &Value, keep_nodes: bool, lines: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if fields.is_empty() {
                    lines.push(format!("{path} = {{}}"));
                }
                for (key, field) in fields.iter() {
                    let key = key.as_str();
                    let here = format!("{path}.{key}");
                    if DROPPED.contains(&key) || key.ends_with("Time") || key.ends_with("Timestamp") || (key == "generation" && kind == "EndpointSlice") {
                        continue;
                    }
                    if key == "nodePort" && field.as_i64() != Some(0) && !field.is_null() {
                        lines.push(format!("{here} = <nodePort>"));
                    } else if HASH_KEYS.contains(&key) {
                        lines.push(format!("{here} = <hash>"));
                    } else if (key == "nodeName" || key == "kubernetes.io/hostname") && !keep_nodes {
                        lines.push(format!("{here} = <node>"));
                    } else {
                        self.walk(kind, &here, field, keep_nodes, lines);
                    }
                }
            }
            Value::Array(items) => {
                let name_of = |item: &Value| ["name", "type", "key"].iter().map(|key| item.get(key)).find(|name| !name.is_empty()).map(plain);
                let keyed = items.iter().all(|item| ["type", "name", "key"].iter().any(|key| item.fields().contains_key(key)));
                for (index, item) in items.iter().enumerate() {
                    let key = if keyed { name_of(item).unwrap_or_else(|| "None".into()) } else { index.to_string() };
                    self.walk(kind, &format!("{path}[{}]", self.one(&key, keep_nodes, true)), item, keep_nodes, lines);
                }
                if items.is_empty() {
                    lines.push(format!("{path} = []"));
                }
            }
            Value::String(text) => lines.push(format!("{path} = {:?}", self.one(text, keep_nodes, path.ends_with(".message")))),
            scalar => lines.push(format!("{path} = {scalar}")),
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json(), str::to_string)
}
