//! `kubectl create deployment`.

use super::{create_generated, generator_flags, one_name};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::value::{Value, json};

/// `create deployment`.
pub const ENTRY: Entry = Entry { path: "create deployment", aliases: &["deploy"], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![Flag::list("image"), Flag::int("port", "-1"), Flag::int("replicas", "1").short('r')];
    flags.extend(generator_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    invocation.require_flags(&["image"])?;
    let name = one_name(&invocation)?;
    let images = invocation.flags.list("image");
    let (_, command) = invocation.split_at_dash();
    if images.len() > 1 && !command.is_empty() {
        return Err(Failure::text("cannot specify multiple --image options and command"));
    }
    let containers: Vec<Value> = images.iter().map(|image| container(image, command, invocation.flags.int("port"))).collect();
    let labels = json!({"app": name});
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": invocation.flags.int("replicas"), "selector": {"matchLabels": labels}, "strategy": {},
            "template": {"metadata": {"labels": labels}, "spec": {}},
        },
        "status": {},
    });
    object.set("spec.template.spec.containers", Value::array(containers));
    create_generated(&invocation, object, "create deployment").await
}

fn container(image: &str, command: &[String], port: i64) -> Value {
    let mut container = json!({"image": image, "name": container_name(image), "resources": {}});
    if !command.is_empty() {
        container.set("command", command.iter().map(Value::from).collect::<Value>());
    }
    if port >= 0 {
        container.push("ports", json!({"containerPort": port}));
    }
    container
}

/// `registry/nginx:1.27@sha256:…` → `nginx`: the last part of the image's name, as far as a name may hold it.
fn container_name(image: &str) -> String {
    let name = image.rsplit('/').next().unwrap_or(image);
    let name = name.split([':', '@']).next().unwrap_or(name).to_lowercase();
    let allowed = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    name.chars().map(|letter| if allowed(letter) { letter } else { '-' }).collect::<String>().trim_matches('-').to_string()
}
