//! An Ingress without a class gets the default one (`plugin/pkg/admission/network/defaultingressclass`).

use super::Attributes;
use super::default_storage_class::newest_default;
use crate::api::meta;
use crate::api::resource::{INGRESS_CLASSES, INGRESSES};

const IS_DEFAULT: &str = "ingressclass.kubernetes.io/is-default-class";

pub(super) fn admit(attributes: &mut Attributes) {
    let has_class = !attributes.object.path("spec.ingressClassName").is_null()
        || attributes.object.path("metadata.annotations").fields().contains_key("kubernetes.io/ingress.class");
    if !attributes.creates(&INGRESSES) || has_class {
        return;
    }
    let classes = attributes.server.store.list(&INGRESS_CLASSES, None).filter(|class| meta::annotation(class, IS_DEFAULT) == "true");
    if let Some(name) = newest_default(classes) {
        attributes.object.set("spec.ingressClassName", name);
    }
}
