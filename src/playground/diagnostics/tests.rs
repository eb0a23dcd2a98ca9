use super::*;
use crate::cluster::ClusterConfig;

fn look(text: &str) -> Forecast {
    let workspace = Workspace { files: vec![File { name: "web.yaml".into(), text: text.into() }] };
    forecast(&Cluster::new(&ClusterConfig::playground(1)), &Kubeconfig::single("kubarium", "https://10.0.0.10:6443", "default"), &workspace)
}

/// The text that each squiggle is under, and what it says.
fn squiggles(text: &str) -> Vec<(String, String)> {
    look(text).problems.into_iter().map(|problem| (text[problem.from..problem.to].to_owned(), problem.message)).collect()
}

const DEPLOYMENT: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: first
---
# A comment.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
      - name: web
        image: nginx
";

#[test]
fn a_good_file_is_told_what_it_would_do() {
    let forecast = look(DEPLOYMENT);
    assert_eq!((forecast.problems, forecast.created, forecast.configured, forecast.unchanged), (vec![], 2, 0, 0));
}

#[test]
fn a_misspelt_field_is_marked_where_it_is() {
    let found = squiggles(&DEPLOYMENT.replace("replicas:", "replica:").replace("image:", "imag:"));
    let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    assert!(places.contains(&"replica") && places.contains(&"imag"), "{found:?}");
    assert!(found.iter().all(|(_, message)| message.contains("unknown field")), "{found:?}");
}

#[test]
fn a_wrong_value_is_marked_itself() {
    let found = squiggles(&DEPLOYMENT.replace("replicas: 2", "replicas: -2"));
    assert_eq!(found[0].0, "-2", "{found:?}");
    let found = squiggles(&DEPLOYMENT.replace("replicas: 2", "replicas: two"));
    assert_eq!(found[0].0, "two", "{found:?}");
}

#[test]
fn a_text_that_is_no_yaml_and_a_kind_that_is_unknown_are_said() {
    assert_eq!(squiggles(&DEPLOYMENT.replace("  replicas: 2", "  replicas: [")).len(), 1);
    let found = squiggles(&DEPLOYMENT.replace("kind: Deployment", "kind: Deploiment"));
    assert_eq!(found[0].0, "kind: Deploiment", "{found:?}");
}

#[test]
fn what_one_file_makes_the_next_may_use() {
    let forecast =
        look("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  namespace: shop\n");
    assert_eq!((forecast.problems, forecast.created), (vec![], 2));
}
