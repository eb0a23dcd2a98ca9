//! `kubarium serve`: the cluster behind kube-apiserver's HTTP API, on 127.0.0.1 only.
//!
//! One thread a connection; the cluster stands behind a lock. Its clock follows the wall clock, or with `--paused` only `POST /kubarium/clock`.

use super::http::{self, Connection, Trouble};
use super::protobuf;
use crate::api::cron::go_duration_ms;
use crate::cluster::{Cluster, ClusterConfig};
use crate::server::http::{HttpRequest, HttpResponse, Routed, watch_lines};
use crate::server::request::Request;
use crate::value::{Value, json};
use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The port when none is given.
const PORT: u16 = 8001;
/// How often the cluster's clock is moved, and a watch is looked at.
pub(super) const TICK: Duration = Duration::from_millis(20);
/// How long the machines have had to join when the first request is answered, in cluster time.
const HEAD_START_MS: u64 = 60_000;
/// How long a watch lasts when nothing is said, as upstream's at the most.
const WATCH_SECONDS: u64 = 3600;
/// How many connections there may be at a time; more are dropped at once.
const MAX_CONNECTIONS: usize = 1000;
/// How often a watch that wants bookmarks gets one.
const BOOKMARK_PERIOD: Duration = Duration::from_secs(60);
/// How far the clock is moved at once, in cluster time; how much is done in one go, and where others are to be answered in between.
const MAX_ADVANCE_MS: u64 = 720 * 3_600_000;
const ADVANCE_BUDGET: usize = 10_000;
const SLICE_BUDGET: usize = 500;
const SLICE_PAUSE: Duration = Duration::from_micros(200);
/// The code for a version that is no longer in the history.
const GONE: u16 = 410;

struct Arguments {
    port: u16,
    config: ClusterConfig,
    paused: bool,
}

/// The cluster and what its clock follows.
pub(super) struct Served {
    pub(super) cluster: Cluster,
    paused: bool,
    /// The wall clock's and the cluster's time when they were set together.
    began: Instant,
    began_ms: u64,
}

impl Served {
    /// Moves the cluster's clock to the wall clock's time.
    fn catch_up(&mut self) {
        if !self.paused {
            self.advance_to(self.began_ms + self.began.elapsed().as_millis() as u64);
        }
    }

    fn advance_to(&mut self, until_ms: u64) {
        while !self.cluster.advance(until_ms, ADVANCE_BUDGET) {}
    }
}

/// The cluster, behind its lock.
pub(super) type Shared = Arc<Mutex<Served>>;

/// Carries out `kubarium serve` with its arguments; comes back only when it can't begin.
///
/// # Errors
/// Says which argument is wrong, or why the port can't be had.
pub fn main(arguments: &[String]) -> Result<ExitCode, String> {
    let arguments = parse(arguments)?;
    let mut cluster = Cluster::new(&arguments.config);
    let ready_ms = cluster.now_ms() + HEAD_START_MS;
    while !cluster.advance(ready_ms, ADVANCE_BUDGET) {}
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).map_err(|error| format!("port {}: {error}", arguments.port))?;
    let port = listener.local_addr().map_or(arguments.port, |address| address.port());
    println!("Kubernetes v1.36.3, simulated: kubectl --server http://127.0.0.1:{port} get nodes");
    let served: Shared = Arc::new(Mutex::new(Served { began_ms: cluster.now_ms(), cluster, paused: arguments.paused, began: Instant::now() }));
    let ticking = Arc::clone(&served);
    thread::spawn(move || {
        loop {
            lock(&ticking).catch_up();
            thread::sleep(TICK);
        }
    });
    let open = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming().flatten() {
        if open.fetch_add(1, Ordering::Relaxed) >= MAX_CONNECTIONS {
            open.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let (served, open) = (Arc::clone(&served), Arc::clone(&open));
        let counted = Arc::clone(&open);
        let started = thread::Builder::new().spawn(move || {
            // A connection that breaks off is the client's affair.
            drop(converse(stream, &served));
            open.fetch_sub(1, Ordering::Relaxed);
        });
        if started.is_err() {
            counted.fetch_sub(1, Ordering::Relaxed);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn parse(arguments: &[String]) -> Result<Arguments, String> {
    let (mut port, mut paused, mut flavour, mut seed) = (PORT, false, String::from("reference"), 1);
    let mut parser = lexopt::Parser::from_args(arguments.iter().map(OsString::from));
    let fault = |error: lexopt::Error| error.to_string();
    while let Some(argument) = parser.next().map_err(fault)? {
        match argument {
            lexopt::Arg::Long("port") => {
                let text = parser.value().map_err(fault)?;
                port = text.to_string_lossy().parse().map_err(|_| format!("--port wants a number up to 65535, not {text:?}"))?;
            }
            lexopt::Arg::Long("seed") => {
                let text = parser.value().map_err(fault)?;
                seed = text.to_string_lossy().parse().map_err(|_| format!("--seed wants a whole number, not {text:?}"))?;
            }
            lexopt::Arg::Long("cluster") => flavour = parser.value().map_err(fault)?.to_string_lossy().into_owned(),
            lexopt::Arg::Long("paused") => paused = true,
            other => return Err(fault(other.unexpected())),
        }
    }
    let config = match flavour.as_str() {
        "reference" => ClusterConfig::reference(seed),
        "playground" => ClusterConfig::playground(seed),
        other => return Err(format!("--cluster is reference or playground, not {other:?}")),
    };
    Ok(Arguments { port, config, paused })
}

/// The cluster, for one piece of work. A thread that has panicked leaves it as it was after its last whole step.
pub(super) fn lock(served: &Shared) -> MutexGuard<'_, Served> {
    served.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers the requests of one connection, one after the other.
fn converse(stream: TcpStream, served: &Shared) -> io::Result<()> {
    let mut connection = Connection::new(stream)?;
    loop {
        let mut request = match connection.read() {
            Ok(Some(request)) => request,
            Ok(None) => return Ok(()),
            Err(Trouble::Refused(code, why)) => return connection.refuse(code, &why),
            Err(Trouble::Gone(error)) => return Err(error),
        };
        protobuf::translate(&mut request);
        if let Some(answer) = own_path(&request, served) {
            connection.write(&answer)?;
            continue;
        }
        let routed = {
            let mut served = lock(served);
            served.catch_up();
            served.cluster.server().route(&request)
        };
        match routed {
            Routed::Answer(answer) => connection.write(&answer.accepted(request.header("Accept")))?,
            Routed::Ask(asked) if asked.subresource == "exec" => return super::exec::run(&mut connection, served, asked, &request),
            Routed::Ask(asked) => {
                let response = lock(served).cluster.request(&asked);
                connection.write(&HttpResponse::of(&response).accepted(request.header("Accept")))?;
            }
            Routed::Watch(watch) => return follow(&mut connection, served, watch, &request),
        }
    }
}

/// Sends what happens, as it happens, until the time is up or the client has gone.
fn follow(connection: &mut Connection, served: &Shared, mut watch: Request, http: &HttpRequest) -> io::Result<()> {
    let seconds = http::query(&http.target, "timeoutSeconds").and_then(|text| text.parse().ok()).unwrap_or(WATCH_SECONDS);
    let end = Instant::now() + Duration::from_secs(seconds.min(WATCH_SECONDS));
    let wants_bookmarks = watch.options.bookmarks;
    let mut next_bookmark = Instant::now() + BOOKMARK_PERIOD;
    let mut begun = false;
    loop {
        let response = lock(served).cluster.request(&watch);
        if !response.is_success() && !begun && response.code != GONE {
            return connection.write(&HttpResponse::of(&response));
        }
        if !begun {
            connection.begin("application/json")?;
            begun = true;
        }
        if !response.is_success() {
            // Once the watch is under way, and for a version that is gone always, the failure comes as an event.
            let event = format!("{{\"type\":\"ERROR\",\"object\":{}}}\n", response.body.to_json());
            connection.chunk(event.as_bytes())?;
            return connection.end();
        }
        watch.options.resource_version = response.body.get("resourceVersion").str().into();
        watch.options.send_initial_events = None;
        for line in watch_lines(&response.body) {
            connection.chunk(line.as_bytes())?;
        }
        if Instant::now() >= end {
            return connection.end();
        }
        thread::sleep(TICK);
        watch.options.bookmarks = wants_bookmarks && Instant::now() >= next_bookmark;
        if watch.options.bookmarks {
            next_bookmark = Instant::now() + BOOKMARK_PERIOD;
        }
    }
}

/// The paths that a real API server doesn't have: the clock and the machines.
fn own_path(request: &HttpRequest, served: &Shared) -> Option<HttpResponse> {
    let path = request.target.split('?').next().unwrap_or_default();
    let rest = path.strip_prefix("/kubarium/")?;
    let body = Value::from_json(&String::from_utf8_lossy(&request.body)).unwrap_or_default();
    if request.method != "POST" {
        return Some(told(405, "it is POSTed to"));
    }
    if rest == "clock" {
        let Some(duration_ms) = go_duration_ms(body.get("advance").str()).filter(|duration_ms| *duration_ms <= MAX_ADVANCE_MS) else {
            return Some(told(400, r#"the body is {"advance": "20s"}, with 720h at the most"#));
        };
        let until_ms = lock(served).cluster.now_ms() + duration_ms;
        // The lock is let go in between, so that others are answered meanwhile.
        while !lock(served).cluster.advance(until_ms, SLICE_BUDGET) {
            // A lock that is taken again at once is had by nobody else.
            thread::sleep(SLICE_PAUSE);
        }
        return Some(answer(200, json!({"now": crate::api::time::rfc3339_micro(until_ms)})));
    }
    if let Some(node) = rest.strip_prefix("nodes/") {
        let Some(stopped) = body.get("stopped").as_bool() else {
            return Some(told(400, r#"the body is {"stopped": true} or {"stopped": false}"#));
        };
        let known = lock(served).cluster.set_node_stopped(node, stopped);
        return Some(if known { answer(200, json!({"node": node, "stopped": stopped})) } else { told(404, "there is no such node") });
    }
    Some(told(404, "there are /kubarium/clock and /kubarium/nodes/NAME"))
}

fn told(code: u16, message: &str) -> HttpResponse {
    answer(code, json!({"message": message}))
}

fn answer(code: u16, body: Value) -> HttpResponse {
    HttpResponse { code, headers: vec![("Content-Type".into(), "application/json".into())], body: format!("{body}\n").into_bytes() }
}
