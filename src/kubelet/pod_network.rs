//! A pod's names and addresses (`pkg/kubelet/network/dns`, `pkg/kubelet/kubelet_pods.go`), and requests of the kubelet itself.

use super::config::NodeConfig;
use super::pod_spec;
use super::pod_sync::PodSync;
use super::runtime::{Answer, ConnectError, DnsConfig, HttpRequest, HttpResponse, ResolveError, SandboxConfig};
use crate::api::meta;
use crate::value::{SmolStr, Value};

/// Host names are at most this long.
const HOSTNAME_LIMIT: usize = 63;

/// The pod's host name, and its name in the cluster's domain (`""` where it has none).
pub fn hostname(pod: &Value, config: &NodeConfig) -> (SmolStr, SmolStr) {
    if pod_spec::is_host_network(pod) {
        return (config.name.clone(), SmolStr::default());
    }
    let spec = pod.get("spec");
    let over = spec.get("hostnameOverride").str();
    if !over.is_empty() {
        return (over.into(), SmolStr::default());
    }
    let own = spec.get("hostname").str();
    let name = if own.is_empty() { meta::name(pod) } else { own };
    let cut: String = name.chars().take(HOSTNAME_LIMIT).collect();
    let hostname = SmolStr::new(cut.trim_end_matches(['-', '.']));
    let subdomain = spec.get("subdomain").str();
    if subdomain.is_empty() {
        return (hostname, SmolStr::default());
    }
    let fqdn = SmolStr::from(format!("{hostname}.{subdomain}.{}.svc.{}", meta::namespace(pod), config.cluster_domain));
    let as_hostname = spec.get("setHostnameAsFQDN").as_bool() == Some(true);
    (if as_hostname { fqdn.clone() } else { hostname }, fqdn)
}

/// The text of the pod's `/etc/hosts`.
pub fn hosts_file(pod: &Value, ip: &str, hostname: &str, fqdn: &str, config: &NodeConfig) -> String {
    let managed = "# Kubernetes-managed hosts file.\n";
    let local = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n";
    let mut text = if pod_spec::is_host_network(pod) {
        format!("# Kubernetes-managed hosts file (host network).\n127.0.0.1\tlocalhost\n127.0.1.1\t{}\n", config.name)
    } else if fqdn.is_empty() {
        format!("{managed}{local}{ip}\t{hostname}\n")
    } else {
        format!("{managed}{local}{ip}\t{fqdn}\t{}\n", hostname.split('.').next().unwrap_or(hostname))
    };
    let aliases = pod.path("spec.hostAliases").items();
    if !aliases.is_empty() {
        text.push_str("\n# Entries added by HostAliases.\n");
        for alias in aliases {
            let names: Vec<&str> = alias.get("hostnames").items().iter().map(Value::str).collect();
            text.push_str(&format!("{}\t{}\n", alias.get("ip").str(), names.join("\t")));
        }
    }
    text
}

/// What the pod's `/etc/resolv.conf` says.
pub fn dns_config(pod: &Value, config: &NodeConfig) -> DnsConfig {
    let spec = pod.get("spec");
    let cluster_first = match spec.get("dnsPolicy").str() {
        "None" | "Default" => false,
        "ClusterFirst" | "" => !pod_spec::is_host_network(pod),
        _ => true,
    };
    let mut dns = DnsConfig::default();
    if cluster_first {
        let domain = &config.cluster_domain;
        dns.servers.push(config.cluster_dns.clone());
        dns.searches = [format!("{}.svc.{domain}", meta::namespace(pod)), format!("svc.{domain}"), domain.to_string()].map(SmolStr::from).to_vec();
        dns.options.push("ndots:5".into());
    } else if spec.get("dnsPolicy").str() != "None" {
        dns.servers.push(config.internal_ip.clone());
    }
    let own = spec.get("dnsConfig");
    let words = |field: &str| own.get(field).items().iter().map(|word| SmolStr::new(word.str())).collect::<Vec<_>>();
    for (target, more) in [(&mut dns.servers, words("nameservers")), (&mut dns.searches, words("searches"))] {
        for word in more {
            if !target.contains(&word) {
                target.push(word);
            }
        }
    }
    for option in own.get("options").items() {
        let (name, value) = (option.get("name").str(), option.get("value").str());
        dns.options.retain(|known| known.split(':').next() != Some(name));
        dns.options.push(if value.is_empty() { name.into() } else { SmolStr::from(format!("{name}:{value}")) });
    }
    dns
}

impl PodSync<'_, '_> {
    /// Sends a request from the node, as probes and hooks do. The time until the answer comes with it; a failure is in the words
    /// of Go's HTTP client after the address.
    pub(super) fn http(&mut self, request: &HttpRequest) -> (u64, Result<HttpResponse, String>) {
        let url = format!("{}://{}:{}{}", if request.scheme.is_empty() { "http" } else { &request.scheme }, request.host, request.port, request.path);
        let to_itself = request.host == self.worker.ip || request.host == "localhost" || request.host == "127.0.0.1";
        if to_itself && let Some(sandbox) = self.worker.sandbox.clone() {
            let answer: Option<Answer> = self.node.runtime.http_get(&sandbox, request, &self.node.config.internal_ip, self.now_ms);
            return match answer {
                Some(answer) => (answer.delay_ms, Ok(answer.response)),
                None => (0, Err(format!("Get \"{url}\": dial tcp {}:{}: connect: connection refused", request.host, request.port))),
            };
        }
        let outcome = self.wires.network(self.client.server().store()).http(&node_sandbox(&self.node.config), request, self.now_ms);
        let result = outcome.result.map_err(|error| format!("Get \"{url}\": {}", dial_error(&error, &outcome.address, &request.host, request.port)));
        (outcome.delay_ms, result)
    }

    /// Opens a connection from the node.
    pub(super) fn connect(&mut self, host: &str, port: u16) -> (u64, Result<(), String>) {
        if host == self.worker.ip.as_str()
            && let Some(sandbox) = &self.worker.sandbox
        {
            let listens = self.node.runtime.listens(sandbox, port);
            return (0, if listens { Ok(()) } else { Err(format!("dial tcp {host}:{port}: connect: connection refused")) });
        }
        let connection = self.wires.network(self.client.server().store()).connect(&node_sandbox(&self.node.config), host, port, self.now_ms);
        let result = connection.error.map_or(Ok(()), |error| Err(dial_error(&error, &connection.address, host, port)));
        (connection.delay_ms, result)
    }
}

/// The node itself, as one that sends requests.
fn node_sandbox(config: &NodeConfig) -> SandboxConfig {
    SandboxConfig { hostname: config.name.clone(), ip: config.internal_ip.clone(), host_network: true, ..SandboxConfig::default() }
}

fn dial_error(error: &ConnectError, address: &str, host: &str, port: u16) -> String {
    let place = if address.is_empty() { host } else { address };
    match error {
        ConnectError::Refused => format!("dial tcp {place}:{port}: connect: connection refused"),
        ConnectError::TimedOut => format!("dial tcp {place}:{port}: i/o timeout"),
        ConnectError::Unreachable => format!("dial tcp {place}:{port}: connect: no route to host"),
        ConnectError::Resolve(ResolveError::NoSuchHost) => format!("dial tcp: lookup {host}: no such host"),
        ConnectError::Resolve(ResolveError::TimedOut) => format!("dial tcp: lookup {host}: i/o timeout"),
    }
}
