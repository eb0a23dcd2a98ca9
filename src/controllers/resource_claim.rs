//! ResourceClaims for the devices that pods ask for by template (`pkg/controller/resourceclaim`). Keys are pods.

use super::controller::{Context, Controller, Queue};
use super::pods;
use crate::api::meta;
use crate::api::resource::{ObjectKey, PODS, RESOURCE_CLAIM_TEMPLATES, RESOURCE_CLAIMS};
use crate::api::status::Status;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

const POD_CLAIM: &str = "resource.kubernetes.io/pod-claim-name";

/// The controller of ResourceClaims.
pub(super) struct ResourceClaimController;

impl Controller for ResourceClaimController {
    fn name(&self) -> &'static str {
        "resource-claim-controller"
    }

    fn component(&self) -> &'static str {
        "resource_claim"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == PODS && change.type_ == ChangeType::Added && !change.object.path("spec.resourceClaims").is_empty() {
            queue.add_object(&change.object);
        } else if change.resource == RESOURCE_CLAIM_TEMPLATES && change.type_ == ChangeType::Added {
            let waits = |pod: &&Value| pod.path("spec.nodeName").is_empty() && !pod.path("spec.resourceClaims").is_empty();
            for pod in store.list(&PODS, Some(meta::namespace(&change.object))).filter(waits) {
                queue.add_object(pod);
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(pod) = context.get(&PODS, key).filter(|pod| !meta::is_being_deleted(pod) && !pods::is_terminal(pod)) else { return Ok(()) };
        let mut statuses = pod.path("status.resourceClaimStatuses").items().to_vec();
        for claim in pod.path("spec.resourceClaims").items() {
            let name = claim.get("name").str();
            let is_known = statuses.iter().any(|status| status.get("name").str() == name);
            if is_known || claim.get("resourceClaimTemplateName").is_empty() {
                continue;
            }
            match create(context, &pod, claim) {
                Ok(created) => statuses.push(json!({"name": name, "resourceClaimName": meta::name(&created)})),
                Err(status) => {
                    context.event(&pod, "Warning", "FailedResourceClaimCreation", &format!("PodResourceClaim {name}: {}", status.message));
                    return Err(status);
                }
            }
        }
        if statuses == pod.path("status.resourceClaimStatuses").items() {
            return Ok(());
        }
        let mut updated = pod.clone();
        updated.set("status.resourceClaimStatuses", Value::array(statuses));
        context.client.update_status(&PODS, updated).map(|_| ())
    }
}

fn create(context: &mut Context, pod: &Value, claim: &Value) -> Result<Value, Status> {
    let (name, template_name) = (claim.get("name").str(), claim.get("resourceClaimTemplateName").str());
    let namespace = meta::namespace(pod);
    let Some(template) = context.store().get(&RESOURCE_CLAIM_TEMPLATES, namespace, template_name).cloned() else {
        // Upstream's lister names the resource in the singular here.
        let why = format!("resourceclaimtemplate.resource.k8s.io \"{template_name}\" not found");
        return Err(Status::other(404, "NotFound", format!("resource claim template \"{template_name}\": {why}")));
    };
    let mut object = json!({
        "apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim",
        "metadata": {"generateName": format!("{}-{name}-", meta::name(pod)), "namespace": namespace, "annotations": {POD_CLAIM: name}},
    });
    if !template.path("spec.metadata.labels").is_empty() {
        object.set("metadata.labels", template.path("spec.metadata.labels").clone());
    }
    object.set("metadata.ownerReferences", Value::array(vec![meta::controller_reference(pod, "v1", "Pod")]));
    object.set("spec", template.path("spec.spec").clone());
    context.client.create(&RESOURCE_CLAIMS, namespace, object)
}
