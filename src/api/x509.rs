//! As much of X.509 as CertificateSigningRequests need: reading a PKCS#10 request, and writing a certificate for it.
//!
//! The certificate has the form and the content of a real one, so that tools can show it. Its signature is not one: the simulated cluster has
//! no key, and nothing in it checks certificates.

use super::random::Random;
use super::{base64, time};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const BOOLEAN_TRUE: [u8; 3] = [0x01, 0x01, 0xff];
const SHA256_WITH_RSA: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00];
const EXTENSION_REQUEST: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e];
const SUBJECT_ALTERNATIVE_NAME: [u8; 3] = [0x55, 0x1d, 0x11];
const SIGNATURE_BYTES: usize = 256;
const LINE_CHARS: usize = 64;
/// The bits of the extension `keyUsage`, and the object IDs of `extKeyUsage`, by the names that Kubernetes has for them.
const KEY_USAGES: [(&str, u8); 6] =
    [("digital signature", 0), ("signing", 0), ("content commitment", 1), ("key encipherment", 2), ("data encipherment", 3), ("key agreement", 4)];
const EXTENDED_USAGES: [(&str, [u8; 8]); 3] =
    [("server auth", [0x2b, 6, 1, 5, 5, 7, 3, 1]), ("client auth", [0x2b, 6, 1, 5, 5, 7, 3, 2]), ("code signing", [0x2b, 6, 1, 5, 5, 7, 3, 3])];

/// One element of DER: its tag, its content, and its bytes as a whole.
#[derive(Clone, Copy)]
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    whole: &'a [u8],
}

/// The elements that follow each other in these bytes; none for what is no DER.
fn elements(mut bytes: &[u8]) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    while let Some((element, rest)) = first(bytes) {
        found.push(element);
        bytes = rest;
    }
    found
}

fn first(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, &short) = (bytes.first()?, bytes.get(1)?);
    let long = if short & 0x80 == 0 { 0 } else { usize::from(short & 0x7f) };
    let length = match long {
        0 => usize::from(short),
        1..=3 => bytes.get(2..2 + long)?.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)),
        _ => return None,
    };
    let start = 2 + long;
    let content = bytes.get(start..start + length)?;
    Some((Element { tag, content, whole: &bytes[..start + length] }, &bytes[start + length..]))
}

/// What a PKCS#10 request asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    subject: Vec<u8>,
    public_key: Vec<u8>,
    alternative_names: Option<Vec<u8>>,
    /// The subject's common name.
    pub common_name: String,
    /// The subject's organizations: the groups of a user.
    pub organizations: Vec<String>,
}

impl Request {
    /// Reads a request in PEM; `None` where it isn't one.
    pub fn parse(pem: &str) -> Option<Request> {
        let (_, after) = pem.split_once("-----BEGIN CERTIFICATE REQUEST-----")?;
        let (body, _) = after.split_once("-----END")?;
        let der = base64::decode(&body.split_whitespace().collect::<String>()).ok()?;
        let outer = *elements(&der).first().filter(|outer| outer.tag == SEQUENCE)?;
        let info = elements(elements(outer.content).first()?.content);
        let [_, subject, public_key, rest @ ..] = info.as_slice() else { return None };
        let texts = |attribute: &[u8]| -> Vec<String> {
            let sets = elements(subject.content).into_iter().flat_map(|set| elements(set.content));
            let parts = sets.map(|pair| elements(pair.content)).filter(|pair| pair.len() == 2 && pair[0].content == attribute);
            parts.map(|pair| String::from_utf8_lossy(pair[1].content).into_owned()).collect()
        };
        Some(Request {
            subject: subject.whole.to_vec(),
            public_key: public_key.whole.to_vec(),
            alternative_names: rest.first().and_then(|attributes| alternative_names(attributes.content)),
            common_name: texts(&[0x55, 4, 3]).pop().unwrap_or_default(),
            organizations: texts(&[0x55, 4, 10]),
        })
    }

    /// A certificate for the request, in PEM: from `CN=kubernetes`, good between the two times, for these usages.
    pub fn certificate(&self, from_ms: u64, until_ms: u64, usages: &[&str], seed: u64) -> String {
        let mut random = Random::new(seed);
        let mut bytes = |number: usize| -> Vec<u8> { (0..number.div_ceil(8)).flat_map(|_| random.next_u64().to_be_bytes()).take(number).collect() };
        let mut serial = bytes(16);
        serial[0] = serial[0] & 0x3f | 0x40;
        let body = der(
            SEQUENCE,
            &[
                &der(0xa0, &[&der(INTEGER, &[&[2]])]),
                &der(INTEGER, &[&serial]),
                &SHA256_WITH_RSA,
                &issuer(),
                &der(SEQUENCE, &[&utc_time(from_ms), &utc_time(until_ms)]),
                &self.subject,
                &self.public_key,
                &der(0xa3, &[&der(SEQUENCE, &[&self.extensions(usages, &bytes(20))])]),
            ],
        );
        let signature = [vec![0], bytes(SIGNATURE_BYTES)].concat();
        pem("CERTIFICATE", &der(SEQUENCE, &[&body, &SHA256_WITH_RSA, &der(BIT_STRING, &[&signature])]))
    }

    fn extensions(&self, usages: &[&str], issuer_key: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        let bits = KEY_USAGES.iter().filter(|(name, _)| usages.contains(name)).fold(0u8, |bits, (_, bit)| bits | 0x80 >> bit);
        if bits != 0 {
            let value = der(BIT_STRING, &[&[bits.trailing_zeros() as u8, bits]]);
            all.extend(extension(&[0x55, 0x1d, 0x0f], true, &value));
        }
        let extended: Vec<u8> = EXTENDED_USAGES.iter().filter(|(name, _)| usages.contains(name)).flat_map(|(_, id)| der(OBJECT_ID, &[id])).collect();
        if !extended.is_empty() {
            all.extend(extension(&[0x55, 0x1d, 0x25], false, &der(SEQUENCE, &[&extended])));
        }
        all.extend(extension(&[0x55, 0x1d, 0x13], true, &der(SEQUENCE, &[])));
        all.extend(extension(&[0x55, 0x1d, 0x23], false, &der(SEQUENCE, &[&der(0x80, &[issuer_key])])));
        if let Some(names) = &self.alternative_names {
            all.extend(extension(&SUBJECT_ALTERNATIVE_NAME, false, names));
        }
        all
    }
}

/// The value of the extension `subjectAltName`, where the attributes of a request ask for it.
fn alternative_names(attributes: &[u8]) -> Option<Vec<u8>> {
    let pairs = elements(attributes).into_iter().map(|attribute| elements(attribute.content));
    let wanted = pairs.filter(|pair| pair.len() == 2 && pair[0].content == EXTENSION_REQUEST).flat_map(|pair| elements(pair[1].content));
    let extensions = wanted.flat_map(|list| elements(list.content)).map(|extension| elements(extension.content));
    let names = extensions.filter(|parts| parts.first().is_some_and(|id| id.content == SUBJECT_ALTERNATIVE_NAME));
    names.filter_map(|parts| parts.last().map(|value| value.content.to_vec())).next()
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let mut bytes = vec![tag];
    match length {
        0..=0x7f => bytes.push(length as u8),
        0x80..=0xff => bytes.extend([0x81, length as u8]),
        _ => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    bytes.extend(content);
    bytes
}

fn extension(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &BOOLEAN_TRUE } else { &[] };
    der(SEQUENCE, &[&der(OBJECT_ID, &[id]), critical, &der(OCTET_STRING, &[value])])
}

fn issuer() -> Vec<u8> {
    der(SEQUENCE, &[&der(SET, &[&der(SEQUENCE, &[&der(OBJECT_ID, &[&[0x55, 4, 3]]), &der(0x0c, &[b"kubernetes"])])])])
}

/// `YYMMDDhhmmssZ`.
fn utc_time(time_ms: u64) -> Vec<u8> {
    let digits: String = time::rfc3339(time_ms).chars().skip(2).filter(char::is_ascii_digit).collect();
    der(0x17, &[format!("{digits}Z").as_bytes()])
}

fn pem(name: &str, bytes: &[u8]) -> String {
    let text = base64::encode(bytes);
    let lines: Vec<&str> = (0..text.len().div_ceil(LINE_CHARS)).map(|line| &text[line * LINE_CHARS..text.len().min((line + 1) * LINE_CHARS)]).collect();
    format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=anna/O=devs/O=ops"`.
    const ANNA: &str = "-----BEGIN CERTIFICATE REQUEST-----
MIHnMIGOAgEAMCwxDTALBgNVBAMMBGFubmExDTALBgNVBAoMBGRldnMxDDAKBgNV
BAoMA29wczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPYQAvWcopJL39CTrBFl
qD07q2inGdqnERjmwcznu9m+M1pEkS6zlD/FsTHtVkXyhF31ahUwKqmu/S3ZwV6s
ZFSgADAKBggqhkjOPQQDAgNIADBFAiAMZL6YLH6kQyBze3RbrHVzQNy/nN2KMwhK
FT0QZkieuQIhAPjNSvroq6DtqrKn25aibcUyKWEV82bT7K+U8Y468Jww
-----END CERTIFICATE REQUEST-----
";

    #[test]
    fn a_certificate_is_for_the_subject_that_asked() {
        let request = Request::parse(ANNA).expect("it is a request");
        assert_eq!((request.common_name.as_str(), request.organizations.join(" ")), ("anna", "devs ops".to_string()));
        let pem = request.certificate(0, 86_400_000, &["client auth"], 7);
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let bytes = base64::decode(&body).expect("it is base64");
        let (outer, rest) = first(&bytes).expect("it is DER");
        assert!(rest.is_empty());
        let fields = elements(elements(outer.content)[0].content);
        assert_eq!(fields[5].whole, request.subject);
        assert_eq!(fields[6].whole, request.public_key);
    }

    #[test]
    fn what_is_no_request_is_none() {
        for text in
            ["", "hello", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", "-----BEGIN CERTIFICATE REQUEST-----\nMP8=\n-----END"]
        {
            assert_eq!(Request::parse(text), None);
        }
    }
}
