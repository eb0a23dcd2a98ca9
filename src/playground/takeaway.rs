//! The workspace as a folder for a real cluster: the manifests, and a README with the commands and with what differs there.

use super::session::{Done, What};
use super::workspace::Workspace;
use crate::api::meta;
use crate::manifest::documents;
use crate::value::Value;
use std::fmt::Write;

/// The version of Kubernetes that is simulated.
const VERSION: &str = "v1.36.3";

/// Name and text of every file of the folder `name`.
pub fn folder(name: &str, workspace: &Workspace, nodes: usize, done: &[Done]) -> Vec<(String, String)> {
    let objects: Vec<Value> = workspace
        .files
        .iter()
        .flat_map(|file| documents(&file.text))
        .filter_map(|document| document.value.ok())
        .filter(|value| !value.get("kind").str().is_empty())
        .collect();
    let mut files = vec![(format!("{name}/README.md"), readme(&objects, workspace, nodes, done)), (format!("{name}/kind.yaml"), kind_config(&objects, nodes))];
    // kubectl reads a folder in the order of the names, so the names say the order.
    for (index, file) in workspace.files.iter().enumerate() {
        files.push((format!("{name}/manifests/{:02}-{}", index + 1, file.name), file.text.clone()));
    }
    files
}

fn of_kind<'a>(objects: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    objects.iter().filter(move |object| object.get("kind").str() == kind)
}

fn services<'a>(objects: &'a [Value], type_: &'a str) -> impl Iterator<Item = &'a Value> {
    of_kind(objects, "Service").filter(move |service| service.path("spec.type").str() == type_)
}

fn node_ports(objects: &[Value]) -> Vec<i64> {
    let ports = of_kind(objects, "Service").flat_map(|service| service.path("spec.ports").items());
    ports.filter_map(|port| port.get("nodePort").as_i64()).collect()
}

fn has(objects: &[Value], kind: &str) -> bool {
    of_kind(objects, kind).next().is_some()
}

/// The cluster of `kind create cluster --config kind.yaml`: as many machines, in the same zones, and the ports that are wanted outside.
fn kind_config(objects: &[Value], nodes: usize) -> String {
    let mut text = String::from(
        "# kind create cluster --name kubarium --config kind.yaml\nkind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n",
    );
    let mut ports: Vec<(i64, i64)> = node_ports(objects).into_iter().map(|port| (port, port)).collect();
    if has(objects, "Ingress") {
        text.push_str("  labels:\n    ingress-ready: \"true\"\n");
        ports.extend([(80, 80), (443, 443)]);
    }
    if !ports.is_empty() {
        text.push_str("  extraPortMappings:\n");
        for (inside, outside) in ports {
            let _ = writeln!(text, "  - containerPort: {inside}\n    hostPort: {outside}");
        }
    }
    for index in 0..nodes.min(10) {
        let zone = char::from(b'a' + (index % 3) as u8);
        let _ = writeln!(text, "- role: worker\n  labels:\n    topology.kubernetes.io/zone: zone-{zone}");
    }
    text
}

fn readme(objects: &[Value], workspace: &Workspace, nodes: usize, done: &[Done]) -> String {
    let mut text = format!(
        "# These manifests on a real cluster\n\nThey were written in Kubarium, which simulates Kubernetes {VERSION} with {nodes} machine{}.\nThe numbers in front of the file names are the order in which they are applied.\n",
        if nodes == 1 { "" } else { "s" }
    );
    minikube(&mut text, objects, nodes);
    kind(&mut text, objects);
    text.push_str(
        "\n## Any other cluster\n\n    kubectl config get-contexts\n    kubectl config use-context NAME\n    kubectl apply --dry-run=server -f manifests/   # says what would be refused, changes nothing\n    kubectl diff -f manifests/\n    kubectl apply -f manifests/\n    kubectl get all --all-namespaces\n",
    );
    if has(objects, "Namespace") {
        text.push_str("\nThe dry run says `namespaces … not found` for objects whose namespace these manifests make; that ends with the namespace.\n");
    }
    text.push_str("\nTo take it away again:\n\n    kubectl delete -f manifests/\n");
    differences(&mut text, objects, workspace);
    let lines: Vec<String> =
        done.iter().filter_map(|done| if let What::Line(line) | What::Beside(line) = &done.what { Some(format!("    {line}\n")) } else { None }).collect();
    if !lines.is_empty() {
        text.push_str("\n## What was typed in the terminal\n\nNames of pods are other ones on your cluster.\n\n");
        text.extend(lines);
    }
    text
}

fn minikube(text: &mut String, objects: &[Value], nodes: usize) {
    let cni = if has(objects, "NetworkPolicy") { " --cni=calico" } else { "" };
    let nodes = nodes.min(10);
    let _ = write!(text, "\n## minikube\n\n    minikube start --kubernetes-version={VERSION} --nodes={nodes}{cni}\n");
    if has(objects, "Ingress") {
        text.push_str("    minikube addons enable ingress\n");
    }
    if has(objects, "HorizontalPodAutoscaler") {
        text.push_str("    minikube addons enable metrics-server\n");
    }
    text.push_str("    kubectl apply -f manifests/\n    kubectl get pods --all-namespaces --watch\n");
    for service in services(objects, "NodePort").chain(services(objects, "LoadBalancer")) {
        let _ = writeln!(text, "    minikube service {}{} --url", meta::name(service), in_namespace(service));
    }
    if services(objects, "LoadBalancer").next().is_some() {
        text.push_str("    minikube tunnel   # in a terminal of its own: gives the LoadBalancer its address\n");
    }
    text.push_str("    minikube delete   # when you are done\n");
}

fn kind(text: &mut String, objects: &[Value]) {
    let _ = write!(text, "\n## kind\n\n    kind create cluster --name kubarium --image kindest/node:{VERSION} --config kind.yaml\n");
    if has(objects, "Ingress") {
        text.push_str("    kubectl apply -f https://kind.sigs.k8s.io/examples/ingress/deploy-ingress-nginx.yaml\n");
        text.push_str("    kubectl wait -n ingress-nginx --for=condition=Ready pod -l app.kubernetes.io/component=controller --timeout=180s\n");
    }
    if has(objects, "HorizontalPodAutoscaler") {
        text.push_str("    kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml\n");
        text.push_str("    kubectl patch deployment metrics-server -n kube-system --type=json -p '[{\"op\":\"add\",\"path\":\"/spec/template/spec/containers/0/args/-\",\"value\":\"--kubelet-insecure-tls\"}]'\n");
    }
    text.push_str("    kubectl apply -f manifests/\n");
    for port in node_ports(objects) {
        let _ = writeln!(text, "    curl http://localhost:{port}/");
    }
    if services(objects, "LoadBalancer").next().is_some() {
        text.push_str("    # An address for the LoadBalancer: https://github.com/kubernetes-sigs/cloud-provider-kind\n");
    }
    text.push_str("    kind delete cluster --name kubarium   # when you are done\n\nIf there is no image of that version, leave `--image …` away; kind then takes its own.\n");
}

fn in_namespace(object: &Value) -> String {
    match meta::namespace(object) {
        "" => String::new(),
        namespace => format!(" -n {namespace}"),
    }
}

/// What a learner will find otherwise there, as far as these manifests have to do with it.
fn differences(text: &mut String, objects: &[Value], workspace: &Workspace) {
    text.push_str("\n## What differs there\n\n");
    text.push_str("- Images are really pulled: the first start takes minutes rather than seconds, and a name that no registry has fails.\n");
    text.push_str("- Programs do what they really do. Kubarium knows what the usual images log and answer; yours may say other things.\n");
    text.push_str("- Pods get other names and addresses, and the scheduler may choose other machines.\n");
    let hosts: Vec<&str> = of_kind(objects, "Ingress")
        .flat_map(|ingress| ingress.path("spec.rules").items())
        .map(|rule| rule.get("host").str())
        .filter(|host| !host.is_empty())
        .collect();
    if has(objects, "Ingress") {
        text.push_str("- An Ingress does nothing by itself: it needs an ingress controller, which the commands above install.\n");
    }
    if !hosts.is_empty() {
        let _ = writeln!(
            text,
            "- {} must lead to the controller: add a line `ADDRESS {}` to /etc/hosts, where ADDRESS is what `minikube ip` says, or 127.0.0.1 with kind.",
            hosts.join(" and "),
            hosts.join(" ")
        );
    }
    if services(objects, "LoadBalancer").next().is_some() {
        text.push_str("- A LoadBalancer stays `<pending>` where nobody provides load balancers; in a cloud it costs money.\n");
    }
    if of_kind(objects, "PersistentVolume").any(|volume| !volume.path("spec.hostPath").is_null()) {
        text.push_str("- hostPath volumes are folders of the machine on which the pod happens to run. They are for learning on one machine, not for work.\n");
    }
    if has(objects, "PersistentVolumeClaim") || of_kind(objects, "StatefulSet").any(|set| !set.path("spec.volumeClaimTemplates").is_empty()) {
        text.push_str("- minikube and kind have a default StorageClass (`standard`): a claim that names no class gets a volume made for it.\n");
    }
    if has(objects, "NetworkPolicy") {
        text.push_str("- NetworkPolicies count only where the network plugin carries them out: Calico and Cilium do, as does kind's own since v0.24.\n");
    }
    if has(objects, "HorizontalPodAutoscaler") {
        text.push_str("- The autoscaler needs metrics-server, and real load: `kubectl run load --image=busybox:1.37 -- sh -c 'while true; do wget -q -O- http://SERVICE; done'`.\n");
    }
    if workspace.files.iter().any(|file| file.text.contains("worker-") || file.text.contains("topology.kubernetes.io/")) {
        text.push_str("- Machines have other names and labels: `kubectl get nodes --show-labels`. kind.yaml gives its workers the zones of Kubarium; elsewhere use `kubectl label node`.\n");
    }
    if has(objects, "Secret") {
        text.push_str("- A Secret in a file is no secret: keep this folder out of public repositories, or choose other values.\n");
    }
    if has(objects, "Role") || has(objects, "ClusterRole") {
        text.push_str("- You need the right to make Roles there; on a cluster of your own you have it.\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playground::archive;
    use crate::playground::examples;
    use crate::value::Sort;

    fn readme_of(id: &str) -> String {
        let example = examples::all().iter().find(|example| example.id == id).expect("there is one");
        let done = [Done { at_ms: 1, what: What::Line("kubectl get pods".into()) }];
        folder("kubarium", &example.workspace(), example.nodes, &done).remove(0).1
    }

    #[test]
    fn the_commands_are_those_that_the_manifests_need() {
        let mongo = readme_of("mongo");
        for line in [
            "minikube start --kubernetes-version=v1.36.3 --nodes=3\n",
            "minikube addons enable ingress",
            "minikube service mongo-express-service --url",
            "minikube tunnel",
            "curl http://localhost:30081/",
            "ADDRESS mongo.local",
            "hostPath volumes",
            "A Secret in a file is no secret",
            "    kubectl get pods\n",
        ] {
            assert!(mongo.contains(line), "{line}\n{mongo}");
        }
        assert!(!mongo.contains("metrics-server") && !mongo.contains("calico"));
        let policy = readme_of("network-policy");
        assert!(policy.contains("--cni=calico") && !policy.contains("addons enable ingress") && !policy.contains("tunnel"));
    }

    #[test]
    fn every_example_can_be_taken_away_in_the_order_of_its_tabs() {
        for example in examples::all() {
            let files = folder("kubarium", &example.workspace(), example.nodes, &[]);
            let unpacked = archive::unpack(&archive::pack(&files)).expect("it can be unpacked");
            let manifests: Vec<&str> = unpacked.iter().skip(2).map(|file| file.name.as_str()).collect();
            let mut sorted = manifests.clone();
            sorted.order();
            assert_eq!(manifests, sorted);
            assert!(documents(&unpacked[1].text)[0].value.is_ok(), "{}", unpacked[1].text);
        }
    }
}
