//! `kubectl run --attach`: waits for the pod, shows what it writes, and deletes it with `--rm`.

use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::resources;
use crate::server::request::Verb;
use crate::value::json;

/// How often the pod is looked at.
const POLL_MS: u64 = 100;

/// Shows the pod's log until it has ended; the exit code is its container's.
pub(super) async fn attach(invocation: &Invocation, name: &str) -> Result<(), Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    let deadline_ms = invocation.session.now_ms() + invocation.flags.duration_ms("pod-running-timeout").max(0) as u64;
    let mut shown = 0;
    let pod = loop {
        let pod = invocation.get(&mapping, &invocation.namespace, name).await?;
        let phase = pod.path("status.phase").str().to_string();
        if matches!(phase.as_str(), "Running" | "Succeeded" | "Failed") {
            let text = log(invocation, name).await.unwrap_or_default();
            invocation.session.out(text.get(shown..).unwrap_or(""));
            shown = shown.max(text.len());
        } else if invocation.session.now_ms() >= deadline_ms {
            return Err(Failure::text("timed out waiting for the condition"));
        }
        if matches!(phase.as_str(), "Succeeded" | "Failed") {
            break pod;
        }
        invocation.session.sleep_ms(POLL_MS).await;
    };
    if invocation.flags.is("rm") {
        invocation.send(invocation.request_for(Verb::Delete, &mapping, &invocation.namespace, name)).await?;
        invocation.session.out_line(format!("pod \"{name}\" deleted from {} namespace", invocation.namespace));
    }
    let exit_code = pod.path("status.containerStatuses").items().first().and_then(|status| status.path("state.terminated.exitCode").as_i64()).unwrap_or(0);
    if exit_code == 0 {
        return Ok(());
    }
    if invocation.flags.text("restart") == "Never" {
        return Err(Failure::Exit(exit_code as i32));
    }
    Err(Failure::text(format!("pod {}/{name} terminated", invocation.namespace)))
}

async fn log(invocation: &Invocation, name: &str) -> Result<String, Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    let mut request = invocation.request_for(Verb::Get, &mapping, &invocation.namespace, name).with_body(json!({"container": name}));
    request.subresource = "log".into();
    Ok(invocation.send(request).await?.str().to_string())
}
