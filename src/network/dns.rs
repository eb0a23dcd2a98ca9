//! Names: what cluster DNS answers (CoreDNS with its `kubernetes` plugin), and how a process comes to ask it.

use super::config::NetworkConfig;
use super::connect::{self, View};
use super::hop::{Hop, HopKind};
use super::ip::is_address;
use super::named;
use super::policy::End;
use super::proxy::{self, Entry};
use super::source::Client;
use crate::api::meta;
use crate::api::resource::{INGRESSES, NAMESPACES, SERVICES};
use crate::kubelet::runtime::{ResolveError, SandboxConfig};
use crate::value::{SmolStr, Value};

/// How long a resolver waits for a name server that doesn't answer: two tries of five seconds.
const TIMEOUT_MS: u64 = 10_000;
/// How long a question takes.
const QUESTION_MS: u64 = 1;
/// How many CNAMEs are followed.
const MAX_ALIASES: usize = 8;

/// What a process knows about resolving names: `/etc/resolv.conf` and `/etc/hosts`.
#[derive(Clone, Debug, Default)]
pub struct Resolver {
    servers: Vec<SmolStr>,
    searches: Vec<SmolStr>,
    ndots: usize,
    /// Address and name.
    hosts: Vec<(SmolStr, SmolStr)>,
    /// Whether the person has entered the hosts of Ingresses in their `/etc/hosts`, as tutorials tell them to.
    knows_ingress_hosts: bool,
}

impl Resolver {
    /// What containers of a sandbox have.
    pub fn of_sandbox(sandbox: &SandboxConfig) -> Resolver {
        let mut hosts = Vec::new();
        for line in sandbox.hosts_file.lines() {
            let mut words = line.split('#').next().unwrap_or("").split_whitespace().map(SmolStr::new);
            let Some(address) = words.next() else { continue };
            hosts.extend(words.map(|name| (address.clone(), name)));
        }
        Resolver {
            servers: sandbox.dns.servers.clone(),
            searches: sandbox.dns.searches.clone(),
            ndots: ndots(sandbox.dns.options.iter().map(SmolStr::as_str)),
            hosts,
            knows_ingress_hosts: false,
        }
    }

    /// What the containers of a pod have, as its `dnsPolicy` and `dnsConfig` say.
    pub fn of_pod(pod: &Value, config: &NetworkConfig) -> Resolver {
        let spec = pod.get("spec");
        let domain = &config.cluster_domain;
        let mut resolver = Resolver { ndots: 1, ..Resolver::default() };
        let is_cluster_first = match spec.get("dnsPolicy").str() {
            "None" | "Default" => false,
            "ClusterFirstWithHostNet" => true,
            _ => spec.get("hostNetwork").as_bool() != Some(true),
        };
        if is_cluster_first {
            let namespace = meta::namespace(pod);
            resolver.servers.push(config.dns_server.clone());
            resolver.searches = [format!("{namespace}.svc.{domain}"), format!("svc.{domain}"), domain.to_string()].map(SmolStr::from).to_vec();
            resolver.ndots = 5;
        }
        let own = spec.get("dnsConfig");
        resolver.servers.extend(own.get("nameservers").items().iter().map(|server| SmolStr::new(server.str())));
        resolver.searches.extend(own.get("searches").items().iter().map(|search| SmolStr::new(search.str())));
        if let Some(option) = own.get("options").items().iter().find(|option| option.get("name").str() == "ndots") {
            resolver.ndots = option.get("value").str().parse().unwrap_or(resolver.ndots);
        }
        for alias in spec.get("hostAliases").items() {
            resolver.hosts.extend(alias.get("hostnames").items().iter().map(|name| (SmolStr::new(alias.get("ip").str()), SmolStr::new(name.str()))));
        }
        let hostname = if spec.get("hostname").is_empty() { meta::name(pod) } else { spec.get("hostname").str() };
        resolver.hosts.push((SmolStr::new(pod.path("status.podIP").str()), SmolStr::new(hostname)));
        resolver
    }

    /// What the person's computer has.
    pub fn outside() -> Resolver {
        Resolver { knows_ingress_hosts: true, ..Resolver::default() }
    }

    /// The full names to ask for, in order.
    fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(absolute) = name.strip_suffix('.') {
            return vec![absolute.to_string()];
        }
        let mut names: Vec<String> = self.searches.iter().map(|search| format!("{name}.{search}")).collect();
        let as_it_is = if name.matches('.').count() >= self.ndots { 0 } else { names.len() };
        names.insert(as_it_is, name.to_string());
        names
    }
}

fn ndots<'a>(mut options: impl Iterator<Item = &'a str>) -> usize {
    options.find_map(|option| option.strip_prefix("ndots:")?.parse().ok()).unwrap_or(1)
}

/// What came of resolving a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The server that was asked, `""` for none.
    pub server: SmolStr,
    /// The full name that the answer is for, or the one asked for.
    pub canonical_name: SmolStr,
    /// The addresses.
    pub answer: Result<Vec<SmolStr>, ResolveError>,
    /// How long it took.
    pub delay_ms: u64,
}

/// Resolves a name as a process would.
pub fn resolve(view: &View, client: &Client, resolver: &Resolver, name: &str, hops: &mut Vec<Hop>) -> Resolved {
    let found = |answer, server: &str, canonical: &str, delay_ms| Resolved { server: server.into(), canonical_name: canonical.into(), answer, delay_ms };
    if is_address(name) {
        return found(Ok(vec![name.into()]), "", name, 0);
    }
    let in_hosts: Vec<SmolStr> = resolver.hosts.iter().filter(|(_, known)| known == name).map(|(address, _)| address.clone()).collect();
    if !in_hosts.is_empty() {
        hops.push(Hop::new(HopKind::Resolve, format!("{name} is {} in /etc/hosts", in_hosts.join(", "))));
        return found(Ok(in_hosts), "", name, 0);
    }
    if name == "localhost" {
        return found(Ok(vec!["127.0.0.1".into()]), "", name, 0);
    }
    if resolver.knows_ingress_hosts {
        return match ingress_address(view, name) {
            Some(address) => {
                hops.push(Hop::new(HopKind::Resolve, format!("{name} is {address}, given an entry for it in /etc/hosts")));
                found(Ok(vec![address]), "", name, 0)
            }
            None => {
                let why = "no Ingress with an address has this host, and names inside the cluster are not known outside of it";
                hops.push(Hop::new(HopKind::Resolve, format!("{name} has no address: {why}")));
                found(Err(ResolveError::NoSuchHost), "", name, 0)
            }
        };
    }
    let Some(server) = resolver.servers.first() else {
        hops.push(Hop::new(HopKind::Resolve, format!("{name} has no address: no name server is configured")));
        return found(Err(ResolveError::NoSuchHost), "", name, 0);
    };
    if view.config.dns_server.is_empty() {
        hops.push(Hop::new(HopKind::Resolve, format!("{name} has no address: this cluster has no name server, and no way to one")));
        return found(Err(ResolveError::NoSuchHost), server, name, QUESTION_MS);
    }
    if let Err(why) = reach_server(view, client, server, hops) {
        hops.push(Hop::new(HopKind::Resolve, format!("no answer for {name} from the name server {server}: {why}")));
        return found(Err(ResolveError::TimedOut), server, name, TIMEOUT_MS);
    }
    let mut delay_ms = 0;
    for candidate in resolver.candidates(name) {
        delay_ms += QUESTION_MS;
        if let Some((canonical, addresses)) = lookup(view, &candidate, MAX_ALIASES) {
            let via = if candidate == name { String::new() } else { format!(" (as {candidate})") };
            hops.push(Hop::new(HopKind::Resolve, format!("{name}{via} is {}", addresses.join(", "))));
            return found(Ok(addresses), server, &canonical, delay_ms);
        }
    }
    hops.push(Hop::new(HopKind::Resolve, format!("{name} has no address{}", why_not(view, client, name))));
    found(Err(ResolveError::NoSuchHost), server, name, delay_ms)
}

/// Whether questions get to the name server, and why not.
fn reach_server(view: &View, client: &Client, server: &str, hops: &mut Vec<Hop>) -> Result<(), String> {
    if *server != view.config.dns_server {
        return Err("nothing has this address here".into());
    }
    let service = view.services_at(server).next();
    let Some(service) = service else { return connect::check_policies(view, client, &End::of_dns(server), &Value::Null, "UDP", 53, hops) };
    let Some(port) = proxy::service_port(service, 53) else { return Err(format!("{} has no port 53", named("Service", service))) };
    match proxy::pick(view.store, service, port, Entry::ClusterIp, &client.ip, &client.node, view.draw) {
        Err(_) => Err(format!("{} has no ready endpoint", named("Service", service))),
        Ok(endpoint) => {
            let pod = view.pod_at(&endpoint.ip).cloned().unwrap_or_default();
            connect::check_policies(view, client, &End::of_pod(&pod, &endpoint.ip), &pod, "UDP", endpoint.port, hops)
        }
    }
}

/// What cluster DNS answers for a full name: the name that has the addresses, and these.
fn lookup(view: &View, name: &str, aliases_left: usize) -> Option<(String, Vec<SmolStr>)> {
    let domain = format!(".{}", view.config.cluster_domain);
    let labels: Vec<&str> = name.strip_suffix(domain.as_str())?.split('.').collect();
    match labels.as_slice() {
        [service, namespace, "svc"] => {
            let service = view.store.get(&SERVICES, namespace, service)?;
            if service.path("spec.type").str() == "ExternalName" {
                let target = service.path("spec.externalName").str().trim_end_matches('.');
                return if aliases_left == 0 { None } else { lookup(view, target, aliases_left - 1) };
            }
            let address = service.path("spec.clusterIP").str();
            let addresses: Vec<SmolStr> = match address {
                "None" => proxy::ready_endpoints(view.store, service).into_iter().map(|endpoint| endpoint.ip).collect(),
                "" => Vec::new(),
                address => vec![SmolStr::new(address)],
            };
            (!addresses.is_empty()).then(|| (name.to_string(), addresses))
        }
        [host, service, namespace, "svc"] => {
            let service = view.store.get(&SERVICES, namespace, service).filter(|service| service.path("spec.clusterIP").str() == "None")?;
            let endpoints = proxy::ready_endpoints(view.store, service).into_iter();
            let addresses: Vec<SmolStr> =
                endpoints.filter(|endpoint| endpoint.hostname == *host || endpoint.ip.replace(['.', ':'], "-") == *host).map(|endpoint| endpoint.ip).collect();
            (!addresses.is_empty()).then(|| (name.to_string(), addresses))
        }
        [dashed, namespace, "pod"] => {
            view.store.get(&NAMESPACES, "", namespace)?;
            let address = dashed.replace('-', ".");
            is_address(&address).then(|| (name.to_string(), vec![SmolStr::from(address)]))
        }
        _ => None,
    }
}

/// A word on why a name is not known, for people.
fn why_not(view: &View, client: &Client, name: &str) -> String {
    let labels: Vec<&str> = name.trim_end_matches('.').split('.').collect();
    let (service, namespace) = (labels[0], labels.get(1).copied().unwrap_or(meta::namespace(&client.pod)));
    if let Some(service) = view.store.get(&SERVICES, namespace, service) {
        return match service.path("spec.type").str() {
            "ExternalName" => format!(
                ": {} is an alias of {}, outside of the cluster, where there is nothing",
                named("Service", service),
                service.path("spec.externalName").str()
            ),
            _ => format!(": {} is headless and has no ready endpoint", named("Service", service)),
        };
    }
    let elsewhere: Vec<&str> = view.store.list(&SERVICES, None).filter(|other| meta::name(other) == service).map(meta::namespace).collect();
    match (elsewhere.first(), labels.len()) {
        (Some(other), _) => format!(": there is no Service {service} in the namespace {namespace}, but one in {other} ({service}.{other})"),
        (None, 1 | 2) => format!(": there is no Service {service} in the namespace {namespace}"),
        (None, _) => ": there is nothing outside of this cluster".into(),
    }
}

/// The address of an Ingress for a host.
fn ingress_address(view: &View, host: &str) -> Option<SmolStr> {
    let has_host = |ingress: &&Value| {
        ingress.path("spec.rules").items().iter().any(|rule| super::ingress::matches_host(rule.get("host").str(), host) && !rule.get("host").is_empty())
    };
    let ingress = view.store.list(&INGRESSES, None).filter(has_host).find(|ingress| !ingress.path("status.loadBalancer.ingress").is_empty())?;
    ingress.path("status.loadBalancer.ingress").items().first().map(|entry| SmolStr::new(entry.get("ip").str()))
}
