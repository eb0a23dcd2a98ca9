use super::*;
use crate::playground::workspace::File;

/// Labels at the place of `^` in a text.
fn at(marked: &str) -> Vec<String> {
    let offset = marked.find('^').expect("a place");
    let text = marked.replace('^', "");
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: login\ndata:\n  user: YQ==\n  password: YQ==\n";
    let other = secret.replace("login", "other").replace("user", "token");
    let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
    let workspace = Workspace { files: vec![file("a.yaml", &text), file("b.yaml", secret), file("c.yaml", &other)] };
    complete(&text, offset, &workspace, &Store::new(), &Registry::built_in()).into_iter().map(|completion| completion.label).collect()
}

const POD: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: first
---
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: nginx
    env:
    - name: USER
      valueFrom:
        secretKeyRef:
          name: login
          key: ^
    PLACE
";

#[test]
fn fields_come_from_the_schema_without_those_that_are_there() {
    let names = at(&POD.replace('^', "x").replace("PLACE", "^"));
    assert!(names.contains(&"readinessProbe".into()) && names.contains(&"ports".into()), "{names:?}");
    assert!(!names.contains(&"image".into()) && !names.contains(&"status".into()), "{names:?}");
    let typed = at(&POD.replace('^', "x").replace("PLACE", "rea^"));
    assert_eq!(typed, names);
    assert!(at("apiVersion: apps/v1\nkind: Deployment\n^").contains(&"spec".into()));
}

#[test]
fn objects_and_their_keys_are_known() {
    assert_eq!(at(&POD.replace("PLACE", "")), ["password", "user"]);
    assert_eq!(at(&POD.replace("key: ^", "key: x").replace("name: login", "name: ^").replace("PLACE", "")), ["login", "other"]);
    assert!(at("kind: ^").contains(&"Deployment".into()));
    assert_eq!(at("apiVersion: v1\nkind: Pod\nspec:\n  restartPolicy: ^"), ["Always", "OnFailure", "Never"]);
}

#[test]
fn a_field_is_explained() {
    let text = POD.replace('^', "x").replace("PLACE", "");
    let offset = text.find("image").unwrap() + 2;
    let help = help(&text, offset).unwrap();
    assert_eq!((&text[help.from..help.to], help.title.as_str()), ("image", "image <string>"));
    assert!(help.text.contains("image"), "{}", help.text);
}

#[test]
fn no_place_is_too_strange() {
    for marked in ["^", "-^", "a: ^", ": ^", "é^", "- - ^", "---\n^", "kind: Pod\n\"^"] {
        at(marked);
    }
}

#[test]
fn an_empty_document_offers_whole_objects_that_apply() {
    let found = complete("^", 0, &Workspace::default(), &Store::new(), &Registry::built_in());
    let new: Vec<&Completion> = found.iter().filter(|completion| completion.detail == "new object").collect();
    assert!(new.iter().any(|completion| completion.label == "Deployment") && new.len() > 6);
    assert!(new.iter().all(|completion| documents(&completion.insert)[0].value.is_ok()));
    assert!(!at("apiVersion: v1\n^").contains(&"Deployment".into()));
}

#[test]
fn labels_targets_and_versions_are_those_that_fit() {
    assert_eq!(at("apiVersion: ^\nkind: CronJob\n"), ["batch/v1"]);
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    app: shop\n---\n";
    assert_eq!(at(&format!("{pod}apiVersion: v1\nkind: Service\nmetadata:\n  name: s\nspec:\n  selector:\n    app: ^\n")), ["shop"]);
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n---\n";
    let autoscaler =
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: s\nspec:\n  scaleTargetRef:\n    kind: Deployment\n    name: ^\n";
    assert_eq!(at(&format!("{web}{autoscaler}")), ["web"]);
}
