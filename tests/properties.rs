//! No text, however odd, makes a part that reads what people type panic or lose it.

use kubarium::api::cron::Schedule;
use kubarium::api::quantity::Quantity;
use kubarium::manifest::{documents, write_json, write_yaml};
use kubarium::value::Value;
use proptest::prelude::*;

/// Texts that look like manifests: pieces of YAML thrown together.
fn yaml_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("apiVersion: v1\n"),
        Just("kind: Pod\n"),
        Just("metadata:\n"),
        Just("  name: x\n"),
        Just("- "),
        Just("---\n"),
        Just("\t"),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just("&a "),
        Just("*a "),
        Just("<<: "),
        Just("|\n"),
        Just(">-\n"),
        Just("\""),
        Just("'"),
        Just(": "),
        Just("#"),
        Just("!!str "),
        Just("\u{feff}"),
        Just("é\n"),
        Just("\0"),
        Just("0x"),
        Just("1e999"),
        Just("~"),
        Just("  "),
        Just("\r\n"),
        Just("...\n"),
        Just("? "),
        Just("%YAML 1.1\n"),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        "\\PC*".prop_map(Value::from),
        "[ -~\n\t]*".prop_map(Value::from),
        prop_oneof![Just("yes"), Just("null"), Just("1e3"), Just("0x1f"), Just("~"), Just("- a"), Just("a: b"), Just("# c"), Just(" lead"), Just("end \n\n")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::array),
            proptest::collection::btree_map("[a-zA-Z0-9 .:#-]{1,8}", inner, 0..5).prop_map(|fields| {
                let mut object = Value::object();
                for (key, value) in fields {
                    object.fields_mut().insert(key.as_str(), value);
                }
                object
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = documents(&text);
    }

    #[test]
    fn anything_like_yaml_is_read_or_refused(text in yaml_like()) {
        for document in documents(&text) {
            let value = document.value;
            if let Ok(value) = value {
                prop_assert_eq!(&document.tree.value, &value);
            }
        }
    }

    #[test]
    fn what_is_written_as_yaml_is_read_back(value in json_value().prop_filter("a document of its own", |value| value.is_object())) {
        let text = write_yaml(&value);
        let read = documents(&text);
        prop_assert_eq!(read.len().max(1), 1, "{}", text);
        let back = read.into_iter().next().map_or(Ok(Value::Null), |document| document.value);
        prop_assert_eq!(back, Ok(value), "{}", text);
    }

    #[test]
    fn what_is_written_as_json_is_read_back(value in json_value()) {
        prop_assert_eq!(Value::from_json(&write_json(&value)).expect("it is JSON"), value);
    }

    #[test]
    fn quantities_and_schedules_are_read_or_refused(text in "[-+0-9.eEinumkKMGTPs*/, @a-z]{0,24}") {
        let _ = Quantity::parse(&text);
        if let Ok(schedule) = Schedule::parse(&text) {
            let next = schedule.next(1_795_420_800_000, 0);
            prop_assert!(next.is_none_or(|next| next > 1_795_420_800_000 - 1000));
        }
    }
}
