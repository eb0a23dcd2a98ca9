//! A request, from the name in its URL to the answer.

use super::answers;
use super::connect::{self, TIMEOUT_MS, Target, View};
use super::containers::Served;
use super::dns::{self, Resolver};
use super::hop::{Hop, HopKind};
use super::ingress::{self, Route};
use super::named;
use super::proxy;
use super::source::{Client, Source};
use crate::api::meta;
use crate::api::resource::{INGRESSES, NODES, PODS, SECRETS};
use crate::kubelet::runtime::{ConnectError, HttpRequest, HttpResponse, ResolveError};
use crate::value::{SmolStr, Value};

/// How long ingress-nginx waits for a backend to accept a connection (`proxy-connect-timeout`).
const PROXY_CONNECT_TIMEOUT_MS: u64 = 5_000;

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The steps of its way, in order.
    pub hops: Vec<Hop>,
    /// The address that was connected to, `""` where the name had none.
    pub address: SmolStr,
    /// The response, or why there is none.
    pub outcome: Result<HttpResponse, ConnectError>,
    /// How long it takes until that is known.
    pub delay_ms: u64,
    /// The server in a pod that has answered, if one has.
    pub served: Option<Served>,
}

impl Answer {
    /// curl's words for a failure (`curl: (7) …`), or `None` for a response.
    pub fn curl_error(&self, request: &HttpRequest) -> Option<String> {
        let (host, port, delay_ms) = (&request.host, request.port, self.delay_ms);
        Some(match self.outcome.as_ref().err()? {
            ConnectError::Resolve(ResolveError::NoSuchHost) => format!("curl: (6) Could not resolve host: {host}"),
            ConnectError::Resolve(ResolveError::TimedOut) => format!("curl: (28) Resolving timed out after {delay_ms} milliseconds"),
            ConnectError::Refused | ConnectError::Unreachable => {
                format!("curl: (7) Failed to connect to {host} port {port} after {delay_ms} ms: Could not connect to server")
            }
            ConnectError::TimedOut => format!("curl: (28) Failed to connect to {host} port {port} after {delay_ms} ms: Could not connect to server"),
        })
    }
}

/// Sends a request.
pub fn request(view: &View, from: &Source, request: &HttpRequest, now_ms: u64) -> Answer {
    let mut hops = Vec::new();
    let Some(client) = Client::of(from, view.store) else {
        hops.push(Hop::new(HopKind::Lost, "there is no such pod".to_string()));
        return Answer { hops, address: "".into(), outcome: Err(ConnectError::Unreachable), delay_ms: 0, served: None };
    };
    let resolver = match from {
        Source::Pod(_) => Resolver::of_pod(&client.pod, view.config),
        Source::Node(_) => Resolver::default(),
        Source::Outside => Resolver::outside(),
    };
    hops.push(match from {
        Source::Pod(_) => Hop::at(HopKind::From, &PODS, &client.pod, format!("{} asks for {}", named("Pod", &client.pod), url(request))),
        Source::Node(name) => Hop {
            place: Some((NODES, crate::api::resource::ObjectKey::new("", name))),
            ..Hop::new(HopKind::From, format!("a process on {name} asks for {}", url(request)))
        },
        Source::Outside => Hop::new(HopKind::From, format!("somebody outside of the cluster asks for {}", url(request))),
    });
    send(view, &client, &resolver, request, now_ms, hops)
}

fn url(request: &HttpRequest) -> String {
    let is_default = matches!((request.scheme.as_str(), request.port), ("http", 80) | ("https", 443));
    let port = if is_default { String::new() } else { format!(":{}", request.port) };
    format!("{}://{}{port}{}", request.scheme, request.host, request.path)
}

/// Resolves, connects and asks; `hops` are the steps so far.
pub fn send(view: &View, client: &Client, resolver: &Resolver, request: &HttpRequest, now_ms: u64, mut hops: Vec<Hop>) -> Answer {
    let resolved = dns::resolve(view, client, resolver, &request.host, &mut hops);
    let address = match &resolved.answer {
        Ok(addresses) if !addresses.is_empty() => addresses[(view.draw % addresses.len() as u64) as usize].clone(),
        Ok(_) => return failed(hops, "", ConnectError::Resolve(ResolveError::NoSuchHost), resolved.delay_ms),
        Err(error) => {
            let error = *error;
            return failed(hops, "", ConnectError::Resolve(error), resolved.delay_ms);
        }
    };
    let dialled = connect::dial(view, client, &address, request.port, &mut hops);
    let delay_ms = resolved.delay_ms + dialled.delay_ms;
    let target = match dialled.result {
        Ok(target) => target,
        Err(error) => return failed(hops, &address, error, delay_ms),
    };
    let mut answer = match target {
        Target::Pod { pod, port } => ask_pod(view, client, &pod, port, request, now_ms, hops),
        Target::ApiServer => ask_api_server(request, hops),
        Target::IngressController { node, is_tls } => ask_ingress_controller(view, &node, is_tls, request, now_ms, hops),
    };
    answer.address = address;
    answer.delay_ms += delay_ms;
    answer
}

fn failed(mut hops: Vec<Hop>, address: &str, error: ConnectError, delay_ms: u64) -> Answer {
    if hops.last().is_none_or(|hop| hop.what != HopKind::Lost) {
        hops.push(Hop::new(HopKind::Lost, "the request ends here"));
    }
    Answer { hops, address: address.into(), outcome: Err(error), delay_ms, served: None }
}

fn answered(mut hops: Vec<Hop>, response: HttpResponse, who: &str, delay_ms: u64) -> Answer {
    hops.push(Hop::new(HopKind::Answer, format!("{who} answers {}", response.status)));
    Answer { hops, address: "".into(), outcome: Ok(response), delay_ms, served: None }
}

fn ask_pod(view: &View, client: &Client, pod: &Value, port: u16, request: &HttpRequest, now_ms: u64, mut hops: Vec<Hop>) -> Answer {
    let inner = HttpRequest { port, ..request.clone() };
    let Some(said) = view.containers.answer(meta::uid(pod), &inner, &client.ip, now_ms) else {
        hops.push(Hop::at(HopKind::Lost, &PODS, pod, "the server doesn't answer"));
        return failed(hops, "", ConnectError::Refused, 0);
    };
    hops.push(Hop::at(HopKind::Answer, &PODS, pod, format!("{} answers {}", named("Pod", pod), said.response.status)));
    let served = Served { pod_uid: SmolStr::new(meta::uid(pod)), port, answer: said.clone() };
    Answer { hops, address: "".into(), outcome: Ok(said.response), delay_ms: said.delay_ms, served: Some(served) }
}

fn ask_api_server(request: &HttpRequest, hops: Vec<Hop>) -> Answer {
    let response = if request.scheme == "https" { answers::api_server(request.path.split('?').next().unwrap_or("")) } else { answers::http_to_https() };
    answered(hops, response, "the API server", 1)
}

/// What the ingress controller makes of a request: it finds the rule, and asks the Service behind it.
fn ask_ingress_controller(view: &View, node: &SmolStr, is_tls: bool, request: &HttpRequest, now_ms: u64, mut hops: Vec<Hop>) -> Answer {
    const WHO: &str = "the ingress controller";
    let host = request.header("Host").unwrap_or(&request.host).to_string();
    let (tls_ingress, tls) = ingress::tls_of(view.store, &host);
    if is_tls != (request.scheme == "https") {
        return answered(hops, HttpResponse { status: 400, ..answers::nginx(404) }, WHO, 1);
    }
    if is_tls {
        let detail = certificate_word(view, tls_ingress, tls);
        hops.push(Hop { place: (!tls_ingress.is_null()).then(|| (INGRESSES, meta::key(tls_ingress))), ..Hop::new(HopKind::Ingress, detail) });
    }
    let Some(route) = ingress::route(view.store, &host, &request.path) else {
        hops.push(Hop::new(HopKind::Ingress, format!("no Ingress has a rule for the host {host} and the path {}", request.path)));
        return answered(hops, answers::nginx(404), WHO, 1);
    };
    let name = named("Ingress", &route.ingress);
    if !is_tls && !tls.is_null() && meta::annotation(&route.ingress, "nginx.ingress.kubernetes.io/ssl-redirect") != "false" {
        hops.push(Hop::at(HopKind::Ingress, &INGRESSES, &route.ingress, format!("{name} has TLS for this host")));
        return answered(hops, answers::redirect_to_https(&host, &request.path), WHO, 1);
    }
    hops.push(Hop::at(HopKind::Ingress, &INGRESSES, &route.ingress, format!("{name} sends {} to {}", rule_word(&route), backend_word(&route.backend))));
    let client = Client { pod: Value::Null, node: node.clone(), ip: "10.244.0.2".into(), is_ingress_controller: true };
    ask_backend(view, &client, &route, request, now_ms, hops)
}

fn certificate_word(view: &View, ingress: &Value, tls: &Value) -> String {
    let secret = tls.get("secretName").str();
    match view.store.get(&SECRETS, meta::namespace(ingress), secret) {
        Some(_) if !secret.is_empty() => format!("TLS with the certificate of Secret {}/{secret}", meta::namespace(ingress)),
        _ => "TLS with the Kubernetes Ingress Controller Fake Certificate".into(),
    }
}

fn rule_word(route: &Route) -> String {
    match (route.path.as_str(), route.host.as_str()) {
        ("", _) => "everything else".into(),
        (path, "") => format!("the path {path}"),
        (path, host) => format!("{host}{path}"),
    }
}

fn backend_word(backend: &Value) -> String {
    let service = backend.get("service");
    let port = match service.path("port.number").as_i64() {
        Some(number) => number.to_string(),
        None => service.path("port.name").str().to_string(),
    };
    format!("Service {} port {port}", service.get("name").str())
}

fn ask_backend(view: &View, client: &Client, route: &Route, request: &HttpRequest, now_ms: u64, mut hops: Vec<Hop>) -> Answer {
    const WHO: &str = "the ingress controller";
    let wanted = route.backend.get("service");
    let service = proxy::service(view.store, meta::namespace(&route.ingress), wanted.get("name").str());
    let ports = service.path("spec.ports").items();
    let is_wanted = |port: &&Value| match wanted.path("port.number").as_i64() {
        Some(number) => port.get("port").as_i64() == Some(number),
        None => port.get("name") == wanted.path("port.name"),
    };
    let endpoints = ports.iter().find(is_wanted).map(|port| proxy::endpoints(view.store, service, port.get("name").str())).unwrap_or_default();
    // ingress-nginx goes to the endpoints itself, past kube-proxy.
    let Some(endpoint) = endpoints.get((view.draw % endpoints.len().max(1) as u64) as usize) else {
        let why = if service.is_null() {
            "doesn't exist"
        } else if ports.iter().any(|port| is_wanted(&port)) {
            "has no ready endpoint"
        } else {
            "has no such port"
        };
        hops.push(Hop::new(HopKind::Service, format!("{} {why}", backend_word(&route.backend))));
        return answered(hops, answers::nginx(503), WHO, 1);
    };
    let detail = format!("{} has the endpoint {}:{}", named("Service", service), endpoint.ip, endpoint.port);
    hops.push(Hop::at(HopKind::Service, &crate::api::resource::SERVICES, service, detail));
    let dialled = connect::dial(view, client, &endpoint.ip, endpoint.port, &mut hops);
    match dialled.result {
        Ok(Target::Pod { pod, port }) => {
            let path = route.rewritten.clone().unwrap_or_else(|| request.path.clone());
            ask_pod(view, client, &pod, port, &HttpRequest { path, ..request.clone() }, now_ms, hops)
        }
        Ok(_) => answered(hops, answers::nginx(502), WHO, 1),
        Err(ConnectError::TimedOut) => answered(hops, answers::nginx(504), WHO, PROXY_CONNECT_TIMEOUT_MS.min(TIMEOUT_MS) * 3),
        Err(_) => answered(hops, answers::nginx(502), WHO, 1),
    }
}
