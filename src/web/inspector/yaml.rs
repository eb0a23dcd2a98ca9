//! How what is selected is written.

use super::Inspected;
use crate::web::texts;
use leptos::prelude::*;

/// The object as it is in the cluster now; who owns which field is folded away.
#[component]
pub fn Yaml(inspection: Inspected) -> impl IntoView {
    let yaml = Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(|inspection| inspection.yaml.clone()).unwrap_or_default()));
    let managed = Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(|inspection| inspection.managed_fields.clone()).unwrap_or_default()));
    view! {
        <pre class="yaml" role="group" tabindex="0" aria-label=texts::YAML>{move || yaml.get()}</pre>
        <Show when=move || !managed.with(String::is_empty)>
            <details>
                <summary>{texts::MANAGED_FIELDS}</summary>
                <pre class="yaml" role="group" tabindex="0" aria-label=texts::MANAGED_FIELDS>{move || managed.get()}</pre>
            </details>
        </Show>
    }
}
