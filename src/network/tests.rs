use super::*;
use crate::api::resource::{ENDPOINT_SLICES, NAMESPACES, NETWORK_POLICIES, SERVICE_ACCOUNTS};
use crate::kubelet::runtime::{Answer as Said, ConnectError, DnsConfig, HttpResponse, Network as _, ResolveError, SandboxConfig};
use crate::server::client::Client;
use crate::server::request::{PatchType, User};
use crate::store::Cause;
use crate::value::json;

const START_MS: u64 = 1_795_420_800_000;

/// Servers by pod name and port; all machines are up but those named.
#[derive(Clone, Default)]
struct Fakes {
    listening: Vec<(SmolStr, u16)>,
    down: Vec<SmolStr>,
}

impl Containers for Fakes {
    fn is_node_up(&self, node: &str) -> bool {
        !self.down.iter().any(|down| down == node)
    }

    fn listens(&self, pod_uid: &str, port: u16) -> bool {
        self.listening.iter().any(|(uid, listened)| uid == pod_uid && *listened == port)
    }

    fn answer(&self, pod_uid: &str, request: &HttpRequest, _client_ip: &str, _now_ms: u64) -> Option<Said> {
        let body = format!("{} {}", request.header("Host").unwrap_or(""), request.path);
        self.listens(pod_uid, request.port).then(|| Said { delay_ms: 5, response: HttpResponse { status: 200, headers: Vec::new(), body }, access_log: None })
    }
}

struct Room {
    server: Server,
    network: Network,
    containers: Fakes,
    now_ms: u64,
    seen: u64,
}

impl Room {
    /// Two machines; in `demo` the Service `web` with the pods `web-1` and `web-2`, the headless Service `db` with `db-0`, and the pod `client`;
    /// in `shop` the pod `stranger`.
    fn new(config: NetworkConfig) -> Room {
        let mut room = Room { server: Server::new(1), network: Network::new(config), containers: Fakes::default(), now_ms: START_MS, seen: 0 };
        for namespace in ["demo", "shop"] {
            room.create(&NAMESPACES, json!({"metadata": {"name": namespace, "labels": {"kubernetes.io/metadata.name": namespace}}}));
            room.create(&SERVICE_ACCOUNTS, json!({"metadata": {"namespace": namespace, "name": "default"}}));
        }
        for number in 1..=2 {
            let addresses = json!([{"type": "InternalIP", "address": format!("10.0.0.1{number}")}]);
            room.create(&NODES, json!({"metadata": {"name": format!("worker-{number}")}, "status": {"addresses": addresses}}));
        }
        room.pod("demo", "web-1", "worker-1", "10.244.1.1", json!({"app": "web"}), Some(80));
        room.pod("demo", "web-2", "worker-2", "10.244.2.1", json!({"app": "web"}), Some(80));
        room.pod("demo", "db-0", "worker-2", "10.244.2.2", json!({"app": "db"}), Some(27017));
        room.pod("demo", "client", "worker-1", "10.244.1.9", json!({"role": "client"}), None);
        room.pod("shop", "stranger", "worker-2", "10.244.2.9", json!({"role": "stranger"}), None);
        room.service("web", json!({"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 80}]}), "10.96.1.1", &["web-1", "web-2"], 80);
        room.service("db", json!({"selector": {"app": "db"}, "clusterIP": "None", "ports": [{"port": 27017, "targetPort": 27017}]}), "None", &["db-0"], 27017);
        room
    }

    fn client(&mut self) -> Client<'_> {
        Client::new(&mut self.server, self.now_ms, User::admin(), Cause::default())
    }

    fn create(&mut self, resource: &GroupResource, object: Value) {
        let text = |value: &Value| value.as_str().unwrap_or("").to_string();
        let (namespace, name) = (text(object.path("metadata.namespace")), text(object.path("metadata.name")));
        let status = object.path("status").clone();
        self.client().create(resource, &namespace, object).unwrap_or_else(|status| panic!("{}", status.message));
        if !status.is_null() {
            let mut patch = Value::object();
            patch.set("status", status);
            self.client().patch(resource, &namespace, &name, "status", PatchType::Merge, patch).unwrap_or_else(|status| panic!("{}", status.message));
        }
        self.observe();
    }

    fn pod(&mut self, namespace: &str, name: &str, node: &str, ip: &str, labels: Value, port: Option<u16>) {
        self.create(
            &PODS,
            json!({
                "metadata": {"namespace": namespace, "name": name, "labels": labels},
                "spec": {"nodeName": node, "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "terminationGracePeriodSeconds": 0, "schedulerName": "default-scheduler",
                         "containers": [{"name": "main", "image": "nginx", "imagePullPolicy": "Always", "terminationMessagePolicy": "File"}]},
                "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}]},
            }),
        );
        let uid = self.server.store().get(&PODS, namespace, name).map(meta::uid).unwrap_or_default().to_string();
        self.containers.listening.extend(port.map(|port| (SmolStr::from(uid), port)));
    }

    fn service(&mut self, name: &str, spec: Value, cluster_ip: &str, pods: &[&str], port: u16) {
        let mut spec = spec;
        spec.set("clusterIP", cluster_ip);
        self.create(&SERVICES, json!({"metadata": {"namespace": "demo", "name": name}, "spec": spec}));
        let endpoints: Vec<_> = pods
            .iter()
            .map(|pod| {
                let object = self.server.store().get(&PODS, "demo", pod).cloned().unwrap_or_default();
                json!({"addresses": [object.path("status.podIP").str()], "nodeName": object.path("spec.nodeName").str(), "conditions": {"ready": true},
                       "hostname": pod, "targetRef": {"kind": "Pod", "namespace": "demo", "name": pod}})
            })
            .collect();
        let metadata = json!({"namespace": "demo", "name": format!("{name}-abcde"), "labels": {"kubernetes.io/service-name": name}});
        self.create(
            &ENDPOINT_SLICES,
            json!({"metadata": metadata, "addressType": "IPv4", "endpoints": endpoints, "ports": [{"name": "", "port": port, "protocol": "TCP"}]}),
        );
    }

    fn observe(&mut self) {
        let store = self.server.store().clone();
        for change in store.changes_since(self.seen).into_iter().flatten() {
            self.network.observe(change, &store, self.now_ms);
        }
        self.seen = store.revision();
    }

    fn run(&mut self, for_ms: u64) {
        let until_ms = self.now_ms + for_ms;
        while let Some(due_ms) = self.network.next_due().filter(|due_ms| *due_ms <= until_ms) {
            self.now_ms = self.now_ms.max(due_ms);
            self.network.run_next(&mut self.server, self.now_ms);
            self.observe();
        }
        self.now_ms = until_ms;
    }

    fn get(&self, from: &Source, url: &str) -> Answer {
        self.network.get(self.server.store(), &self.containers, from, url, self.now_ms).unwrap_or_else(|error| panic!("{error}"))
    }

    fn status(&self, from: &Source, url: &str) -> Result<u16, ConnectError> {
        self.get(from, url).outcome.map(|response| response.status)
    }

    fn resolve(&mut self, namespace: &str, name: &str) -> Result<Vec<SmolStr>, ResolveError> {
        let searches = [format!("{namespace}.svc.cluster.local"), "svc.cluster.local".into(), "cluster.local".into()].map(SmolStr::from).to_vec();
        let dns = DnsConfig { servers: vec!["10.96.0.10".into()], searches, options: vec!["ndots:5".into()] };
        let pod = if namespace == "demo" { "client" } else { "stranger" };
        let sandbox =
            SandboxConfig { namespace: namespace.into(), name: pod.into(), dns, hosts_file: "127.0.0.1\tlocalhost\n".into(), ..SandboxConfig::default() };
        let store = self.server.store().clone();
        let containers = self.containers.clone();
        self.network.seen_by_containers(&store, &containers, &mut Vec::new()).resolve(&sandbox, name, self.now_ms).answer
    }
}

fn pod(namespace: &str, name: &str) -> Source {
    Source::Pod(ObjectKey::new(namespace, name))
}

#[test]
fn names_resolve_as_in_cluster_dns() {
    let mut room = Room::new(NetworkConfig::playground());
    room.create(
        &SERVICES,
        json!({"metadata": {"namespace": "demo", "name": "alias"}, "spec": {"type": "ExternalName", "externalName": "web.demo.svc.cluster.local"}}),
    );
    for (namespace, name, expected) in [
        ("demo", "web", Ok("10.96.1.1")),
        ("demo", "web.demo", Ok("10.96.1.1")),
        ("shop", "web.demo", Ok("10.96.1.1")),
        ("shop", "web.demo.svc", Ok("10.96.1.1")),
        ("shop", "web.demo.svc.cluster.local", Ok("10.96.1.1")),
        ("shop", "web.demo.svc.cluster.local.", Ok("10.96.1.1")),
        ("shop", "web", Err(ResolveError::NoSuchHost)),
        ("demo", "db", Ok("10.244.2.2")),
        ("demo", "db-0.db", Ok("10.244.2.2")),
        ("demo", "db-1.db", Err(ResolveError::NoSuchHost)),
        ("demo", "10-244-2-2.demo.pod", Ok("10.244.2.2")),
        ("demo", "alias", Ok("10.96.1.1")),
        ("demo", "localhost", Ok("127.0.0.1")),
        ("demo", "example.com", Err(ResolveError::NoSuchHost)),
        ("demo", "10.244.2.2", Ok("10.244.2.2")),
    ] {
        assert_eq!(room.resolve(namespace, name), expected.map(|address| vec![SmolStr::new(address)]), "{name} in {namespace}");
    }
}

#[test]
fn without_a_name_server_names_have_no_address() {
    let mut room = Room::new(NetworkConfig::reference());
    assert_eq!(room.resolve("demo", "web"), Err(ResolveError::NoSuchHost));
}

#[test]
fn requests_find_their_server_or_fail_as_they_would() {
    let room = Room::new(NetworkConfig::playground());
    for (from, url, expected) in [
        (pod("demo", "client"), "http://web", Ok(200)),
        (pod("shop", "stranger"), "http://web.demo/shop?x=1", Ok(200)),
        (pod("shop", "stranger"), "http://web", Err(ConnectError::Resolve(ResolveError::NoSuchHost))),
        (pod("demo", "client"), "http://web:81", Err(ConnectError::TimedOut)),
        (pod("demo", "client"), "http://10.244.1.1", Ok(200)),
        (pod("demo", "client"), "http://10.244.1.1:8080", Err(ConnectError::Refused)),
        (pod("demo", "client"), "http://localhost", Err(ConnectError::Refused)),
        (pod("demo", "web-1"), "http://localhost", Ok(200)),
        (pod("demo", "client"), "http://10.244.7.7", Err(ConnectError::Unreachable)),
        (Source::Outside, "http://10.96.1.1", Err(ConnectError::TimedOut)),
        (Source::Node("worker-1".into()), "http://10.96.1.1", Ok(200)),
    ] {
        assert_eq!(room.status(&from, url), expected, "{url} from {from:?}");
    }
    let details: Vec<String> = room.get(&pod("demo", "client"), "http://web/shop").hops.into_iter().map(|hop| hop.detail).collect();
    assert_eq!(details[0], "Pod demo/client asks for http://web/shop");
    assert_eq!(details[1], "web (as web.demo.svc.cluster.local) is 10.96.1.1");
    assert!(details[2].starts_with("Service demo/web port 80 goes to 10.244."), "{}", details[2]);
    assert_eq!(details.len(), 5);
}

#[test]
fn a_service_without_ready_endpoints_refuses_and_a_stopped_machine_is_silent() {
    let mut room = Room::new(NetworkConfig::playground());
    room.service("empty", json!({"selector": {"app": "nobody"}, "ports": [{"port": 80, "targetPort": 80}]}), "10.96.1.2", &[], 80);
    let answer = room.get(&pod("demo", "client"), "http://empty");
    assert_eq!(answer.outcome, Err(ConnectError::Refused));
    assert_eq!(answer.hops.last().map(|hop| hop.detail.as_str()), Some("Service demo/empty has no ready endpoint: its selector matches no pod"));
    room.containers.down.push("worker-2".into());
    assert_eq!(room.status(&pod("demo", "client"), "http://db:27017"), Err(ConnectError::TimedOut));
}

#[test]
fn a_service_spreads_connections_unless_it_has_session_affinity() {
    let mut room = Room::new(NetworkConfig::playground());
    let sticky = json!({"selector": {"app": "web"}, "sessionAffinity": "ClientIP", "ports": [{"port": 80, "targetPort": 80}]});
    room.service("sticky", sticky, "10.96.1.3", &["web-1", "web-2"], 80);
    let mut reached = |service: &str| {
        let mut pods = crate::value::SortedSet::new();
        for _ in 0..40 {
            room.network.connections += 1;
            let answer = room.network.get(room.server.store(), &room.containers, &pod("demo", "client"), &format!("http://{service}"), room.now_ms);
            pods.extend(answer.ok().and_then(|answer| answer.served).map(|served| served.pod_uid));
        }
        pods.len()
    };
    assert_eq!((reached("web"), reached("sticky")), (2, 1));
}

#[test]
fn node_ports_answer_on_every_machine_or_with_local_policy_only_where_a_pod_is() {
    let mut room = Room::new(NetworkConfig::playground());
    let open = json!({"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 80, "nodePort": 30080}]});
    room.service("open", open, "10.96.1.4", &["web-1"], 80);
    let local =
        json!({"type": "NodePort", "externalTrafficPolicy": "Local", "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 80, "nodePort": 30081}]});
    room.service("local", local, "10.96.1.5", &["web-1"], 80);
    for (url, expected) in [
        ("http://10.0.0.11:30080", Ok(200)),
        ("http://10.0.0.12:30080", Ok(200)),
        ("http://10.0.0.11:30081", Ok(200)),
        ("http://10.0.0.12:30081", Err(ConnectError::TimedOut)),
        ("http://10.0.0.11:30099", Err(ConnectError::Refused)),
    ] {
        assert_eq!(room.status(&Source::Outside, url), expected, "{url}");
    }
}

#[test]
fn network_policies_let_through_what_they_allow_and_nothing_else() {
    let client = pod("demo", "client");
    let stranger = pod("shop", "stranger");
    let web = |ingress: Value| json!({"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress"], "ingress": ingress});
    let blocked = Err(ConnectError::TimedOut);
    for (what, spec, from_client, from_stranger) in [
        ("nothing in", web(json!([])), blocked.clone(), blocked.clone()),
        ("all in", web(json!([{}])), Ok(200), Ok(200)),
        ("pods of the namespace", web(json!([{"from": [{"podSelector": {}}]}])), Ok(200), blocked.clone()),
        ("a label", web(json!([{"from": [{"podSelector": {"matchLabels": {"role": "client"}}}]}])), Ok(200), blocked.clone()),
        (
            "another namespace",
            web(json!([{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}]}])),
            blocked.clone(),
            Ok(200),
        ),
        ("a block without a part", web(json!([{"from": [{"ipBlock": {"cidr": "10.244.0.0/16", "except": ["10.244.2.0/24"]}}]}])), Ok(200), blocked.clone()),
        ("the port", web(json!([{"ports": [{"port": 80, "protocol": "TCP"}]}])), Ok(200), Ok(200)),
        ("another port", web(json!([{"ports": [{"port": 443, "protocol": "TCP"}]}])), blocked.clone(), blocked.clone()),
        ("other pods", json!({"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"]}), Ok(200), Ok(200)),
        ("nothing out", json!({"podSelector": {"matchLabels": {"role": "client"}}, "policyTypes": ["Egress"]}), blocked.clone(), Ok(200)),
    ] {
        let mut room = Room::new(NetworkConfig::playground());
        room.create(&NETWORK_POLICIES, json!({"metadata": {"namespace": "demo", "name": "it"}, "spec": spec}));
        let found = (room.status(&client, "http://10.96.1.1"), room.status(&stranger, "http://10.96.1.1"));
        assert_eq!(found, (from_client, from_stranger), "{what}");
    }
}

#[test]
fn a_policy_that_forgets_dns_makes_names_time_out() {
    let mut room = Room::new(NetworkConfig::playground());
    let to_web = json!([{"to": [{"podSelector": {"matchLabels": {"app": "web"}}}]}]);
    let spec = |egress: &Value| json!({"podSelector": {"matchLabels": {"role": "client"}}, "policyTypes": ["Egress"], "egress": egress});
    room.create(&NETWORK_POLICIES, json!({"metadata": {"namespace": "demo", "name": "web-only"}, "spec": spec(&to_web)}));
    assert_eq!(room.status(&pod("demo", "client"), "http://10.96.1.1"), Ok(200));
    assert_eq!(room.status(&pod("demo", "client"), "http://web"), Err(ConnectError::Resolve(ResolveError::TimedOut)));
    let to_dns = json!([{"to": [{"namespaceSelector": {}}], "ports": [{"port": 53, "protocol": "UDP"}]}]);
    room.create(&NETWORK_POLICIES, json!({"metadata": {"namespace": "demo", "name": "dns"}, "spec": spec(&to_dns)}));
    assert_eq!(room.status(&pod("demo", "client"), "http://web"), Ok(200));
}

#[test]
fn an_ingress_leads_by_host_and_path() {
    let mut room = Room::new(NetworkConfig::playground());
    let backend = |service: &str| json!({"service": {"name": service, "port": {"number": 80}}});
    let path = |path: &str, type_: &str, service: &str| json!({"path": path, "pathType": type_, "backend": backend(service)});
    room.service("empty", json!({"ports": [{"port": 80, "targetPort": 80}]}), "10.96.1.2", &[], 80);
    room.create(&INGRESS_CLASSES, json!({"metadata": {"name": "nginx"}, "spec": {"controller": INGRESS_CONTROLLER}}));
    let paths = json!([path("/", "Prefix", "web"), path("/exact", "Exact", "missing"), path("/api", "Prefix", "empty")]);
    room.create(
        &INGRESSES,
        json!({"metadata": {"namespace": "demo", "name": "front"}, "spec": {"ingressClassName": "nginx", "rules": [{"host": "shop.local", "http": {"paths": paths}}]}}),
    );
    assert_eq!(room.status(&Source::Outside, "http://shop.local/"), Err(ConnectError::Resolve(ResolveError::NoSuchHost)));
    room.run(60_000);
    let address = room.server.store().get(&INGRESSES, "demo", "front").cloned().unwrap_or_default();
    assert_eq!(address.path("status.loadBalancer.ingress").items().first().map(|entry| entry.get("ip").str()), Some("10.0.0.11"));
    for (url, expected) in [
        ("http://shop.local/", 200),
        ("http://shop.local/other", 200),
        ("http://shop.local/exact", 503),
        ("http://shop.local/exact/more", 200),
        ("http://shop.local/api/v1", 503),
        ("http://shop.local/apish", 200),
        ("http://10.0.0.11/", 404),
    ] {
        assert_eq!(room.status(&Source::Outside, url), Ok(expected), "{url}");
    }
    assert_eq!(room.get(&Source::Outside, "http://shop.local/a?b").outcome.map(|response| response.body), Ok("shop.local /a?b".into()));
}

#[test]
fn rewrite_target_changes_the_path() {
    let mut room = Room::new(NetworkConfig::playground());
    let backend = json!({"service": {"name": "web", "port": {"number": 80}}});
    let paths = json!([{"path": "/shop(/|$)(.*)", "pathType": "ImplementationSpecific", "backend": backend}]);
    let annotations = json!({"nginx.ingress.kubernetes.io/rewrite-target": "/$2"});
    room.create(
        &INGRESSES,
        json!({"metadata": {"namespace": "demo", "name": "front", "annotations": annotations}, "spec": {"rules": [{"http": {"paths": paths}}]}}),
    );
    for (path, expected) in [("/shop/cart?x=1", Ok("10.0.0.11 /cart?x=1")), ("/shop", Ok("10.0.0.11 /")), ("/shopping", Err(404))] {
        let response = room.get(&Source::Outside, &format!("http://10.0.0.11{path}")).outcome.unwrap_or_default();
        let found = if response.status == 200 { Ok(response.body.as_str()) } else { Err(response.status) };
        assert_eq!(found, expected, "{path}");
    }
}

#[test]
fn load_balancers_have_an_address_while_the_tunnel_runs() {
    let mut room = Room::new(NetworkConfig::playground());
    let spec = json!({"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 80}]});
    room.service("public", spec, "10.96.1.6", &["web-1"], 80);
    let address = |room: &Room| {
        let service = room.server.store().get(&SERVICES, "demo", "public").cloned().unwrap_or_default();
        service.path("status.loadBalancer.ingress").items().first().map(|entry| entry.get("ip").str().to_string())
    };
    room.run(60_000);
    assert_eq!((address(&room), room.status(&Source::Outside, "http://10.96.1.6")), (None, Err(ConnectError::TimedOut)));
    let now_ms = room.now_ms;
    room.network.set_tunnel(true, now_ms);
    room.run(2_000);
    assert_eq!((address(&room).as_deref(), room.status(&Source::Outside, "http://10.96.1.6")), (Some("10.96.1.6"), Ok(200)));
    let now_ms = room.now_ms;
    room.network.set_tunnel(false, now_ms);
    room.run(2_000);
    assert_eq!(address(&room), None);
}

#[test]
fn addresses_of_machines_and_blocks_are_read() {
    for (address, block, expected) in [
        ("10.244.1.5", "10.244.0.0/16", true),
        ("10.245.1.5", "10.244.0.0/16", false),
        ("10.0.0.1", "0.0.0.0/0", true),
        ("10.0.0.1", "10.0.0.1/32", true),
        ("fd00::1", "fd00::/8", true),
        ("fd00::1", "0.0.0.0/0", false),
        ("x", "0.0.0.0/0", false),
        ("10.0.0.1", "10.0.0.0/99", false),
    ] {
        assert_eq!(ip::is_in_block(address, block), expected, "{address} in {block}");
    }
}

#[test]
fn urls_are_read_as_curl_reads_them() {
    for (url, expected) in [
        ("web", Ok(("http", "web", 80, "/"))),
        ("http://web.demo:8080/a?b#c", Ok(("http", "web.demo", 8080, "/a?b"))),
        ("https://web?x", Ok(("https", "web", 443, "/?x"))),
        ("http://[fd00::1]:8080/", Ok(("http", "fd00::1", 8080, "/"))),
        ("ftp://web", Err("curl: (1) Protocol \"ftp\" not supported")),
        ("http://web:99999", Err("curl: (3) URL rejected: Port number was not a decimal number between 0 and 65535")),
        ("http:///", Err("curl: (3) URL rejected: No host part in the URL")),
    ] {
        let request = url::request_of(url);
        let found = request.as_ref().map(|request| (request.scheme.as_str(), request.host.as_str(), request.port, request.path.as_str()));
        assert_eq!(found.map_err(String::as_str), expected, "{url}");
    }
}
