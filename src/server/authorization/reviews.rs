//! Questions about access: SubjectAccessReview and its kin, SelfSubjectRulesReview, SelfSubjectReview, TokenReview. They are answered, not stored.

use super::{Attributes, MASTERS, rules};
use crate::api::status::Status;
use crate::api::time;
use crate::server::request::User;
use crate::server::verbs::Context;
use crate::value::{SmolStr, Value, json};

/// The answer to a question that is asked by creating an object; `None` for ordinary kinds.
pub(in crate::server) fn answer(context: &Context, review: &Value) -> Option<Result<Value, Status>> {
    let user = context.request.user.clone();
    let mut answered = review.clone();
    answered.set("metadata.creationTimestamp", Value::Null);
    let status = match (context.kind.group.as_str(), context.kind.kind.as_str()) {
        ("authorization.k8s.io", "SelfSubjectAccessReview") => access(context, &user, review.get("spec")),
        ("authorization.k8s.io", "SubjectAccessReview") => access(context, &subject(review.get("spec")), review.get("spec")),
        ("authorization.k8s.io", "LocalSubjectAccessReview") => {
            if review.path("spec.resourceAttributes.namespace").str() != context.request.namespace {
                let why = format!("spec.resourceAttributes.namespace must match namespace: {}", review.path("spec.resourceAttributes.namespace").str());
                return Some(Err(Status::bad_request(why)));
            }
            access(context, &subject(review.get("spec")), review.get("spec"))
        }
        ("authorization.k8s.io", "SelfSubjectRulesReview") => own_rules(context, &user, review.path("spec.namespace").str()),
        ("authentication.k8s.io", "SelfSubjectReview") => {
            let groups: Value = user.groups.iter().collect();
            let mut status = json!({"userInfo": {"username": user.name.as_str()}});
            if !user.uid().is_empty() {
                status.set("userInfo.uid", user.uid());
            }
            status.set("userInfo.groups", groups);
            answered.set("metadata.creationTimestamp", time::rfc3339(context.now_ms));
            status
        }
        ("authentication.k8s.io", "TokenReview") => json!({"user": {}, "error": "[invalid bearer token, token lookup failed]"}),
        _ => return None,
    };
    answered.set("status", status);
    Some(Ok(answered))
}

fn subject(spec: &Value) -> User {
    User { name: SmolStr::new(spec.get("user").str()), groups: spec.get("groups").items().iter().map(|group| SmolStr::new(group.str())).collect() }
}

fn access(context: &Context, user: &User, spec: &Value) -> Value {
    let asked = spec.get("resourceAttributes");
    let text = |field: &str| SmolStr::new(asked.get(field).str());
    let attributes = if asked.is_null() {
        let path = spec.get("nonResourceAttributes");
        Attributes { verb: SmolStr::new(path.get("verb").str()), path: SmolStr::new(path.get("path").str()), ..Attributes::default() }
    } else {
        Attributes {
            verb: text("verb"),
            group: text("group"),
            resource: text("resource"),
            subresource: text("subresource"),
            namespace: text("namespace"),
            name: text("name"),
            path: SmolStr::default(),
        }
    };
    let is_allowed = rules::allows(context.server, user, &attributes);
    let mut status = json!({"allowed": is_allowed});
    let missing = super::rules::missing_roles(context.server, user, &attributes.namespace);
    if !is_allowed && !missing.is_empty() {
        status.set("reason", format!("RBAC: {}", missing.join(", ")));
    }
    status
}

fn own_rules(context: &Context, user: &User, namespace: &str) -> Value {
    let everything = user.groups.iter().any(|group| group == MASTERS);
    let mut found: Vec<Value> = rules::rules_for(context.server, user, namespace).iter().flat_map(|rules| rules.items().to_vec()).collect();
    if everything {
        found.insert(0, json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}));
        found.insert(1, json!({"verbs": ["*"], "nonResourceURLs": ["*"]}));
    }
    let (paths, resources): (Vec<Value>, Vec<Value>) = found.into_iter().partition(|rule| !rule.get("nonResourceURLs").is_empty());
    let mut status = json!({"incomplete": false});
    status.set("resourceRules", resources);
    status.set("nonResourceRules", paths);
    status
}
