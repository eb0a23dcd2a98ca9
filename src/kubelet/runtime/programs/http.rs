//! `wget` and `curl`.

use super::options::{Options, Spec, parse, usage};
use super::paths::base_name;
use crate::kubelet::runtime::kernel::{Ask, Flow, Program, Read, Reply, Sys, Wait};
use crate::kubelet::runtime::net::{ConnectError, HttpOutcome, HttpRequest, HttpResponse, ResolveError};
use smol_str::SmolStr;

/// How long a connection that gets no answer is tried by Linux.
const CONNECT_TIMEOUT_MS: u64 = 130_000;
/// wget's own limit.
const WGET_TIMEOUT_MS: u64 = 900_000;
/// Redirects that are followed.
const MAX_REDIRECTS: usize = 10;

/// A URL in its parts.
#[derive(Clone, Debug)]
struct Url {
    scheme: SmolStr,
    user: Option<String>,
    host: SmolStr,
    port: u16,
    path: String,
}

impl Url {
    fn parse(text: &str) -> Option<Url> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        if !matches!(scheme, "http" | "https") {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, authority) = authority.rsplit_once('@').map_or((None, authority), |(user, authority)| (Some(user.to_owned()), authority));
        let default_port = if scheme == "https" { 443 } else { 80 };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            _ => (authority, default_port),
        };
        if host.is_empty() {
            return None;
        }
        let path = path.split('#').next().unwrap_or("");
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Some(Url { scheme: scheme.into(), user, host: host.trim_matches(['[', ']']).into(), port, path })
    }

    fn authority(&self) -> String {
        let default_port = if self.scheme == "https" { 443 } else { 80 };
        if self.port == default_port { self.host.to_string() } else { format!("{}:{}", self.host, self.port) }
    }
}

/// One of the two programs, asking.
#[derive(Clone)]
pub(crate) struct Fetch {
    is_curl: bool,
    options: Options,
    urls: Vec<SmolStr>,
    url: Option<Url>,
    started_at_ms: u64,
    timeout_ms: u64,
    redirects: usize,
    tries_left: u32,
    retry_at_ms: Option<u64>,
    waiting: Option<u64>,
    body: String,
    reads_input: bool,
    status: i32,
}

const WGET: Spec = Spec {
    name: "wget",
    letters: "cqSsO:o:P:U:T:t:Y:",
    long: &[
        ("spider", 's'),
        ("quiet", 'q'),
        ("server-response", 'S'),
        ("output-document=", 'O'),
        ("timeout=", 'T'),
        ("tries=", 't'),
        ("header=", 'H'),
        ("post-data=", 'D'),
        ("post-file=", 'F'),
        ("no-check-certificate", 'k'),
        ("user-agent=", 'U'),
        ("no-verbose", 'q'),
        ("proxy=", 'Y'),
        ("retry-connrefused", 'k'),
        ("waitretry=", 'w'),
        ("no-cache", 'k'),
        ("content-on-error", 'E'),
    ],
    usage: "wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n\t[--post-data STR | --post-file FILE] [-Y on/off]\n\t[-P DIR] [-U AGENT] [-T SEC] URL...",
    anywhere: true,
};
const CURL: Spec = Spec {
    name: "curl",
    letters: "sSfLkviIGo:Ow:X:d:H:A:u:m:NF:T:e:b:c:x:r:04612Z#",
    long: &[
        ("silent", 's'),
        ("show-error", 'S'),
        ("fail", 'f'),
        ("location", 'L'),
        ("insecure", 'k'),
        ("verbose", 'v'),
        ("include", 'i'),
        ("head", 'I'),
        ("get", 'G'),
        ("output=", 'o'),
        ("remote-name", 'O'),
        ("write-out=", 'w'),
        ("request=", 'X'),
        ("data=", 'd'),
        ("data-raw=", 'd'),
        ("data-binary=", 'd'),
        ("json=", 'J'),
        ("header=", 'H'),
        ("user-agent=", 'A'),
        ("user=", 'u'),
        ("max-time=", 'm'),
        ("connect-timeout=", 'C'),
        ("retry=", 'R'),
        ("retry-delay=", 'D'),
        ("retry-connrefused", 'E'),
        ("retry-all-errors", 'E'),
        ("retry-max-time=", 'M'),
        ("no-buffer", 'N'),
        ("compressed", 'Z'),
        ("cacert=", 'c'),
        ("cert=", 'c'),
        ("key=", 'c'),
        ("resolve=", 'c'),
        ("http1.1", '1'),
        ("http2", '2'),
        ("fail-with-body", 'B'),
        ("url=", 'l'),
        ("noproxy=", 'c'),
        ("no-progress-meter", 's'),
        ("progress-bar", '#'),
    ],
    usage: "curl [options...] <url>",
    anywhere: true,
};

impl Fetch {
    pub fn wget(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let options = parse(sys, &WGET, arguments)?;
        if options.operands.is_empty() {
            return Err(usage(sys, &WGET, ""));
        }
        let timeout_ms = seconds_ms(options.value('T')).unwrap_or(WGET_TIMEOUT_MS);
        Ok(Box::new(Fetch::new(false, options, timeout_ms)))
    }

    pub fn curl(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let options = match parse_curl(sys, arguments) {
            Some(options) => options,
            None => return Err(2),
        };
        if options.operands.is_empty() && options.value('l').is_none() {
            sys.err("curl: try 'curl --help' or 'curl --manual' for more information\n");
            return Err(2);
        }
        let timeout_ms = [seconds_ms(options.value('m')), seconds_ms(options.value('C'))].into_iter().flatten().min().unwrap_or(CONNECT_TIMEOUT_MS);
        Ok(Box::new(Fetch::new(true, options, timeout_ms)))
    }

    fn new(is_curl: bool, options: Options, timeout_ms: u64) -> Fetch {
        let mut urls = options.operands.clone();
        urls.extend(options.value('l').map(SmolStr::from));
        let data: Vec<&str> = options.values('d').into_iter().chain(options.values('J')).chain(options.values('D').into_iter().filter(|_| !is_curl)).collect();
        let body = data.join("&");
        let tries_left = options.value('R').and_then(|count| count.parse().ok()).unwrap_or(0);
        let reads_input = body == "@-";
        Fetch {
            is_curl,
            options,
            urls,
            url: None,
            started_at_ms: 0,
            timeout_ms,
            redirects: 0,
            tries_left,
            retry_at_ms: None,
            waiting: None,
            body,
            reads_input,
            status: 0,
        }
    }

    fn request(&self, url: &Url) -> HttpRequest {
        let mut method = if self.body.is_empty() { "GET" } else { "POST" };
        if self.is_curl && self.options.has('I') || !self.is_curl && self.options.has('s') {
            method = "HEAD";
        }
        if self.is_curl && self.options.has('G') {
            method = "GET";
        }
        let method = self.options.value('X').filter(|_| self.is_curl).unwrap_or(method);
        let agent = self.options.value(if self.is_curl { 'A' } else { 'U' }).unwrap_or(if self.is_curl { "curl/8.14.1" } else { "Wget" });
        let mut headers: Vec<(SmolStr, String)> = vec![("Host".into(), url.authority()), ("User-Agent".into(), agent.into())];
        if self.is_curl {
            headers.push(("Accept".into(), "*/*".into()));
        } else {
            headers.push(("Connection".into(), "close".into()));
        }
        for header in self.options.values('H') {
            if let Some((key, value)) = header.split_once(':') {
                headers.retain(|(known, _)| !known.eq_ignore_ascii_case(key));
                headers.push((key.trim().into(), value.trim().to_owned()));
            }
        }
        let user = self.options.value('u').filter(|_| self.is_curl).map(str::to_owned).or_else(|| url.user.clone());
        if let Some(user) = user {
            headers.push(("Authorization".into(), format!("Basic {}", super::digest::encode(user.as_bytes()))));
        }
        if !self.body.is_empty() && method != "GET" {
            let kind = if self.options.value('J').is_some() { "application/json" } else { "application/x-www-form-urlencoded" };
            if !headers.iter().any(|(key, _)| key.eq_ignore_ascii_case("content-type")) {
                headers.push(("Content-Type".into(), kind.into()));
            }
            headers.push(("Content-Length".into(), self.body.len().to_string()));
        }
        let mut path = url.path.clone();
        if self.is_curl && self.options.has('G') && !self.body.is_empty() {
            path = format!("{path}{}{}", if path.contains('?') { '&' } else { '?' }, self.body);
        }
        HttpRequest {
            method: method.into(),
            scheme: url.scheme.clone(),
            host: url.host.clone(),
            port: url.port,
            path,
            headers,
            body: if method == "GET" { String::new() } else { self.body.clone() },
        }
    }

    /// Begins the next request; `None` when all are done.
    fn next(&mut self, sys: &mut Sys<'_, '_>) -> Option<Flow> {
        if self.url.is_none() {
            let text = if self.urls.is_empty() { return None } else { self.urls.remove(0) };
            let Some(url) = Url::parse(&text) else {
                let message = if self.is_curl { format!("curl: (3) URL rejected: {text}\n") } else { format!("wget: not an http or ftp url: {text}\n") };
                sys.err(&message);
                return Some(Flow::Exit(if self.is_curl { 3 } else { 1 }));
            };
            self.url = Some(url);
            self.redirects = 0;
        }
        let url = self.url.clone()?;
        self.started_at_ms = sys.now_ms();
        self.waiting = Some(sys.now_ms());
        sys.ask(Ask::Http(self.request(&url)), self.timeout_ms);
        Some(Flow::Wait(Wait::Network))
    }

    fn received(&mut self, outcome: HttpOutcome, sys: &mut Sys<'_, '_>) -> Flow {
        let Some(url) = self.url.clone() else { return Flow::Exit(1) };
        let failure = match &outcome.result {
            _ if outcome.delay_ms > self.timeout_ms => Some(ConnectError::TimedOut),
            Err(error) => Some(error.clone()),
            Ok(response) if response.status == 0 => return self.nonsense(&url, &outcome, sys),
            Ok(_) => None,
        };
        if !self.is_curl {
            self.announce(&url, &outcome, sys);
        }
        if let Some(error) = failure {
            return self.failed(&url, &outcome, &error, sys);
        }
        let Ok(response) = outcome.result else { return Flow::Exit(1) };
        let follows = !self.is_curl || self.options.has('L');
        if matches!(response.status, 301 | 302 | 303 | 307 | 308)
            && follows
            && let Some(location) = response.header("Location")
        {
            self.redirects += 1;
            if self.redirects > MAX_REDIRECTS {
                sys.err(if self.is_curl { "curl: (47) Maximum (10) redirects followed\n" } else { "wget: too many redirections\n" });
                return Flow::Exit(if self.is_curl { 47 } else { 1 });
            }
            let next = if location.contains("://") { Url::parse(location) } else { Some(Url { path: location.to_owned(), ..url }) };
            self.url = next;
            return Flow::More;
        }
        if self.is_curl { self.curl_response(&url, &outcome.address, response, sys) } else { self.wget_response(&url, response, sys) }
    }

    fn nonsense(&self, url: &Url, outcome: &HttpOutcome, sys: &mut Sys<'_, '_>) -> Flow {
        if !self.is_curl {
            self.announce(url, outcome, sys);
            sys.err("wget: error getting response: Connection reset by peer\n");
            return Flow::Exit(1);
        }
        self.curl_error(52, "Empty reply from server", sys);
        self.write_out(url, &outcome.address, None, sys);
        Flow::Exit(52)
    }

    fn announce(&self, url: &Url, outcome: &HttpOutcome, sys: &mut Sys<'_, '_>) {
        let resolved = !matches!(outcome.result, Err(ConnectError::Resolve(_)));
        if !self.options.has('q') && resolved {
            sys.err(&format!("Connecting to {}:{} ({}:{})\n", url.host, url.port, outcome.address, url.port));
        }
    }

    fn failed(&mut self, url: &Url, outcome: &HttpOutcome, error: &ConnectError, sys: &mut Sys<'_, '_>) -> Flow {
        if !self.is_curl {
            let message = match error {
                ConnectError::Resolve(_) => format!("bad address '{}'", url.authority()),
                ConnectError::TimedOut if outcome.delay_ms > self.timeout_ms => "download timed out".into(),
                ConnectError::Refused => format!("can't connect to remote host ({}): Connection refused", outcome.address),
                ConnectError::TimedOut => format!("can't connect to remote host ({}): Connection timed out", outcome.address),
                ConnectError::Unreachable => format!("can't connect to remote host ({}): Host is unreachable", outcome.address),
            };
            sys.err(&format!("wget: {message}\n"));
            return Flow::Exit(1);
        }
        let elapsed_ms = sys.now_ms() - self.started_at_ms;
        let (code, message) = match error {
            ConnectError::Resolve(ResolveError::TimedOut) => (28, format!("Resolving timed out after {elapsed_ms} milliseconds")),
            ConnectError::Resolve(_) => (6, format!("Could not resolve host: {}", url.host)),
            ConnectError::Refused => (7, format!("Failed to connect to {} port {} after {elapsed_ms} ms: Could not connect to server", url.host, url.port)),
            ConnectError::Unreachable => (7, format!("Failed to connect to {} port {} after {elapsed_ms} ms: Could not connect to server", url.host, url.port)),
            ConnectError::TimedOut => (28, format!("Connection timed out after {elapsed_ms} milliseconds")),
        };
        let retries = code == 28 || (code == 7 && self.options.has('E'));
        if retries && self.tries_left > 0 {
            self.tries_left -= 1;
            let delay_ms = seconds_ms(self.options.value('D')).unwrap_or(1000);
            self.retry_at_ms = Some(sys.now_ms() + delay_ms);
            return Flow::Wait(Wait::Until(sys.now_ms() + delay_ms));
        }
        self.curl_error(code, &message, sys);
        self.write_out(url, &outcome.address, None, sys);
        Flow::Exit(code)
    }

    fn curl_error(&self, code: i32, message: &str, sys: &mut Sys<'_, '_>) {
        if !self.options.has('s') || self.options.has('S') {
            sys.err(&format!("curl: ({code}) {message}\n"));
        }
    }

    fn wget_response(&mut self, url: &Url, response: HttpResponse, sys: &mut Sys<'_, '_>) -> Flow {
        if self.options.has('S') {
            let headers: String = response.headers.iter().map(|(key, value)| format!("  {key}: {value}\n")).collect();
            sys.err(&format!("  HTTP/1.1 {} {}\n{headers}", response.status, reason(response.status)));
        }
        if response.status >= 400 {
            sys.err(&format!("wget: server returned error: HTTP/1.1 {} {}\n", response.status, reason(response.status)));
            self.status = 1;
            self.url = None;
            return Flow::More;
        }
        if self.options.has('s') {
            if !self.options.has('q') {
                sys.err("remote file exists\n");
            }
            self.url = None;
            return Flow::More;
        }
        let name = match self.options.value('O') {
            Some(name) => name.to_owned(),
            None => {
                let file = base_name(url.path.split('?').next().unwrap_or("/"));
                let file = if file == "/" || file.is_empty() || url.path.ends_with('/') { "index.html" } else { file };
                self.options.value('P').map_or(file.to_owned(), |directory| format!("{directory}/{file}"))
            }
        };
        let quiet = self.options.has('q');
        if name == "-" {
            if !quiet {
                sys.err("writing to stdout\n");
            }
            sys.out(&response.body);
            if !quiet {
                sys.err(&format!("-                    100% |********************************| {:5}  0:00:00 ETA\nwritten to stdout\n", response.body.len()));
            }
        } else {
            if !quiet {
                sys.err(&format!("saving to '{name}'\n"));
            }
            if let Err(text) = save(sys, &name, &response.body) {
                sys.err(&format!("wget: {text}\n"));
                return Flow::Exit(1);
            }
            if !quiet {
                sys.err(&format!("{:20} 100% |********************************| {:5}  0:00:00 ETA\n'{name}' saved\n", base_name(&name), response.body.len()));
            }
        }
        self.url = None;
        Flow::More
    }

    fn curl_response(&mut self, url: &Url, address: &str, response: HttpResponse, sys: &mut Sys<'_, '_>) -> Flow {
        let code = response.status;
        if self.options.has('v') {
            let request = self.request(url);
            let sent: String = request.headers.iter().map(|(key, value)| format!("> {key}: {value}\n")).collect();
            let got: String = response.headers.iter().map(|(key, value)| format!("< {key}: {value}\n")).collect();
            sys.err(&format!(
                "*   Trying {address}:{}...\n* Connected to {} ({address}) port {}\n> {} {} HTTP/1.1\n{sent}> \n< HTTP/1.1 {code} {}\n{got}< \n",
                url.port,
                url.host,
                url.port,
                request.method,
                request.path,
                reason(code)
            ));
        }
        if self.options.has('f') && code >= 400 {
            self.curl_error(22, &format!("The requested URL returned error: {code}"), sys);
            self.write_out(url, address, Some(&response), sys);
            return Flow::Exit(22);
        }
        let mut text = String::new();
        if self.options.has('i') || self.options.has('I') {
            let headers: String = response.headers.iter().map(|(key, value)| format!("{key}: {value}\r\n")).collect();
            text.push_str(&format!("HTTP/1.1 {code} {}\r\n{headers}\r\n", reason(code)));
        }
        if !self.options.has('I') {
            text.push_str(&response.body);
        }
        let file = if self.options.has('O') {
            Some(base_name(url.path.split('?').next().unwrap_or("/")).to_owned())
        } else {
            self.options.value('o').map(str::to_owned)
        };
        match file {
            Some(name) if name != "-" => {
                if let Err(message) = save(sys, &name, &text) {
                    self.curl_error(23, &format!("client returned ERROR on write: {message}"), sys);
                    return Flow::Exit(23);
                }
            }
            _ => sys.out(&text),
        }
        self.write_out(url, address, Some(&response), sys);
        if self.options.has('B') && code >= 400 {
            self.curl_error(22, &format!("The requested URL returned error: {code}"), sys);
            self.status = 22;
        }
        self.url = None;
        Flow::More
    }

    /// `-w`
    fn write_out(&self, url: &Url, address: &str, response: Option<&HttpResponse>, sys: &mut Sys<'_, '_>) {
        let Some(format) = self.options.value('w') else { return };
        let seconds = format!("{:.6}", (sys.now_ms() - self.started_at_ms) as f64 / 1000.0);
        let code = format!("{:03}", response.map_or(0, |response| response.status));
        let size = response.map_or(0, |response| response.body.len()).to_string();
        let kind = response.and_then(|response| response.header("Content-Type")).unwrap_or("");
        let text = format
            .replace("%{http_code}", &code)
            .replace("%{response_code}", &code)
            .replace("%{time_total}", &seconds)
            .replace("%{time_connect}", &seconds)
            .replace("%{size_download}", &size)
            .replace("%{remote_ip}", address)
            .replace("%{content_type}", kind)
            .replace("%{url_effective}", &format!("{}://{}{}", url.scheme, url.authority(), url.path));
        let text = crate::kubelet::runtime::shell::escapes::unescape(&text).text();
        sys.out(&text);
    }
}

/// curl lets options and URLs mix, and has one letter twice.
fn parse_curl(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Option<Options> {
    for argument in arguments {
        let name = argument.strip_prefix("--").map(|long| long.split('=').next().unwrap_or(long));
        if let Some(name) = name.filter(|name| !name.is_empty())
            && !CURL.long.iter().any(|(known, _)| known.trim_end_matches('=') == name)
        {
            sys.err(&format!("curl: option {argument}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n"));
            return None;
        }
    }
    parse(sys, &CURL, arguments).ok()
}

fn seconds_ms(text: Option<&str>) -> Option<u64> {
    let seconds: f64 = text?.trim_end_matches('s').parse().ok()?;
    (seconds > 0.0).then_some((seconds.min(1e9) * 1000.0) as u64)
}

fn save(sys: &mut Sys<'_, '_>, path: &str, text: &str) -> Result<(), String> {
    let file = sys.open_write(path, false).map_err(|error| format!("can't open '{path}': {}", error.message()))?;
    const FD: u32 = 30;
    sys.set_fd(FD, file);
    let written = sys.write(FD, text.as_bytes());
    sys.close_fd(FD);
    written.map_err(|error| error.message().to_owned())
}

/// The words after a status.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}

impl Program for Fetch {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        if self.reads_input {
            match sys.read(0) {
                Read::Block => return Flow::Wait(Wait::Input(0)),
                Read::Data(bytes) => {
                    if self.body == "@-" {
                        self.body.clear();
                    }
                    self.body.push_str(&String::from_utf8_lossy(&bytes));
                    return Flow::More;
                }
                Read::End | Read::Failed(_) => self.reads_input = false,
            }
        }
        if let Some(file) = self.body.strip_prefix('@').map(str::to_owned) {
            self.body = sys.read_file(&file, 1 << 20).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        }
        if let Some(at_ms) = self.retry_at_ms {
            if sys.now_ms() < at_ms {
                return Flow::Wait(Wait::Until(at_ms));
            }
            self.retry_at_ms = None;
        }
        if self.waiting.take().is_some() {
            return match sys.reply() {
                Some(Reply::Http(outcome)) => self.received(outcome, sys),
                _ => Flow::Exit(1),
            };
        }
        self.next(sys).unwrap_or(Flow::Exit(self.status))
    }
}
