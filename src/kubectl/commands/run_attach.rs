//! `kubectl run --attach`: waits for the pod, shows what it writes, and deletes it with `--rm`.

use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::resources;
use crate::server::request::Verb;

/// How often the pod is looked at.
const POLL_MS: u64 = 100;

/// Shows the pod's log until it has ended; the exit code is its container's.
pub(super) async fn attach(invocation: &Invocation, name: &str) -> Result<(), Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    let deadline_ms = invocation.session.now_ms() + invocation.flags.duration_ms("pod-running-timeout").max(0) as u64;
    let pod = loop {
        let pod = invocation.get(&mapping, &invocation.namespace, name).await?;
        let phase = pod.path("status.phase").str().to_string();
        if matches!(phase.as_str(), "Running" | "Succeeded" | "Failed") {
            break pod;
        }
        if invocation.session.now_ms() >= deadline_ms {
            return Err(Failure::text("timed out waiting for the condition"));
        }
        invocation.session.sleep_ms(POLL_MS).await;
    };
    super::attach::follow(invocation, &pod, name, false).await?;
    let starts_again = invocation.flags.text("restart") == "Always";
    let pod = loop {
        let pod = invocation.get(&mapping, &invocation.namespace, name).await?;
        if starts_again || matches!(pod.path("status.phase").str(), "Succeeded" | "Failed") {
            break pod;
        }
        invocation.session.sleep_ms(POLL_MS).await;
    };
    if starts_again && invocation.flags.is("stdin") && invocation.flags.is("tty") && !invocation.flags.is("rm") {
        let resume = format!("kubectl attach {name} -c {name} -i -t");
        invocation.session.err_line(format!("Session ended, resume using '{resume}' command when the pod is running"));
    }
    if invocation.flags.is("rm") {
        invocation.send(invocation.request_for(Verb::Delete, &mapping, &invocation.namespace, name)).await?;
        invocation.session.out_line(format!("pod \"{name}\" deleted from {} namespace", invocation.namespace));
    }
    if starts_again {
        return Ok(());
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
