use super::Template;
use crate::value::json;

#[test]
fn templates_do_what_go_does() {
    let object = json!({
        "metadata": {"name": "site", "labels": {"app": "web"}}, "data": {"lang": "en", "title": "Bookshop"},
        "items": [{"name": "a", "n": 1}, {"name": "b", "n": 20}], "secret": "aGk=", "flag": false,
    });
    for (template, expected) in [
        ("{{range $k, $v := .data}}{{$k}}={{$v}} {{end}}", "lang=en title=Bookshop "),
        ("{{range .items}}{{.name}}:{{.n}}\n{{end}}", "a:1\nb:20\n"),
        ("{{range $i, $e := .items}}{{if $i}},{{end}}{{$e.name}}{{end}}", "a,b"),
        ("{{if .flag}}yes{{else if .missing}}maybe{{else}}no{{end}}", "no"),
        ("{{with .metadata}}{{.name}}{{end}}{{.missing}}", "site<no value>"),
        ("{{.metadata.labels}} {{len .items}} {{index .items 1 \"name\"}}", "map[app:web] 2 b"),
        ("{{ .secret | base64decode }} {{printf \"%-5s|%03d\" .metadata.name 7}}", "hi site |007"),
        ("a {{- /* gone */ -}} b {{- \" c\" }}", "ab c"),
        ("{{$n := 0}}{{range .items}}{{$n = .n}}{{end}}{{$n}} {{and 1 .flag}} {{(index .items 0).name}}", "20 false a"),
        ("{{range .items}}{{if eq .n 20}}{{continue}}{{end}}{{.name}}{{else}}none{{end}}", "a"),
        ("{{if exists . \"metadata\" \"labels\"}}labelled{{end}}", "labelled"),
    ] {
        assert_eq!(Template::parse(template).map(|parsed| parsed.text(&object)), Ok(Ok(expected.to_string())), "{template}");
    }
}

#[test]
fn wrong_templates_are_refused() {
    for (template, why) in [
        ("{{.a", "template: output:1: unclosed action"),
        ("{{range .a}}", "template: output:1: unexpected EOF"),
        ("x\n{{nosuch .a}}", "template: output:2: function \"nosuch\" not defined"),
        ("{{end}}", "template: output:1: unexpected {{end}}"),
    ] {
        assert_eq!(Template::parse(template).err().as_deref(), Some(why), "{template}");
    }
}
