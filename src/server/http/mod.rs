//! The API as HTTP has it: paths, headers and text on one side, [`Request`] and [`Response`] on the other
//! (`k8s.io/apiserver/pkg/endpoints`). Opens no sockets: `kubarium serve` does.

mod accept;
mod body;
mod discovery;
mod health;
mod openapi;
mod options;
mod route;
#[cfg(test)]
mod tests;

use super::Server;
use super::request::{Request, Response};
use crate::api::status::Status;
use crate::value::Value;

/// A request as it came over the wire.
#[derive(Clone, Debug, Default)]
pub struct HttpRequest {
    /// `GET`, `POST` …
    pub method: String,
    /// Path and query: `/api/v1/pods?limit=500`.
    pub target: String,
    /// Names (in any case) and values.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
}

/// An answer as it goes over the wire.
#[derive(Clone, PartialEq, Debug)]
pub struct HttpResponse {
    /// HTTP status code.
    pub code: u16,
    /// Names and values, `Content-Type` among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What is to be done with a request.
#[derive(Clone, Debug)]
pub enum Routed {
    /// It is answered already: discovery, OpenAPI, version, health, mistakes in the request.
    Answer(HttpResponse),
    /// The cluster is to be asked, and the answer sent with [`HttpResponse::of`].
    Ask(Request),
    /// The cluster is to be asked again and again, each time from the `resourceVersion` of the last answer; what it answers is sent
    /// piece by piece with [`watch_lines`].
    Watch(Request),
}

impl HttpRequest {
    /// The value of a header, `""` where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(there, _)| there.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.as_str())
    }
}

impl HttpResponse {
    /// The server's answer as text.
    pub fn of(response: &Response) -> HttpResponse {
        let (type_, body) = match &response.body {
            Value::String(text) => ("text/plain", text.as_bytes().to_vec()),
            body => ("application/json", with_newline(body.to_json())),
        };
        let mut headers = vec![("Content-Type".to_string(), type_.to_string())];
        headers.extend(response.warnings.iter().map(|warning| ("Warning".to_string(), format!("299 - {}", Value::from(warning.as_str()).to_json()))));
        HttpResponse { code: response.code, headers, body }
    }

    /// The same in YAML, where the client would rather have that.
    pub fn accepted(mut self, accept: &str) -> HttpResponse {
        let is_wanted = accept::Accepted::of(accept).is_ok_and(|accepted| accepted.is_yaml);
        if is_wanted
            && self.headers.iter().any(|(_, value)| value == "application/json")
            && let Ok(body) = Value::from_json(&String::from_utf8_lossy(&self.body))
        {
            self.body = crate::manifest::write_yaml(&body).into_bytes();
            self.headers.iter_mut().filter(|(_, value)| value == "application/json").for_each(|(_, value)| *value = "application/yaml".into());
        }
        self
    }

    /// Any JSON.
    fn json(code: u16, type_: &str, body: &Value) -> HttpResponse {
        HttpResponse { code, headers: vec![("Content-Type".into(), type_.into())], body: with_newline(body.to_json()) }
    }

    /// Any text.
    fn text(code: u16, body: &str) -> HttpResponse {
        HttpResponse { code, headers: vec![("Content-Type".into(), "text/plain; charset=utf-8".into())], body: body.as_bytes().to_vec() }
    }

    /// A refusal.
    fn refusal(status: &Status) -> HttpResponse {
        HttpResponse::json(status.code, "application/json", &status.body())
    }
}

fn with_newline(mut text: String) -> Vec<u8> {
    text.push('\n');
    text.into_bytes()
}

/// The events of a watch's answer, a line each.
pub fn watch_lines(answer: &Value) -> Vec<String> {
    answer.get("events").items().iter().map(|event| format!("{}\n", event.to_json())).collect()
}

impl Server {
    /// Reads a request. Nothing is carried out.
    pub fn route(&self, http: &HttpRequest) -> Routed {
        let path = http.target.split('?').next().unwrap_or("").trim_end_matches('/');
        if !path.starts_with("/openapi/") || !accepts_json(http.header("Accept")) {
            return self.route_api(http);
        }
        let document = match path {
            "/openapi/v2" => Some(openapi::v2(&self.registry)),
            "/openapi/v3" => Some(openapi::v3_root(&self.registry)),
            other => other.strip_prefix("/openapi/v3/").and_then(|group_version| openapi::v3(&self.registry, group_version)),
        };
        Routed::Answer(
            document.map_or_else(|| HttpResponse::text(404, "404 page not found\n"), |document| HttpResponse::json(200, "application/json", &document)),
        )
    }

    /// The same without OpenAPI's documents, which the page has no use for.
    pub fn route_api(&self, http: &HttpRequest) -> Routed {
        let (path, query) = http.target.split_once('?').unwrap_or((http.target.as_str(), ""));
        let trimmed = path.trim_end_matches('/');
        if let Some(answer) = health::answer(trimmed, query) {
            return Routed::Answer(answer);
        }
        let json = |body: &Value| HttpResponse::json(200, "application/json", body);
        let answer = match trimmed {
            "/version" => HttpResponse { code: 200, headers: vec![("Content-Type".into(), "application/json".into())], body: VERSION.into() },
            "" => json(&discovery::paths(&self.registry)),
            "/api" | "/apis" => discovery::root(&self.registry, trimmed, http.header("Accept")),
            other if discovery::is_group_path(other) => match discovery::resources(&self.registry, other) {
                Some(list) => json(&list),
                None if discovery::is_known_group(&self.registry, other) => HttpResponse::refusal(&Status::no_such_path()),
                None => HttpResponse::text(404, "404 page not found\n"),
            },
            _ => return route::read(self, http, path, query),
        };
        if !accepts_json(http.header("Accept")) {
            let why = "only the following media types are accepted: application/json, application/yaml";
            return Routed::Answer(HttpResponse::refusal(&Status::other(406, "NotAcceptable", why)));
        }
        let is_get = http.method == "GET" || answer.code == 404;
        Routed::Answer(if is_get { answer } else { HttpResponse::refusal(&Status::method_not_allowed()) })
    }
}

/// Whether the asker takes JSON; protobuf and CBOR aren't written.
fn accepts_json(accept: &str) -> bool {
    const KNOWN: [&str; 6] = ["application/json", "application/yaml", "text/", "*/*", "application/*", "application/vnd.oai"];
    accept.is_empty() || accept.split(',').any(|part| KNOWN.iter().any(|type_| part.trim().starts_with(type_)))
}

/// As `json.MarshalIndent` writes it, with no end of line.
const VERSION: &str = r#"{
  "major": "1",
  "minor": "36",
  "emulationMajor": "1",
  "emulationMinor": "36",
  "minCompatibilityMajor": "1",
  "minCompatibilityMinor": "35",
  "gitVersion": "v1.36.3",
  "gitCommit": "",
  "gitTreeState": "clean",
  "buildDate": "1970-01-01T00:00:00Z",
  "goVersion": "go1.26.8",
  "compiler": "gc",
  "platform": "linux/amd64"
}"#;
