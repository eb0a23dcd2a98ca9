//! Why a command failed, and how kubectl says it (`k8s.io/kubectl/pkg/cmd/util/helpers.go`).

use crate::server::request::Response;
use crate::value::Value;

/// Why a command failed.
#[derive(Clone, PartialEq, Debug)]
pub enum Failure {
    /// The server refused: its `Status`.
    Api(Value),
    /// kubectl itself found something wrong.
    Text(String),
    /// Several failures, each of which is said.
    Many(Vec<Failure>),
    /// Everything is said already; this is the exit code.
    Exit(i32),
}

impl Failure {
    /// kubectl's own words.
    pub fn text(message: impl Into<String>) -> Failure {
        Failure::Text(message.into())
    }

    /// Wrong use of a command: the message, and where help is.
    pub fn usage(path: &str, message: impl AsRef<str>) -> Failure {
        Failure::Text(format!("{}\nSee 'kubectl {path} -h' for help and examples", message.as_ref()))
    }

    /// Neither arguments nor files name an object (`k8s.io/cli-runtime/pkg/resource/builder.go`).
    pub fn nothing_named() -> Failure {
        Failure::text(
            "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
        )
    }

    /// One failure of several; none when there are none.
    pub fn of(mut failures: Vec<Failure>) -> Result<(), Failure> {
        match failures.len() {
            0 => Ok(()),
            1 => Err(failures.remove(0)),
            _ => Err(Failure::Many(failures)),
        }
    }

    /// Several failures as one.
    pub fn joined(mut failures: Vec<Failure>) -> Failure {
        if failures.len() == 1 { failures.remove(0) } else { Failure::Many(failures) }
    }

    /// The `reason` of the server's `Status`; `""` for other failures.
    pub fn reason(&self) -> &str {
        match self {
            Failure::Api(status) => status.get("reason").str(),
            _ => "",
        }
    }

    /// Whether the server says that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        self.reason() == "NotFound"
    }

    /// The bare message, as Go's `err.Error()`.
    pub fn message(&self) -> String {
        match self {
            Failure::Api(status) => status.get("message").str().to_string(),
            Failure::Text(text) => text.clone(),
            Failure::Many(failures) => aggregate(failures),
            Failure::Exit(_) => String::new(),
        }
    }

    /// The same failure with words before its message; what the server said stays recognisable (`AddSourceToErr`).
    pub fn with_source(self, doing: &str, source: &str) -> Failure {
        if source.is_empty() {
            return self;
        }
        match self {
            Failure::Api(mut status) => {
                let message = format!("error when {doing} \"{source}\": {}", status.get("message").str());
                status.set("message", message);
                Failure::Api(status)
            }
            Failure::Text(text) => Failure::Text(format!("error when {doing} \"{source}\": {text}")),
            other => other,
        }
    }

    /// The same failure as kubectl's own, with words before its message (`fmt.Errorf("…: %w", err)`).
    pub fn wrap(self, words: &str) -> Failure {
        Failure::Text(format!("{words}{}", self.message()))
    }

    /// What a selection says where the server refuses the list (`k8s.io/cli-runtime/pkg/resource/selector.go`).
    pub fn of_list(self, mapping: &super::resources::Mapping, label_selector: &str, field_selector: &str) -> Failure {
        let Failure::Api(mut status) = self else { return self };
        if !matches!(status.get("reason").str(), "BadRequest" | "NotFound") {
            return Failure::Api(status);
        }
        let resource = format!("{}/{}, Resource={}", mapping.kind.group, mapping.version, mapping.kind.plural);
        let message = status.get("message").str();
        let message = if label_selector.is_empty() && field_selector.is_empty() {
            format!("Unable to list \"{resource}\": {message}")
        } else {
            format!("Unable to find \"{resource}\" that match label selector {label_selector:?}, field selector {field_selector:?}: {message}")
        };
        status.set("message", message);
        Failure::Api(status)
    }

    /// `… in namespace "demo"`, behind the message.
    pub fn in_namespace(self, namespace: &str) -> Failure {
        Failure::Text(format!("{} in namespace \"{namespace}\"", self.message()))
    }

    /// What a person reads, and the exit code.
    pub fn render(&self) -> (String, i32) {
        match self {
            Failure::Exit(code) => (String::new(), *code),
            Failure::Api(status) if status.get("reason").str() == "Invalid" => (invalid(status), 1),
            Failure::Many(failures) => (failures.iter().map(|failure| with_end(standard_message(failure).unwrap_or_else(|| failure.message()))).collect(), 1),
            other => (line(other), 1),
        }
    }
}

/// Go's text of an aggregate: `[a, b]`, without repetitions.
fn aggregate(failures: &[Failure]) -> String {
    let mut messages: Vec<String> = Vec::new();
    for failure in failures {
        let message = failure.message();
        if !messages.contains(&message) {
            messages.push(message);
        }
    }
    if messages.len() == 1 { messages.remove(0) } else { format!("[{}]", messages.join(", ")) }
}

/// What `StandardErrorMessage` makes of the server's refusals.
fn standard_message(failure: &Failure) -> Option<String> {
    let Failure::Api(status) = failure else { return None };
    let message = status.get("message").str();
    Some(match status.get("reason").str() {
        "" => format!("Error from server: {message}"),
        "Unauthorized" => format!("error: You must be logged in to the server ({message})"),
        reason => format!("Error from server ({reason}): {message}"),
    })
}

/// A single failure, as the last thing that a command says.
fn line(failure: &Failure) -> String {
    let text = standard_message(failure).unwrap_or_else(|| {
        let message = failure.message();
        if message.starts_with("error: ") { message } else { format!("error: {message}") }
    });
    with_end(text)
}

fn with_end(text: String) -> String {
    if text.ends_with('\n') { text } else { text + "\n" }
}

/// `The Pod "x" is invalid: …`, one line a cause where there are several.
fn invalid(status: &Value) -> String {
    let details = status.get("details");
    let message = status.get("message").str();
    if details.is_empty() {
        return format!("The request is invalid: {message}\n");
    }
    let (kind, name, causes) = (details.get("kind").str(), details.get("name").str(), details.get("causes").items());
    let head = match (kind, name) {
        ("", "") if causes.is_empty() && !message.is_empty() => format!("The request is invalid: {message}"),
        ("", "") => "The request is invalid".into(),
        _ => format!("The {kind} \"{name}\" is invalid"),
    };
    let mut texts: Vec<String> = Vec::new();
    for cause in causes {
        let text = format!("{}: {}", cause.get("field").str(), cause.get("message").str());
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    match texts.as_slice() {
        [] => format!("{head}\n"),
        [one] => format!("{head}: {one}\n"),
        many => format!("{head}: \n{}", many.iter().map(|text| format!("* {text}\n")).collect::<String>()),
    }
}

/// The body of a successful response.
///
/// # Errors
/// The server's refusal.
pub fn body_of(response: Response) -> Result<Value, Failure> {
    if response.is_success() { Ok(response.body) } else { Err(Failure::Api(response.body)) }
}
