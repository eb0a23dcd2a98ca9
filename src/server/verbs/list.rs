//! Lists and watches: `handlers/get.go`, and the cache behind watches.

use super::Context;
use crate::api::resource::{GroupResource, ObjectKey};
use crate::api::status::Status;
use crate::api::{base64, meta};
use crate::server::selectors::{FieldSelector, LabelSelector};
use crate::server::{convert, table};
use crate::store::{Change, ChangeType, Store};
use crate::value::{SmolStr, SortedMap, Value, json};

/// How many paged lists the server remembers the beginning of.
const PAGED_LISTS_LIMIT: usize = 16;

/// What a list or watch selects.
pub(super) struct Selection {
    labels: LabelSelector,
    fields: FieldSelector,
    name: SmolStr,
    namespace: SmolStr,
}

impl Selection {
    /// Reads the selectors of the request.
    pub(super) fn of(context: &Context) -> Result<Selection, Status> {
        let options = &context.request.options;
        let labels = LabelSelector::parse(&options.label_selector).map_err(Status::bad_request)?;
        let mut fields = FieldSelector::parse(&options.field_selector).map_err(Status::bad_request)?;
        for (field, _, _) in &mut fields.requirements {
            *field = convert::storage_field(&context.request.resource, field);
        }
        check_fields(context, &fields)?;
        Ok(Selection { labels, fields, name: context.request.name.clone(), namespace: context.request.namespace.clone() })
    }

    fn matches(&self, context: &Context, object: &Value) -> bool {
        if !self.name.is_empty() && meta::name(object) != self.name || !self.namespace.is_empty() && meta::namespace(object) != self.namespace {
            return false;
        }
        if !self.labels.is_empty() && !self.labels.matches(object.path("metadata.labels").fields()) {
            return false;
        }
        if self.fields.requirements.is_empty() {
            return true;
        }
        let selectable = context.kind.strategy.selectable_fields(object);
        self.fields.requirements.iter().all(|(field, differs, expected)| {
            let actual = match field.as_str() {
                "metadata.name" => meta::name(object),
                "metadata.namespace" => meta::namespace(object),
                other => selectable.iter().find(|(name, _)| *name == other).map_or("", |(_, value)| value.as_str()),
            };
            (actual == expected) != *differs
        })
    }

    fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.fields.requirements.is_empty()
    }
}

/// Only some fields can be selected by.
fn check_fields(context: &Context, selector: &FieldSelector) -> Result<(), Status> {
    let selectable = context.kind.strategy.selectable_fields(&crate::value::NULL);
    for (field, _, _) in &selector.requirements {
        if matches!(field.as_str(), "metadata.name" | "metadata.namespace") || selectable.iter().any(|(name, _)| name == field) {
            continue;
        }
        return Err(Status::bad_request(if selectable.is_empty() && super::is_built_in(&context.kind) {
            format!("\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
        } else {
            format!("field label not supported: {field}")
        }));
    }
    Ok(())
}

/// The objects that the request selects, in the order of namespace and name.
pub(super) fn select(context: &Context) -> Result<Vec<Value>, Status> {
    let selection = Selection::of(context)?;
    Ok(candidates(&context.server.store, &context.request.resource, &selection).filter(|object| selection.matches(context, object)).cloned().collect())
}

/// What may be selected, by the cheapest way there is.
fn candidates<'a>(store: &'a Store, resource: &'a GroupResource, selection: &Selection) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
    let resource = convert::storage_resource_ref(resource);
    let by_name = selection.fields.requirements.iter().find(|(field, differs, _)| field == "metadata.name" && !differs);
    if let Some((_, _, name)) = by_name
        && !selection.namespace.is_empty()
    {
        return Box::new(store.get(resource, &selection.namespace, name).into_iter());
    }
    if let Some((label, value)) = selection.labels.pair()
        && !selection.namespace.is_empty()
    {
        return Box::new(store.with_label(resource, &selection.namespace, label, value));
    }
    store.list(resource, if selection.namespace.is_empty() { None } else { Some(&selection.namespace) })
}

/// `list`.
pub(super) fn list(context: &mut Context) -> Result<Value, Status> {
    let options = &context.request.options;
    let selection = Selection::of(context)?;
    let page = Page::of(context)?;
    let store = page.store.as_ref().unwrap_or(&context.server.store);
    let then;
    let candidates: Box<dyn Iterator<Item = &Value>> = if page.revision < store.revision() {
        then = state_at(store, &convert::storage_resource(&context.request.resource), page.revision)?;
        Box::new(then.values())
    } else {
        candidates(store, &context.request.resource, &selection)
    };
    let mut selected: Vec<Value> = Vec::new();
    let mut left = 0;
    for object in candidates {
        if page.after.as_ref().is_some_and(|after| meta::key(object) <= *after) || !selection.matches(context, object) {
            continue;
        }
        if options.limit > 0 && selected.len() == options.limit {
            left += 1;
        } else {
            selected.push(object.clone());
        }
    }
    let mut metadata = json!({"resourceVersion": page.revision.to_string()});
    if left > 0 && page.store.is_none() {
        remember_page(context.server);
    }
    if left > 0
        && let Some(last) = selected.last()
    {
        let token = json!({"v": "meta.k8s.io/v1", "rv": page.revision, "start": format!("{}\u{0}", meta::key(last))}).to_string();
        metadata.set("continue", base64::encode_url(token.as_bytes()));
        if selection.is_everything() {
            metadata.set("remainingItemCount", left);
        }
    }
    let version = context.version();
    if options.as_table {
        return Ok(table::of_list(&context.kind, &version, &selected, metadata, context.now_ms, &options.table_include_object));
    }
    let items: Vec<Value> = selected.into_iter().map(|object| item(context, &version, object)).collect();
    let mut list = envelope(context, items);
    list.set("metadata", metadata);
    Ok(list)
}

/// The objects of a resource as they were at an earlier revision: what happened since is undone.
fn state_at(store: &Store, resource: &GroupResource, revision: u64) -> Result<SortedMap<ObjectKey, Value>, Status> {
    let changes = store.changes_since(revision).ok_or_else(|| Status::expired("The resourceVersion for the provided list is too old."))?;
    let mut objects: SortedMap<ObjectKey, Value> = store.list(resource, None).map(|object| (meta::key(object), object.clone())).collect();
    let of_resource: Vec<&Change> = changes.filter(|change| change.resource == *resource).collect();
    for change in of_resource.into_iter().rev() {
        match change.type_ {
            ChangeType::Added => objects.remove(&meta::key(&change.object)),
            _ => objects.insert(meta::key(&change.previous), change.previous.clone()),
        };
    }
    Ok(objects)
}

/// An object in a list: Go doesn't write the kind of each item of a typed list.
pub(super) fn item(context: &Context, version: &str, object: Value) -> Value {
    let mut item = convert::from_storage(&context.kind, version, object);
    if super::is_built_in(&context.kind) {
        item.remove("kind");
        item.remove("apiVersion");
    }
    item
}

/// A list object around these items.
pub(super) fn envelope(context: &Context, items: Vec<Value>) -> Value {
    let kind = format!("{}List", context.kind.kind);
    let mut list = json!({"kind": kind, "apiVersion": convert::api_version(&context.kind, &context.version())});
    list.set("metadata.resourceVersion", context.server.store.revision().to_string());
    list.set("items", items);
    list
}

/// Where a list goes on, and of which state of the store.
struct Page {
    after: Option<crate::api::resource::ObjectKey>,
    revision: u64,
    store: Option<Store>,
}

impl Page {
    fn of(context: &Context) -> Result<Page, Status> {
        let token = &context.request.options.continue_token;
        let now = context.server.store.revision();
        if token.is_empty() {
            let options = &context.request.options;
            check_version(&options.resource_version, now)?;
            let revision = match options.resource_version_match.as_str() {
                "Exact" => options.resource_version.parse().unwrap_or(now),
                _ => now,
            };
            return Ok(Page { after: None, revision, store: None });
        }
        let invalid = |why: &str| Status::bad_request(format!("invalid continue token: continue key is not valid: {why}"));
        let text = base64::decode_url(token).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| invalid("illegal base64 data"))?;
        let token = Value::from_json(&text).map_err(|error| invalid(&error.to_string()))?;
        let start = token.get("start").str().trim_end_matches('\u{0}');
        let after = match start.split_once('/') {
            Some((namespace, name)) => crate::api::resource::ObjectKey::new(namespace, name),
            None => crate::api::resource::ObjectKey::new("", start),
        };
        let revision = token.get("rv").as_i64().and_then(|revision| u64::try_from(revision).ok()).unwrap_or(now);
        if revision == now {
            return Ok(Page { after: Some(after), revision, store: None });
        }
        match context.server.paged_lists.iter().find(|store| store.revision() == revision) {
            Some(store) => Ok(Page { after: Some(after), revision, store: Some(store.clone()) }),
            None => Err(Status::expired(
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
            )),
        }
    }
}

/// The server keeps the states that paged lists began with, so that they go on consistently; a clone of the store costs nothing.
fn remember_page(server: &mut crate::server::Server) {
    let revision = server.store.revision();
    if server.paged_lists.iter().any(|store| store.revision() == revision) {
        return;
    }
    server.paged_lists.push_back(server.store.clone());
    if server.paged_lists.len() > PAGED_LISTS_LIMIT {
        server.paged_lists.pop_front();
    }
}

/// A version that is asked for must be one, and not one of the future.
pub(super) fn check_version(version: &str, now: u64) -> Result<(), Status> {
    match version.parse::<u64>() {
        _ if version.is_empty() => Ok(()),
        Err(_) => Err(Status::bad_request(format!(
            "invalid resource version: resourceVersion: Invalid value: \"{version}\": strconv.ParseUint: parsing \"{version}\": invalid syntax"
        ))),
        Ok(wanted) if wanted > now => Err(Status::too_large_version(wanted, now)),
        Ok(_) => Ok(()),
    }
}

/// `watch`: the changes since the given version as `{"resourceVersion": "9", "events": [{"type": "ADDED", "object": …}, …]}`; the next
/// watch goes on from that version. Without a version (or with `0`) all there is comes as ADDED first.
pub(super) fn watch(context: &Context) -> Result<Value, Status> {
    let selection = Selection::of(context)?;
    let store = &context.server.store;
    let options = &context.request.options;
    let since = match (options.send_initial_events, options.resource_version.as_str()) {
        (Some(true), _) | (None, "" | "0") => None,
        (Some(false), "" | "0") => Some(store.revision()),
        (_, text) => {
            let wanted = text.parse::<u64>().map_err(|_| {
                Status::other(500, "", format!("resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax"))
            })?;
            check_version(text, store.revision())?;
            Some(wanted)
        }
    };
    let mut events = Vec::new();
    match since {
        None => {
            for object in candidates(store, &context.request.resource, &selection).filter(|object| selection.matches(context, object)) {
                events.push(("ADDED", object.clone()));
            }
        }
        Some(since) => {
            let oldest = store.revision();
            let Some(changes) = store.changes_since(since) else {
                return Err(Status::expired(format!("too old resource version: {since} ({oldest})")));
            };
            let resource = convert::storage_resource(&context.request.resource);
            events.extend(changes.filter(|change| change.resource == resource).filter_map(|change| event_of(context, &selection, change)));
        }
    }
    let version = context.version();
    let show = |object: Value| match options.as_table {
        true => table::of_object(&context.kind, &version, &object, context.now_ms, &options.table_include_object),
        false => convert::from_storage(&context.kind, &version, object),
    };
    let mut shown: Vec<Value> = events.into_iter().map(|(type_, object)| event(type_, show(object))).collect();
    let revision = store.revision().to_string();
    let ends_beginning = since.is_none() && options.send_initial_events == Some(true);
    if options.bookmarks && (ends_beginning || since.is_some_and(|since| since < store.revision())) {
        let mut object = json!({"kind": context.kind.kind.as_str(), "apiVersion": convert::api_version(&context.kind, &version)});
        object.set("metadata.resourceVersion", revision.as_str());
        if ends_beginning {
            object.set("metadata.annotations", json!({"k8s.io/initial-events-end": "true"}));
        }
        shown.push(event("BOOKMARK", object));
    }
    let mut answer = Value::object();
    answer.set("resourceVersion", revision);
    answer.set("events", shown);
    Ok(answer)
}

fn event(type_: &str, object: Value) -> Value {
    let mut event = Value::object();
    event.set("type", type_);
    event.set("object", object);
    event
}

/// A change as this watch sees it: what begins to be selected is added, what no longer is selected is deleted.
fn event_of(context: &Context, selection: &Selection, change: &Change) -> Option<(&'static str, Value)> {
    let was = change.type_ != ChangeType::Added && selection.matches(context, &change.previous);
    let is = change.type_ != ChangeType::Deleted && selection.matches(context, &change.object);
    match (was, is) {
        (false, true) => Some(("ADDED", change.object.clone())),
        (true, true) => Some(("MODIFIED", change.object.clone())),
        (true, false) => Some(("DELETED", change.object.clone())),
        (false, false) => None,
    }
}
