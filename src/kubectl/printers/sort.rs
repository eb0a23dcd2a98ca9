//! `--sort-by` (`k8s.io/kubectl/pkg/cmd/get/sorter.go`).

use super::jsonpath::{JsonPath, relaxed};
use crate::api::quantity::Quantity;
use crate::kubectl::failure::Failure;
use crate::value::{Sort, Value};
use std::cmp::Ordering;

/// The order in which objects stand when they are sorted by a field: their places. Objects without it come first.
///
/// # Errors
/// Where the path can't be read, or no object has the field.
pub fn order(objects: &[Value], path: &str) -> Result<Vec<usize>, Failure> {
    let path = relaxed(path).map_err(Failure::Text)?;
    let field = JsonPath::parse(&path).map_err(Failure::Text)?;
    let mut keys: Vec<Option<Value>> = Vec::new();
    for object in objects {
        keys.push(field.find(object).map_err(Failure::Text)?.concat().into_iter().next());
    }
    if !objects.is_empty() && keys.iter().all(Option::is_none) {
        return Err(Failure::text(format!("couldn't find any field with path \"{path}\" in the list of objects")));
    }
    let mut places: Vec<usize> = (0..objects.len()).collect();
    places.order_by(|a, b| match (&keys[*a], &keys[*b]) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Less,
        (_, None) => Ordering::Greater,
        (Some(a), Some(b)) => compare(a, b),
    });
    Ok(places)
}

fn compare(a: &Value, b: &Value) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) {
        return a.total_cmp(&b);
    }
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        return match (Quantity::parse(a), Quantity::parse(b)) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => natural(a, b),
        };
    }
    a.as_bool().cmp(&b.as_bool())
}

/// Runs of digits compare as numbers: `pod-9` comes before `pod-10`.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i].is_ascii_digit() && b[j].is_ascii_digit() {
            let run = |text: &[u8], from: usize| from + text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (i_end, j_end) = (run(a, i), run(b, j));
            let strip = |digits: &[u8]| digits.iter().skip_while(|digit| **digit == b'0').copied().collect::<Vec<u8>>();
            let (x, y) = (strip(&a[i..i_end]), strip(&b[j..j_end]));
            let order = x.len().cmp(&y.len()).then_with(|| x.cmp(&y)).then((i_end - i).cmp(&(j_end - j)));
            if order.is_ne() {
                return order;
            }
            (i, j) = (i_end, j_end);
        } else if a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else {
            return a[i].cmp(&b[j]);
        }
    }
    (a.len() - i).cmp(&(b.len() - j))
}
