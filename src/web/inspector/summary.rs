//! What matters first: what it waits for, what would help, what can be done, why it is there.

use super::Inspected;
use super::actions::Actions;
use crate::api::meta;
use crate::api::resource::PODS;
use crate::playground::explain::{CauseStep, Condition, Fix, Inspection, Placement, PlacementNode, place_of, placement};
use crate::web::clock::{clock_text, duration_text};
use crate::web::page::Page;
use crate::web::texts;
use leptos::prelude::*;

/// The part of the pane that is shown first.
#[component]
pub fn Summary(page: Page, inspection: Inspected) -> impl IntoView {
    fn take<T: Clone + Default + PartialEq + Send + Sync + 'static>(inspection: Inspected, take: fn(&Inspection) -> T) -> Memo<T> {
        Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(take).unwrap_or_default()))
    }
    let sentence = take(inspection, |inspection| inspection.finding.sentence.clone());
    let advice = take(inspection, |inspection| inspection.finding.advice.clone());
    let fix = take(inspection, |inspection| inspection.finding.fix.clone());
    let retry_at_ms = take(inspection, |inspection| inspection.finding.retry_at_ms);
    let facts = take(inspection, |inspection| inspection.facts.clone());
    let why = take(inspection, |inspection| inspection.why.clone());
    let conditions = take(inspection, |inspection| inspection.conditions.clone());
    let actions = take(inspection, |inspection| inspection.actions.clone());
    let placed = Memo::new(move |_| {
        page.revision.track();
        let object = page.selected.get().filter(|object| object.resource == PODS)?;
        page.see(|session| {
            let cluster = session.cluster();
            let pod = cluster.store().get_key(&object.resource, &object.key)?;
            placement(cluster.scheduler(), meta::uid(pod))
        })
    });
    // To the second: it is read, not measured.
    let retry = Memo::new(move |_| {
        let at_ms = retry_at_ms.get()?.saturating_sub(page.see(|session| session.began_ms()));
        let left_ms = at_ms.saturating_sub(page.now_ms.get());
        (left_ms > 0).then(|| duration_text(left_ms.div_ceil(1000) * 1000))
    });
    view! {
        <Show when=move || !sentence.with(String::is_empty)>
            <p class="sentence">{move || sentence.get()}</p>
        </Show>
        <Show when=move || retry.with(Option::is_some)>
            <p class="retry muted">{texts::NEXT_TRY} " " {move || retry.get()}</p>
        </Show>
        <Show when=move || !advice.with(String::is_empty) || fix.with(Option::is_some)>
            <div class="advice">
                <p>{move || advice.get()}</p>
                {move || fix.get().map(|fix| fix_view(page, fix))}
            </div>
        </Show>
        <Actions page actions />
        <Show when=move || !why.with(Vec::is_empty)>
            <h3>{texts::WHY}</h3>
            <ol class="why">{move || why.get().into_iter().map(|step| view! { <WhyStep page step /> }).collect_view()}</ol>
        </Show>
        {move || placed.get().map(placement_view)}
        <Show when=move || !facts.with(Vec::is_empty)>
            <h3>{texts::FACTS}</h3>
            <dl class="facts">
                {move || facts.get().into_iter().map(|(name, text)| view! { <div><dt>{name.to_string()}</dt><dd>{text.to_string()}</dd></div> }).collect_view()}
            </dl>
        </Show>
        <Show when=move || !conditions.with(Vec::is_empty)>
            <h3>{texts::CONDITIONS}</h3>
            <ul class="conditions">{move || conditions.get().into_iter().map(condition_view).collect_view()}</ul>
        </Show>
    }
}

/// What would help, as a button that does it or goes there.
fn fix_view(page: Page, fix: Fix) -> AnyView {
    match fix {
        Fix::Line(line) => {
            let typed = line.clone();
            view! { <button class="link mono" on:click=move |_| page.type_line(&typed)>{line}</button> }.into_any()
        }
        Fix::Look(object) => {
            let text = format!("{} {}", texts::LOOK_AT, object.key);
            view! { <button class="link" on:click=move |_| page.selected.set(Some(object.clone()))>{text}</button> }.into_any()
        }
        Fix::Field { object, path } => {
            let place = page
                .workspace
                .with(|workspace| page.see(|session| place_of(workspace, &object, &path, session.cluster().server().registry(), session.namespace())));
            let Some(place) = place else { return ().into_any() };
            let text = format!("{} {} {} {}", texts::CORRECT_LINE, place.line, texts::OF_FILE, place.file);
            view! { <button class="link" on:click=move |_| page.reveal.set(Some((place.file.clone(), place.from)))>{text}</button> }.into_any()
        }
    }
}

#[component]
fn WhyStep(page: Page, step: CauseStep) -> impl IntoView {
    let text = match step.object {
        Some(object) => {
            let select = move |_| page.selected.set(Some(object.clone()));
            view! { <button class="link quiet-link" on:click=select>{step.text}</button> }.into_any()
        }
        None => step.text.into_any(),
    };
    view! { <li>{text} <small>{clock_text(step.at_ms)}</small></li> }
}

/// A name that may be broken before its capital letters, so that it fits into a narrow column.
fn breakable(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('\u{200b}');
        }
        text.push(letter);
    }
    text
}

/// Nodes as columns, the plugins that score as rows, and below them who was refused and why.
fn placement_view(placement: Placement) -> impl IntoView {
    let scored: Vec<PlacementNode> = placement.nodes.iter().filter(|node| node.total.is_some()).cloned().collect();
    let refused: Vec<PlacementNode> = placement.nodes.into_iter().filter(|node| node.refused.is_some()).collect();
    let best = scored.iter().filter_map(|node| node.total).max();
    let heading = scored.iter().map(|node| view! { <th scope="col">{node.name.to_string()}</th> }).collect_view();
    let row = |index: usize, plugin: &'static str| {
        let cells = scored.iter().map(|node| node.scores.get(index).copied().flatten().map_or("·".to_owned(), |score| score.to_string()));
        view! { <tr><th scope="row">{breakable(plugin)}</th>{cells.map(|text| view! { <td>{text}</td> }).collect_view()}</tr> }
    };
    let rows = placement.plugins.iter().enumerate().map(|(index, plugin)| row(index, plugin)).collect_view();
    let total = |node: &PlacementNode| view! { <td class:best=node.total == best>{node.total.map(|total| total.to_string())}</td> };
    let totals = scored.iter().map(total).collect_view();
    let has_scores = !scored.is_empty();
    let more = placement.more;
    view! {
        <h3>{if placement.node.is_some() { texts::PLACEMENT } else { texts::PLACEMENT_FAILED }}</h3>
        {has_scores.then(|| view! {
            <table class="placement">
                <thead><tr><td></td>{heading}</tr></thead>
                <tbody>{rows}</tbody>
                <tfoot><tr><th scope="row">{texts::PLACEMENT_SUM}</th>{totals}</tr></tfoot>
            </table>
        })}
        {(!has_scores && refused.is_empty()).then(|| view! { <p class="muted">{texts::PLACEMENT_ONLY}</p> })}
        <ul class="refused">
            {refused
                .into_iter()
                .map(|node| {
                    let (plugin, reasons) = node.refused.unwrap_or_default();
                    view! { <li><b>"✗ " {node.name.to_string()}</b> " " {plugin} <small>{reasons}</small></li> }
                })
                .collect_view()}
        </ul>
        {(more > 0).then(|| view! { <p class="muted">{format!("{more} {}", texts::PLACEMENT_MORE)}</p> })}
    }
}

fn condition_view(condition: Condition) -> impl IntoView {
    view! {
        <li>
            <b>{condition.type_.to_string()}</b>
            " "
            <span>{condition.status.to_string()}</span>
            {(!condition.says.is_empty()).then(|| view! { <small>{condition.says}</small> })}
        </li>
    }
}
