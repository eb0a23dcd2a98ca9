//! Command lines that nobody should type: the page goes on, and Ctrl+C helps.

use super::bounded;
use kubarium::playground::session::{Report, Session, Setup};
use kubarium::playground::workspace::{File, Workspace};

/// How much the terminal may write in a second of a loop without an end.
const MOST_BYTES: usize = 64 << 20;

struct Typist {
    session: Session,
    workspace: Workspace,
}

impl Typist {
    fn new() -> Typist {
        let kept = File { name: "kept.yaml".into(), text: "kind: ConfigMap\napiVersion: v1\nmetadata: {name: kept}\n".into() };
        Typist { session: Session::new(&Setup::default()), workspace: Workspace { files: vec![kept] } }
    }

    fn seen(&mut self) -> String {
        let mut text = String::new();
        for report in self.session.take_reports() {
            match report {
                Report::Terminal(output) => text.push_str(&output.text),
                Report::Files(changes) => changes.into_iter().for_each(|(name, text)| self.workspace.write(&name, text)),
                _ => {}
            }
        }
        text
    }

    fn wait(&mut self, ms: u64) -> String {
        let until_ms = self.session.now_ms() + ms;
        while !self.session.advance(until_ms, 10_000) {}
        self.seen()
    }

    /// Types a line and looks for some time what comes of it.
    fn enter(&mut self, line: &str, ms: u64) -> String {
        self.session.enter(line, &self.workspace);
        self.seen() + &self.wait(ms)
    }
}

#[test]
fn lines_without_an_end_are_stopped_by_control_c() {
    let mut typist = Typist::new();
    for line in [
        "while true; do :; done",
        "while :; do echo x; done",
        "until false; do kubectl get nodes; done",
        "for ((;;)); do true; done",
        ":(){ :|:& };:",
        "f() { f; }; f",
        "f() { f | f; }; f",
        "bomb() { bomb & bomb & }; bomb; wait",
        "yes | cat | cat | cat > /dev/null",
        "yes",
        "cat /dev/zero",
        "head -c 99999999999 /dev/zero | base64",
        "yes | sort",
        "yes | awk '{while(1);}'",
        "echo {1..999999999}",
        "echo {1..1000}{1..1000}{1..1000}",
        "seq 1 999999999999",
        "printf '%999999999s' x",
        "sed ':a;s/^/x/;ta' kept.yaml",
        "eval \"$(yes)\"",
        "exec 3<&0; while read line <&3; do :; done",
        "while :; do echo y >> grown.yaml; done",
        "trap 'echo no' INT; while :; do :; done",
        "kubectl get pods -w | while read l; do echo $l; done",
        "watch -n 0.1 kubectl get nodes",
        "sleep 999999999",
        "$(yes yes)",
        "cat < /dev/stdin | cat",
        "kubectl apply -f /dev/zero",
        "yes 'kind: ConfigMap' | kubectl apply -f -",
        "kubectl create configmap big --from-literal=a=$(head -c 2000000 /dev/zero | tr '\\0' x)",
    ] {
        let text = bounded(line, || typist.enter(line, 1_000));
        assert!(text.len() < MOST_BYTES, "{line} wrote {} bytes", text.len());
        for _ in 0..3 {
            typist.session.interrupt();
            bounded(&format!("Ctrl+C after {line}"), || typist.wait(1_000));
            if typist.session.prompt().is_some() {
                break;
            }
        }
        if typist.session.prompt().is_none() {
            // A script that minds no Ctrl+C can be suspended or killed on a real machine, too.
            assert!(line.starts_with("trap"), "{line} can't be stopped");
            typist = Typist::new();
        }
        if line.contains('&') {
            // What runs in the background minds no Ctrl+C, here as elsewhere.
            typist = Typist::new();
        }
        let said = typist.enter("echo still here", 200);
        assert!(said.contains("still here\n"), "after {line}: {said:?}");
        assert!(typist.workspace.files.iter().any(|file| file.name == "kept.yaml" && file.text.contains("kept")), "{line}");
    }
}

#[test]
fn lines_of_any_form_are_read() {
    let mut typist = Typist::new();
    for line in [
        "\0".to_string(),
        "'".into(),
        "\"$(".into(),
        "((((((((".into(),
        "$((1/0)) $((9223372036854775807+1)) $((1<<99999)) $((2**99999))".into(),
        "x".repeat(100_000),
        format!("echo {}", "a ".repeat(50_000)),
        format!("echo {}", "'a' ".repeat(20_000)),
        format!("echo {}", "$(".repeat(5_000)),
        format!("{}echo x{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{}true{}", "if true; then ".repeat(2_000), "; fi".repeat(2_000)),
        format!("echo {}", "{a,b}".repeat(60)),
        format!("true{}", " | true".repeat(1_000)),
        format!("true{}", " && true".repeat(500)),
        format!("kubectl get {}", "pods,".repeat(300)),
        format!("kubectl get pods {}", "-l a=b ".repeat(2_000)),
        format!("kubectl {}", "get ".repeat(10_000)),
        format!("kubectl apply -f '{}b'", "*".repeat(100)),
        "kubectl get pods -o jsonpath='{range .items[*]}{range .items[*]}'".into(),
        "kubectl exec a -- sh -c 'while :; do :; done'".into(),
        "cat <<EOF\n\0\u{1b}[2J\u{feff}\nEOF".into(),
        "ls ////////////../../../../..; cd ../../../..; cd -".into(),
        "echo \u{202e}é\u{301}".into(),
    ] {
        let shown: String = line.chars().take(60).collect();
        bounded(&shown, || typist.enter(&line, 500));
        typist.session.interrupt();
        typist.session.end_input();
        bounded(&shown, || typist.wait(1_000));
        if typist.session.prompt().is_none() {
            typist.session.interrupt();
            typist.wait(1_000);
        }
        // A shell that has ended for Ctrl+D begins again with the next line.
        let said = typist.enter("echo still here", 300);
        assert!(said.contains("still here"), "after {shown}: {said:?}");
        bounded(&format!("completing {shown}"), || typist.session.complete(&line));
        bounded(&format!("colours of {shown}"), || typist.session.pieces(&line, &line));
    }
}
