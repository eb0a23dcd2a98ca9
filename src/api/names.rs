//! How names must look, and upstream's words where one doesn't (`k8s.io/apimachinery/pkg/util/validation`).

const DNS1123_SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const DNS1123_LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const DNS1035_LABEL: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_NAME: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const CONFIG_MAP_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const WILDCARD: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/// Upstream's `MaxLenError`.
pub fn too_long(max: usize) -> String {
    format!("must be no more than {max} bytes")
}

fn is_label(text: &str, starts_with_letter: bool) -> bool {
    let bytes = text.as_bytes();
    let edge = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    match (bytes.first(), bytes.last()) {
        (Some(&first), Some(&last)) => {
            edge(first) && edge(last) && (!starts_with_letter || first.is_ascii_lowercase()) && bytes.iter().all(|&byte| edge(byte) || byte == b'-')
        }
        _ => false,
    }
}

/// A DNS subdomain, as most names are.
pub fn dns1123_subdomain(name: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if name.len() > 253 {
        errors.push("must be no more than 253 characters".into());
    }
    if !name.split('.').all(|label| is_label(label, false)) {
        errors.push(DNS1123_SUBDOMAIN.into());
    }
    errors
}

/// A DNS label, as names of namespaces and containers.
pub fn dns1123_label(name: &str) -> Vec<String> {
    let is_subdomain = name.contains('.') && name.split('.').all(|part| is_label(part, false));
    label(name, false, if is_subdomain { "must not contain dots" } else { DNS1123_LABEL })
}

/// A DNS label that starts with a letter, as names of Services before they were relaxed.
pub fn dns1035_label(name: &str) -> Vec<String> {
    label(name, true, DNS1035_LABEL)
}

fn label(name: &str, starts_with_letter: bool, rule: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if name.len() > 63 {
        errors.push("must be no more than 63 characters".into());
    }
    if !is_label(name, starts_with_letter) {
        errors.push(rule.into());
    }
    errors
}

/// The key of a ConfigMap or Secret (`IsConfigMapKey`).
pub fn config_map_key(key: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if key.len() > 253 {
        errors.push(too_long(253));
    }
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        errors.push(CONFIG_MAP_KEY.into());
    }
    match key {
        "." => errors.push("must not be '.'".into()),
        ".." => errors.push("must not be '..'".into()),
        _ if key.starts_with("..") => errors.push("must not start with '..'".into()),
        _ => {}
    }
    errors
}

/// A host whose first label is `*` (`IsWildcardDNS1123Subdomain`).
pub fn wildcard_dns1123_subdomain(name: &str) -> Vec<String> {
    match name.strip_prefix("*.") {
        Some(rest) if dns1123_subdomain(rest).is_empty() => Vec::new(),
        _ => vec![WILDCARD.into()],
    }
}

/// A name that becomes a path segment of a URL, as names of Roles.
pub fn path_segment(name: &str) -> Vec<String> {
    if name == "." || name == ".." {
        return vec![format!("may not be '{name}'")];
    }
    ["/", "%"].iter().filter(|part| name.contains(**part)).map(|part| format!("may not contain '{part}'")).collect()
}

fn is_qualified_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) => {
            first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        }
        _ => false,
    }
}

/// The key of a label or annotation: `[prefix/]name`.
pub fn qualified_name(name: &str) -> Vec<String> {
    let mut errors = Vec::new();
    let parts: Vec<&str> = name.split('/').collect();
    let local = match parts.as_slice() {
        [local] => *local,
        [prefix, local] => {
            if prefix.is_empty() {
                errors.push("prefix part must be non-empty".into());
            } else {
                errors.extend(dns1123_subdomain(prefix).into_iter().map(|error| format!("prefix part {error}")));
            }
            *local
        }
        _ => {
            return vec![format!(
                "a valid label key {} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
                QUALIFIED_NAME.trim_start_matches("name part ")
            )];
        }
    };
    if local.is_empty() {
        errors.push("name part must be non-empty".into());
    } else if local.len() > 63 {
        errors.push(format!("name part {}", too_long(63)));
    }
    if !is_qualified_part(local) {
        errors.push(QUALIFIED_NAME.into());
    }
    errors
}

/// The value of a label.
pub fn label_value(value: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if value.len() > 63 {
        errors.push(too_long(63));
    }
    if !value.is_empty() && !is_qualified_part(value) {
        errors.push(LABEL_VALUE.into());
    }
    errors
}

/// `validation.IsValidPortName`, an IANA service name.
pub fn port_name(name: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if name.len() > 15 {
        errors.push("must be no more than 15 characters".into());
    }
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".into());
    }
    if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        errors.push("must contain at least one letter (a-z)".into());
    }
    if name.contains("--") {
        errors.push("must not contain consecutive hyphens".into());
    }
    if name.starts_with('-') || name.ends_with('-') {
        errors.push("must not begin or end with a hyphen".into());
    }
    errors
}

/// The alphabet of generated names: no vowels and nothing that looks like another character (`k8s.io/apimachinery/pkg/util/rand`).
const SAFE: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// Five letters drawn from `random`, as the server appends to `generateName`.
pub fn random_suffix(mut random: u64) -> String {
    let mut text = String::new();
    for _ in 0..5 {
        text.push(char::from(SAFE[(random % 27) as usize]));
        random /= 27;
    }
    text
}

/// A number in letters of generated names (`rand.SafeEncodeString`), as template hashes are written.
pub fn safe_encode(text: &str) -> String {
    text.bytes().map(|byte| char::from(SAFE[usize::from(byte) % SAFE.len()])).collect()
}

/// As [`dns1123_subdomain`], but with underscores, as domains to be searched may have them (`IsDNS1123SubdomainWithUnderscore`).
pub fn dns1123_subdomain_with_underscore(name: &str) -> Vec<String> {
    const RULE: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
    let fits = |part: &str| is_label(&part.strip_prefix('_').unwrap_or(part).replace('_', "-"), false);
    if name.len() <= 253 && name.split('.').all(fits) { Vec::new() } else { vec![RULE.into()] }
}
