use super::{Finding, Fix, inspect, place_of};
use crate::playground::scene::ObjectRef;
use crate::playground::session::{Session, Setup};
use crate::playground::workspace::{File, Workspace};

/// What is said of an object when it says these words, or else after that much time.
fn said(manifest: &str, resource: (&'static str, &'static str), name: &str, words: &str, limit_ms: u64) -> (Finding, Session, Workspace) {
    let workspace = Workspace { files: vec![File { name: "a.yaml".into(), text: manifest.into() }] };
    let mut session = Session::new(&Setup::default());
    session.apply(&workspace);
    loop {
        let until_ms = session.now_ms() + 1_000;
        while !session.advance(until_ms, 1000) {}
        let object = find(&session, resource, name);
        let finding = inspect(&object, session.cluster(), session.began_ms()).expect("it is there").finding;
        if until_ms >= limit_ms || (!words.is_empty() && finding.sentence.contains(words)) {
            return (finding, session, workspace);
        }
    }
}

/// The first object of a kind whose name begins so.
fn find(session: &Session, (group, plural): (&'static str, &'static str), prefix: &str) -> ObjectRef {
    let resource = crate::api::resource::GroupResource::new(group, plural);
    let found = session.cluster().store().list(&resource, None).find(|object| crate::api::meta::name(object).starts_with(prefix));
    ObjectRef { key: crate::api::meta::key(found.unwrap_or_else(|| panic!("no {plural} {prefix}"))), resource }
}

fn deployment(container: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  replicas: 1\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n    \
         metadata: {{labels: {{app: web}}}}\n    spec:\n      containers:\n      - name: main\n{container}"
    )
}

#[test]
fn a_wrong_key_leads_to_the_line_that_has_it() {
    let container = "        image: nginx\n        env:\n        - name: PASSWORD\n          valueFrom:\n            secretKeyRef:\n              name: store\n              key: pasword\n";
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: store}\nstringData: {password: x, user: z}\n";
    let (finding, session, workspace) = said(&(deployment(container) + secret), ("", "pods"), "web-", "pasword", 20_000);
    assert!(finding.sentence.contains("pasword"), "{}", finding.sentence);
    assert_eq!(finding.advice, "Secret store has password, user. Did you mean password?");
    let Some(Fix::Field { object, path }) = finding.fix else { panic!("{finding:?}") };
    let place = place_of(&workspace, &object, &path, session.cluster().server().registry(), "default").expect("it is in the file");
    assert_eq!((place.line, &workspace.files[0].text[place.from..place.from + 12]), (18, "key: pasword"));
}

#[test]
fn what_went_wrong_is_said_in_plain_words() {
    let pod = ("", "pods");
    for (container, limit_ms, sentence, fix) in [
        ("        image: nginx:missing\n", 5_000, "The image of container main can't be pulled", "spec.template.spec.containers[0].image"),
        (
            "        image: busybox\n        command: [sh, -c, exit 3]\n",
            120_000,
            "restarts); the last time with exit code 3: the program says that something went wrong.",
            "kubectl logs web-",
        ),
        (
            "        image: polinux/stress\n        command: [stress, --vm, '1', --vm-bytes, 200M, --vm-hang, '1']\n        resources: {limits: {memory: 100Mi}}\n",
            60_000,
            "it wanted more memory than its limit of 100Mi, and was killed",
            "spec.template.spec.containers[0].resources.limits.memory",
        ),
        (
            "        image: nginx\n        resources: {requests: {cpu: '100'}}\n",
            5_000,
            "No node can take it: 0/3 nodes",
            "spec.template.spec.containers[0].resources.requests",
        ),
        (
            "        image: nginx\n        readinessProbe: {httpGet: {port: 81}, periodSeconds: 2}\n",
            20_000,
            "so it gets no requests. Readiness probe failed",
            "spec.template.spec.containers[0].readinessProbe",
        ),
    ] {
        let (finding, ..) = said(&deployment(container), pod, "web-", sentence, limit_ms);
        assert!(finding.sentence.contains(sentence), "{sentence}\n{}", finding.sentence);
        let words = match finding.fix {
            Some(Fix::Line(line)) => line,
            Some(Fix::Field { path, .. }) => path,
            other => panic!("{sentence}: {other:?}"),
        };
        assert!(words.starts_with(fix), "{fix}\n{words}");
    }
}

#[test]
fn a_service_says_why_nobody_answers() {
    let service = |selector: &str, port: &str| {
        deployment("        image: nginx\n")
            + &format!("---\napiVersion: v1\nkind: Service\nmetadata: {{name: front}}\nspec: {{selector: {selector}, ports: [{port}]}}\n")
    };
    for (selector, port, sentence, advice) in [
        ("{app: wep}", "{port: 80}", "No pod has the labels that it selects (app=wep)", "Pods here have app=web. Did you mean that?"),
        ("{app: web}", "{port: 80, targetPort: 8080}", "nothing listens there in pod web-", ""),
        ("{app: web}", "{port: 80, targetPort: http}", "Its pods have no port called http", ""),
        ("{app: web}", "{port: 80}", "", ""),
    ] {
        let (finding, ..) = said(&service(selector, port), ("", "services"), "front", sentence, 30_000);
        assert!(finding.sentence.contains(sentence) && finding.is_empty() == sentence.is_empty(), "{sentence}\n{}", finding.sentence);
        assert_eq!(finding.advice, advice, "{sentence}");
    }
}

#[test]
fn a_claim_says_which_volume_comes_nearest() {
    let manifest = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: manual, hostPath: {path: /x}}\n---\n\
         apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: wish}\nspec: {accessModes: [ReadWriteOnce], storageClassName: manual, resources: {requests: {storage: 2Gi}}}\n";
    let (finding, ..) = said(manifest, ("", "persistentvolumeclaims"), "wish", "", 5_000);
    assert_eq!(finding.sentence, "No volume suits it. The nearest is disk, but it is too small: 1Gi of the 2Gi that are wanted.");
}

#[test]
fn an_ingress_says_who_takes_care_of_it() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: front}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n---\n";
    let class = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: other}\nspec: {controller: example.com/other}\n---\n";
    for (named, sentence) in [
        ("", ""),
        ("ingressClassName: nginx, ", ""),
        ("ingressClassName: other, ", "doesn't take care of it"),
        ("ingressClassName: missing, ", "There is no IngressClass missing"),
    ] {
        let ingress = format!(
            "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: door}}\nspec: {{{named}rules: [{{host: a.example, http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: front, port: {{number: 80}}}}}}}}]}}}}]}}\n"
        );
        let manifest = format!("{class}{service}{}{ingress}", deployment("        image: nginx\n"));
        let (finding, ..) = said(&manifest, ("networking.k8s.io", "ingresses"), "door", "", 70_000);
        assert!(finding.sentence.contains(sentence) && finding.is_empty() == sentence.is_empty(), "{named}: {}", finding.sentence);
    }
}
