//! `minikube service`: where a Service can be reached from outside, and what answers there.

use super::{Words, first_ip, refuse, wrong_usage};
use crate::api::meta;
use crate::api::resource::SERVICES;
use crate::kubectl::{HostRequest, Session};
use crate::server::request::{Request, Verb};
use crate::value::Value;

/// Lines of an answer that are shown.
const MOST_LINES: usize = 30;

/// The URLs of a Service: of each port that the machines listen on, its name and the URL.
fn urls(service: &Value, ip: &str, scheme: &str) -> Vec<(String, String)> {
    let ports = service.path("spec.ports").items().iter();
    ports
        .filter_map(|port| {
            let number = port.get("nodePort").as_i64().filter(|number| *number > 0)?;
            let (name, own) = (port.get("name").str(), port.get("port").as_i64().unwrap_or(0));
            let label = if name.is_empty() { own.to_string() } else { format!("{name}/{own}") };
            Some((label, format!("{scheme}://{ip}:{number}")))
        })
        .collect()
}

/// A table with a frame, as minikube draws it. A cell may have several lines.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width_of = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).flat_map(|cell| cell.lines()).map(|line| line.chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width_of).collect();
    let rule = |left: &str, middle: &str, right: &str| {
        let parts: Vec<String> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
        format!("{left}{}{right}\n", parts.join(middle))
    };
    let mut text = rule("┌", "┬", "┐");
    let heads: Vec<String> = head.iter().zip(&widths).map(|(name, width)| format!(" {name:^width$} ")).collect();
    text += &format!("│{}│\n", heads.join("│"));
    text += &rule("├", "┼", "┤");
    for row in rows {
        let height = row.iter().map(|cell| cell.lines().count()).max().unwrap_or(1).max(1);
        for line in 0..height {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!(" {:width$} ", cell.lines().nth(line).unwrap_or(""))).collect();
            text += &format!("│{}│\n", cells.join("│"));
        }
    }
    text + &rule("└", "┴", "┘")
}

/// `minikube service NAME [--url] [-n NAMESPACE]`, `minikube service list`
pub(super) async fn run(session: &Session, words: &[String]) -> i32 {
    let words = Words::of(words, &["-n", "--namespace", "--wait", "--interval", "--format"]);
    let given = words.flag(&["-n", "--namespace"]);
    let scheme = if words.flag(&["--https"]) == Some("true") { "https" } else { "http" };
    let ip = first_ip(session).await;
    if words.arguments.first() == Some(&"list") {
        return list(session, given.unwrap_or(""), &ip, scheme).await;
    }
    let all = words.flag(&["--all"]) == Some("true");
    // minikube's own default is `default`, whatever the context says.
    let namespace = given.unwrap_or("default");
    let mut services = Vec::new();
    if all {
        services = session.request(Request::new(Verb::List, &SERVICES, namespace, "")).await.body.get("items").items().to_vec();
    } else if words.arguments.is_empty() {
        return wrong_usage(session, "You must specify service name(s) or --all");
    }
    for name in &words.arguments {
        let response = session.request(Request::new(Verb::Get, &SERVICES, namespace, name)).await;
        if response.code >= 400 {
            let message = format!(
                "Service '{name}' was not found in '{namespace}' namespace.\nYou may select another namespace by using 'minikube service {name} -n <namespace>'. Or list out all the services using 'minikube service list'"
            );
            return refuse(session, "SVC_NOT_FOUND", &message, 115);
        }
        services.push(response.body);
    }
    let only_url = words.flag(&["--url"]) == Some("true");
    for service in &services {
        show(session, service, &urls(service, &ip, scheme), only_url).await;
    }
    0
}

async fn show(session: &Session, service: &Value, urls: &[(String, String)], only_url: bool) {
    let (namespace, name) = (meta::namespace(service), meta::name(service));
    let column = |pick: fn(&(String, String)) -> &str| urls.iter().map(pick).collect::<Vec<_>>().join("\n");
    if !only_url {
        let url = if urls.is_empty() { "No node port".to_owned() } else { column(|url| &url.1) };
        let row = vec![namespace.to_owned(), name.to_owned(), column(|url| &url.0), url];
        session.out(table(&["NAMESPACE", "NAME", "TARGET PORT", "URL"], &[row]));
    }
    if urls.is_empty() {
        session.out_line(format!("😿  service {namespace}/{name} has no node port"));
        session.err_line(format!(
            "❗  Services [{namespace}/{name}] have type \"{}\" not meant to be exposed, however for local development minikube allows you to access this !",
            type_of(service)
        ));
        session.err_line(format!("    Here it doesn't. Try: kubectl port-forward -n {namespace} service/{name} 8080:{}", first_port(service)));
        return;
    }
    for (_, url) in urls {
        if only_url {
            session.out_line(url);
            continue;
        }
        session.out_line(format!("🎉  Opening service {namespace}/{name} in default browser..."));
        // There is no other browser than this page: what it would have shown is shown here.
        match session.host(HostRequest::Get(url.clone())).await {
            Ok(answer) => {
                let (status, body) = answer.split_once('\n').unwrap_or((&answer, ""));
                session.out_line(format!("{url} answers {status}:"));
                let lines: Vec<&str> = body.lines().collect();
                lines.iter().take(MOST_LINES).for_each(|line| session.out_line(line));
                if lines.len() > MOST_LINES {
                    session.out_line(format!("… and {} more lines", lines.len() - MOST_LINES));
                }
            }
            Err(why) => session.err_line(format!("{url} doesn't answer: {why}")),
        }
    }
}

fn type_of(service: &Value) -> &str {
    service.path("spec.type").str()
}

fn first_port(service: &Value) -> i64 {
    service.path("spec.ports").items().first().and_then(|port| port.get("port").as_i64()).unwrap_or(80)
}

async fn list(session: &Session, namespace: &str, ip: &str, scheme: &str) -> i32 {
    let services = session.request(Request::new(Verb::List, &SERVICES, namespace, "")).await.body;
    let row = |service: &Value| {
        let urls = urls(service, ip, scheme);
        let join = |pick: fn(&(String, String)) -> &str| urls.iter().map(pick).collect::<Vec<_>>().join("\n");
        let (port, url) = if urls.is_empty() { ("No node port".into(), String::new()) } else { (join(|url| &url.0), join(|url| &url.1)) };
        vec![meta::namespace(service).to_owned(), meta::name(service).to_owned(), port, url]
    };
    let rows: Vec<Vec<String>> = services.get("items").items().iter().map(row).collect();
    session.out(table(&["NAMESPACE", "NAME", "TARGET PORT", "URL"], &rows));
    0
}
