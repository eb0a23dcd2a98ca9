//! What containers ask of the network, and how the network answers: the seam to the network room.

use super::SandboxConfig;
use smol_str::SmolStr;

/// The network as a process in a container meets it. The network room implements this; the
/// runtime answers requests to the pod itself (`localhost`) before asking.
///
/// An answer says at once what comes of the request and how much cluster time passes until the
/// process learns of it, so that a request never has to be kept waiting by the network.
pub trait Network {
    /// Resolves `name`, with the pod's search domains where it has fewer dots than `ndots`.
    fn resolve(&mut self, from: &SandboxConfig, name: &str, now_ms: u64) -> Resolution;
    /// Opens a TCP connection to a name or an address.
    fn connect(&mut self, from: &SandboxConfig, host: &str, port: u16, now_ms: u64) -> Connection;
    /// Sends an HTTP request to a name or an address.
    fn http(&mut self, from: &SandboxConfig, request: &HttpRequest, now_ms: u64) -> HttpOutcome;
}

/// What a name resolves to.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    /// Cluster time until the answer is there.
    pub delay_ms: u64,
    /// The full name that the answer is for (`web.demo.svc.cluster.local`), or the one asked for.
    pub canonical_name: SmolStr,
    /// The address of the name server that answered, for `nslookup`.
    pub server: SmolStr,
    /// The addresses, or why there are none.
    pub answer: Result<Vec<SmolStr>, ResolveError>,
}

/// Why a name has no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolveError {
    /// NXDOMAIN: no such name.
    NoSuchHost,
    /// No name server answered.
    TimedOut,
}

/// What came of connecting.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Cluster time until the process learns the result; what a time limit is compared with.
    pub delay_ms: u64,
    /// The address that was connected to, once the name was resolved.
    pub address: SmolStr,
    /// The failure, if it failed.
    pub error: Option<ConnectError>,
}

/// Why a connection fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// The name has no address.
    Resolve(ResolveError),
    /// Nothing listens on that port.
    Refused,
    /// Packets vanish: a policy denies them, or the node is gone.
    TimedOut,
    /// There is no way there.
    Unreachable,
}

/// An HTTP request.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpRequest {
    /// `GET`, `POST`, …
    pub method: SmolStr,
    /// `http` or `https`.
    pub scheme: SmolStr,
    /// The name or address that is connected to.
    pub host: SmolStr,
    /// The port that is connected to.
    pub port: u16,
    /// The path with its query, beginning with `/`.
    pub path: String,
    /// The headers in order, `Host` and `User-Agent` among them.
    pub headers: Vec<(SmolStr, String)>,
    /// What is sent.
    pub body: String,
}

impl HttpRequest {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// An HTTP response.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct HttpResponse {
    /// `200`, `404`, …
    pub status: u16,
    /// The headers in order.
    pub headers: Vec<(SmolStr, String)>,
    /// What was answered.
    pub body: String,
}

impl HttpResponse {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What came of an HTTP request.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpOutcome {
    /// Cluster time until the process learns the result; what a time limit is compared with.
    pub delay_ms: u64,
    /// The address that was connected to, once the name was resolved.
    pub address: SmolStr,
    /// The response, or why there is none.
    pub result: Result<HttpResponse, ConnectError>,
}

/// What the server in a container says to a request. Finding it out changes nothing; the caller
/// hands it to [`super::Runtime::served`] so that the server's log and state follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// How long the server thinks.
    pub delay_ms: u64,
    /// The response.
    pub response: HttpResponse,
    /// The line that the server writes to its log for this request.
    pub(crate) access_log: Option<String>,
}

/// A machine without any network: names don't resolve, connections are unreachable.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNetwork;

impl Network for NoNetwork {
    fn resolve(&mut self, from: &SandboxConfig, name: &str, _now_ms: u64) -> Resolution {
        let server = from.dns.servers.first().cloned().unwrap_or_default();
        Resolution { delay_ms: 0, canonical_name: name.into(), server, answer: Err(ResolveError::NoSuchHost) }
    }

    fn connect(&mut self, _from: &SandboxConfig, host: &str, _port: u16, _now_ms: u64) -> Connection {
        Connection { delay_ms: 0, address: host.into(), error: Some(no_network(host)) }
    }

    fn http(&mut self, _from: &SandboxConfig, request: &HttpRequest, _now_ms: u64) -> HttpOutcome {
        HttpOutcome { delay_ms: 0, address: request.host.clone(), result: Err(no_network(&request.host)) }
    }
}

fn no_network(host: &str) -> ConnectError {
    match host.parse::<std::net::IpAddr>() {
        Ok(_) => ConnectError::Unreachable,
        Err(_) => ConnectError::Resolve(ResolveError::NoSuchHost),
    }
}
