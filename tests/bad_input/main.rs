//! Bad input of every sort gets an answer in bounded time, and loses nothing.
//!
//! How long something may take is never asserted closely: a bound that is passed means that the cost grows with more than the input's size.

mod requests;
mod served;
mod terminal;
mod texts;

use kubarium::api::resource::CONFIG_MAPS;
use kubarium::cluster::{Cluster, ClusterConfig, run_to_end};
use kubarium::kubectl::{Environment, Files, Kubeconfig};
use std::time::{Duration, Instant};

/// Far more than anything here takes in a debug build on a slow machine, and far less than what hangs.
const BOUND: Duration = Duration::from_secs(60);
/// How long a command may wait, in cluster time.
const LIMIT_MS: u64 = 60_000;

/// Does it, and sees that it comes to an end soon.
fn bounded<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let done = work();
    println!("{:?}: {what}", began.elapsed());
    assert!(began.elapsed() < BOUND, "{what} took {:?}", began.elapsed());
    done
}

/// What a command has said.
struct Said {
    exit_code: i32,
    stdout: String,
    stderr: String,
}

/// Somebody with a cluster in which something is kept.
#[derive(Clone)]
struct Person {
    cluster: Cluster,
}

impl Person {
    fn new() -> Person {
        let mut person = Person { cluster: Cluster::new(&ClusterConfig::reference(1)) };
        person.wait(20_000);
        assert_eq!(person.kubectl(&["create", "configmap", "kept", "--from-literal=a=1"], "").exit_code, 0);
        person
    }

    fn wait(&mut self, ms: u64) {
        let until_ms = self.cluster.now_ms() + ms;
        while !self.cluster.advance(until_ms, 10_000) {}
    }

    fn kubectl(&mut self, arguments: &[&str], stdin: &str) -> Said {
        let environment = Environment {
            registry: self.cluster.server().registry().clone(),
            files: Files::new(),
            stdin: Some(stdin.into()),
            is_terminal: false,
            kubeconfig: Kubeconfig::single("test", "https://10.0.0.10:6443", "default"),
        };
        let arguments: Vec<String> = arguments.iter().map(|argument| argument.to_string()).collect();
        let outcome = run_to_end(&mut self.cluster, &arguments, environment, LIMIT_MS);
        Said { exit_code: outcome.exit_code, stdout: outcome.stdout, stderr: outcome.stderr }
    }

    fn apply(&mut self, text: &str) -> Said {
        self.kubectl(&["apply", "-f", "-"], text)
    }

    /// Sees that what there was is there, and that the cluster still answers.
    fn check(&mut self, what: &str) {
        let kept = self.cluster.store().get(&CONFIG_MAPS, "default", "kept").map(|kept| kept.path("data.a").str().to_string());
        assert_eq!(kept.as_deref(), Some("1"), "{what}");
        assert_eq!(self.kubectl(&["get", "configmap", "kept", "-o", "name"], "").stdout, "configmap/kept\n", "{what}");
    }
}
