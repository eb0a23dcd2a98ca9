//! The parameters of a request, read from its query and judged as upstream does (`apimachinery/pkg/apis/meta/v1/validation`,
//! `meta/internalversion/validation`).

use super::HttpRequest;
use crate::api::field_error::FieldError;
use crate::api::status::Status;
use crate::server::request::{Options, PatchType, Verb};
use crate::value::{SmolStr, Value};

/// How long the name of a field manager may be.
const MANAGER_LIMIT_BYTES: usize = 128;

/// The parameters of a query, decoded, in their order.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(text: &str) -> Query {
        let pairs = text.split('&').filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap_or((part, "")));
        Query(pairs.map(|(name, value)| (decode(name), decode(&value.replace('+', " ")))).collect())
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    /// The first value of that name, `""` where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.find(name).unwrap_or("")
    }

    /// All values of that name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is there, and not `false` or `0`; Go takes anything else for true.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.find(name).is_some_and(|value| value != "0" && !value.eq_ignore_ascii_case("false"))
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Status> {
        match self.text(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| Status::bad_request(format!("strconv.ParseInt: parsing \"{text}\": invalid syntax"))),
        }
    }

    /// All parameters as the fields of an object such as PodLogOptions.
    pub(super) fn fields(&self) -> Value {
        let mut options = Value::object();
        for (name, value) in &self.0 {
            let typed = match value.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                text => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::Int),
            };
            options.fields_mut().insert(name.as_str(), typed);
        }
        options
    }
}

/// Reads the options of a request with this verb.
pub(super) fn read(query: &Query, http: &HttpRequest, verb: Verb) -> Result<Options, Status> {
    let mut options = Options {
        dry_run: query.text("dryRun") == "All",
        field_validation: SmolStr::new(query.text("fieldValidation")),
        force: query.is_true("force"),
        label_selector: SmolStr::new(query.text("labelSelector")),
        field_selector: SmolStr::new(query.text("fieldSelector")),
        limit: query.number("limit")?.map_or(0, |limit| usize::try_from(limit).unwrap_or(0)),
        continue_token: SmolStr::new(query.text("continue")),
        resource_version: SmolStr::new(query.text("resourceVersion")),
        resource_version_match: SmolStr::new(query.text("resourceVersionMatch")),
        send_initial_events: query.find("sendInitialEvents").map(|_| query.is_true("sendInitialEvents")),
        bookmarks: query.is_true("allowWatchBookmarks"),
        table_include_object: SmolStr::new(query.text("includeObject")),
        propagation: SmolStr::new(query.text("propagationPolicy")),
        grace_period_seconds: query.number("gracePeriodSeconds")?,
        ..Options::default()
    };
    query.number("timeoutSeconds")?;
    let given = query.text("fieldManager");
    // An apply must be told whose it is.
    options.field_manager = if given.is_empty() && verb != Verb::Patch(PatchType::Apply) { agent(http.header("User-Agent")) } else { SmolStr::new(given) };
    let (kind, errors) = match verb {
        Verb::Get | Verb::Delete => return Ok(options),
        Verb::List | Verb::Watch | Verb::DeleteCollection => ("ListOptions", list_errors(&options, verb == Verb::Watch)),
        Verb::Create => ("CreateOptions", write_errors(query)),
        Verb::Update => ("UpdateOptions", write_errors(query)),
        Verb::Patch(type_) => ("PatchOptions", [patch_errors(query, type_), write_errors(query)].concat()),
    };
    refuse(kind, &errors)?;
    Ok(options)
}

/// The refusal for wrong options, if they are.
pub(super) fn refuse(kind: &str, errors: &[FieldError]) -> Result<(), Status> {
    if errors.is_empty() { Ok(()) } else { Err(Status::invalid("meta.k8s.io", kind, "", errors)) }
}

fn list_errors(options: &Options, is_watch: bool) -> Vec<FieldError> {
    let wanted = options.resource_version_match.as_str();
    let forbidden = |field: &str, why: &str| vec![FieldError::forbidden(field, why)];
    if is_watch {
        return match (options.send_initial_events, wanted) {
            (None, "") | (Some(_), "NotOlderThan") => Vec::new(),
            (None, _) => forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"),
            (Some(_), _) => forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
        };
    }
    let mut errors = Vec::new();
    if !wanted.is_empty() {
        if options.resource_version.is_empty() {
            errors.extend(forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        }
        if !options.continue_token.is_empty() {
            errors.extend(forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
        }
        if !["Exact", "NotOlderThan"].contains(&wanted) {
            errors.push(FieldError::not_supported("resourceVersionMatch", &wanted.into(), &["Exact", "NotOlderThan", ""]));
        }
        if wanted == "Exact" && options.resource_version == "0" {
            errors.extend(forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
        }
    }
    if options.send_initial_events.is_some() {
        errors.extend(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    }
    errors
}

fn patch_errors(query: &Query, type_: PatchType) -> Vec<FieldError> {
    match type_ {
        PatchType::Apply if query.text("fieldManager").is_empty() => vec![FieldError::required("fieldManager", "is required for apply patch")],
        PatchType::Apply => Vec::new(),
        _ if query.find("force").is_some() => vec![FieldError::forbidden("force", "may not be specified for non-apply patch")],
        _ => Vec::new(),
    }
}

fn write_errors(query: &Query) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let manager = query.text("fieldManager");
    if manager.len() > MANAGER_LIMIT_BYTES {
        errors.push(FieldError::too_long("fieldManager", MANAGER_LIMIT_BYTES));
    }
    if let Some((place, letter)) = manager.char_indices().find(|(_, letter)| letter.is_control()) {
        let why = format!("invalid character U+{:04X} (at position {place})", u32::from(letter));
        errors.push(FieldError::invalid("fieldManager", &manager.into(), why));
    }
    if let Some(dry_run) = query.find("dryRun").filter(|value| *value != "All") {
        errors.push(FieldError::not_supported("dryRun", &Value::array(vec![dry_run.into()]), &["All"]));
    }
    let validation = query.text("fieldValidation");
    if !["", "Ignore", "Strict", "Warn"].contains(&validation) {
        errors.push(FieldError::not_supported("fieldValidation", &validation.into(), &["", "Ignore", "Strict", "Warn"]));
    }
    errors
}

/// Takes the options of a delete out of its body, where they may be as well as in the query.
pub(super) fn take_delete_options(options: &mut Options, given: &Value) -> Result<(), Status> {
    let (kind, api_version) = (given.get("kind").str(), given.get("apiVersion").str());
    if !kind.is_empty() && kind != "DeleteOptions" {
        return Err(Status::bad_request(format!("no kind \"{kind}\" is registered for version \"{api_version}\" in scheme \"pkg/runtime/scheme.go:111\"")));
    }
    let text = |path: &str| SmolStr::new(given.path(path).str());
    if !given.get("propagationPolicy").is_empty() {
        options.propagation = text("propagationPolicy");
    }
    let policy = Value::from(options.propagation.clone());
    let mut errors = Vec::new();
    // The predecessor of propagation policies.
    match given.get("orphanDependents").as_bool() {
        Some(_) if !options.propagation.is_empty() => {
            errors.push(FieldError::invalid("propagationPolicy", &policy, "orphanDependents and deletionPropagation cannot be both set"));
        }
        Some(orphan) => options.propagation = if orphan { "Orphan".into() } else { "Background".into() },
        None if !["", "Foreground", "Background", "Orphan"].contains(&options.propagation.as_str()) => {
            errors.push(FieldError::not_supported("propagationPolicy", &policy, &["Foreground", "Background", "Orphan", "nil"]));
        }
        None => {}
    }
    let dry_run = given.get("dryRun").items();
    if dry_run.iter().any(|word| word.str() != "All") {
        errors.push(FieldError::not_supported("dryRun", given.get("dryRun"), &["All"]));
    }
    options.grace_period_seconds = given.get("gracePeriodSeconds").as_i64().or(options.grace_period_seconds);
    options.precondition_uid = text("preconditions.uid");
    options.precondition_resource_version = text("preconditions.resourceVersion");
    options.dry_run |= !dry_run.is_empty();
    refuse("DeleteOptions", &errors)
}

/// Who owns the fields that are written when nobody is named: the first word of the user agent (`managerOrUserAgent`).
fn agent(user_agent: &str) -> SmolStr {
    SmolStr::from(user_agent.split('/').next().unwrap_or("").chars().take(MANAGER_LIMIT_BYTES).collect::<String>())
}

/// Undoes the escapes of URLs; what isn't one stays.
pub(super) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = if bytes[at] == b'%' { text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok()) } else { None };
        decoded.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
