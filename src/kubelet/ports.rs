//! Ports that probes and hooks name.

use crate::value::Value;

/// The number of a port given by number, or by the name of one of the container's ports.
pub fn resolve_port(port: &Value, container: &Value) -> Result<u16, String> {
    let number = match port {
        Value::String(name) => {
            let named = container.get("ports").items().iter().find(|port| port.get("name").str() == name.as_str());
            match named {
                Some(named) => named.get("containerPort").as_i64(),
                None => match name.parse::<i64>() {
                    Ok(number) => Some(number),
                    Err(_) => return Err(format!("couldn't find port: {name} in container")),
                },
            }
        }
        number => number.as_i64(),
    };
    match number {
        Some(number) if (1..=65535).contains(&number) => Ok(number as u16),
        other => Err(format!("invalid port number: {}", other.unwrap_or(0))),
    }
}
