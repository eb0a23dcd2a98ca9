//! `/healthz`, `/livez`, `/readyz`: the server is well as soon as it answers.

use super::HttpResponse;

/// The checks that all three have.
const CHECKS: [&str; 3] = ["ping", "log", "etcd"];

/// The answer to a path of theirs; a single check may be asked for, or with `?verbose` the list of them.
pub(super) fn answer(path: &str, query: &str) -> Option<HttpResponse> {
    let (endpoint, check) = match path.trim_start_matches('/').split_once('/') {
        Some((endpoint, check)) => (endpoint, Some(check)),
        None => (path.trim_start_matches('/'), None),
    };
    let own: &[&str] = match endpoint {
        "healthz" | "livez" => &[],
        "readyz" => &["etcd-readiness", "informer-sync", "shutdown"],
        _ => return None,
    };
    let mut checks = CHECKS.iter().chain(own);
    Some(match check {
        Some(check) if checks.any(|known| *known == check) => HttpResponse::text(200, "ok"),
        Some(_) => HttpResponse::text(404, "404 page not found\n"),
        None if query.split('&').any(|part| part == "verbose" || part.starts_with("verbose=")) => {
            let lines: String = checks.map(|check| format!("[+]{check} ok\n")).collect();
            HttpResponse::text(200, &format!("{lines}{endpoint} check passed\n"))
        }
        None => HttpResponse::text(200, "ok"),
    })
}
