//! URLs, as curl and wget read them.

use crate::kubelet::runtime::HttpRequest;
use crate::value::SmolStr;

/// A `GET` of a URL; `http://` where it has no scheme, as curl has it.
///
/// # Errors
/// What is wrong with it, in curl's words.
pub fn request_of(url: &str) -> Result<HttpRequest, String> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let default_port = match scheme {
        "http" => 80,
        "https" => 443,
        other => return Err(format!("curl: (1) Protocol \"{other}\" not supported")),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let malformed = || "curl: (3) URL rejected: Port number was not a decimal number between 0 and 65535".to_string();
    let (host, port) = match authority.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']')) {
        Some((host, port)) => (host, port.parse::<u16>().map_err(|_| malformed())?),
        None => (authority, default_port),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() {
        return Err("curl: (3) URL rejected: No host part in the URL".into());
    }
    let path = path.split('#').next().unwrap_or("");
    let path = if path.starts_with('/') { path.to_string() } else { format!("/{path}") };
    let host_header = if port == default_port { host.to_string() } else { format!("{host}:{port}") };
    Ok(HttpRequest {
        method: "GET".into(),
        scheme: SmolStr::new(scheme),
        host: SmolStr::new(host),
        port,
        path,
        headers: vec![("Host".into(), host_header), ("User-Agent".into(), "curl/8.14.1".into()), ("Accept".into(), "*/*".into())],
        body: String::new(),
    })
}
