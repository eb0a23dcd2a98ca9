//! Whether an image's name is well formed: `pkg/util/parsers` over `distribution/reference`.

/// Accepts a name, or says what is wrong with it in the words of `ParseImageName`.
pub fn check(image: &str) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("couldn't parse image name \"{image}\": {why}"));
    if image.len() == 64 && image.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return wrong(&format!("invalid repository name ({image}), cannot specify 64-byte hexadecimal strings"));
    }
    let (domain, remainder) = split_domain(image);
    let (name_and_tag, digest) = match remainder.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (remainder.as_str(), None),
    };
    let (path, tag) = match name_and_tag.rsplit_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (name_and_tag, None),
    };
    let remote_name = remainder.split([':', '@']).next().unwrap_or("");
    if remote_name.chars().any(|letter| letter.is_uppercase()) {
        return wrong(&format!("invalid reference format: repository name ({remote_name}) must be lowercase"));
    }
    let well_formed = is_domain(&domain) && path.split('/').all(is_path_component) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest);
    if !well_formed {
        return wrong("invalid reference format");
    }
    if path.len() > 255 {
        return wrong("repository name must not be more than 255 characters");
    }
    Ok(())
}

fn split_domain(image: &str) -> (String, String) {
    match image.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" || first.to_lowercase() != first => (first.into(), rest.into()),
        Some(_) => ("docker.io".into(), image.into()),
        None => ("docker.io".into(), format!("library/{image}")),
    }
}

fn is_domain(domain: &str) -> bool {
    let (host, port) = match domain.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (domain, None),
    };
    let port_is_number = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    if host.starts_with('[') {
        return port_is_number && host.ends_with(']');
    }
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        let edges_fit = bytes.first().is_some_and(u8::is_ascii_alphanumeric) && bytes.last().is_some_and(u8::is_ascii_alphanumeric);
        edges_fit && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    port_is_number && host.split('.').all(is_label)
}

/// Lower-case letters and digits, with single `.`, one or two `_`, or any number of `-` between them.
fn is_path_component(part: &str) -> bool {
    let bytes = part.as_bytes();
    let is_letter = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if !bytes.first().is_some_and(is_letter) || !bytes.last().is_some_and(is_letter) {
        return false;
    }
    bytes.split(is_letter).all(|separator| matches!(separator, [] | [b'.'] | [b'_'] | [b'_', b'_']) || separator.iter().all(|byte| *byte == b'-'))
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= 128 && tag.bytes().next().is_some_and(is_word) && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    match digest.split_once(':') {
        Some((algorithm, hex)) => {
            let algorithm_fits = algorithm.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
            algorithm_fits && hex.len() >= 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn names_are_judged_as_the_reference_grammar_does() {
        for good in [
            "nginx",
            "nginx:1.27",
            "quay.io/a/b:v1",
            "localhost:5000/x",
            "a/b__c/d-e.f@sha256:0123456789012345678901234567890123456789012345678901234567890123",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(
            check("<YOUR-CONTAINER>").unwrap_err(),
            "couldn't parse image name \"<YOUR-CONTAINER>\": invalid reference format: repository name (library/<YOUR-CONTAINER>) must be lowercase"
        );
        assert_eq!(check("nginx:").unwrap_err(), "couldn't parse image name \"nginx:\": invalid reference format");
        assert!(check("").is_err());
    }
}
