//! ServiceCIDRs: where the addresses of Services come from.

use super::super::{cells, rules};
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of ServiceCIDRs.
pub struct ServiceCidrStrategy;

impl Strategy for ServiceCidrStrategy {
    fn validate(&self, object: &Value) -> Vec<FieldError> {
        let ranges = object.path("spec.cidrs");
        let field = "spec.cidrs";
        match ranges.items() {
            [] => return vec![FieldError::required(field, "at least one CIDR required")],
            [_, _, _, ..] => {
                let (shown, detail) = (format!("{{\"CIDRs\":{ranges}}}"), "may only hold up to 2 values".to_string());
                return vec![FieldError { type_: ErrorType::Invalid, field: field.into(), shown, detail }];
            }
            [first, second] => {
                let family = |range: &Value| rules::parse_cidr(range.str()).map(|(address, _)| address.is_ipv4());
                if family(first).is_some() && family(first) == family(second) {
                    let why = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
                    return vec![FieldError::invalid(field, ranges, why)];
                }
            }
            [_] => {}
        }
        let mut errors = Vec::new();
        for (index, range) in ranges.items().iter().enumerate() {
            let here = format!("{field}[{index}]");
            errors.extend(rules::cidr(range, &here));
            if rules::has_bits_beyond_prefix(range.str()) {
                errors.push(FieldError::invalid(here, range, "must not have bits set beyond the prefix length"));
            }
        }
        errors
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "CIDRs", "Age"], &[])
    }

    fn row(&self, object: &Value, now_ms: u64) -> Vec<Value> {
        let ranges = object.path("spec.cidrs").items().iter().map(Value::str).collect::<Vec<_>>().join(",");
        vec![cells::name(object), ranges.into(), cells::age(object, now_ms)]
    }
}
