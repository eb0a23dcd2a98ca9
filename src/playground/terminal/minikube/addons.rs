//! `minikube addons`: those that this cluster has.

use super::service::table;
use super::{Words, refuse, wrong_usage};
use crate::kubectl::{HostRequest, Session};

/// Each with who maintains it, and whether it can be switched.
const ADDONS: [(&str, &str); 4] =
    [("default-storageclass", "Kubernetes"), ("ingress", "Kubernetes"), ("metrics-server", "Kubernetes"), ("storage-provisioner", "minikube")];

/// `minikube addons list|enable|disable`
pub(super) async fn run(session: &Session, words: &[String]) -> i32 {
    let words = Words::of(words, &["-o", "--output", "--format"]);
    match words.arguments.as_slice() {
        ["list"] => list(session).await,
        [command @ ("enable" | "disable"), name] => switch(session, name, *command == "enable").await,
        ["enable" | "disable"] => wrong_usage(session, "usage: minikube addons enable ADDON_NAME"),
        _ => wrong_usage(session, "usage: minikube addons [list|enable|disable] [ADDON_NAME]"),
    }
}

async fn list(session: &Session) -> i32 {
    let mut rows = Vec::new();
    for (name, maintainer) in ADDONS {
        let is_on = session.host(HostRequest::HasAddon(name.to_owned())).await.is_ok_and(|answer| answer == "true");
        rows.push(vec![name.to_owned(), super::PROFILE.to_owned(), if is_on { "enabled ✅".into() } else { "disabled".into() }, maintainer.to_owned()]);
    }
    session.out(table(&["ADDON NAME", "PROFILE", "STATUS", "MAINTAINER"], &rows));
    0
}

async fn switch(session: &Session, name: &str, on: bool) -> i32 {
    let Some((_, maintainer)) = ADDONS.iter().find(|(known, _)| *known == name) else {
        let message = format!(
            "{} failed: addon '{name}' is not a valid addon packaged with minikube, or not simulated here. See 'minikube addons list'",
            if on { "enable" } else { "disable" }
        );
        return refuse(session, if on { "MK_ADDON_ENABLE" } else { "MK_ADDON_DISABLE" }, &message, 10);
    };
    if on {
        session.out_line(format!("💡  {name} is an addon maintained by {maintainer}. For any concerns contact minikube on GitHub."));
    }
    if let Err(why) = session.host(HostRequest::Addon(name.to_owned(), on)).await {
        session.err_line(why);
        return 1;
    }
    session.out_line(if on { format!("🌟  The '{name}' addon is enabled") } else { format!("🌑  \"The '{name}' addon is disabled\"") });
    0
}
