//! HTTP/1.1 on a connection: requests in, responses and chunks out.

use crate::server::http::{HttpRequest, HttpResponse};
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How long the first line and the headers may be together (Go's `DefaultMaxHeaderBytes`).
const MAX_HEAD_BYTES: usize = 1 << 20;
/// How much of a body is read. The server refuses what is longer than its own limit of 3 MiB, and nothing is read behind it.
const MAX_BODY_BYTES: usize = 4 << 20;
/// How long a line that announces a chunk, or stands behind the last one, may be.
const MAX_LINE_BYTES: usize = 4096;

/// How long a client may take for the headers, and to say nothing between two requests (the API server's `ReadHeaderTimeout` and `IdleTimeout`).
const HEAD_TIME: Duration = Duration::from_secs(32);
const IDLE_TIME: Duration = Duration::from_secs(90);
/// How long a client may take for the body.
const BODY_TIME: Duration = Duration::from_secs(60);
/// How long what is no HTTP any more may be silent.
const SILENCE: Duration = Duration::from_secs(4 * 3600);

/// Why a request can't be read.
pub(super) enum Trouble {
    /// It is none: the status to refuse it with, and why.
    Refused(u16, String),
    /// The connection is broken, or too slow.
    Gone(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Gone(error)
    }
}

fn refused(why: &str) -> Trouble {
    Trouble::Refused(400, format!("400 Bad Request: {why}"))
}

/// A connection with a client.
pub(super) struct Connection {
    input: BufReader<TcpStream>,
    output: TcpStream,
    /// Whether nothing can be read behind the last request.
    ends: bool,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> io::Result<Connection> {
        stream.set_nodelay(true)?;
        Ok(Connection { input: BufReader::new(stream.try_clone()?), output: stream, ends: false })
    }

    /// The next request; `None` when the client has said all.
    pub(super) fn read(&mut self) -> Result<Option<HttpRequest>, Trouble> {
        if self.ends || self.fill(Instant::now() + IDLE_TIME)? == 0 {
            return Ok(None);
        }
        let head = self.read_head(Instant::now() + HEAD_TIME)?;
        let mut headers = vec![httparse::EMPTY_HEADER; head.iter().filter(|byte| **byte == b'\n').count()];
        let mut parsed = httparse::Request::new(&mut headers);
        parsed.parse(&head).map_err(|error| refused(&error.to_string()))?;
        let mut request = HttpRequest {
            method: parsed.method.unwrap_or_default().to_string(),
            target: parsed.path.unwrap_or_default().to_string(),
            headers: parsed.headers.iter().map(|header| (header.name.to_string(), String::from_utf8_lossy(header.value).into_owned())).collect(),
            body: Vec::new(),
        };
        if request.header("Expect").eq_ignore_ascii_case("100-continue") {
            self.output.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let until = Instant::now() + BODY_TIME;
        let coding = request.header("Transfer-Encoding");
        request.body = if coding.eq_ignore_ascii_case("chunked") {
            self.read_chunks(until)?
        } else if !coding.is_empty() {
            return Err(Trouble::Refused(501, format!("501 Not Implemented: unsupported transfer encoding: {coding:?}")));
        } else {
            let length = match request.header("Content-Length").trim() {
                "" => 0,
                text if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().unwrap_or(usize::MAX),
                _ => return Err(refused("bad Content-Length")),
            };
            let mut body = Vec::new();
            self.read_exactly(length, &mut body, until)?;
            body
        };
        Ok(Some(request))
    }

    /// Waits for bytes until then, and says how many there are; 0 is the end.
    fn fill(&mut self, until: Instant) -> io::Result<usize> {
        if self.input.buffer().is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.output.set_read_timeout(Some(left))?;
        }
        self.input.fill_buf().map(<[u8]>::len)
    }

    fn read_head(&mut self, until: Instant) -> Result<Vec<u8>, Trouble> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
            if self.fill(until)? == 0 {
                return Err(refused("the headers don't end"));
            }
            let available = self.input.buffer();
            let used = available.iter().position(|byte| *byte == b'\n').map_or(available.len(), |at| at + 1);
            head.extend(&available[..used]);
            self.input.consume(used);
            if head.len() > MAX_HEAD_BYTES {
                return Err(Trouble::Refused(431, "431 Request Header Fields Too Large".into()));
            }
        }
        Ok(head)
    }

    /// Adds that many bytes of a body. What is announced is only believed as it comes, and what is too much is left.
    fn read_exactly(&mut self, length: usize, body: &mut Vec<u8>, until: Instant) -> io::Result<()> {
        let mut left = length;
        while left > 0 {
            if body.len() >= MAX_BODY_BYTES {
                self.ends = true;
                return Ok(());
            }
            let used = self.fill(until)?.min(left);
            if used == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            body.extend(&self.input.buffer()[..used]);
            self.input.consume(used);
            left -= used;
        }
        Ok(())
    }

    fn read_chunks(&mut self, until: Instant) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        while !self.ends {
            let line = self.read_line(until)?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(refused("invalid byte in chunk length"));
            }
            let length = usize::from_str_radix(digits, 16).map_err(|_| refused("bad chunk length"))?;
            if length == 0 {
                // Headers may follow, up to an empty line.
                while !self.read_line(until)?.is_empty() {}
                break;
            }
            self.read_exactly(length, &mut body, until)?;
            if !self.ends && !self.read_line(until)?.is_empty() {
                return Err(refused("malformed chunked encoding"));
            }
        }
        Ok(body)
    }

    /// A line, without its end.
    fn read_line(&mut self, until: Instant) -> Result<String, Trouble> {
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            if line.len() > MAX_LINE_BYTES {
                return Err(refused("header line too long"));
            }
            if self.fill(until)? == 0 {
                return Err(Trouble::Gone(io::ErrorKind::UnexpectedEof.into()));
            }
            line.push(self.input.buffer()[0]);
            self.input.consume(1);
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_string())
    }

    /// What comes from the client, for what is no HTTP any more.
    pub(super) fn input(&mut self) -> io::Result<&mut BufReader<TcpStream>> {
        self.output.set_read_timeout(Some(SILENCE))?;
        Ok(&mut self.input)
    }

    /// What goes to the client, for what is no HTTP any more.
    pub(super) fn output(&mut self) -> &mut TcpStream {
        &mut self.output
    }

    /// Answers what is no request; nothing can be read behind it.
    pub(super) fn refuse(&mut self, code: u16, why: &str) -> io::Result<()> {
        self.output.write_all(
            format!(
                "HTTP/1.1 {code} {}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{why}",
                phrase(code),
                why.len()
            )
            .as_bytes(),
        )
    }

    /// Sends a whole answer.
    pub(super) fn write(&mut self, response: &HttpResponse) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} {}\r\nContent-Length: {}\r\n", response.code, phrase(response.code), response.body.len());
        if self.ends {
            head.push_str("Connection: close\r\n");
        }
        for (name, value) in &response.headers {
            head.push_str(&format!("{name}: {}\r\n", value.replace(['\r', '\n'], " ")));
        }
        head.push_str("\r\n");
        self.output.write_all(head.as_bytes())?;
        self.output.write_all(&response.body)
    }

    /// Begins an answer that comes piece by piece.
    pub(super) fn begin(&mut self, type_: &str) -> io::Result<()> {
        self.output.write_all(format!("HTTP/1.1 200 OK\r\nContent-Type: {type_}\r\nTransfer-Encoding: chunked\r\n\r\n").as_bytes())
    }

    /// Sends a piece.
    pub(super) fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.write_all(format!("{:x}\r\n", bytes.len()).as_bytes())?;
        self.output.write_all(bytes)?;
        self.output.write_all(b"\r\n")
    }

    /// Ends an answer that came piece by piece.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.output.write_all(b"0\r\n\r\n")
    }
}

/// A parameter of the query, undecoded.
pub(super) fn query<'a>(target: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = target.split_once('?')?;
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn phrase(code: u16) -> &'static str {
    match code {
        200 => "OK",
        201 => "Created",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        410 => "Gone",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        413 => "Request Entity Too Large",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}
