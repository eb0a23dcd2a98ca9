//! Answers that come from the ways themselves and not from a container: ingress-nginx's error pages, the API server's refusals.

use crate::kubelet::runtime::HttpResponse;

/// What ingress-nginx says itself: `404 Not Found`, `503 Service Temporarily Unavailable`.
pub fn nginx(status: u16) -> HttpResponse {
    let title = match status {
        308 => "308 Permanent Redirect",
        404 => "404 Not Found",
        502 => "502 Bad Gateway",
        503 => "503 Service Temporarily Unavailable",
        _ => "504 Gateway Time-out",
    };
    let body = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    html(status, body)
}

/// ingress-nginx's redirect of a host that has TLS to `https://`.
pub fn redirect_to_https(host: &str, path: &str) -> HttpResponse {
    let mut response = nginx(308);
    response.headers.push(("Location".into(), format!("https://{host}{path}")));
    response
}

/// What the API server says to somebody without credentials.
pub fn api_server(path: &str) -> HttpResponse {
    let message = format!("forbidden: User \\\"system:anonymous\\\" cannot get path \\\"{path}\\\"");
    let body = format!(
        "{{\n  \"kind\": \"Status\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {{}},\n  \"status\": \"Failure\",\n  \"message\": \"{message}\",\n  \"reason\": \"Forbidden\",\n  \"details\": {{}},\n  \"code\": 403\n}}"
    );
    HttpResponse { status: 403, headers: vec![("Content-Type".into(), "application/json".into()), ("Content-Length".into(), body.len().to_string())], body }
}

/// What the API server says to plain HTTP.
pub fn http_to_https() -> HttpResponse {
    let body = "Client sent an HTTP request to an HTTPS server.\n".to_string();
    HttpResponse { status: 400, headers: vec![("Content-Length".into(), body.len().to_string())], body }
}

fn html(status: u16, body: String) -> HttpResponse {
    HttpResponse { status, headers: vec![("Content-Type".into(), "text/html".into()), ("Content-Length".into(), body.len().to_string())], body }
}
