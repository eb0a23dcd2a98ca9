//! EndpointSlices for Endpoints that somebody made by hand (`pkg/controller/endpointslicemirroring`).

use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::endpointslice::{MANAGED_BY, SERVICE_NAME};
use crate::api::meta;
use crate::api::resource::{ENDPOINT_SLICES, ENDPOINTS, ObjectKey, SERVICES};
use crate::api::status::Status;
use crate::server::request::Options;
use crate::store::{Change, Store};
use crate::value::{Map, Value, json};

const MANAGER: &str = "endpointslicemirroring-controller.k8s.io";
const SKIP: &str = "endpointslice.kubernetes.io/skip-mirror";
const LEADER: &str = "control-plane.alpha.kubernetes.io/leader";

/// The controller that mirrors Endpoints.
pub(super) struct EndpointSliceMirroring;

impl Controller for EndpointSliceMirroring {
    fn name(&self) -> &'static str {
        "endpointslicemirroring-controller"
    }

    fn component(&self) -> &'static str {
        "endpoint-slice-mirroring-controller"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == ENDPOINTS || change.resource == SERVICES {
            queue.add_object(&change.object);
        } else if change.resource == ENDPOINT_SLICES && meta::label(&change.object, MANAGED_BY) == MANAGER && change.cause.actor != self.name() {
            queue.add(ObjectKey::new(meta::namespace(&change.object), meta::label(&change.object, SERVICE_NAME)));
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let store = context.store().clone();
        let existing: Vec<Value> = store
            .with_label(&ENDPOINT_SLICES, &key.namespace, SERVICE_NAME, &key.name)
            .filter(|slice| meta::label(slice, MANAGED_BY) == MANAGER)
            .cloned()
            .collect();
        let has_no_selector = store.get_key(&SERVICES, key).is_some_and(|service| service.path("spec.selector").is_empty());
        let endpoints = store.get_key(&ENDPOINTS, key).filter(|endpoints| has_no_selector && should_mirror(endpoints));
        let mut wanted: Vec<Value> = endpoints.map(slices).unwrap_or_default();
        for slice in existing {
            let same = |new: &Value| ["endpoints", "ports", "addressType"].iter().all(|field| new.get(field) == slice.get(field));
            if let Some(index) = wanted.iter().position(same) {
                wanted.remove(index);
            } else if let Some(index) = wanted.iter().position(|new| new.get("addressType") == slice.get("addressType")) {
                let mut updated = wanted.remove(index);
                updated.set("metadata", slice.get("metadata").clone());
                context.client.update(&ENDPOINT_SLICES, updated)?;
            } else {
                ignore_not_found(context.client.delete(&ENDPOINT_SLICES, &key.namespace, meta::name(&slice), Options::default()))?;
            }
        }
        for slice in wanted {
            context.client.create(&ENDPOINT_SLICES, &key.namespace, slice)?;
        }
        Ok(())
    }
}

fn should_mirror(endpoints: &Value) -> bool {
    meta::label(endpoints, SKIP) != "true" && meta::annotation(endpoints, LEADER).is_empty()
}

/// A slice a subset and address type.
fn slices(endpoints: &Value) -> Vec<Value> {
    let mut slices = Vec::new();
    for subset in endpoints.get("subsets").items() {
        for address_type in ["IPv4", "IPv6"] {
            let is_of_type = |address: &&Value| address.get("ip").str().contains(':') == (address_type == "IPv6");
            let ready = subset.get("addresses").items().iter().filter(is_of_type).map(|address| endpoint(address, true));
            let not_ready = subset.get("notReadyAddresses").items().iter().filter(is_of_type).map(|address| endpoint(address, false));
            let all: Vec<Value> = ready.chain(not_ready).collect();
            if !all.is_empty() {
                slices.push(slice(endpoints, subset, address_type, all));
            }
        }
    }
    slices
}

fn endpoint(address: &Value, ready: bool) -> Value {
    let mut endpoint = json!({"addresses": [address.get("ip").str()], "conditions": {"ready": ready}});
    for field in ["hostname", "nodeName", "targetRef"] {
        if !address.get(field).is_empty() {
            endpoint.set(field, address.get(field).clone());
        }
    }
    endpoint
}

fn slice(endpoints: &Value, subset: &Value, address_type: &str, all: Vec<Value>) -> Value {
    let name = meta::name(endpoints);
    let mut slice = json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": address_type,
        "metadata": {"generateName": format!("{name}-"), "namespace": meta::namespace(endpoints)},
    });
    let mut labels: Map = endpoints.path("metadata.labels").fields().clone();
    labels.insert(SERVICE_NAME, name);
    labels.insert(MANAGED_BY, MANAGER);
    slice.set("metadata.labels", Value::from(labels));
    let annotations: Map = endpoints
        .path("metadata.annotations")
        .fields()
        .iter()
        .filter(|(key, _)| *key != "kubectl.kubernetes.io/last-applied-configuration")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if !annotations.is_empty() {
        slice.set("metadata.annotations", Value::from(annotations));
    }
    slice.set("metadata.ownerReferences", Value::array(vec![meta::controller_reference(endpoints, "v1", "Endpoints")]));
    slice.set("endpoints", Value::array(all));
    let ports = subset.get("ports").items().iter().map(|port| {
        let mut port = port.clone();
        port.set_default("name", "");
        port
    });
    slice.set("ports", ports.collect::<Value>());
    slice
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use crate::api::resource::{ENDPOINT_SLICES, ENDPOINTS, SERVICES};
    use crate::value::json;

    #[test]
    fn endpoints_made_by_hand_have_their_slice() {
        let mut world = World::new();
        world.create(&SERVICES, json!({"metadata": {"name": "old"}, "spec": {"ports": [{"port": 5432}]}}));
        let subsets = json!([{"addresses": [{"ip": "192.168.7.20"}], "ports": [{"port": 5432}]}]);
        world.create(&ENDPOINTS, json!({"metadata": {"name": "old"}, "subsets": subsets}));
        world.run(500);
        let slices = world.list(&ENDPOINT_SLICES);
        assert_eq!((slices.len(), slices[0].get("endpoints").items()[0].get("addresses").items()[0].str()), (1, "192.168.7.20"));
        world.delete(&ENDPOINTS, "old", "");
        world.run(500);
        assert!(world.list(&ENDPOINT_SLICES).is_empty());
    }
}
