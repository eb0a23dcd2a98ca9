//! What validation finds wrong with an object, in the words of upstream's `k8s.io/apimachinery/pkg/util/validation/field`.

use crate::value::Value;
use std::fmt;

/// A kind of mistake; its name is the `reason` of the cause in a `Status`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorType {
    /// The value doesn't follow the rules of the field.
    Invalid,
    /// A value is needed and there is none.
    Required,
    /// The value isn't one of those allowed.
    NotSupported,
    /// The field may not be set (so) here.
    Forbidden,
    /// The value is there twice in a list whose items must differ.
    Duplicate,
    /// The object that is named isn't there.
    NotFound,
    /// The text is too long.
    TooLong,
    /// The list has too many items.
    TooMany,
    /// The value has the wrong type.
    TypeInvalid,
    /// Something failed that is not the writer's fault.
    InternalError,
}

impl ErrorType {
    /// The `reason` in the causes of a `Status`.
    pub fn reason(self) -> &'static str {
        match self {
            ErrorType::Invalid => "FieldValueInvalid",
            ErrorType::Required => "FieldValueRequired",
            ErrorType::NotSupported => "FieldValueNotSupported",
            ErrorType::Forbidden => "FieldValueForbidden",
            ErrorType::Duplicate => "FieldValueDuplicate",
            ErrorType::NotFound => "FieldValueNotFound",
            ErrorType::TooLong => "FieldValueTooLong",
            ErrorType::TooMany => "FieldValueTooMany",
            ErrorType::TypeInvalid => "FieldValueTypeInvalid",
            ErrorType::InternalError => "InternalError",
        }
    }

    fn words(self) -> &'static str {
        match self {
            ErrorType::Invalid | ErrorType::TypeInvalid => "Invalid value",
            ErrorType::Required => "Required value",
            ErrorType::NotSupported => "Unsupported value",
            ErrorType::Forbidden => "Forbidden",
            ErrorType::Duplicate => "Duplicate value",
            ErrorType::NotFound => "Not found",
            ErrorType::TooLong => "Too long",
            ErrorType::TooMany => "Too many",
            ErrorType::InternalError => "Internal error",
        }
    }
}

/// One mistake, where it is and what is wrong. `Display` gives upstream's `spec.replicas: Invalid value: -1: must be …`.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldError {
    /// What kind of mistake.
    pub type_: ErrorType,
    /// The path of the field: `spec.containers[0].image`, `metadata.labels[a.b]`.
    pub field: String,
    /// The value as the message shows it (Go's rendering), `""` where none is shown.
    pub shown: String,
    /// What is wrong with it; may be `""`.
    pub detail: String,
}

impl FieldError {
    /// `field: Invalid value: VALUE: detail`.
    pub fn invalid(field: impl Into<String>, value: &Value, detail: impl Into<String>) -> FieldError {
        FieldError { type_: ErrorType::Invalid, field: field.into(), shown: shown(value), detail: detail.into() }
    }

    /// `field: Invalid value: detail`: without the value, which would be too much.
    pub fn invalid_unshown(field: impl Into<String>, detail: impl Into<String>) -> FieldError {
        FieldError { type_: ErrorType::Invalid, field: field.into(), shown: String::new(), detail: detail.into() }
    }

    /// `field: Required value[: detail]`.
    pub fn required(field: impl Into<String>, detail: impl Into<String>) -> FieldError {
        FieldError { type_: ErrorType::Required, field: field.into(), shown: String::new(), detail: detail.into() }
    }

    /// `field: Unsupported value: "x": supported values: "A", "B"`; the values are shown in the given order, which upstream sorts.
    pub fn not_supported(field: impl Into<String>, value: &Value, supported: &[&str]) -> FieldError {
        let quoted: Vec<String> = supported.iter().map(|word| format!("\"{word}\"")).collect();
        FieldError { type_: ErrorType::NotSupported, field: field.into(), shown: shown(value), detail: format!("supported values: {}", quoted.join(", ")) }
    }

    /// `field: Forbidden: detail`.
    pub fn forbidden(field: impl Into<String>, detail: impl Into<String>) -> FieldError {
        FieldError { type_: ErrorType::Forbidden, field: field.into(), shown: String::new(), detail: detail.into() }
    }

    /// `field: Duplicate value: VALUE`.
    pub fn duplicate(field: impl Into<String>, value: &Value) -> FieldError {
        FieldError { type_: ErrorType::Duplicate, field: field.into(), shown: shown(value), detail: String::new() }
    }

    /// `field: Not found: VALUE`.
    pub fn not_found(field: impl Into<String>, value: &Value) -> FieldError {
        FieldError { type_: ErrorType::NotFound, field: field.into(), shown: shown(value), detail: String::new() }
    }

    /// `field: Too long: may not be more than N bytes`.
    pub fn too_long(field: impl Into<String>, max_bytes: usize) -> FieldError {
        FieldError { type_: ErrorType::TooLong, field: field.into(), shown: String::new(), detail: format!("may not be more than {max_bytes} bytes") }
    }

    /// `field: Too many: N: must have at most M items`.
    pub fn too_many(field: impl Into<String>, actual: usize, max: usize) -> FieldError {
        FieldError { type_: ErrorType::TooMany, field: field.into(), shown: actual.to_string(), detail: format!("must have at most {max} items") }
    }

    /// The message of a cause: the error without its field.
    pub fn body(&self) -> String {
        let mut text = String::from(self.type_.words());
        for part in [&self.shown, &self.detail] {
            if !part.is_empty() {
                text.push_str(": ");
                text.push_str(part);
            }
        }
        text
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}: {}", self.field, self.body())
    }
}

/// A value as upstream's messages show it: strings quoted as Go quotes them, scalars bare, the rest as JSON.
fn shown(value: &Value) -> String {
    value.to_json()
}
