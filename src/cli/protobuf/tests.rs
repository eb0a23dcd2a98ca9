use super::*;

/// A message's field of bytes; shorter than 128.
fn bytes(number: u8, content: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, content.len() as u8], content].concat()
}

fn body(api_version: &str, kind: &str, message: &[u8]) -> Vec<u8> {
    let type_ = [bytes(1, api_version.as_bytes()), bytes(2, kind.as_bytes())].concat();
    [MAGIC, &bytes(1, &type_), &bytes(2, message)].concat()
}

#[test]
fn objects_are_read_by_the_schema() {
    let metadata = [bytes(1, b"web"), bytes(8, &[]), bytes(11, &[bytes(1, b"app"), bytes(2, b"web")].concat())].concat();
    let secret = [bytes(1, &metadata), bytes(2, &[bytes(1, b"key"), bytes(2, b"\xff\0")].concat()), bytes(3, b"Opaque")].concat();
    let read = decode(&body("v1", "Secret", &secret)).unwrap();
    let expected = r#"{"apiVersion":"v1","data":{"key":"/wA="},"kind":"Secret","metadata":{"creationTimestamp":null,"labels":{"app":"web"},"name":"web"},"type":"Opaque"}"#;
    assert_eq!(read.to_json(), expected);
}

#[test]
fn numbers_strings_and_inlined_messages() {
    // A port {targetPort: http}, and one {port: 300, targetPort: 8080}.
    let named = bytes(4, &[&[8, 1][..], &bytes(3, b"http")].concat());
    let numbered = [&[24, 0xac, 2][..], &bytes(4, &[16, 0x90, 0x3f])].concat();
    let service = decode(&body("v1", "Service", &bytes(2, &[bytes(1, &named), bytes(1, &numbered)].concat()))).unwrap();
    assert_eq!(service.get("spec").to_json(), r#"{"ports":[{"targetPort":"http"},{"port":300,"targetPort":8080}]}"#);
    // A volume {name: a, volumeSource: {secret: {secretName: s}}}: the source is not a level of its own in JSON.
    let volume = [bytes(1, b"a"), bytes(2, &bytes(6, &bytes(1, b"s")))].concat();
    let pod = decode(&body("v1", "Pod", &bytes(2, &bytes(1, &volume)))).unwrap();
    assert_eq!(pod.get("spec").to_json(), r#"{"volumes":[{"name":"a","secret":{"secretName":"s"}}]}"#);
}

#[test]
fn options_of_any_group_are_known() {
    let options = [&[8, 30][..], &bytes(4, b"Foreground")].concat();
    let read = decode(&body("policy/v1", "DeleteOptions", &options)).unwrap();
    assert_eq!((read.get("gracePeriodSeconds").as_i64(), read.get("propagationPolicy").str()), (Some(30), "Foreground"));
}

#[test]
fn nonsense_is_refused() {
    assert_eq!(decode(b"{}"), Err(Unreadable::Malformed));
    assert_eq!(decode(&body("v1", "Nope", &[])), Err(Unreadable::UnknownKind));
    assert_eq!(decode(&body("v1", "Pod", &[0x0a, 0x7f, 1])), Err(Unreadable::Malformed));
    assert_eq!(decode(&body("v1", "Pod", &[0x0b])), Err(Unreadable::Malformed));
    assert_eq!(decode(&body("v1", "Pod", &[0xff; 20])), Err(Unreadable::Malformed));
}
