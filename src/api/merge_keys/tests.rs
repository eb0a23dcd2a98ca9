use super::*;

#[test]
fn every_rule_is_about_a_field_that_exists_and_has_its_keys() {
    for (definition, rules) in RULES {
        let definition = schema::definition(definition).unwrap_or_else(|| panic!("{definition}"));
        for rule in *rules {
            let field = definition.field(rule.field).unwrap_or_else(|| panic!("{} {}", definition.name, rule.field));
            let Map(keys) = rule.topology else { continue };
            let item = field.type_.item_definition().unwrap_or_else(|| panic!("{} {}", definition.name, rule.field));
            for key in keys.iter().chain((!rule.patch_merge_key.is_empty()).then_some(&rule.patch_merge_key)) {
                assert!(item.field(key).is_some(), "{} {key}", item.name);
            }
        }
    }
    for (definition, field, _) in DEFAULTS {
        assert!(schema::definition(definition).is_some_and(|definition| definition.field(field).is_some()), "{definition} {field}");
    }
    for definition in ATOMIC {
        assert!(schema::definition(definition).is_some(), "{definition}");
    }
}

#[test]
fn tables_are_sorted_for_searching() {
    assert!(RULES.is_sorted_by_key(|(definition, _)| definition));
    assert!(ATOMIC.is_sorted());
}

#[test]
fn patches_and_apply_tell_ports_apart_differently() {
    let rule = |definition: &str, field: &str| {
        let definition = schema::definition(definition).expect("a definition");
        rule(definition, definition.field(field).expect("a field"))
    };
    let ports = rule("io.k8s.api.core.v1.Container", "ports").expect("a rule");
    assert_eq!((ports.patch_merge_key, ports.topology), ("containerPort", Map(&["containerPort", "protocol"])));
    assert_eq!(default("io.k8s.api.core.v1.ContainerPort", "protocol"), Some(Value::from("TCP")));
    assert_eq!(default("io.k8s.api.core.v1.ContainerPort", "hostPort"), None);
    assert_eq!(default("io.k8s.api.core.v1.LocalObjectReference", "name"), Some(Value::from("")));
    assert!(rule("io.k8s.api.core.v1.PodSpec", "volumes").is_some_and(|rule| rule.patch_strategy.merges() && rule.patch_strategy.retains_keys()));
    assert!(rule("io.k8s.api.core.v1.Container", "args").is_none());
    assert!(is_atomic("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"));
}
