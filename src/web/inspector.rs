//! The pane that explains what is selected.

use super::clock::clock_text;
use super::diagram::glyph_view;
use super::page::Page;
use super::texts;
use crate::api::meta;
use crate::api::resource::PODS;
use crate::playground::explain::{CauseStep, Condition, EventLine, Inspection, Placement, PlacementNode, inspect, placement};
use crate::playground::scene::Tone;
use leptos::prelude::*;

/// The pane.
#[component]
pub fn Inspector(page: Page) -> impl IntoView {
    // Ages change each second, the rest with the cluster.
    let second = Memo::new(move |_| page.now_ms.get() / 1000);
    let inspection = Memo::new(move |_| {
        page.revision.track();
        second.track();
        let object = page.selected.get()?;
        page.see(|session| {
            let cluster = session.cluster();
            inspect(&object, cluster.store(), cluster.server().registry(), cluster.now_ms(), session.began_ms())
        })
    });
    let part = move |take: fn(&Inspection) -> String| Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(take).unwrap_or_default()));
    let name = part(|inspection| inspection.name.to_string());
    let subtitle = part(|inspection| inspection.subtitle.clone());
    let sentence = part(|inspection| inspection.sentence.clone());
    let advice = part(|inspection| inspection.advice.clone());
    let yaml = part(|inspection| inspection.yaml.clone());
    let state = Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(|inspection| inspection.state.clone())));
    let facts = Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(|inspection| inspection.facts.clone()).unwrap_or_default()));
    let why = Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(|inspection| inspection.why.clone()).unwrap_or_default()));
    let conditions = Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(|inspection| inspection.conditions.clone()).unwrap_or_default()));
    let events = Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(|inspection| inspection.events.clone()).unwrap_or_default()));
    let placed = Memo::new(move |_| {
        page.revision.track();
        let object = page.selected.get().filter(|object| object.resource == PODS)?;
        page.see(|session| {
            let cluster = session.cluster();
            let pod = cluster.store().get_key(&object.resource, &object.key)?;
            placement(cluster.scheduler(), meta::uid(pod))
        })
    });
    let is_empty = Memo::new(move |_| page.selected.with(Option::is_none));
    let is_gone = Memo::new(move |_| !is_empty.get() && inspection.with(Option::is_none));
    let gone_name = move || page.selected.with(|selected| selected.as_ref().map(|object| object.key.to_string()).unwrap_or_default());
    view! {
        <section class="inspector" role="region" aria-label=texts::INSPECTOR tabindex="0">
            <Show when=move || is_empty.get()>
                <p class="muted">{texts::INSPECTOR_EMPTY}</p>
            </Show>
            <Show when=move || is_gone.get()>
                <p class="muted"><b>{gone_name}</b> " " {texts::GONE}</p>
            </Show>
            <Show when=move || !is_empty.get() && !is_gone.get()>
                <h2>{move || name.get()}</h2>
                <p class="muted">{move || subtitle.get()}</p>
                {move || state.get().map(|state| view! {
                    <p class=format!("state {}", tone_class(state.tone))>{glyph_view(state.glyph)} <span>{state.word.to_string()}</span></p>
                })}
                <Show when=move || !sentence.with(String::is_empty)>
                    <p class="sentence">{move || sentence.get()}</p>
                </Show>
                <Show when=move || !advice.with(String::is_empty)>
                    <p class="advice">{move || advice.get()}</p>
                </Show>
                <Show when=move || !facts.with(Vec::is_empty)>
                    <dl class="facts">
                        {move || facts.get().into_iter().map(|(name, text)| view! { <div><dt>{name.to_string()}</dt><dd>{text.to_string()}</dd></div> }).collect_view()}
                    </dl>
                </Show>
                <Show when=move || !why.with(Vec::is_empty)>
                    <h3>{texts::WHY}</h3>
                    <ol class="why">{move || why.get().into_iter().map(|step| view! { <WhyStep page step /> }).collect_view()}</ol>
                </Show>
                {move || placed.get().map(placement_view)}
                <Show when=move || !conditions.with(Vec::is_empty)>
                    <h3>{texts::CONDITIONS}</h3>
                    <ul class="conditions">{move || conditions.get().into_iter().map(condition_view).collect_view()}</ul>
                </Show>
                <h3>{texts::EVENTS}</h3>
                <Show when=move || events.with(Vec::is_empty)>
                    <p class="muted">{texts::NO_EVENTS}</p>
                </Show>
                <ul class="events">{move || events.get().into_iter().map(event_view).collect_view()}</ul>
                <details>
                    <summary>{texts::YAML}</summary>
                    <pre class="yaml" tabindex="0">{move || yaml.get()}</pre>
                </details>
            </Show>
        </section>
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
        <h3>{texts::PLACEMENT}</h3>
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

fn event_view(event: EventLine) -> impl IntoView {
    let often = if event.count > 1 { format!(" · {} times", event.count) } else { String::new() };
    view! {
        <li class:bad-event=event.is_warning>
            <b>{if event.is_warning { "▲ " } else { "" }}{event.reason.to_string()}</b>
            " "
            <small>{format!("{}{often} · {}", event.age, event.from)}</small>
            <p>{event.message}</p>
        </li>
    }
}

/// The class that colours what is in a state.
pub fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Busy => "busy",
        Tone::Waiting => "waiting",
        Tone::Bad => "bad",
        Tone::Over => "over",
    }
}
