//! `$(NAME)` in commands, arguments and values: `third_party/forked/golang/expansion`.

use crate::value::{SmolStr, Value};

/// Replaces `$(NAME)` by what `lookup` knows; `$$` is a `$`, and a name that isn't known stays as it is.
pub fn expand(text: &str, lookup: &dyn Fn(&str) -> Option<SmolStr>) -> SmolStr {
    if !text.contains('$') {
        return SmolStr::new(text);
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inside| inside.split_once(')')) {
            match lookup(name) {
                Some(value) => out.push_str(&value),
                None => {
                    out.push_str("$(");
                    out.push_str(name);
                    out.push(')');
                }
            }
            rest = after;
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    SmolStr::from(out)
}

/// Expands a word of a probe's command, which sees only the values that the container's `env` gives literally.
pub fn expand_static(text: &str, container: &Value) -> SmolStr {
    expand(text, &|name| {
        let env = container.get("env").items().iter();
        let found = env.filter(|entry| entry.get("valueFrom").is_null()).find(|entry| entry.get("name").str() == name);
        found.map(|entry| SmolStr::new(entry.get("value").str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_dollars_are_kept() {
        let lookup = |name: &str| (name == "A").then(|| SmolStr::new("x"));
        for (text, expected) in [("$(A)-$(B)", "x-$(B)"), ("$$(A)", "$(A)"), ("$A $", "$A $"), ("$(A", "$(A"), ("é$(A)", "éx")] {
            assert_eq!(expand(text, &lookup), expected);
        }
    }
}
