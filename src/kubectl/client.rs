//! Requests of commands: shorthands over [`Session::request`] that say warnings and turn refusals into failures.

use super::entry::Invocation;
use super::failure::{Failure, body_of};
use super::resources::Mapping;
use crate::server::request::{Options, PatchType, Request, Verb};
use crate::value::{SmolStr, Value};

impl Invocation {
    /// Sends a request, writes its warnings, and gives the answer's body.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn send(&self, request: Request) -> Result<Value, Failure> {
        let mut request = request;
        request.cause.actor = SmolStr::from(format!("kubectl {}", self.path));
        let response = self.session.request(request).await;
        for warning in &response.warnings {
            self.session.warn_once(warning);
        }
        body_of(response)
    }

    /// A request for a kind; the namespace is left out for kinds that live in none.
    pub fn request_for(&self, verb: Verb, mapping: &Mapping, namespace: &str, name: &str) -> Request {
        let namespace = if mapping.kind.namespaced { namespace } else { "" };
        let mut request = Request::new(verb, &mapping.kind.resource(), namespace, name);
        request.version = mapping.version.clone();
        request
    }

    /// One object.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn get(&self, mapping: &Mapping, namespace: &str, name: &str) -> Result<Value, Failure> {
        self.send(self.request_for(Verb::Get, mapping, namespace, name)).await
    }

    /// The objects of a list, each with its `apiVersion` and `kind`.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn list(&self, mapping: &Mapping, namespace: &str, options: Options) -> Result<Vec<Value>, Failure> {
        let mut request = self.request_for(Verb::List, mapping, namespace, "");
        request.options = options;
        let list = self.send(request).await?;
        Ok(list.get("items").items().iter().map(|item| with_type(item, mapping)).collect())
    }

    /// Makes an object.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn create(&self, mapping: &Mapping, namespace: &str, object: Value, options: Options) -> Result<Value, Failure> {
        let name = object.path("metadata.name").str().to_string();
        let mut request = self.request_for(Verb::Create, mapping, namespace, &name);
        request.name = SmolStr::default();
        request.body = object;
        // What was read from a cluster and is created anew has a version; that one is not meant.
        request.body.remove("metadata.resourceVersion");
        request.options = options;
        self.send(request).await
    }

    /// Changes parts of an object.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn patch(&self, mapping: &Mapping, namespace: &str, name: &str, type_: PatchType, patch: Value, options: Options) -> Result<Value, Failure> {
        let mut request = self.request_for(Verb::Patch(type_), mapping, namespace, name);
        request.body = patch;
        request.options = options;
        self.send(request).await
    }
}

/// The object with `apiVersion` and `kind` where they are missing, as in lists.
pub fn with_type(object: &Value, mapping: &Mapping) -> Value {
    if !object.get("kind").is_empty() {
        return object.clone();
    }
    let mut object = object.clone();
    object.set("apiVersion", mapping.api_version());
    object.set("kind", mapping.kind.kind.clone());
    object
}
