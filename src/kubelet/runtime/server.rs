//! Servers: programs that listen, answer and log, and do nothing else.

use super::kernel::signal::{self, Signal};
use super::kernel::{Flow, OnSignal, Program, Service, Sys, Wait};
use super::net::{Answer, HttpRequest, HttpResponse};
use super::{Profile, images};
use smol_str::SmolStr;
use std::sync::Arc;

/// How long a server thinks about a request.
const ANSWER_MS: u64 = 1;

/// A running server.
#[derive(Clone)]
pub(crate) struct Server {
    pub spec: Arc<ServerSpec>,
    state: State,
    started_at_ms: u64,
    pending_log: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Starting(u64),
    Ready,
    Stopping(u64),
}

/// What a server does; the catalogue (`images.rs`) says which one does what.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerSpec {
    /// Ports it listens on.
    pub ports: Vec<u16>,
    /// Lines on standard output when it begins.
    pub log: Vec<String>,
    /// The same on standard error.
    pub error_log: Vec<String>,
    /// Until it listens.
    pub start_ms: u64,
    /// Ends by itself after this long, with this exit code (programs that are no servers: hello-world, perl).
    pub exit: Option<(u64, i32)>,
    /// What it answers.
    pub answers: Answers,
    /// From SIGTERM to its end.
    pub stop_ms: u64,
    /// What it says when it can't listen.
    pub address_in_use: Option<String>,
    /// Thousandths of a CPU and bytes when idle.
    pub load: (u64, u64),
}

/// What a server answers to HTTP requests.
#[derive(Clone, Debug, Default)]
pub(crate) enum Answers {
    /// It speaks another protocol: a TCP connection succeeds, an HTTP request gets no sense.
    #[default]
    NotHttp,
    /// 200 for everything.
    Ok(String),
    /// 200 for `/`, 404 for the rest.
    RootOnly,
    /// Files below a directory.
    Files { root: SmolStr, server: SmolStr, default_page: String },
    /// A text made for each request.
    Made(fn(&HttpRequest, &Service<'_>) -> HttpResponse),
    /// agnhost's and liveness': `/healthz` is 200 for ten seconds, then 500.
    Liveness,
}

impl Server {
    pub fn program(spec: ServerSpec) -> Box<dyn Program> {
        Box::new(Server { spec: Arc::new(spec), state: State::New, started_at_ms: 0, pending_log: Vec::new() })
    }

    fn begin(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        self.started_at_ms = sys.now_ms();
        self.state = State::Starting(sys.now_ms() + self.spec.start_ms);
        Flow::More
    }

    fn start(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        let spec = self.spec.clone();
        for port in &spec.ports {
            if !sys.listen(*port) && sys.world.machine.profile == Profile::Playground {
                let message = spec.address_in_use.clone().unwrap_or_else(|| format!("listen tcp :{port}: bind: address already in use"));
                sys.err(&format!("{}\n", message.replace("{port}", &port.to_string())));
                return Flow::Exit(1);
            }
        }
        for line in &spec.log {
            sys.out(&format!("{}\n", images::fill_in(line, sys)));
        }
        for line in &spec.error_log {
            sys.err(&format!("{}\n", images::fill_in(line, sys)));
        }
        self.state = State::Ready;
        Flow::More
    }
}

impl Program for Server {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        for line in std::mem::take(&mut self.pending_log) {
            sys.out(&format!("{line}\n"));
        }
        match self.state {
            State::New => self.begin(sys),
            State::Starting(at_ms) if sys.now_ms() >= at_ms => match self.spec.exit {
                // A program that ends says what it has to say at its end.
                Some((after_ms, _)) if sys.now_ms() < self.started_at_ms + after_ms => Flow::Wait(Wait::Until(self.started_at_ms + after_ms)),
                Some((_, code)) => match self.start(sys) {
                    Flow::Exit(code) => Flow::Exit(code),
                    _ => Flow::Exit(code),
                },
                None => self.start(sys),
            },
            State::Starting(at_ms) => Flow::Wait(Wait::Until(at_ms)),
            State::Ready => Flow::Wait(Wait::Forever),
            State::Stopping(at_ms) if sys.now_ms() >= at_ms => Flow::Exit(0),
            State::Stopping(at_ms) => Flow::Wait(Wait::Until(at_ms)),
        }
    }

    fn signal(&mut self, number: Signal, sys: &mut Sys<'_, '_>) -> OnSignal {
        match number {
            signal::TERM | signal::INT | 3 => {
                self.state = State::Stopping(sys.now_ms() + self.spec.stop_ms);
                OnSignal::Handled
            }
            signal::HUP => OnSignal::Handled,
            _ => OnSignal::Default,
        }
    }

    fn answer(&self, request: &HttpRequest, service: &Service<'_>) -> Option<Answer> {
        if !matches!(self.state, State::Ready | State::Stopping(_)) {
            return None;
        }
        let response = match &self.spec.answers {
            Answers::NotHttp => HttpResponse::default(),
            Answers::Ok(body) => text_response(200, body.clone()),
            Answers::RootOnly if request.path == "/" => text_response(200, String::new()),
            Answers::RootOnly => text_response(404, String::new()),
            Answers::Files { root, server, default_page } => file_response(request, service, root, server, default_page),
            Answers::Made(make) => make(request, service),
            Answers::Liveness if request.path.split('?').next() == Some("/healthz") && service.now_ms > self.started_at_ms + 10_000 => {
                text_response(500, format!("error: {:.6}", (service.now_ms - self.started_at_ms) as f64 / 1000.0))
            }
            Answers::Liveness => text_response(200, "ok".into()),
        };
        let logs = service.machine.profile == Profile::Playground && matches!(self.spec.answers, Answers::Files { .. });
        let access_log = logs.then(|| access_line(request, &response, service));
        Some(Answer { delay_ms: ANSWER_MS, response, access_log })
    }

    fn served(&mut self, answer: &Answer) {
        self.pending_log.extend(answer.access_log.clone());
    }

    fn load(&self) -> (u64, u64) {
        self.spec.load
    }
}

/// A plain text response.
pub(crate) fn text_response(status: u16, body: String) -> HttpResponse {
    let kind = if body.trim_start().starts_with('<') { "text/html" } else { "text/plain; charset=utf-8" };
    HttpResponse { status, headers: vec![("Content-Type".into(), kind.into()), ("Content-Length".into(), body.len().to_string())], body }
}

/// A file of a web server, or its page for what is missing.
pub(crate) fn file_response(request: &HttpRequest, service: &Service<'_>, root: &str, server: &str, default_page: &str) -> HttpResponse {
    let path = super::programs::paths::normalize(request.path.split('?').next().unwrap_or("/"));
    let mut file = format!("{root}{path}");
    let wants_dir = request.path.split('?').next().is_some_and(|path| path.ends_with('/'));
    if (service.is_dir)(&file) {
        file = format!("{}/index.html", file.trim_end_matches('/'));
    } else if wants_dir && path != "/" {
        file.push_str("/missing");
    }
    let (status, body) = match (service.read)(&file) {
        Ok(bytes) => (200, String::from_utf8_lossy(&bytes).into_owned()),
        Err(super::fs::FsError::Denied) => (403, error_page("403 Forbidden", server)),
        Err(_) if path == "/" && !(service.is_dir)(root) => (200, default_page.to_owned()),
        // An index that is missing from a directory that is there may not be listed.
        Err(_) if (service.is_dir)(&format!("{root}{path}")) => (403, error_page("403 Forbidden", server)),
        Err(_) => (404, error_page("404 Not Found", server)),
    };
    let kind = match file.rsplit('.').next() {
        _ if status != 200 => "text/html",
        Some("css") => "text/css",
        Some("js") => "application/javascript",
        Some("json") => "application/json",
        Some("txt" | "log" | "conf") => "text/plain",
        Some("html" | "htm") => "text/html",
        _ => "application/octet-stream",
    };
    HttpResponse {
        status,
        headers: vec![("Server".into(), server.into()), ("Content-Type".into(), kind.into()), ("Content-Length".into(), body.len().to_string())],
        body,
    }
}

fn error_page(title: &str, server: &str) -> String {
    format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>{server}</center>\r\n</body>\r\n</html>\r\n"
    )
}

/// The line of the combined log format.
fn access_line(request: &HttpRequest, response: &HttpResponse, service: &Service<'_>) -> String {
    let time = super::programs::date::strftime("%d/%b/%Y:%H:%M:%S +0000", service.now_ms);
    let agent = request.header("User-Agent").unwrap_or("-");
    format!(
        "{} - - [{time}] \"{} {} HTTP/1.1\" {} {} \"-\" \"{agent}\" \"-\"",
        service.client_ip,
        request.method,
        request.path,
        response.status,
        response.body.len()
    )
}
