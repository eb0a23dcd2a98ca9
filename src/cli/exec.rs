//! A command in a container, over WebSocket: `kubectl exec`.

use super::http::Connection;
use super::serve::{Shared, TICK, lock};
use super::websocket::{self, WebSocket};
use crate::api::status::Status;
use crate::cluster::STILL_RUNNING;
use crate::server::http::{HttpRequest, HttpResponse};
use crate::server::request::{Request, Response, Verb};
use crate::value::Value;
use crate::value::json;
use std::io;
use std::thread;

/// How much input a command may get.
const MAX_INPUT_BYTES: usize = 16 * 1024 * 1024;

/// Runs the command that the request asks for, and tells its client what came of it.
pub(super) fn run(connection: &mut Connection, served: &Shared, mut request: Request, http: &HttpRequest) -> io::Result<()> {
    if !websocket::is_wanted(http) {
        let why = "Upgrade request required: commands in containers are served over WebSocket only, not over SPDY";
        return connection.write(&HttpResponse::of(&refusal(&Status::bad_request(why))));
    }
    if request.body.get("tty").as_bool() == Some(true) {
        let why = "a terminal (-t) is not served here: leave it out; -i with input from a pipe works";
        return connection.write(&HttpResponse::of(&refusal(&Status::bad_request(why))));
    }
    let Some(mut socket) = WebSocket::accept(connection, http)? else {
        let why = "none of the protocols that the client offers is known: v5.channel.k8s.io and v4.channel.k8s.io are";
        return connection.write(&HttpResponse::of(&refusal(&Status::bad_request(why))));
    };
    if request.body.get("stdin").as_bool() == Some(true) {
        let Some(input) = read_input(&mut socket)? else { return Ok(()) };
        request.body.set("input", String::from_utf8_lossy(&input).into_owned());
    }
    let mut response = lock(served).cluster.request(&request);
    request.verb = Verb::Get;
    while response.code == STILL_RUNNING {
        thread::sleep(TICK);
        request.body = response.body;
        response = lock(served).cluster.request(&request);
    }
    let outcome = if let Some(failure) = response.body.get("failure").as_str() {
        json!({"metadata": {}, "status": "Failure", "message": failure, "reason": "InternalError", "code": 500})
    } else if response.is_success() {
        socket.send(websocket::STDOUT, response.body.get("stdout").str().as_bytes())?;
        socket.send(websocket::STDERR, response.body.get("stderr").str().as_bytes())?;
        outcome(response.body.get("exitCode").as_i64().unwrap_or(0))
    } else {
        response.body
    };
    socket.send(websocket::OUTCOME, outcome.to_json().as_bytes())?;
    socket.close()
}

/// All of the input, until the client closes it; `None` when the client itself has gone.
fn read_input(socket: &mut WebSocket) -> io::Result<Option<Vec<u8>>> {
    let mut input = Vec::new();
    while let Some((channel, bytes)) = socket.receive()? {
        match channel {
            websocket::STDIN => input.extend(bytes),
            websocket::CLOSE if bytes.first() == Some(&websocket::STDIN) => return Ok(Some(input)),
            _ => {}
        }
        if input.len() > MAX_INPUT_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the input is too large"));
        }
    }
    Ok(None)
}

/// What a kubelet says of a command that has ended.
fn outcome(exit_code: i64) -> Value {
    if exit_code == 0 {
        return json!({"metadata": {}, "status": "Success"});
    }
    json!({
        "metadata": {}, "status": "Failure", "reason": "NonZeroExitCode",
        "message": format!("command terminated with non-zero exit code: exit status {exit_code}"),
        "details": {"causes": [{"reason": "ExitCode", "message": exit_code.to_string()}]},
    })
}

fn refusal(status: &Status) -> Response {
    Response { code: status.code, body: status.body(), warnings: Vec::new() }
}
