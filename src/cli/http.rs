//! HTTP/1.1 on a connection: requests in, responses and chunks out.

use crate::server::http::{HttpRequest, HttpResponse};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long the first line and the headers may be together.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// How large a body may be: somewhat more than the API server takes (3 MiB).
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
const MAX_HEADERS: usize = 100;

/// How long a client may say nothing.
const SILENCE: Duration = Duration::from_secs(300);

/// A connection with a client.
pub(super) struct Connection {
    input: BufReader<TcpStream>,
    output: TcpStream,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> io::Result<Connection> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(SILENCE))?;
        Ok(Connection { input: BufReader::new(stream.try_clone()?), output: stream })
    }

    /// The next request; `None` when the client has said all.
    pub(super) fn read(&mut self) -> io::Result<Option<HttpRequest>> {
        let mut head = Vec::new();
        loop {
            let read = self.input.by_ref().take(MAX_HEAD_BYTES as u64).read_until(b'\n', &mut head)?;
            if read == 0 && head.is_empty() {
                return Ok(None);
            }
            if read == 0 || head.len() >= MAX_HEAD_BYTES {
                return Err(invalid("the headers don't end"));
            }
            if head.ends_with(b"\r\n\r\n") || head.ends_with(b"\n\n") {
                break;
            }
        }
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        parsed.parse(&head).map_err(|error| invalid(&error.to_string()))?;
        let mut request = HttpRequest {
            method: parsed.method.unwrap_or_default().to_string(),
            target: parsed.path.unwrap_or_default().to_string(),
            headers: parsed.headers.iter().map(|header| (header.name.to_string(), String::from_utf8_lossy(header.value).into_owned())).collect(),
            body: Vec::new(),
        };
        if request.header("Expect").eq_ignore_ascii_case("100-continue") {
            self.output.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        request.body = if request.header("Transfer-Encoding").eq_ignore_ascii_case("chunked") {
            self.read_chunks()?
        } else {
            let length = match request.header("Content-Length").trim() {
                "" => 0,
                text => text.parse().map_err(|_| invalid("bad Content-Length"))?,
            };
            self.read_exactly(length)?
        };
        Ok(Some(request))
    }

    fn read_exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > MAX_BODY_BYTES {
            return Err(invalid("the body is too large"));
        }
        // What is announced is only believed as it comes.
        let mut body = Vec::new();
        self.input.by_ref().take(length as u64).read_to_end(&mut body)?;
        if body.len() < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(body) }
    }

    fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.input.by_ref().take(64).read_line(&mut line)?;
            let digits = line.trim().split(';').next().unwrap_or_default();
            let length = usize::from_str_radix(digits, 16).map_err(|_| invalid("a chunk has no length"))?;
            if length > MAX_BODY_BYTES - body.len() {
                return Err(invalid("the body is too large"));
            }
            body.extend(self.read_exactly(length)?);
            // The line end behind each chunk.
            self.input.by_ref().take(64).read_line(&mut String::new())?;
            if length == 0 {
                return Ok(body);
            }
        }
    }

    /// What comes from the client, for what is no HTTP any more.
    pub(super) fn input(&mut self) -> &mut BufReader<TcpStream> {
        &mut self.input
    }

    /// What goes to the client, for what is no HTTP any more.
    pub(super) fn output(&mut self) -> &mut TcpStream {
        &mut self.output
    }

    /// Answers what is no request; nothing can be read behind it.
    pub(super) fn refuse(&mut self, why: &str) -> io::Result<()> {
        let body = format!("400 Bad Request: {why}");
        self.output.write_all(
            format!("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
                .as_bytes(),
        )
    }

    /// Sends a whole answer.
    pub(super) fn write(&mut self, response: &HttpResponse) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} {}\r\nContent-Length: {}\r\n", response.code, phrase(response.code), response.body.len());
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

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
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
        500 => "Internal Server Error",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}
