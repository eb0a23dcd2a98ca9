//! Files of variables that containers leave for others (`fileKeyRef`): `pkg/kubelet/util/env`.

/// The value of `key` in a file of lines `NAME='value'`; `None` where it isn't there. Values are in single quotes and may span lines.
///
/// # Errors
/// The file isn't of that form.
pub fn find(text: &str, key: &str) -> Result<Option<String>, ()> {
    let mut rest = text;
    while !rest.is_empty() {
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let line = rest[..line_end].trim_start_matches([' ', '\t']);
        if line.is_empty() || line.starts_with('#') {
            rest = rest.get(line_end + 1..).unwrap_or("");
            continue;
        }
        let (name, value) = line.split_once('=').ok_or(())?;
        if name.is_empty() || name.ends_with([' ', '\t']) {
            return Err(());
        }
        if value.starts_with([' ', '\t']) {
            if name == key {
                return Ok(None);
            }
            rest = rest.get(line_end + 1..).unwrap_or("");
            continue;
        }
        let value_start = line_end - value.len();
        let quoted = rest[value_start..].strip_prefix('\'').ok_or(())?;
        let (value, after) = quoted.split_once('\'').ok_or(())?;
        let (tail, next) = after.split_once('\n').unwrap_or((after, ""));
        let tail = tail.trim_start_matches([' ', '\t']);
        if !tail.is_empty() && !tail.starts_with('#') {
            return Err(());
        }
        if name == key {
            return Ok(Some(value.to_string()));
        }
        rest = next;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn values_are_found_between_single_quotes() {
        let text = "# made by init\n  A='1'\nB='two\nlines' # note\nC= 'x'\n";
        assert_eq!(find(text, "A"), Ok(Some("1".into())));
        assert_eq!(find(text, "B"), Ok(Some("two\nlines".into())));
        assert_eq!((find(text, "C"), find(text, "D")), (Ok(None), Ok(None)));
        for bad in ["A=1", "A ='1'", "A", "A='1", "A='1' x"] {
            assert_eq!(find(bad, "A"), Err(()), "{bad}");
        }
    }
}
