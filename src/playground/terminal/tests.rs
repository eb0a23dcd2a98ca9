//! What a person meets who types into the terminal.

use crate::kubelet::runtime::Prompt;
use crate::playground::session::{Report, Session, Setup};
use crate::playground::workspace::{File, Workspace};

/// Somebody at the terminal, with files.
struct Typist {
    session: Session,
    workspace: Workspace,
}

impl Typist {
    fn new(files: &[(&str, &str)]) -> Typist {
        let files = files.iter().map(|(name, text)| File { name: (*name).into(), text: (*text).into() }).collect();
        Typist { session: Session::new(&Setup::default()), workspace: Workspace { files } }
    }

    /// What was written since the last look; files go to the workspace as the page puts them there.
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

    /// Types a line and waits until the shell wants another one, for a minute at most.
    fn enter(&mut self, line: &str) -> String {
        self.session.enter(line, &self.workspace);
        let mut text = self.seen();
        for _ in 0..600 {
            if self.session.prompt().is_some() {
                break;
            }
            text += &self.wait(100);
        }
        text
    }
}

#[test]
fn commands_are_joined_as_a_shell_joins_them() {
    let mut typist = Typist::new(&[("a.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n")]);
    for (line, said) in [
        ("kubectl get nodes -o name | sort -r | head -1", "node/worker-3\n"),
        ("kubectl get nodes --no-headers | wc -l", "3\n"),
        ("kubectl get ns | awk '$1 ~ /^kube/ {print $1}' | tr '\\n' ' '", "kube-node-lease kube-public kube-system "),
        ("N=$(kubectl get nodes -o jsonpath='{.items[0].metadata.name}'); echo \"first: $N\"", "first: worker-1\n"),
        ("echo -n secret | base64", "c2VjcmV0\n"),
        ("echo c2VjcmV0 | base64 -d", "secret"),
        ("kubectl get nothing 2>/dev/null || echo failed with $?", "failed with 1\n"),
        ("kubectl get pods && echo fine; echo done", "No resources found in default namespace.\nfine\ndone\n"),
        ("kubectl apply -f a.yaml", "configmap/a created\n"),
        ("cat a.yaml | kubectl apply -f -", "configmap/a unchanged\n"),
        ("for n in 1 2; do kubectl create configmap c$n; done", "configmap/c1 created\nconfigmap/c2 created\n"),
        (
            "kubectl get cm -o name | grep c[12] | xargs kubectl delete",
            "configmap \"c1\" deleted from default namespace\nconfigmap \"c2\" deleted from default namespace\n",
        ),
        ("foo", "bash: foo: command not found\n"),
        ("alias kg='kubectl get'", ""),
        ("kg cm a -o name", "configmap/a\n"),
        ("k get cm a -o name", "configmap/a\n"),
        ("sudo ls /tmp", ""),
    ] {
        assert_eq!(typist.enter(line), said, "{line}");
    }
}

#[test]
fn files_of_the_shell_are_the_files_of_the_tabs() {
    let mut typist = Typist::new(&[("a.yaml", "a: 1\n")]);
    assert_eq!(typist.enter("ls"), "a.yaml\n");
    typist.enter("kubectl create deployment web --image=nginx --dry-run=client -o yaml > web.yaml");
    assert_eq!(typist.workspace.files[1].name, "web.yaml");
    assert!(typist.workspace.files[1].text.contains("kind: Deployment"));
    typist.enter("mv a.yaml b.yaml && echo 'b: 2' >> b.yaml");
    let names: Vec<&str> = typist.workspace.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["web.yaml", "b.yaml"]);
    assert_eq!(typist.workspace.files[1].text, "a: 1\nb: 2\n");
    // What is edited in a tab is what the next command finds.
    typist.workspace.files[1].text = "edited\n".into();
    assert_eq!(typist.enter("cat b.yaml"), "edited\n");
    typist.enter("rm b.yaml");
    assert_eq!(typist.workspace.files.len(), 1);
    // Folders have no tabs; commands find what is in them.
    typist.enter("mkdir -p deep && cp web.yaml deep/ && cd deep");
    assert_eq!(typist.workspace.files.len(), 1);
    assert_eq!(typist.enter("kubectl apply -f web.yaml -f ../web.yaml"), "deployment.apps/web created\ndeployment.apps/web unchanged\n");
}

#[test]
fn a_here_document_is_typed_line_by_line() {
    let mut typist = Typist::new(&[]);
    assert_eq!(typist.enter("kubectl apply -f - <<EOF"), "");
    assert_eq!(typist.session.prompt(), Some(Prompt::More));
    for line in ["apiVersion: v1", "kind: ConfigMap", "metadata:", "  name: typed"] {
        assert_eq!(typist.enter(line), "");
    }
    assert_eq!(typist.enter("EOF"), "configmap/typed created\n");
    assert_eq!(typist.session.prompt(), Some(Prompt::Command));
}

#[test]
fn what_runs_on_ends_with_ctrl_c() {
    let mut typist = Typist::new(&[]);
    typist.session.enter("kubectl get pods -w; echo never", &typist.workspace.clone());
    typist.wait(1_000);
    assert_eq!(typist.session.prompt(), None);
    typist.session.interrupt();
    assert_eq!(typist.session.prompt(), Some(Prompt::Command));
    assert_eq!(typist.enter("echo $?"), "130\n");
    // A pipe that nobody reads any more ends it, too.
    typist.enter("kubectl create deployment web --image=nginx --replicas=3");
    assert!(typist.enter("kubectl get pods -w | head -1").starts_with("NAME "));
    // A half-typed command is forgotten.
    typist.enter("echo 'half");
    typist.session.interrupt();
    assert_eq!(typist.enter("echo whole"), "whole\n");
}

#[test]
fn what_a_button_does_disturbs_nothing_that_runs() {
    let mut typist = Typist::new(&[]);
    typist.enter("kubectl create deployment web --image=nginx");
    typist.session.enter("cat > typed", &typist.workspace.clone());
    assert_eq!(typist.wait(100), "");
    typist.session.enter_beside("kubectl scale deployment web --replicas=2; cat", &typist.workspace.clone());
    assert_eq!(typist.wait(1_000), "deployment.apps/web scaled\n");
    assert_eq!(typist.session.undoable().as_deref(), Some("kubectl scale deployment web --replicas=2; cat"));
    typist.session.enter("mine", &typist.workspace.clone());
    typist.session.end_input();
    typist.wait(100);
    assert_eq!(typist.enter("cat typed; kubectl get deploy web -o jsonpath={.spec.replicas}"), "mine\n2");
}

#[test]
fn a_fault_in_the_middle_of_an_instant_is_met_again_in_the_past() {
    let mut typist = Typist::new(&[]);
    typist.session.enter("kubectl create deployment web --image=nginx --replicas=30", &typist.workspace.clone());
    for _ in 0..40 {
        // The clock stops wherever it is, perhaps before all that is due then was done.
        let until_ms = typist.session.now_ms() + 100;
        typist.session.advance(until_ms, 3);
        typist.session.enter("fault stop worker-1", &typist.workspace.clone());
        typist.session.advance(until_ms, 3);
        typist.session.enter("fault start worker-1; curl -s 10.0.0.11", &typist.workspace.clone());
    }
    typist.wait(20_000);
    let digest = |session: &Session| format!("{:?}", session.cluster().store().list(&crate::api::resource::PODS, None).collect::<Vec<_>>());
    let (now, at_ms) = (digest(&typist.session), typist.session.now_ms());
    typist.session.go_to(0);
    while !typist.session.arrive(1_000) {}
    while !typist.session.advance(at_ms - 1, 1_000) {}
    assert!(typist.session.is_in_past());
    assert_eq!(digest(&typist.session), now);
}

#[test]
fn a_command_beside_the_others_runs_as_the_clock_does() {
    let mut typist = Typist::new(&[]);
    typist.enter("kubectl create deployment web --image=nginx");
    let said = typist.enter("kubectl rollout status deployment/web");
    assert!(said.ends_with("deployment \"web\" successfully rolled out\n"), "{said}");
    typist.session.enter("watch -n 1 kubectl get deploy", &typist.workspace.clone());
    let said = typist.wait(2_500);
    assert_eq!(said.matches("\u{1b}[H\u{1b}[J").count(), 3, "{said}");
    assert!(said.contains("1/1"));
    typist.session.interrupt();
}

#[test]
fn one_can_sit_in_a_container() {
    let mut typist = Typist::new(&[]);
    typist.enter("kubectl run box --image=busybox --command -- sleep 3600");
    typist.enter("kubectl wait --for=condition=Ready pod/box");
    typist.session.enter("kubectl exec -it box -- sh", &typist.workspace.clone());
    assert_eq!(typist.wait(100), "/ # ");
    typist.session.enter("hostname; x=5", &typist.workspace.clone());
    assert_eq!(typist.wait(100), "box\n/ # ");
    typist.session.enter("exit $x", &typist.workspace.clone());
    assert_eq!(typist.wait(200), "command terminated with exit code 5\n");
    assert_eq!(typist.session.prompt(), Some(Prompt::Command));
    let said = typist.enter("echo hello | kubectl exec -i box -- cat");
    assert_eq!(said, "hello\n");
}

#[test]
fn kubens_changes_where_commands_look() {
    let mut typist = Typist::new(&[]);
    assert_eq!(typist.enter("kubens kube-system"), "✔ Active namespace is \"kube-system\"\n");
    assert!(typist.enter("kubectl get pods").contains("kube-system namespace"));
    assert_eq!(typist.enter("kubens nowhere"), "error: no namespace exists with name \"nowhere\"\n");
    assert_eq!(typist.enter("kubens -"), "✔ Active namespace is \"default\"\n");
    assert_eq!(typist.enter("kubens -c"), "default\n");
}

#[test]
fn minikube_reaches_the_cluster_from_outside() {
    let mut typist = Typist::new(&[("page.txt", "hello\n")]);
    typist.enter("kubectl create deployment web --image=nginx --port=80");
    typist.enter("kubectl expose deployment web --type=LoadBalancer --port=80");
    typist.enter("kubectl rollout status deploy/web");
    let url = typist.enter("minikube service web --url");
    assert!(url.starts_with("http://10.0.0.11:3"), "{url}");
    assert!(typist.enter("curl -s $(minikube service web --url)").contains("Welcome to nginx!"));
    let said = typist.enter("minikube service web");
    assert!(said.contains("answers 200:") && said.contains("Welcome to nginx!"), "{said}");
    assert!(typist.enter("minikube service nothing").contains("Exiting due to SVC_NOT_FOUND"));
    assert!(typist.enter("kubectl get svc web").contains("<pending>"));
    typist.session.enter("minikube tunnel", &typist.workspace.clone());
    assert!(typist.wait(3_000).contains("Starting tunnel for service web."));
    typist.session.interrupt();
    typist.enter("minikube tunnel &");
    typist.wait(3_000);
    assert!(typist.enter("curl -s http://$(kubectl get svc web -o jsonpath='{.status.loadBalancer.ingress[0].ip}')").contains("Welcome to nginx!"));
    typist.enter("kill %1; kill $!");
    typist.wait(3_000);
    assert!(typist.enter("kubectl get svc web").contains("<pending>"));
    typist.enter("minikube mount .:/data &");
    typist.wait(100);
    let overrides = r#"{"spec":{"containers":[{"name":"see","image":"busybox","command":["cat","/data/page.txt"],"volumeMounts":[{"name":"d","mountPath":"/data"}]}],"volumes":[{"name":"d","hostPath":{"path":"/data"}}]}}"#;
    let said = typist.enter(&format!("kubectl run see --image=busybox --restart=Never --rm -i --overrides='{overrides}'"));
    assert!(said.contains("\nhello\n"), "{said}");
}

#[test]
fn a_forwarded_port_leads_to_the_pod() {
    let mut typist = Typist::new(&[]);
    typist.enter(
        "kubectl create deployment web --image=nginx --port=80; kubectl expose deployment web --port=8080 --target-port=80; kubectl rollout status deploy/web",
    );
    assert!(
        typist.enter("kubectl port-forward svc/web 9000:8080 & sleep 1").contains("Forwarding from 127.0.0.1:9000 -> 80\nForwarding from [::1]:9000 -> 80\n")
    );
    let said = typist.enter("curl -s localhost:9000; sleep 1");
    assert!(said.contains("Welcome to nginx!") && said.contains("Handling connection for 9000"), "{said}");
    assert!(typist.enter("curl localhost:9001").contains("curl: (7) Failed to connect to localhost port 9001"));
}

#[test]
fn tab_knows_commands_kinds_names_and_files() {
    let mut typist = Typist::new(&[("web.yaml", ""), ("data.json", "")]);
    typist.enter("kubectl create deployment shop --image=nginx; kubectl create namespace demo; kubectl create configmap one -n demo; kubectl expose deploy shop --port 80; mkdir sub; sleep 3");
    let offered = |line: &str| -> Vec<String> { typist.session.complete(line).candidates.into_iter().map(|candidate| candidate.text).collect() };
    for (line, first) in [
        ("kube", vec!["kubectl", "kubens", "kubectx"]),
        ("kubectl get deployments.apps ", vec!["shop"]),
        ("kubectl get deploy/", vec!["deploy/shop"]),
        ("kubectl -n demo get cm o", vec!["one"]),
        ("kubectl get cm -n ", vec!["default", "demo", "kube-node-lease", "kube-public", "kube-system"]),
        ("kubectl get cm --namespace=de", vec!["--namespace=default", "--namespace=demo"]),
        ("kubectl rollout st", vec!["status"]),
        ("kubectl rollout status deployment sh", vec!["shop"]),
        ("kubectl apply -f ", vec!["data.json", "sub/", "web.yaml"]),
        ("kubectl apply --filename=w", vec!["--filename=web.yaml"]),
        ("kubectl get pods --field", vec!["--field-selector="]),
        ("kubectl get pods | gre", vec!["grep"]),
        ("kubectl get pods -o ya", vec!["yaml"]),
        ("echo $(kubectl drain worker-", vec!["worker-1", "worker-2", "worker-3"]),
        ("cat da", vec!["data.json"]),
        ("echo x > we", vec!["web.yaml"]),
        ("kubens k", vec!["kube-node-lease", "kube-public", "kube-system"]),
        ("minikube service s", vec!["shop"]),
        ("sudo minikube tu", vec!["tunnel"]),
        ("kubectl get nothing ", vec![]),
    ] {
        assert_eq!(offered(line), first, "{line}");
    }
    assert!(offered("kubectl get po").starts_with(&["pods".to_owned(), "podtemplates".to_owned()]));
    assert_eq!(typist.session.complete("kubectl get pods -n kube-").common(), "kube-");
    assert_eq!(typist.session.complete("x; kubectl get pods -n kube-").from, 23);
}
