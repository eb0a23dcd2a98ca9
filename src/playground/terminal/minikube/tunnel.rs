//! `minikube tunnel` and `minikube mount`: both last as long as they run.

use super::{Words, nodes, wrong_usage};
use crate::api::meta;
use crate::api::resource::SERVICES;
use crate::kubectl::{HostRequest, Session};
use crate::server::request::{Request, Verb};
use crate::value::Value;

/// How often the tunnel looks for Services.
const POLL_MS: u64 = 1_000;

fn has_address(service: &Value) -> bool {
    service.path("spec.type").str() == "LoadBalancer" && !service.path("status.loadBalancer.ingress").is_empty()
}

/// `minikube tunnel`
pub(super) async fn tunnel(session: &Session) -> i32 {
    if let Err(why) = session.host(HostRequest::Tunnel(true)).await {
        session.err_line(why);
        return 1;
    }
    session.out_line("✅  Tunnel successfully started\n");
    session.out_line("📌  NOTE: Please do not close this terminal as this process must stay alive for the tunnel to be accessible ...\n");
    let mut known: Vec<String> = Vec::new();
    loop {
        let services = session.request(Request::new(Verb::List, &SERVICES, "", "")).await.body;
        let reached: Vec<String> =
            services.get("items").items().iter().filter(|service| has_address(service)).map(|service| meta::name(service).to_owned()).collect();
        for name in reached.iter().filter(|name| !known.contains(name)) {
            session.out_line(format!("🏃  Starting tunnel for service {name}."));
        }
        for name in known.iter().filter(|name| !reached.contains(name)) {
            session.out_line(format!("✋  Stopping tunnel for service {name}."));
        }
        known = reached;
        session.sleep_ms(POLL_MS).await;
    }
}

/// `minikube mount SOURCE:TARGET`
pub(super) async fn mount(session: &Session, words: &[String]) -> i32 {
    let words = Words::of(words, &["--ip", "--type", "--9p-version", "--uid", "--gid", "--options", "--msize", "--port"]);
    let [argument] = words.arguments.as_slice() else {
        return wrong_usage(
            session,
            "Please specify the directory to be mounted: \n\tminikube mount <source directory>:<target directory>   (example: \"/host-home:/vm-home\")",
        );
    };
    let Some((source, target)) = argument.rsplit_once(':') else {
        return wrong_usage(session, &format!("mount argument {argument:?} must be in form: <source directory>:<target directory>"));
    };
    let files = session.files();
    if !files.is_folder(source) {
        return super::refuse(session, "HOST_PATH_MISSING", &format!("Cannot find directory {source} for mount"), 35);
    }
    if !target.starts_with('/') || target == "/" {
        return wrong_usage(session, &format!("Target directory {target:?} must be an absolute path"));
    }
    let Some(address) = nodes(session).await.first().map(|node| super::ip_of(node).to_owned()) else { return 1 };
    session.out_line(format!("📁  Mounting host path {source} into VM as {target} ..."));
    for (name, value) in
        [("Mount type:", "9p"), ("User ID:", "docker"), ("Group ID:", "docker"), ("Version:", "9p2000.L"), ("Message Size:", "262144"), ("Options:", "map[]")]
    {
        session.out_line(format!("    ▪ {name:<14} {value}").trim_end());
    }
    session.out_line(format!("    ▪ Bind Address:  {address}:46464"));
    if let Err(why) = session.host(HostRequest::Mount { folder: files.absolute(source), path: target.to_owned() }).await {
        session.err_line(why);
        return 1;
    }
    session.out_line("🚀  Userspace file server: ufs starting");
    session.out_line(format!("✅  Successfully mounted {source} to {target}\n"));
    session.out_line("📌  NOTE: This process must stay alive for the mount to be accessible ...");
    session.out_line("    Here files go one way: what pods write there doesn't come back to the workspace.");
    loop {
        session.sleep_ms(3_600_000).await;
    }
}
