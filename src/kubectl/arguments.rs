//! Objects of arguments: `TYPE NAME…`, `TYPE/NAME…`, `TYPE1,TYPE2`, with `-l` and `--all` (`k8s.io/cli-runtime/pkg/resource/builder.go`).

use super::entry::Invocation;
use super::failure::Failure;
use super::resources::{self, Mapping};
use super::source::Info;
use crate::server::request::{Options, Verb};
use crate::value::{SmolStr, Value};

/// What arguments name: kinds, and names of each where they are given.
#[derive(Clone)]
pub struct Named {
    /// The kinds, in order.
    pub mappings: Vec<Mapping>,
    /// Names, each with the place of its kind in `mappings`; empty where all objects are meant.
    pub names: Vec<(usize, String)>,
    /// Whether exactly one object is named.
    pub single: bool,
}

impl Invocation {
    /// Reads `TYPE NAME…`, `TYPE/NAME…` and lists of kinds.
    ///
    /// # Errors
    /// The builder's words.
    pub fn named(&self, arguments: &[String]) -> Result<Named, Failure> {
        let registry = self.session.registry();
        if arguments.iter().any(|argument| argument.contains('/')) {
            return self.slashed(arguments);
        }
        let Some((types, names)) = arguments.split_first() else {
            return Ok(Named { mappings: Vec::new(), names: Vec::new(), single: false });
        };
        if let Some(bad) = names.iter().find(|name| name.contains('/') || name.contains('%')) {
            return Err(Failure::text(format!("invalid resource name {bad:?}: [may not contain '%']")));
        }
        self.warn_of_ambiguities(types.split(','));
        let mappings = resources::resolve_list(&registry, types)?;
        let single = mappings.len() == 1 && names.len() == 1;
        let mut pairs: Vec<(usize, String)> = Vec::new();
        for index in 0..mappings.len() {
            for name in names {
                if name.is_empty() {
                    return Err(Failure::text("resource name may not be empty"));
                }
                if !pairs.contains(&(index, name.clone())) {
                    pairs.push((index, name.clone()));
                }
            }
        }
        Ok(Named { mappings, names: pairs, single })
    }

    /// Says of short names that they could mean other kinds, too.
    pub fn warn_of_ambiguities<'a>(&self, types: impl Iterator<Item = &'a str>) {
        let registry = self.session.registry();
        for warning in types.flat_map(|type_| resources::ambiguities(&registry, type_)) {
            self.session.warn_once(&warning);
        }
    }

    fn slashed(&self, arguments: &[String]) -> Result<Named, Failure> {
        let registry = self.session.registry();
        let mut named = Named { mappings: Vec::new(), names: Vec::new(), single: arguments.len() == 1 };
        for argument in arguments {
            let Some((type_, name)) = argument.split_once('/') else {
                return Err(Failure::text(
                    "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
                ));
            };
            if type_.is_empty() || name.is_empty() || name.contains('/') {
                return Err(Failure::text("arguments in resource/name form must have a single resource and name"));
            }
            self.warn_of_ambiguities(std::iter::once(type_));
            let mapping = resources::resolve(&registry, type_)?;
            let known = named.mappings.iter().position(|other| other.kind.resource() == mapping.kind.resource() && other.version == mapping.version);
            let index = known.unwrap_or_else(|| {
                named.mappings.push(mapping);
                named.mappings.len() - 1
            });
            if !named.names.contains(&(index, name.to_string())) {
                named.names.push((index, name.to_string()));
            }
        }
        Ok(named)
    }

    /// The namespace that lists of this command look in; `""` with `--all-namespaces`.
    pub fn list_namespace(&self) -> &str {
        if self.flags.is("all-namespaces") { "" } else { &self.namespace }
    }

    /// `-l` and `--field-selector` as list options.
    pub fn list_options(&self) -> Options {
        Options {
            label_selector: SmolStr::new(self.flags.text("selector")),
            field_selector: SmolStr::new(self.flags.text("field-selector")),
            ..Options::default()
        }
    }

    /// The objects that arguments, selectors or files mean, read from the server where only named. Goes on after failures.
    ///
    /// # Errors
    /// Where the arguments themselves are wrong.
    pub async fn find_objects(&self, arguments: &[String]) -> Result<(Vec<Info>, Vec<Failure>), Failure> {
        self.find(arguments, false).await
    }

    /// The same, where a kind without a name means all objects of it (`ResourceTypeOrNameArgs(true, …)`).
    ///
    /// # Errors
    /// Where the arguments themselves are wrong.
    pub async fn find_objects_or_all(&self, arguments: &[String]) -> Result<(Vec<Info>, Vec<Failure>), Failure> {
        self.find(arguments, true).await
    }

    async fn find(&self, arguments: &[String], all: bool) -> Result<(Vec<Info>, Vec<Failure>), Failure> {
        if self.has_files() {
            let loaded = self.load_files(super::source::Check::Nothing)?;
            return Ok((loaded.infos, loaded.failures));
        }
        let named = self.named(arguments)?;
        let selects = self.flags.has("selector") || self.flags.has("field-selector") || self.flags.is("all");
        if selects && !named.names.is_empty() {
            return Err(Failure::text(if self.flags.is("all") {
                "setting 'all' parameter but found a non empty selector. "
            } else {
                "name cannot be provided when a selector is specified"
            }));
        }
        if named.mappings.is_empty() {
            return Err(Failure::nothing_named());
        }
        if named.names.is_empty() && !selects && !all {
            return Err(Failure::text("resource(s) were provided, but no name was specified"));
        }
        Ok(self.fetch(&named).await)
    }

    /// Reads what is named (or selected) from the server, going on after failures.
    pub async fn fetch(&self, named: &Named) -> (Vec<Info>, Vec<Failure>) {
        let (mut infos, mut failures) = (Vec::new(), Vec::new());
        for (index, name) in &named.names {
            let mapping = &named.mappings[*index];
            let namespace = if mapping.kind.namespaced { self.namespace.clone() } else { String::new() };
            let mut request = self.request_for(Verb::Get, mapping, &namespace, name);
            if matches!(self.path, "get" | "patch" | "edit") {
                request.subresource = SmolStr::new(self.flags.text("subresource"));
            }
            match self.send(request).await {
                Ok(object) => infos.push(Info { mapping: mapping.clone(), namespace, name: name.clone(), object, source: String::new() }),
                Err(failure) => failures.push(failure),
            }
        }
        if named.names.is_empty() {
            for mapping in &named.mappings {
                match self.list(mapping, self.list_namespace(), self.list_options()).await {
                    Ok(objects) => infos.extend(objects.into_iter().map(|object| listed(mapping, object))),
                    Err(failure) => failures.push(failure.of_list(mapping, self.flags.text("selector"), self.flags.text("field-selector"))),
                }
            }
        }
        (infos, failures)
    }
}

/// An object of a list.
pub fn listed(mapping: &Mapping, object: Value) -> Info {
    let (namespace, name) = (object.path("metadata.namespace").str().to_string(), object.path("metadata.name").str().to_string());
    Info { mapping: mapping.clone(), namespace, name, object, source: String::new() }
}
