//! Requests that nobody should make: patches that grow, selectors and templates without an end, patterns that take for ever.

use super::{Person, bounded};
use kubarium::api::resource::{CONFIG_MAPS, GroupResource, PODS};
use kubarium::server::request::{PatchType, Request, Response, Verb};
use kubarium::value::Value;

fn ask(person: &mut Person, request: &Request) -> Response {
    bounded(&format!("{:?} of {}", request.verb, request.resource.resource), || person.cluster.request(request))
}

fn patch(person: &mut Person, type_: PatchType, patch: Value) -> Response {
    let request = Request::new(Verb::Patch(type_), &CONFIG_MAPS, "default", "kept").with_body(patch);
    ask(person, &request)
}

fn value(json: &str) -> Value {
    Value::from_json(json).expect("JSON")
}

#[test]
fn copies_of_copies_are_refused() {
    let mut person = Person::new();
    // Each copies the whole object into itself, so that it doubles; and each nests it deeper.
    let doubling = r#"{"op":"copy","from":"","path":"/metadata/annotations"}"#;
    for count in [30, 9_000] {
        let refused = patch(&mut person, PatchType::Json, value(&format!("[{}]", vec![doubling; count].join(","))));
        assert_eq!(refused.code, 422);
        assert!(refused.body.to_json().len() < 4 << 20, "what is said is bounded, too");
    }
    let mut side_by_side =
        vec![r#"{"op":"add","path":"/data/0","value":"xxxxxxxxxxxxxxxx"}"#.to_string(), r#"{"op":"add","path":"/more","value":[]}"#.to_string()];
    side_by_side.extend((0..9_000).map(|_| r#"{"op":"copy","from":"","path":"/more/-"}"#.to_string()));
    assert_eq!(patch(&mut person, PatchType::Json, value(&format!("[{}]", side_by_side.join(",")))).code, 422);
    let mut sinking = vec![r#"{"op":"add","path":"/d","value":{}}"#.to_string()];
    let mut path = String::from("/d");
    for _ in 0..400 {
        path.push_str("/d");
        sinking.push(format!(r#"{{"op":"add","path":"{path}","value":{{}}}}"#));
    }
    assert_eq!(patch(&mut person, PatchType::Json, value(&format!("[{}]", sinking.join(",")))).code, 422);
    let too_many = vec![r#"{"op":"test","path":"/data/a","value":"1"}"#; 10_001].join(",");
    let refused = patch(&mut person, PatchType::Json, value(&format!("[{too_many}]")));
    assert_eq!((refused.code, refused.body.get("message").str()), (413, "The allowed maximum operations in a JSON patch is 10000, got 10001"));
    person.check("copies");
}

#[test]
fn patches_of_every_kind_are_read_or_refused() {
    let mut person = Person::new();
    let deep = format!("{}1{}", r#"{"a":"#.repeat(120), "}".repeat(120));
    let many: String = (0..50_000).map(|n| format!(r#""k{n}":"v","#)).collect();
    let patches = [
        "null".to_string(),
        "1".into(),
        "\"\"".into(),
        "[]".into(),
        "[null]".into(),
        "[[]]".into(),
        r#"[{"op":"add"}]"#.into(),
        r#"[{"op":"nope","path":"/data"}]"#.into(),
        r#"[{"op":"add","path":"","value":null}]"#.into(),
        r#"[{"op":"remove","path":""}]"#.into(),
        r#"[{"op":"move","from":"/metadata","path":"/metadata/labels/x"}]"#.into(),
        r#"[{"op":"add","path":"/metadata/finalizers/99999999999999999999","value":"x"}]"#.into(),
        r#"[{"op":"replace","path":"/metadata/finalizers/-9223372036854775808","value":"x"}]"#.into(),
        r#"[{"op":"add","path":"/~2~","value":1}]"#.into(),
        r#"{"$patch":"delete"}"#.into(),
        r#"{"$patch":"nope"}"#.into(),
        r#"{"data":{"$patch":"replace"}}"#.into(),
        r#"{"$retainKeys":["x"]}"#.into(),
        r#"{"$setElementOrder/data":[1]}"#.into(),
        r#"{"metadata":{"$deleteFromPrimitiveList/finalizers":1}}"#.into(),
        r#"{"metadata":{"ownerReferences":[{"uid":null},{"$patch":"replace"},1]}}"#.into(),
        r#"{"metadata":{"finalizers":[{}]}}"#.into(),
        r#"{"metadata":null}"#.into(),
        r#"{"metadata":{"name":"other"}}"#.into(),
        r#"{"metadata":{"resourceVersion":"99999999999999999999999"}}"#.into(),
        r#"{"metadata":{"managedFields":[{"fieldsV1":{"f:data":{"f:a":[]}}}]}}"#.into(),
        r#"{"metadata":{"creationTimestamp":"9999999-99-99T99:99:99Z"}}"#.into(),
        r#"{"metadata":{"deletionGracePeriodSeconds":9223372036854775807}}"#.into(),
        format!(r#"{{"metadata":{{"annotations":{deep}}}}}"#),
        format!(r#"{{"data":{deep}}}"#),
        format!(r#"{{"more":{{{many}"a":1}}}}"#),
        format!(r#"{{"metadata":{{"annotations":{{"a":"{}"}}}}}}"#, "x".repeat(1 << 20)),
    ];
    for type_ in [PatchType::Json, PatchType::Merge, PatchType::StrategicMerge, PatchType::Apply] {
        for text in &patches {
            let mut other = person.clone();
            let answer = patch(&mut other, type_, value(text));
            assert!(answer.is_success() || !answer.body.get("message").is_empty(), "{type_:?} {}", text.chars().take(100).collect::<String>());
            other.wait(100);
        }
    }
    person.check("patches");
}

#[test]
fn selectors_and_tokens_of_any_form_are_read_or_refused() {
    let mut person = Person::new();
    let long = "x".repeat(1 << 20);
    let texts = [
        "",
        ",",
        ",,,,",
        "a in (",
        "a in ()",
        "a in (((",
        "a notin",
        "!",
        "!!a",
        "a=b=c",
        "a>1e99",
        "a>99999999999999999999",
        "\0",
        "é=é",
        "a==",
        "=",
        "a\\",
        "a=\\",
        "(",
        ")",
        "metadata.name=\\,",
        "status.phase!=",
        &long,
        &format!("a in ({})", "b,".repeat(200_000)),
        &"a,".repeat(200_000),
        &"!".repeat(200_000),
        &format!("a={long}"),
    ]
    .map(str::to_string);
    for text in &texts {
        for field in 0..4 {
            let mut request = Request::new(Verb::List, &PODS, "default", "");
            let options = &mut request.options;
            match field {
                0 => options.label_selector = text.as_str().into(),
                1 => options.field_selector = text.as_str().into(),
                2 => options.continue_token = text.as_str().into(),
                _ => options.resource_version = text.as_str().into(),
            }
            let answer = ask(&mut person, &request);
            assert!(answer.is_success() || !answer.body.get("message").is_empty());
            if field == 3 {
                request.verb = Verb::Watch;
                ask(&mut person, &request);
            }
        }
    }
    person.check("selectors");
}

/// What `-o` is given; each would take years, or more memory than there is, if nothing stopped it.
#[test]
fn templates_without_an_end_are_stopped() {
    let mut person = Person::new();
    let mut large = person.cluster.request(&Request::new(Verb::Get, &CONFIG_MAPS, "default", "kept")).body;
    for key in 0..400 {
        large.get_mut("data").fields_mut().insert(format!("k{key}"), "some text");
    }
    assert_eq!(ask(&mut person, &Request::new(Verb::Update, &CONFIG_MAPS, "default", "kept").with_body(large)).code, 200);
    let nested = |open: &str, inner: &str, close: &str, depth: usize| format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
    let doubling: String = "{{$a = printf \"%s%s\" $a $a}}".repeat(60);
    let many: String = (0..200).map(|n| format!("{{{{$v{n} := printf \"%s%s\" $a $a}}}}")).collect();
    let megabyte = format!("{{{{$a := \"x\"}}}}{}", "{{$a = printf \"%s%s\" $a $a}}".repeat(20));
    for (template, why) in [
        (format!("jsonpath={}", nested("{range $.data.*}", "{.}", "{end}", 6)), "the template finds too much"),
        (format!("jsonpath={}", nested("{range $..*}", "x", "{end}", 20)), "the template finds too much"),
        (format!("jsonpath={{{}}}", "..".repeat(400)), ""),
        (format!("jsonpath={{$.data[{}'a']}}", "'a',".repeat(100_000)), ""),
        (format!("jsonpath={}", "{@}".repeat(20_000)), "the output is too large"),
        (format!("jsonpath-as-json={}", "{@}".repeat(20_000)), "the output is too large"),
        (format!("jsonpath={}", "{range .items[*]}".repeat(100_000)), "the template is nested too deeply"),
        (format!("jsonpath={{{}", "[?(@.a".repeat(50_000)), ""),
        (format!("custom-columns={}", "A:..*,".repeat(20) + "B:.a"), ""),
        ("go-template={{range 1000000000}}{{end}}".into(), "the template takes too long"),
        (format!("go-template={}", nested("{{range 1000000}}", "", "{{end}}", 5)), "the template takes too long"),
        (format!("go-template={{{{$a := \"xxxxxxxx\"}}}}{doubling}"), "the output is too large"),
        (format!("go-template={megabyte}{many}"), "the output is too large"),
        (format!("go-template={}", nested("{{if true}}", "x", "{{end}}", 5_000)), ""),
        (format!("go-template={{{{{}}}}}", nested("(", "1", ")", 50_000)), ""),
        ("go-template={{printf \"%999999999d\" 1}}".into(), ""),
        ("go-template={{index . 99999999999999999999}}".into(), ""),
        ("go-template={{slice \"é\" 1}}".into(), ""),
    ] {
        let shown: String = template.chars().take(80).collect();
        let said = bounded(&shown, || person.kubectl(&["get", "configmap", "kept", "-o", &template], ""));
        assert!(said.stderr.contains(why), "{shown}: {}", said.stderr.chars().take(300).collect::<String>());
        assert!(why.is_empty() || said.exit_code == 1, "{shown}");
        if template.starts_with("jsonpath=") {
            let path = template.replacen("jsonpath=", "", 1);
            bounded(&shown, || person.kubectl(&["get", "configmaps", "--sort-by", &path], ""));
        }
    }
    person.check("templates");
}

fn definition(schema: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: things.example.com}}\nspec: {{group: example.com, scope: Namespaced, names: {{plural: things, singular: thing, kind: Thing}}, versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {schema}}}}}]}}\n"
    )
}

#[test]
fn schemas_cannot_keep_the_server_busy() {
    let person = Person::new();
    let nothing = format!("{}{}", "(".repeat(60), "){1000}".repeat(60));
    let text = format!("'{}'", "a".repeat(100_000));
    let words = format!("[{}]", "aaaaaaaaaaaaaaaaaaaaaaaa,".repeat(2_000));
    let choices = |depth: usize| format!("{}{{}}{}", "{anyOf: [{minLength: 99}, ".repeat(depth), "]}".repeat(depth));
    for (schema, given) in [
        (format!("{{type: string, pattern: '{nothing}'}}"), text.as_str()),
        ("{type: string, pattern: '^(a?){1000}(a*)*$'}".into(), &text),
        ("{type: string, pattern: '((a{100}){100}){100}'}".into(), "a"),
        ("{type: string, pattern: '(a|a|a|a)*(a|a)*b'}".into(), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("{type: string, pattern: '[[[[(((('}".into(), "a"),
        (format!("{{type: string, pattern: '{}'}}", "(a|".repeat(5_000)), "a"),
        ("{type: array, x-kubernetes-list-type: set, items: {type: string}}".into(), &words),
        (format!("{{type: string, enum: [{}]}}", "a,".repeat(50_000)), "b"),
        (format!("{{type: string, {}}}", choices(60).trim_start_matches('{').trim_end_matches('}')), &text),
        ("{type: number, multipleOf: 1e-300, maximum: 1e300}".into(), "1e308"),
        ("{type: string, maxLength: 99999999999999999999, minLength: -1}".into(), "a"),
        ("{type: object, x-kubernetes-preserve-unknown-fields: true}".into(), "{a: {b: [1, 2, {c: d}]}}"),
    ] {
        let mut person = person.clone();
        let shown: String = schema.chars().take(80).collect();
        let said = bounded(&shown, || person.apply(&definition(&format!("{{type: object, properties: {{spec: {schema}}}}}"))));
        assert!(said.exit_code == 0 || !said.stderr.is_empty(), "{shown}");
        person.wait(3000);
        let thing = format!("apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: odd}}\nspec: {given}\n");
        let said = bounded(&shown, || person.kubectl(&["create", "-f", "-"], &thing));
        assert!(said.exit_code == 0 || !said.stderr.is_empty(), "{shown}");
        for command in ["get things -o yaml", "describe things", "explain thing.spec"] {
            bounded(command, || person.kubectl(&command.split(' ').collect::<Vec<_>>(), ""));
        }
        person.check(&shown);
    }
    let mut person = person.clone();
    let deep = format!("{}{{type: string}}{}", "{type: object, properties: {a: ".repeat(90), "}}".repeat(90));
    bounded("a deep schema", || person.apply(&definition(&deep)));
    person.check("a deep schema");
}

/// Requests for what cannot be.
#[test]
fn odd_requests_are_answered() {
    let mut person = Person::new();
    let long = "n".repeat(1 << 20);
    let names = ["", "/", "..", "a/b", "é", "\0", " ", "%", &long];
    for name in names {
        for verb in [Verb::Get, Verb::List, Verb::Create, Verb::Update, Verb::Patch(PatchType::Apply), Verb::Delete] {
            for (resource, subresource) in
                [(&PODS, ""), (&PODS, "exec"), (&PODS, "log"), (&PODS, "binding"), (&PODS, "eviction"), (&PODS, name), (&CONFIG_MAPS, "")]
            {
                let mut request = Request::new(verb, resource, "default", name).with_body(value(r#"{"apiVersion":"v1","kind":"Nope","metadata":7,"spec":[]}"#));
                request.subresource = subresource.into();
                let answer = ask(&mut person, &request);
                assert!(answer.is_success() || answer.body.get("kind").str() == "Status", "{verb:?} {subresource}: {}", answer.body);
            }
        }
        let nowhere = GroupResource { group: name.into(), resource: name.into() };
        assert_eq!(ask(&mut person, &Request::new(Verb::List, &nowhere, name, name)).code, 404);
    }
    person.check("requests");
}
