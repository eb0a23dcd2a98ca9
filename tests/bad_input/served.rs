//! `kubarium serve` and clients that don't keep to HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Longer than any answer takes, shorter than a test may.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that is ended with the test.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start() -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubarium"));
        let mut child = command.args(["serve", "--port", "0", "--paused"]).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(' ').next()).expect("its address").to_string();
        Server { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        stream
    }

    /// What is answered to these bytes, up to the end of the connection.
    fn say(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // The server may have heard enough before all is sent.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn post(&self, path: &str, type_: &str, body: &[u8]) -> String {
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {type_}\r\nContent-Length: {}\r\n\r\n", body.len());
        self.say(&[head.as_bytes(), body].concat())
    }

    fn get(&self, path: &str) -> String {
        self.say(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
    }

    fn is_well(&self) -> bool {
        self.get("/readyz").starts_with("HTTP/1.1 200 OK")
    }
}

const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";

#[test]
fn what_is_no_http_is_refused_and_others_are_answered() {
    let server = Server::start();
    let long = "x".repeat(2 << 20);
    for (what, said, answer) in [
        ("nothing", String::new(), ""),
        ("noise", "\u{1}\u{2}\u{3}\r\n\r\n".into(), "HTTP/1.1 400 Bad Request"),
        ("TLS", "\u{16}\u{3}\u{1}\0\u{a5}\n\n".into(), "HTTP/1.1 400 Bad Request"),
        ("half a head", "GET / HTTP/1.1\r\nHost: x\r\n".into(), "HTTP/1.1 400 Bad Request"),
        ("a long line", format!("GET /{long} HTTP/1.1\r\n\r\n"), "HTTP/1.1 431 Request Header Fields Too Large"),
        ("a long header", format!("GET / HTTP/1.1\r\nA: {long}\r\n\r\n"), "HTTP/1.1 431 Request Header Fields Too Large"),
        ("many headers", format!("GET /readyz HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(2_000)), "HTTP/1.1 200 OK"),
        ("a header without a name", "GET / HTTP/1.1\r\n: b\r\n\r\n".into(), "HTTP/1.1 400 Bad Request"),
        ("no number", format!("POST {CONFIG_MAPS} HTTP/1.1\r\nContent-Length: many\r\n\r\n"), "HTTP/1.1 400 Bad Request"),
        ("a negative length", format!("POST {CONFIG_MAPS} HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), "HTTP/1.1 400 Bad Request"),
        ("less than announced", format!("POST {CONFIG_MAPS} HTTP/1.1\r\nContent-Length: 100\r\n\r\n{{}}"), ""),
        ("a chunk without length", format!("POST {CONFIG_MAPS} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n"), "HTTP/1.1 400 Bad Request"),
        (
            "a chunk that is longer",
            format!("POST {CONFIG_MAPS} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}}}}}\r\n0\r\n\r\n"),
            "HTTP/1.1 400 Bad Request",
        ),
        ("an endless chunk", format!("POST {CONFIG_MAPS} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n"), "HTTP/1.1 400 Bad Request"),
        ("an odd coding", format!("POST {CONFIG_MAPS} HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"), "HTTP/1.1 501 Not Implemented"),
        ("an odd method", "EAT / HTTP/1.1\r\n\r\n".into(), "HTTP/1.1 405 Method Not Allowed"),
        ("escapes", "GET /api/v1/%ff%00%/%zz HTTP/1.1\r\n\r\n".into(), "HTTP/1.1 404 Not Found"),
        (
            "an upgrade",
            "GET /api/v1/namespaces/default/pods/x/exec?command=a HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: !\r\n\r\n".into(),
            "HTTP/1.1 4",
        ),
        ("a watch from the future", format!("GET {CONFIG_MAPS}?watch=1&resourceVersion=99999999999999999999 HTTP/1.1\r\n\r\n"), "HTTP/1.1 "),
    ] {
        let answered = server.say(said.as_bytes());
        assert!(answered.starts_with(answer), "{what}: {}", answered.chars().take(200).collect::<String>());
        assert!(server.is_well(), "after {what}");
    }
}

#[test]
fn bodies_of_any_form_are_read_or_refused() {
    let server = Server::start();
    let large = format!("{{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{{\"name\":\"large\"}},\"data\":{{\"a\":\"{}\"}}}}", "x".repeat(5 << 20));
    let answered = server.post(CONFIG_MAPS, "application/json", large.as_bytes());
    assert!(answered.starts_with("HTTP/1.1 413 Request Entity Too Large"), "{answered}");
    assert!(answered.contains("\"message\":\"Request entity too large: limit is 3145728\""), "{answered}");
    let nested = "[".repeat(1 << 20);
    for (type_, body) in [
        ("application/json", b"\xff\xfe\x00\x00".as_slice()),
        ("application/json", b"{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"\xff\"}}"),
        ("application/json", nested.as_bytes()),
        ("application/json", b"1e999999999"),
        ("application/json", b""),
        ("application/yaml", b"\xff\xfe\x00"),
        ("application/yaml", nested.as_bytes()),
        ("application/yaml", b"a: &a [*a]"),
        ("application/vnd.kubernetes.protobuf", b"k8s\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("application/vnd.kubernetes.protobuf", b"k8s\x00\x0a\x0e\x0a\x02v1\x12\x08ConfigMap\x12\xff\xff\x7f"),
        ("text/plain", b"hello"),
        ("\u{e9}", b"{}"),
    ] {
        let answered = server.post(CONFIG_MAPS, type_, body);
        assert!(answered.starts_with("HTTP/1.1 4"), "{type_} {:?}: {answered}", String::from_utf8_lossy(&body[..body.len().min(60)]));
        assert!(server.is_well());
    }
    // What is kept of text that is no UTF-8 is text.
    let answered = server.post(
        CONFIG_MAPS,
        "application/json",
        b"{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"odd\"},\"data\":{\"a\":\"\xff\"}}",
    );
    assert!(answered.starts_with("HTTP/1.1 201 Created"), "{answered}");
    assert!(server.get(&format!("{CONFIG_MAPS}/odd")).contains("\"data\":{\"a\":\"\u{fffd}\"}"));
}

/// Clients that say nothing, or hardly anything, keep nobody else waiting.
#[test]
fn the_slow_keep_nobody_waiting() {
    let server = Server::start();
    let mut slow: Vec<TcpStream> = Vec::new();
    for index in 0..200 {
        let mut stream = server.connect();
        let begun = [
            "",
            "GET /api",
            "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nContent-Length: 1000\r\n\r\n{",
            "GET /api/v1/pods?watch=true HTTP/1.1\r\n\r\n",
        ][index % 4];
        stream.write_all(begun.as_bytes()).expect("it listens");
        slow.push(stream);
    }
    for _ in 0..5 {
        assert!(server.is_well());
        for stream in &mut slow {
            let _ = stream.write_all(b"x");
        }
    }
    // Several requests at once are answered in their order.
    let two = server.say(format!("GET /healthz HTTP/1.1\r\n\r\nGET {CONFIG_MAPS}/nothing HTTP/1.1\r\n\r\n").as_bytes());
    assert!(two.starts_with("HTTP/1.1 200 OK") && two.contains("configmaps \\\"nothing\\\" not found"), "{two}");
}

/// The clock is moved in pieces, so that a long way keeps nobody else waiting.
#[test]
fn the_clock_is_not_moved_for_ever() {
    let server = Server::start();
    for far in ["9999999999h", "1e99h", "-1s", "721h"] {
        let answered = server.post("/kubarium/clock", "application/json", format!("{{\"advance\":\"{far}\"}}").as_bytes());
        assert!(answered.starts_with("HTTP/1.1 400 Bad Request"), "{far}: {answered}");
    }
    let mut long = server.connect();
    long.write_all(b"POST /kubarium/clock HTTP/1.1\r\nContent-Length: 18\r\n\r\n{\"advance\":\"720h\"}").expect("it listens");
    assert!(server.is_well());
    assert!(server.get(CONFIG_MAPS).contains("kube-root-ca.crt"));
}
