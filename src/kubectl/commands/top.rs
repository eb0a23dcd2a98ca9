//! `kubectl top` (`k8s.io/kubectl/pkg/cmd/top`): what pods and nodes use, as the metrics API has it.

use crate::api::meta;
use crate::api::quantity::Quantity;
use crate::api::resource::GroupResource;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::table::TabWriter;
use crate::kubectl::resources;
use crate::server::request::{Options, Request, Verb};
use crate::value::{SmolStr, Sort, Value};

/// `top`.
pub const ENTRY: Entry = Entry { path: "top", aliases: &[], flags: Vec::new, run: None };

/// `top node`.
pub const NODE: Entry = Entry { path: "top node", aliases: &["nodes", "no"], flags: node_flags, run: Some(|invocation| Box::pin(node(invocation))) };

/// `top pod`.
pub const POD: Entry = Entry { path: "top pod", aliases: &["pods", "po"], flags: pod_flags, run: Some(|invocation| Box::pin(pod(invocation))) };

const NODE_METRICS: GroupResource = GroupResource::new("metrics.k8s.io", "nodes");
const POD_METRICS: GroupResource = GroupResource::new("metrics.k8s.io", "pods");

fn common_flags() -> Vec<Flag> {
    vec![Flag::bool("no-headers"), Flag::text("selector").short('l'), Flag::bool("show-swap"), Flag::text("sort-by"), Flag::on("use-protocol-buffers")]
}

fn node_flags() -> Vec<Flag> {
    let mut flags = common_flags();
    flags.push(Flag::bool("show-capacity"));
    flags
}

fn pod_flags() -> Vec<Flag> {
    let mut flags = common_flags();
    flags.extend([Flag::bool("all-namespaces").short('A'), Flag::bool("containers"), Flag::text("field-selector"), Flag::bool("sum")]);
    flags
}

/// Thousandths of a CPU, and bytes.
type Usage = (i64, i64);

fn usage_of(value: &Value) -> Usage {
    let amount = |field: &str| Quantity::parse(value.path(field).str()).ok();
    (amount("usage.cpu").map_or(0, |cpu| cpu.milli_value()), amount("usage.memory").map_or(0, |memory| memory.value()))
}

fn total(items: &[Value]) -> Usage {
    items.iter().map(usage_of).fold((0, 0), |sum, usage| (sum.0 + usage.0, sum.1 + usage.1))
}

fn cells((cpu, memory): Usage) -> [String; 2] {
    [format!("{cpu}m"), format!("{}Mi", memory / (1 << 20))]
}

fn check(invocation: &Invocation) -> Result<(), Failure> {
    if !matches!(invocation.flags.text("sort-by"), "" | "cpu" | "memory") {
        return Err(Failure::text("--sort-by accepts only cpu or memory"));
    }
    Ok(())
}

/// Most first where the person asked for it, otherwise by name.
fn sort<T>(invocation: &Invocation, rows: &mut [T], usage: impl Fn(&T) -> Usage) {
    match invocation.flags.text("sort-by") {
        "cpu" => rows.order_by_key(|row| std::cmp::Reverse(usage(row).0)),
        "memory" => rows.order_by_key(|row| std::cmp::Reverse(usage(row).1)),
        _ => {}
    }
}

/// The metrics of one object, or of those that are selected.
async fn metrics(invocation: &Invocation, resource: &GroupResource, namespace: &str) -> Result<Vec<Value>, Failure> {
    let name = invocation.arguments.first().map_or("", String::as_str);
    let mut request = Request::new(if name.is_empty() { Verb::List } else { Verb::Get }, resource, namespace, name);
    request.version = "v1beta1".into();
    request.options = Options {
        label_selector: SmolStr::new(invocation.flags.text("selector")),
        field_selector: SmolStr::new(invocation.flags.text("field-selector")),
        ..Options::default()
    };
    let answer = match invocation.send(request).await {
        Ok(answer) => answer,
        Err(Failure::Api(status)) if status.path("details.name").is_empty() && status.get("code").as_i64() == Some(404) => {
            return Err(Failure::text("Metrics API not available"));
        }
        Err(failure) => return Err(failure),
    };
    Ok(if name.is_empty() { answer.get("items").items().to_vec() } else { vec![answer] })
}

fn print(invocation: &Invocation, headings: &[&str], mut rows: Vec<Vec<String>>) {
    if !invocation.flags.is("no-headers") {
        rows.insert(0, headings.iter().map(|heading| heading.to_string()).collect());
    }
    // Every cell has a tab behind it.
    rows.iter_mut().for_each(|row| row.push(String::new()));
    invocation.session.out(TabWriter::new().write(&rows));
}

async fn pod(invocation: Invocation) -> Result<(), Failure> {
    check(&invocation)?;
    if invocation.arguments.len() > 1 {
        return Err(invocation.usage_error("pod [NAME | -l label]"));
    }
    if !invocation.arguments.is_empty() && (invocation.flags.has("selector") || invocation.flags.has("field-selector")) {
        return Err(Failure::text("only one of NAME or selector can be provided"));
    }
    let namespace = invocation.list_namespace().to_owned();
    let mut pods = metrics(&invocation, &POD_METRICS, &namespace).await?;
    if pods.is_empty() {
        let place = if namespace.is_empty() { String::new() } else { format!(" in {namespace} namespace.") };
        invocation.session.err_line(format!("No resources found{place}"));
        return Ok(());
    }
    sort(&invocation, &mut pods, |pod| total(pod.get("containers").items()));
    let (all, containers) = (namespace.is_empty(), invocation.flags.is("containers"));
    let mut headings = vec!["NAME", "CPU(cores)", "MEMORY(bytes)"];
    if containers {
        headings.insert(0, "POD");
    }
    if all {
        headings.insert(0, "NAMESPACE");
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    for pod in &pods {
        let before = |name: &str| {
            let mut row: Vec<String> = if all { vec![meta::namespace(pod).to_owned()] } else { Vec::new() };
            row.extend(containers.then(|| meta::name(pod).to_owned()));
            row.push(name.to_owned());
            row
        };
        if containers {
            rows.extend(
                pod.get("containers").items().iter().map(|container| [before(container.get("name").str()), cells(usage_of(container)).to_vec()].concat()),
            );
        } else {
            rows.push([before(meta::name(pod)), cells(total(pod.get("containers").items())).to_vec()].concat());
        }
    }
    if invocation.flags.is("sum") {
        let whole = pods.iter().map(|pod| total(pod.get("containers").items())).fold((0, 0), |sum, usage| (sum.0 + usage.0, sum.1 + usage.1));
        let blank = vec![String::new(); headings.len() - 2];
        rows.push([blank.clone(), vec!["________".into(), "________".into()]].concat());
        rows.push([blank, cells(whole).to_vec()].concat());
    }
    print(&invocation, &headings, rows);
    Ok(())
}

async fn node(invocation: Invocation) -> Result<(), Failure> {
    check(&invocation)?;
    if invocation.arguments.len() > 1 {
        return Err(invocation.usage_error("node [NAME | -l label]"));
    }
    if !invocation.arguments.is_empty() && invocation.flags.has("selector") {
        return Err(Failure::text("only one of NAME or --selector can be provided"));
    }
    let mut nodes = metrics(&invocation, &NODE_METRICS, "").await?;
    if nodes.is_empty() {
        return Err(Failure::text("metrics not available yet"));
    }
    sort(&invocation, &mut nodes, usage_of);
    let mapping = resources::resolve(&invocation.session.registry(), "nodes")?;
    let capacity = if invocation.flags.is("show-capacity") { "status.capacity" } else { "status.allocatable" };
    let mut rows = Vec::new();
    for metric in &nodes {
        let node = invocation.get(&mapping, "", meta::name(metric)).await?;
        let (usage, there) = (usage_of(metric), node.path(capacity));
        let amount = |field: &str| Quantity::parse(there.get(field).str()).ok();
        let share = |used: i64, whole: i64| format!("{}%", if whole > 0 { used * 100 / whole } else { 0 });
        let [cpu, memory] = cells(usage);
        let shares = (share(usage.0, amount("cpu").map_or(0, |cpu| cpu.milli_value())), share(usage.1, amount("memory").map_or(0, |memory| memory.value())));
        rows.push(vec![meta::name(metric).to_owned(), cpu, shares.0, memory, shares.1]);
    }
    print(&invocation, &["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"], rows);
    Ok(())
}
