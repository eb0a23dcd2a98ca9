//! Texts as Go writes them.

use crate::value::{SmolStr, Value};

/// `612ms`, `1.499s`, `2m40s`: `time.Duration`.
pub fn duration(duration_ms: u64) -> String {
    if duration_ms == 0 {
        return "0s".into();
    }
    if duration_ms < 1000 {
        return format!("{duration_ms}ms");
    }
    let (hours, minutes, rest_ms) = (duration_ms / 3_600_000, duration_ms / 60_000 % 60, duration_ms % 60_000);
    let fraction = format!(".{:03}", rest_ms % 1000);
    let seconds = format!("{}{}s", rest_ms / 1000, fraction.trim_end_matches('0').trim_end_matches('.'));
    match (hours, minutes) {
        (0, 0) => seconds,
        (0, minutes) => format!("{minutes}m{seconds}"),
        (hours, minutes) => format!("{hours}h{minutes}m{seconds}"),
    }
}

/// A path that begins with `/`.
pub fn request_path(path: &str) -> String {
    if path.starts_with('/') { path.to_string() } else { format!("/{path}") }
}

/// The headers of the kubelet's own requests: those asked for, and those that it adds where they are missing.
pub fn request_headers(action: &Value, host: &str, port: u16, agent: &str) -> Vec<(SmolStr, String)> {
    let mut headers: Vec<(SmolStr, String)> =
        action.get("httpHeaders").items().iter().map(|header| (header.get("name").str().into(), header.get("value").str().to_string())).collect();
    let has = |headers: &[(SmolStr, String)], name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    for (name, value) in [("Host", format!("{host}:{port}")), ("User-Agent", format!("{agent}/1.36")), ("Accept", "*/*".to_string())] {
        if !has(&headers, name) {
            headers.push((name.into(), value));
        }
    }
    headers
}
