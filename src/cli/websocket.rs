//! WebSocket (RFC 6455), as far as `kubectl exec` needs it: binary messages whose first byte is a channel (`v5.channel.k8s.io`).

use super::http::Connection;
use crate::api::base64;
use crate::server::http::HttpRequest;
use std::io::{self, Read, Write};

/// What the server appends to the client's key before it hashes it.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The protocols of `kubectl exec` that are spoken, the newest first.
const PROTOCOLS: [&str; 2] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
/// How large a message from the client may be.
const MAX_FRAME_BYTES: u64 = 4 * 1024 * 1024;
/// How much is sent in one message.
const CHUNK_BYTES: usize = 32 * 1024;

/// The channels of a command in a container.
pub(super) const STDIN: u8 = 0;
pub(super) const STDOUT: u8 = 1;
pub(super) const STDERR: u8 = 2;
/// The outcome, as a Status in JSON.
pub(super) const OUTCOME: u8 = 3;
/// In version 5: the channel named by the byte behind it is closed.
pub(super) const CLOSE: u8 = 255;

const BINARY: u8 = 2;
const CLOSED: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Whether a request asks to go on in WebSocket.
pub(super) fn is_wanted(request: &HttpRequest) -> bool {
    request.header("Upgrade").eq_ignore_ascii_case("websocket") && !request.header("Sec-WebSocket-Key").is_empty()
}

/// A connection that goes on in WebSocket.
pub(super) struct WebSocket<'a> {
    connection: &'a mut Connection,
}

impl<'a> WebSocket<'a> {
    /// Answers the request to go over; `None` where none of the client's protocols is known.
    pub(super) fn accept(connection: &'a mut Connection, request: &HttpRequest) -> io::Result<Option<WebSocket<'a>>> {
        let asked = request.header("Sec-WebSocket-Protocol");
        let Some(protocol) = PROTOCOLS.into_iter().find(|known| asked.split(',').any(|name| name.trim() == *known)) else { return Ok(None) };
        let key = base64::encode(&sha1(format!("{}{GUID}", request.header("Sec-WebSocket-Key")).as_bytes()));
        let head = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"
        );
        connection.output().write_all(head.as_bytes())?;
        Ok(Some(WebSocket { connection }))
    }

    /// Sends bytes on a channel.
    pub(super) fn send(&mut self, channel: u8, bytes: &[u8]) -> io::Result<()> {
        for chunk in bytes.chunks(CHUNK_BYTES) {
            self.frame(BINARY, &[&[channel], chunk].concat())?;
        }
        Ok(())
    }

    /// Says that nothing more comes.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.frame(CLOSED, &1000_u16.to_be_bytes())
    }

    /// The next message: its channel and what it says; `None` when the client has closed.
    pub(super) fn receive(&mut self) -> io::Result<Option<(u8, Vec<u8>)>> {
        loop {
            let (kind, payload) = self.read_frame()?;
            match kind {
                CLOSED => return Ok(None),
                PING => self.frame(PONG, &payload)?,
                PONG => {}
                // A message in several frames may come as several messages: its channel's bytes are put together anyway.
                _ => {
                    if let Some((channel, bytes)) = payload.split_first() {
                        return Ok(Some((*channel, bytes.to_vec())));
                    }
                }
            }
        }
    }

    fn frame(&mut self, kind: u8, payload: &[u8]) -> io::Result<()> {
        let mut frame = vec![0x80 | kind];
        match payload.len() {
            length @ 0..=125 => frame.push(length as u8),
            length @ 126..=0xffff => {
                frame.push(126);
                frame.extend((length as u16).to_be_bytes());
            }
            length => {
                frame.push(127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend(payload);
        self.connection.output().write_all(&frame)
    }

    fn read_frame(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let input = self.connection.input()?;
        let mut head = [0; 2];
        input.read_exact(&mut head)?;
        let length = match head[1] & 0x7f {
            126 => {
                let mut bytes = [0; 2];
                input.read_exact(&mut bytes)?;
                u64::from(u16::from_be_bytes(bytes))
            }
            127 => {
                let mut bytes = [0; 8];
                input.read_exact(&mut bytes)?;
                u64::from_be_bytes(bytes)
            }
            short => u64::from(short),
        };
        if length > MAX_FRAME_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the message is too large"));
        }
        let mut mask = [0; 4];
        if head[1] & 0x80 != 0 {
            input.read_exact(&mut mask)?;
        }
        let mut payload = Vec::new();
        input.by_ref().take(length).read_to_end(&mut payload)?;
        for (byte, mask) in payload.iter_mut().zip(mask.into_iter().cycle()) {
            *byte ^= mask;
        }
        Ok((head[0] & 0x0f, payload))
    }
}

/// SHA-1, which the protocol asks for (to show that the server understood, not to keep a secret).
fn sha1(message: &[u8]) -> [u8; 20] {
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((message.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        let mut words = [0_u32; 80];
        for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
        }
        for index in 16..80 {
            words[index] = (words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (index, word) in words.iter().enumerate() {
            let (mixed, constant) = match index {
                0..20 => (b & c | !b & d, 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => (b & c | b & d | c & d, 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let next = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (sum, part) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(part);
        }
    }
    let mut digest = [0; 20];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_standard_is_answered_as_the_standard_says() {
        let digest = sha1(format!("dGhlIHNhbXBsZSBub25jZQ=={GUID}").as_bytes());
        assert_eq!(base64::encode(&digest), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
