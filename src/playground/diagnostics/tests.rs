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
fn what_follows_from_a_mistake_is_no_mistake_of_its_own() {
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }\n";
    let found = squiggles(&(DEPLOYMENT.replace("replicas:", "replica:") + service));
    assert_eq!(found.iter().map(|(place, _)| place.as_str()).collect::<Vec<_>>(), ["replica"], "{found:?}");
    let door = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: door }\nspec: { defaultBackend: { service: { name: web, port: { number: 80 } } } }\n";
    let found = squiggles(&(DEPLOYMENT.to_owned() + &service.replace("port: 80", "port: 0") + door));
    assert!(!found.is_empty() && found.iter().all(|(_, message)| message.contains("is invalid")), "{found:?}");
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

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: mongodb-secret
stringData:
  mongo-root-password: x
---
";

fn with_key(key: &str) -> String {
    let variable = format!(
        "        image: nginx\n        env:\n        - name: PASSWORD\n          valueFrom:\n            secretKeyRef:\n              name: mongodb-secret\n              key: {key} # of the database\n"
    );
    format!("{SECRET}{}", DEPLOYMENT.replace("        image: nginx\n", &variable))
}

#[test]
fn a_key_that_a_secret_has_not_is_marked_and_can_be_corrected() {
    let text = with_key("mongo-root-pasword");
    let forecast = look(&text);
    let [problem] = forecast.problems.as_slice() else { panic!("{:?}", forecast.problems) };
    assert_eq!(problem.message, "Secret mongodb-secret has no key mongo-root-pasword; did you mean mongo-root-password?");
    assert_eq!((problem.severity, &text[problem.from..problem.to]), (Severity::Warning, "mongo-root-pasword"));
    let fix = problem.fix.clone().expect("a correction");
    let mut corrected = text.clone();
    corrected.replace_range(fix.from..fix.to, &fix.insert);
    assert_eq!(corrected, with_key("mongo-root-password"));
    assert_eq!(look(&corrected).problems, vec![]);
}

#[test]
fn names_that_lead_nowhere_are_said() {
    let service = "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: { app: web }\n  ports:\n  - port: 80\n    targetPort: http\n";
    let ingress = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\nspec:\n  defaultBackend:\n    service:\n      name: webb\n      port:\n        number: 80\n";
    let claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: x\nspec:\n  storageClassName: fast\n  accessModes: [ReadWriteOnce]\n  resources:\n    requests:\n      storage: 1Gi\n";
    let text = format!("{DEPLOYMENT}{service}{ingress}{claim}");
    let messages: Vec<String> = look(&text).problems.into_iter().map(|problem| problem.message).collect();
    assert_eq!(
        messages,
        [
            "None of the Service's pods has a port named http.",
            "There is no Service webb in namespace default; did you mean web?",
            "There is no StorageClass fast, and no PersistentVolume names it.",
        ]
    );
    let text = format!("{DEPLOYMENT}{}", service.replace("{ app: web }", "\n    app: wep").replace("http", "80"));
    let problem = look(&text).problems.pop().expect("a problem");
    assert_eq!(problem.message, "No pod in namespace default has the labels app=wep, so the Service finds nobody; did you mean web?");
    assert_eq!(problem.fix.map(|fix| (fix.insert, &text[fix.from..fix.to])), Some(("web".to_owned(), "wep")));
}

#[test]
fn the_servers_words_lead_to_corrections() {
    let fixed = |text: String| {
        look(&text).problems.into_iter().filter_map(|problem| problem.fix).map(|fix| (text[fix.from..fix.to].to_owned(), fix.insert)).collect::<Vec<_>>()
    };
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(fixed(DEPLOYMENT.replace("replicas:", "replica:").replace("image:", "imag:")), [pair("replica", "replicas"), pair("imag", "image")]);
    assert_eq!(fixed(DEPLOYMENT.replace("kind: Deployment", "kind: Deploiment")), [pair("Deploiment", "Deployment")]);
    assert_eq!(fixed(DEPLOYMENT.replace("apps/v1", "extensions/v1beta1")), [pair("extensions/v1beta1", "apps/v1")]);
    assert_eq!(squiggles(&DEPLOYMENT.replace("apps/v1", "extensions/v1beta1"))[0].0, "extensions/v1beta1");
    assert_eq!(fixed(DEPLOYMENT.replace("        image: nginx\n", "        image: nginx\n        imagePullPolicy: Allways\n")), [pair("Allways", "Always")]);
}

#[test]
fn what_apply_would_do_is_told_object_by_object() {
    let mut cluster = Cluster::new(&ClusterConfig::playground(1));
    let kubeconfig = Kubeconfig::single("kubarium", "https://10.0.0.10:6443", "default");
    let workspace = |text: &str| Workspace { files: vec![File { name: "web.yaml".into(), text: text.into() }] };
    let verdicts = |cluster: &Cluster, text: &str| {
        let outlooks = forecast(cluster, &kubeconfig, &workspace(text)).outlooks;
        outlooks.into_iter().map(|outlook| (outlook.name.to_string(), outlook.verdict)).collect::<Vec<_>>()
    };
    let named = |first: Verdict, second: Verdict| vec![("first".to_owned(), first), ("web".to_owned(), second)];
    assert_eq!(verdicts(&cluster, DEPLOYMENT), named(Verdict::Created, Verdict::Created));
    let file = File { name: "web.yaml".into(), text: DEPLOYMENT.into() };
    for document in documents(DEPLOYMENT) {
        apply(&mut cluster, &kubeconfig, &file, &document, &mut Forecast::default());
    }
    assert_eq!(verdicts(&cluster, DEPLOYMENT), named(Verdict::Unchanged, Verdict::Unchanged));
    let changed = Difference { path: "spec.replicas".into(), before: Some("2".into()), after: Some("3".into()) };
    assert_eq!(verdicts(&cluster, &DEPLOYMENT.replace("replicas: 2", "replicas: 3")), named(Verdict::Unchanged, Verdict::Changed(vec![changed])));
    assert_eq!(verdicts(&cluster, &DEPLOYMENT.replace("replicas: 2", "replicas: -3")), named(Verdict::Unchanged, Verdict::Refused));
}
