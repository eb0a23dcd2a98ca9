use super::*;

fn json(text: &str) -> String {
    read(text).map_or_else(|error| error, |value| value.to_json())
}

#[test]
fn texts_mean_what_go_reads() {
    for (text, expected) in [
        ("a: yes\nb: \"yes\"\nc: 010\nd: 1.0\ne: 1e3\nf: ~\n", r#"{"a":true,"b":"yes","c":8,"d":1,"e":1000,"f":null}"#),
        ("a: 1\na: 2\n", r#"{"a":2}"#),
        ("base: &base {p: 1, q: 2}\nmore:\n  <<: *base\n  q: 3\n", r#"{"base":{"p":1,"q":2},"more":{"p":1,"q":3}}"#),
        ("1: one\ntrue: two\n", r#"{"1":"one","true":"two"}"#),
        ("text: |\n  two\n  lines\nfolded: >-\n  one\n  line\n", "{\"folded\":\"one line\",\"text\":\"two\\nlines\\n\"}"),
        ("{\"a\": [1, 2.5, null], b: {c: d}}", r#"{"a":[1,2.5,null],"b":{"c":"d"}}"#),
        ("a: !!str 5\nb: !!binary aGk=\n", r#"{"a":"5","b":"hi"}"#),
        ("just some words\n", "\"just some words\""),
        ("# nothing\n", "null"),
    ] {
        assert_eq!(json(text), expected, "{text}");
    }
}

#[test]
fn mistakes_have_goyaml_words_and_lines() {
    for (text, words) in [
        ("apiVersion: v1\nkind: Pod\nmetadata:\n\tname: tabbed\n", "yaml: line 4: found character that cannot start any token"),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: indent\n   labels:\n    app: x\n", "yaml: line 5: mapping values are not allowed in this context"),
        ("apiVersion: v1\nkind Pod\nmetadata:\n  name: colon\n", "yaml: line 3: could not find expected ':'"),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"quote\n", "yaml: line 5: found unexpected end of stream"),
        ("{{config_data}}\n", r#"yaml: invalid map key: map[interface {}]interface {}{"config_data":interface {}(nil)}"#),
        ("a: {\n  \"b\": \"c\"\n  ...\n}\n", "yaml: line 2: did not find expected ',' or '}'"),
    ] {
        assert_eq!(json(text), words, "{text}");
    }
}

#[test]
fn an_apostrophe_may_be_escaped_in_double_quotes() {
    let json = |text: &str| read(text).map(|value| value.to_json());
    assert_eq!(json(r#"a: "é'\\\'b\'" # \'"#), Ok(r#"{"a":"é'\\'b'"}"#.into()));
    assert_eq!(json("a: \"x\\'\\ny\"\nb: 'c\\'\nd: \"\\'\\a\""), Ok(r#"{"a":"x'\ny","b":"c\\","d":"'\u0007"}"#.into()));
    assert_eq!(json(r#"a: "\'\q""#), Err("yaml: line 1: found unknown escape character".into()));
}

#[test]
fn parts_know_their_places() {
    let text = "kind: Pod\nspec:\n  containers:\n  - name: wéb\n    imag: nginx\n";
    let tree = read_tree(text, Position { line: 10, column: 0, offset: 100 }).unwrap();
    let name = tree.name_span("spec.containers[0].imag");
    assert_eq!((name.start.line, name.start.column, name.end.column), (14, 4, 8));
    assert_eq!(&text[name.start.offset - 100..name.end.offset - 100], "imag");
    let value = tree.at("spec.containers[0].name").span;
    assert_eq!(&text[value.start.offset - 100..value.end.offset - 100], "wéb");
}

#[test]
fn bombs_are_refused_in_no_time() {
    let mut laughs = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (letter, before) in "bcdefghij".chars().zip("abcdefghi".chars()) {
        laughs.push_str(&format!("{letter}: &{letter} [{}]\n", vec![format!("*{before}"); 10].join(", ")));
    }
    assert_eq!(json(&laughs), "yaml: document contains excessive aliasing");
    assert!(read(&"[".repeat(100_000)).is_err());
    assert!(read(&"- ".repeat(50_000)).is_err());
    assert!(read(&"{a: ".repeat(50_000)).is_err());
}
