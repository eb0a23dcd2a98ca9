//! `nslookup`, `nc`, `ping`.

use super::options::{Options, Spec, parse, usage};
use crate::kubelet::runtime::kernel::{Ask, Flow, Program, Read, Reply, Service, Sys, Wait};
use crate::kubelet::runtime::net::{Answer, ConnectError, Connection, HttpRequest, HttpResponse, Resolution, ResolveError};
use smol_str::SmolStr;

/// How long a name server that doesn't answer is asked.
const RESOLVE_TIMEOUT_MS: u64 = 10_000;
const CONNECT_TIMEOUT_MS: u64 = 130_000;
/// What a listening `nc` keeps.
const MAX_BYTES: usize = 1 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum LookupKind {
    Nslookup,
    Host,
    Getent,
}

/// Programs that ask for an address.
#[derive(Clone)]
pub(crate) struct Lookup {
    kind: LookupKind,
    name: SmolStr,
    asked: bool,
}

impl Lookup {
    pub fn nslookup(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec { name: "nslookup", letters: "", long: &[], usage: "nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]", anywhere: true };
        match arguments.iter().find(|argument| !argument.starts_with('-')) {
            Some(name) => Ok(Box::new(Lookup { kind: LookupKind::Nslookup, name: name.clone(), asked: false })),
            None => Err(usage(sys, &SPEC, "")),
        }
    }

    pub fn host(_sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let name = arguments.iter().find(|argument| !argument.starts_with('-')).cloned().ok_or(1)?;
        Ok(Box::new(Lookup { kind: LookupKind::Host, name, asked: false }))
    }

    pub fn getent(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        match arguments {
            [database, name, ..] if database == "hosts" || database == "ahosts" || database == "ahostsv4" => {
                Ok(Box::new(Lookup { kind: LookupKind::Getent, name: name.clone(), asked: false }))
            }
            [database, rest @ ..] if database == "passwd" || database == "group" => {
                let bytes = sys.read_file(&format!("/etc/{database}"), MAX_BYTES).unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let wanted = rest.first();
                let lines: String = text
                    .lines()
                    .filter(|line| wanted.is_none_or(|name| line.split(':').next() == Some(name.as_str())))
                    .map(|line| format!("{line}\n"))
                    .collect();
                sys.out(&lines);
                Err(if lines.is_empty() { 2 } else { 0 })
            }
            _ => Err(1),
        }
    }

    fn show(&self, resolution: &Resolution, sys: &mut Sys<'_, '_>) -> i32 {
        let name = &resolution.canonical_name;
        let server = &resolution.server;
        match (&resolution.answer, self.kind) {
            (Ok(addresses), LookupKind::Nslookup) => {
                let lines: String = addresses.iter().map(|address| format!("Name:\t{name}\nAddress: {address}\n")).collect();
                sys.out(&format!("Server:\t\t{server}\nAddress:\t{server}:53\n\n{lines}\n"));
                0
            }
            (Err(ResolveError::NoSuchHost), LookupKind::Nslookup) => {
                sys.out(&format!(
                    "Server:\t\t{server}\nAddress:\t{server}:53\n\n** server can't find {name}: NXDOMAIN\n\n** server can't find {name}: NXDOMAIN\n\n"
                ));
                1
            }
            (Err(ResolveError::TimedOut), LookupKind::Nslookup) => {
                sys.out(";; connection timed out; no servers could be reached\n\n");
                1
            }
            (Ok(addresses), LookupKind::Host) => {
                let lines: String = addresses.iter().map(|address| format!("{name} has address {address}\n")).collect();
                sys.out(&lines);
                0
            }
            (Err(error), LookupKind::Host) => {
                let text = if *error == ResolveError::NoSuchHost {
                    format!("Host {} not found: 3(NXDOMAIN)\n", self.name)
                } else {
                    ";; connection timed out; no servers could be reached\n".into()
                };
                sys.out(&text);
                1
            }
            (Ok(addresses), LookupKind::Getent) => {
                let lines: String = addresses.iter().map(|address| format!("{address:<16}{name}\n")).collect();
                sys.out(&lines);
                0
            }
            (Err(_), LookupKind::Getent) => 2,
        }
    }
}

impl Program for Lookup {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        if !self.asked {
            self.asked = true;
            sys.ask(Ask::Resolve(self.name.clone()), RESOLVE_TIMEOUT_MS);
            return Flow::Wait(Wait::Network);
        }
        match sys.reply() {
            Some(Reply::Resolved(resolution)) => Flow::Exit(self.show(&resolution, sys)),
            _ => Flow::Exit(1),
        }
    }
}

/// `nc`
#[derive(Clone)]
pub(crate) struct Netcat {
    options: Options,
    host: SmolStr,
    port: u16,
    asked: bool,
    listening: bool,
    /// What it will answer: what came in on standard input so far.
    input: Vec<u8>,
    input_ended: bool,
    served: Option<String>,
}

impl Netcat {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec {
            name: "nc",
            letters: "lkvznuw:p:s:i:e:q:N46",
            long: &[],
            usage: "nc [OPTIONS] HOST PORT  - connect\nnc [OPTIONS] -l -p PORT [HOST] [PORT]  - listen",
            anywhere: true,
        };
        let options = parse(sys, &SPEC, arguments)?;
        let listening = options.has('l');
        let port_text = options.value('p').filter(|_| listening).map(str::to_owned).or_else(|| options.operands.last().map(SmolStr::to_string));
        let port = port_text.and_then(|text| text.split('-').next()?.parse().ok());
        let host = options.operands.first().cloned().unwrap_or_default();
        let Some(port) = port.filter(|_| listening || options.operands.len() > 1) else { return Err(usage(sys, &SPEC, "")) };
        Ok(Box::new(Netcat { options, host, port, asked: false, listening, input: Vec::new(), input_ended: false, served: None }))
    }

    fn listen(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        if let Some(request) = self.served.take() {
            sys.out(&request);
            if !self.options.has('k') {
                sys.unlisten(self.port);
                return Flow::Exit(0);
            }
        }
        if !self.asked {
            self.asked = true;
            if !sys.listen(self.port) {
                sys.err("nc: bind: Address in use\n");
                return Flow::Exit(1);
            }
        }
        if self.input_ended {
            return Flow::Wait(Wait::Forever);
        }
        match sys.read(0) {
            Read::Block => Flow::Wait(Wait::Input(0)),
            Read::Data(bytes) => {
                if self.input.len() < MAX_BYTES {
                    self.input.extend(bytes);
                }
                Flow::More
            }
            Read::End | Read::Failed(_) => {
                self.input_ended = true;
                Flow::Wait(Wait::Forever)
            }
        }
    }

    fn connected(&self, connection: &Connection, limit_ms: u64, sys: &mut Sys<'_, '_>) -> Flow {
        let address = &connection.address;
        let error = if connection.delay_ms > limit_ms { Some(&ConnectError::TimedOut) } else { connection.error.as_ref() };
        match error {
            None => {
                if self.options.has('v') {
                    sys.err(&format!("{} ({address}:{}) open\n", self.host, self.port));
                }
                Flow::Exit(0)
            }
            Some(ConnectError::Resolve(_)) => {
                sys.err(&format!("nc: bad address '{}'\n", self.host));
                Flow::Exit(1)
            }
            Some(error) => {
                let why = match error {
                    ConnectError::Refused => "Connection refused",
                    ConnectError::Unreachable => "Host is unreachable",
                    _ => "Connection timed out",
                };
                let name = if self.options.has('v') || !self.options.has('z') {
                    format!("nc: {} ({address}:{}): {why}\n", self.host, self.port)
                } else {
                    String::new()
                };
                sys.err(&name);
                Flow::Exit(1)
            }
        }
    }
}

impl Program for Netcat {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        if self.listening {
            return self.listen(sys);
        }
        let limit_ms = self.options.value('w').and_then(|text| text.parse::<u64>().ok()).map_or(CONNECT_TIMEOUT_MS, |seconds| seconds.saturating_mul(1000));
        if !self.asked {
            self.asked = true;
            sys.ask(Ask::Connect(self.host.clone(), self.port), limit_ms);
            return Flow::Wait(Wait::Network);
        }
        match sys.reply() {
            Some(Reply::Connected(connection)) => self.connected(&connection, limit_ms, sys),
            _ => Flow::Exit(1),
        }
    }

    /// `nc -l` answers with what it was given on standard input: scripts make HTTP servers of it.
    fn answer(&self, _request: &HttpRequest, _service: &Service<'_>) -> Option<Answer> {
        if !self.listening || self.served.is_some() {
            return None;
        }
        let text = String::from_utf8_lossy(&self.input).into_owned();
        Some(Answer { delay_ms: 1, response: raw_response(&text), access_log: None })
    }

    fn served(&mut self, _answer: &Answer) {
        self.served = Some("GET / HTTP/1.1\r\n\r\n".into());
    }
}

/// A response out of the bytes that were sent.
fn raw_response(text: &str) -> HttpResponse {
    let (head, body) = text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n")).unwrap_or((text, ""));
    let mut lines = head.lines();
    let status = lines.next().filter(|line| line.starts_with("HTTP/")).and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let Some(status) = status else { return HttpResponse { status: 0, headers: Vec::new(), body: text.to_owned() } };
    let headers = lines.filter_map(|line| line.split_once(':')).map(|(key, value)| (key.into(), value.trim().to_owned())).collect();
    HttpResponse { status, headers, body: body.to_owned() }
}

/// `ping`: what answers TCP is taken to answer ping.
#[derive(Clone)]
pub(crate) struct Ping {
    host: SmolStr,
    count: Option<u64>,
    address: Option<SmolStr>,
    asked: bool,
    sent: u64,
    interval_ms: u64,
    next_ms: u64,
}

impl Ping {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec { name: "ping", letters: "c:w:W:i:s:t:q46A", long: &[], usage: "ping [OPTIONS] HOST", anywhere: true };
        let options = parse(sys, &SPEC, arguments)?;
        let Some(host) = options.operands.first().cloned() else { return Err(usage(sys, &SPEC, "")) };
        let number = |flag| options.value(flag).and_then(|text| text.parse::<u64>().ok());
        let count = number('c').or(number('w'));
        Ok(Box::new(Ping { host, count, address: None, asked: false, sent: 0, interval_ms: number('i').unwrap_or(1).max(1) * 1000, next_ms: 0 }))
    }
}

impl Program for Ping {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        let Some(address) = self.address.clone() else {
            if !self.asked {
                self.asked = true;
                sys.ask(Ask::Resolve(self.host.clone()), RESOLVE_TIMEOUT_MS);
                return Flow::Wait(Wait::Network);
            }
            let resolved = match sys.reply() {
                Some(Reply::Resolved(Resolution { answer: Ok(addresses), .. })) => addresses.first().cloned(),
                _ => self.host.parse::<std::net::IpAddr>().ok().map(|_| self.host.clone()),
            };
            let Some(address) = resolved else {
                sys.err(&format!("ping: bad address '{}'\n", self.host));
                return Flow::Exit(1);
            };
            sys.out(&format!("PING {} ({address}): 56 data bytes\n", self.host));
            self.address = Some(address);
            self.next_ms = sys.now_ms();
            return Flow::More;
        };
        if self.count.is_some_and(|count| self.sent >= count) {
            let sent = self.sent;
            sys.out(&format!("\n--- {} ping statistics ---\n{sent} packets transmitted, {sent} packets received, 0% packet loss\nround-trip min/avg/max = 0.100/0.100/0.100 ms\n", self.host));
            return Flow::Exit(0);
        }
        if sys.now_ms() < self.next_ms {
            return Flow::Wait(Wait::Until(self.next_ms));
        }
        sys.out(&format!("64 bytes from {address}: seq={} ttl=64 time=0.100 ms\n", self.sent));
        self.sent += 1;
        self.next_ms = sys.now_ms() + self.interval_ms;
        if self.count.is_some_and(|count| self.sent >= count) { Flow::More } else { Flow::Wait(Wait::Until(self.next_ms)) }
    }
}
