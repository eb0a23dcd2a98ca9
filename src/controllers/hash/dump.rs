//! A value as `k8s.io/utils/dump.ForHash` writes the Go struct it is read into: every field in the order of its declaration, with its type, on one line.

use super::go_types::fields_of;
use crate::api::kinds::core::go_struct::json_name;
use crate::api::quantity::GoQuantity;
use crate::value::Value;

type Write<'a> = dyn FnMut(&str) + 'a;

/// Writes the value as a Go value of that type (a name of [`super::go_types`], or made up of `*`, `[]` and such), the type's name before it.
pub(super) fn write(out: &mut Write, type_name: &str, value: &Value) {
    out("(");
    write_type(out, type_name);
    out(")");
    write_bare(out, type_name, value);
}

/// `[]v1.Container` for `[]Container`: only Go's own types are without a package, and they are in small letters.
fn write_type(out: &mut Write, type_name: &str) {
    let name = type_name.trim_start_matches(['*', '[', ']']);
    out(&type_name[..type_name.len() - name.len()]);
    if name.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        out("v1.");
    }
    out(name);
}

fn write_bare(out: &mut Write, type_name: &str, value: &Value) {
    if let Some(pointed_at) = type_name.strip_prefix('*') {
        return if value.is_null() { out("<nil>") } else { write_bare(out, pointed_at, value) };
    }
    if let Some(item_type) = type_name.strip_prefix("[]") {
        return list(out, item_type, value);
    }
    match type_name {
        "map[string]string" => map(out, "string", value),
        "ResourceList" => map(out, "resource.Quantity", value),
        "resource.Quantity" => quantity(out, value),
        "intstr.IntOrString" => int_or_string(out, value),
        // A template has no times: this one is Go's zero.
        "Time" => out("{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}"),
        "bool" => out(if value.as_bool().unwrap_or_default() { "true" } else { "false" }),
        "int32" | "int64" => out(&value.as_i64().unwrap_or_default().to_string()),
        _ => match fields_of(type_name) {
            Some(fields) => structure(out, fields, value),
            None => out(value.str()),
        },
    }
}

fn structure(out: &mut Write, fields: &str, value: &Value) {
    out("{");
    for (index, field) in fields.split(' ').enumerate() {
        let Some((names, type_name)) = field.split_once(':') else { continue };
        if index > 0 {
            out(" ");
        }
        // `Name^`: the struct is inlined, its fields are the value's own.
        let inlined = names.strip_suffix('^');
        let (name, json) = names.split_once('=').map_or_else(|| (names, json_name(names)), |(name, json)| (name, json.to_string()));
        out(inlined.unwrap_or(name));
        out(":");
        write(out, type_name, if inlined.is_some() { value } else { value.get(&json) });
    }
    out("}");
}

/// Protocol buffers know no empty list or map: such a one comes as nil.
fn list(out: &mut Write, item_type: &str, value: &Value) {
    if value.is_empty() {
        return out("<nil>");
    }
    for (index, item) in value.items().iter().enumerate() {
        out(if index == 0 { "[" } else { " " });
        write_bare(out, item_type, item);
    }
    out("]");
}

fn map(out: &mut Write, item_type: &str, value: &Value) {
    if value.is_empty() {
        return out("<nil>");
    }
    for (index, (key, item)) in value.fields().iter().enumerate() {
        out(if index == 0 { "map[" } else { " " });
        out(key);
        out(":");
        write_bare(out, item_type, item);
    }
    out("]");
}

fn quantity(out: &mut Write, value: &Value) {
    if value.is_null() {
        return out(
            "{i:(resource.int64Amount){value:(int64)0 scale:(resource.Scale)0} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string) Format:(resource.Format)}",
        );
    }
    let parsed = GoQuantity::parse(value.str());
    out(&format!(
        "{{i:(resource.int64Amount){{value:(int64){} scale:(resource.Scale){}}} d:(resource.infDecAmount){{Dec:(*inf.Dec)",
        parsed.amount, parsed.scale
    ));
    match parsed.big_nanos {
        None => out("<nil>"),
        Some(nanos) => {
            let magnitude = nanos.unsigned_abs();
            let (low, high) = (magnitude as u64, (magnitude >> 64) as u64);
            let high = if high == 0 { String::new() } else { format!(" {high}") };
            out(&format!("{{unscaled:(big.Int){{neg:(bool){} abs:(big.nat)[{low}{high}]}} scale:(inf.Scale)9}}", nanos < 0));
        }
    }
    out(&format!("}} s:(string){} Format:(resource.Format){:?}}}", parsed.text, parsed.format));
}

fn int_or_string(out: &mut Write, value: &Value) {
    let text = value.str();
    let number = value.as_i64().unwrap_or_default();
    out(&format!("{{Type:(intstr.Type){} IntVal:(int32){number} StrVal:(string){text}}}", u8::from(value.as_str().is_some())));
}
