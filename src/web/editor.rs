//! The manifest editor: CodeMirror, which `editor/glue.js` puts into the page as the global `KubariumEditor`.

use super::inspector::tone_class;
use super::page::Page;
use super::texts;
use crate::playground::completion;
use crate::playground::diagnostics::{Problem, Severity};
use crate::playground::outline::Entry;
use crate::playground::scene::glyph_svg;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// An editor in the page.
    type Handle;

    #[wasm_bindgen(js_namespace = KubariumEditor)]
    fn create(parent: &web_sys::Element, options: &JsValue) -> Handle;
    #[wasm_bindgen(method)]
    fn open(this: &Handle, name: &str, text: &str);
    #[wasm_bindgen(method)]
    fn forget(this: &Handle);
    #[wasm_bindgen(method)]
    fn diagnose(this: &Handle, diagnostics: &JsValue);
    #[wasm_bindgen(method)]
    fn reveal(this: &Handle, offset: u32);
    #[wasm_bindgen(method)]
    fn replace(this: &Handle, from: u32, to: u32, insert: &str);
    #[wasm_bindgen(method)]
    fn mark(this: &Handle, marks: &JsValue);
}

/// The editor, and the squiggles in it.
#[component]
pub fn Editor(page: Page) -> impl IntoView {
    let parent = NodeRef::<html::Div>::new();
    let handle = StoredValue::new_local(None::<Handle>);
    parent.on_load(move |parent| {
        handle.set_value(Some(create(&parent, &options(page))));
        // A file is shown when it is chosen, when it gets another name, and when the whole workspace is another.
        let name = Memo::new(move |_| {
            let (current, opened) = (page.current.get(), page.opened.get());
            page.workspace.with(|workspace| (opened, current, workspace.files.get(current).map(|file| file.name.clone()).unwrap_or_default()))
        });
        Effect::new(move |last_opened: Option<u64>| {
            let (opened, current, name) = name.get();
            let text = page.workspace.with_untracked(|workspace| workspace.files.get(current).map(|file| file.text.clone()).unwrap_or_default());
            handle.with_value(|handle| {
                let Some(handle) = handle else { return };
                if last_opened != Some(opened) {
                    handle.forget();
                }
                handle.open(&name, &text);
            });
            opened
        });
        Effect::new(move || {
            let (_, current, name) = name.get();
            let text = page.workspace.with_untracked(|workspace| workspace.files.get(current).map(|file| file.text.clone()).unwrap_or_default());
            let list = js_sys::Array::new();
            for problem in page.problems.get().iter().filter(|problem| problem.file == name) {
                list.push(&diagnostic(&text, problem));
            }
            handle.with_value(|handle| {
                if let Some(handle) = handle {
                    handle.diagnose(&list);
                }
            });
        });
        Effect::new(move || {
            let (_, current, name) = name.get();
            let text = page.workspace.with_untracked(|workspace| workspace.files.get(current).map(|file| file.text.clone()).unwrap_or_default());
            let list = js_sys::Array::new();
            for entry in page.outline.get().iter().filter(|entry| entry.file == name && entry.object.is_some()) {
                list.push(&mark(&text, entry));
            }
            handle.with_value(|handle| {
                if let Some(handle) = handle {
                    handle.mark(&list);
                }
            });
        });
        Effect::new(move || {
            let Some(change) = page.change.get() else { return };
            page.change.set(None);
            let Some(index) = page.workspace.with_untracked(|workspace| workspace.files.iter().position(|each| each.name == change.file)) else { return };
            page.current.set(index);
            let text = page.workspace.with_untracked(|workspace| workspace.files[index].text.clone());
            let (from, to) = (to_utf16(&text, change.from), to_utf16(&text, change.to));
            // After the effect above has opened the file.
            request_animation_frame(move || {
                handle.with_value(|handle| {
                    if let Some(handle) = handle {
                        handle.replace(from, to, &change.insert);
                    }
                })
            });
        });
        Effect::new(move || {
            let Some((file, offset)) = page.reveal.get() else { return };
            let Some(index) = page.workspace.with_untracked(|workspace| workspace.files.iter().position(|each| each.name == file)) else { return };
            page.current.set(index);
            let text = page.workspace.with_untracked(|workspace| workspace.files[index].text.clone());
            let offset = to_utf16(&text, offset);
            // After the effect above has opened the file.
            request_animation_frame(move || {
                handle.with_value(|handle| {
                    if let Some(handle) = handle {
                        handle.reveal(offset)
                    }
                })
            });
        });
    });
    view! { <div class="sheet" id="sheet" role="tabpanel" aria-labelledby=move || format!("tab-{}", page.current.get()) node_ref=parent></div> }
}

fn options(page: Page) -> JsValue {
    let object = js_sys::Object::new();
    set(&object, "label", &JsValue::from_str(texts::EDITOR));
    let on_change = Closure::<dyn FnMut(String)>::new(move |text: String| {
        let current = page.current.get_untracked();
        page.workspace.update(|workspace| {
            if let Some(file) = workspace.files.get_mut(current) {
                file.text = text;
            }
        });
    });
    let on_apply = Closure::<dyn FnMut()>::new(move || page.apply());
    let on_complete =
        Closure::<dyn FnMut(String, u32, bool) -> JsValue>::new(move |text: String, offset: u32, _explicit: bool| completions(page, &text, offset));
    let on_hover = Closure::<dyn FnMut(String, u32, bool) -> JsValue>::new(move |text: String, offset: u32, is_said: bool| help(page, &text, offset, is_said));
    let on_mark = Closure::<dyn FnMut(u32)>::new(move |offset: u32| select_live(page, offset));
    set(&object, "onMark", &on_mark.into_js_value());
    set(&object, "onChange", &on_change.into_js_value());
    set(&object, "onApply", &on_apply.into_js_value());
    set(&object, "onComplete", &on_complete.into_js_value());
    set(&object, "onHover", &on_hover.into_js_value());
    object.into()
}

/// Shows the object of the document at `offset` of the open file.
fn select_live(page: Page, offset: u32) {
    let Some(file) = page.workspace.with_untracked(|workspace| workspace.files.get(page.current.get_untracked()).cloned()) else { return };
    let entry = page.outline.with_untracked(|entries| {
        entries.iter().rfind(|entry| entry.file == file.name && to_utf16(&file.text, entry.from) <= offset && entry.object.is_some()).cloned()
    });
    page.selected.set(entry.and_then(|entry| entry.object));
}

fn set(object: &js_sys::Object, key: &str, value: &JsValue) {
    // A plain object takes every field.
    let _ = js_sys::Reflect::set(object, &JsValue::from_str(key), value);
}

fn diagnostic(text: &str, problem: &Problem) -> JsValue {
    let object = js_sys::Object::new();
    set(&object, "from", &to_utf16(text, problem.from).into());
    set(&object, "to", &to_utf16(text, problem.to).into());
    set(&object, "severity", &if problem.severity == Severity::Error { "error" } else { "warning" }.into());
    set(&object, "message", &problem.message.as_str().into());
    if let Some(fix) = problem.fix.as_ref().filter(|fix| !fix.insert.is_empty()) {
        set(&object, "fix", &format!("{} {}", texts::CORRECT_TO, fix.label).into());
        set(&object, "fixFrom", &to_utf16(text, fix.from).into());
        set(&object, "fixTo", &to_utf16(text, fix.to).into());
        set(&object, "insert", &fix.insert.as_str().into());
    }
    object.into()
}

/// What stands in the gutter beside a document: how its object does.
fn mark(text: &str, entry: &Entry) -> JsValue {
    let object = js_sys::Object::new();
    set(&object, "from", &to_utf16(text, entry.from).into());
    set(&object, "glyph", &glyph_svg(entry.state.glyph).into());
    set(&object, "tone", &tone_class(entry.state.tone).into());
    set(&object, "title", &format!("{}: {}", entry.title, entry.state.word).into());
    object.into()
}

fn completions(page: Page, text: &str, offset: u32) -> JsValue {
    let workspace = page.files();
    let found = page.see(|session| {
        let cluster = session.cluster();
        completion::complete(text, from_utf16(text, offset), &workspace, cluster.store(), cluster.server().registry())
    });
    let list = js_sys::Array::new();
    for each in found {
        let object = js_sys::Object::new();
        set(&object, "label", &each.label.into());
        set(&object, "apply", &each.insert.into());
        set(&object, "detail", &each.detail.into());
        if !each.info.is_empty() {
            set(&object, "info", &each.info.into());
        }
        list.push(&object);
    }
    list.into()
}

/// What the field at a place means; where it was asked for by key, a screen reader says it.
fn help(page: Page, text: &str, offset: u32, is_said: bool) -> JsValue {
    let Some(help) = completion::help(text, from_utf16(text, offset)) else { return JsValue::NULL };
    if is_said {
        page.say(format!("{}: {}", help.title, help.text));
    }
    let object = js_sys::Object::new();
    set(&object, "from", &to_utf16(text, help.from).into());
    set(&object, "to", &to_utf16(text, help.to).into());
    set(&object, "title", &help.title.into());
    set(&object, "text", &help.text.into());
    object.into()
}

/// From a place in UTF-16 units, as the browser counts, to one in bytes, as Rust counts. Places past the end are the end.
pub fn from_utf16(text: &str, units: u32) -> usize {
    let mut seen = 0;
    for (at, letter) in text.char_indices() {
        if seen >= units {
            return at;
        }
        seen += letter.len_utf16() as u32;
    }
    text.len()
}

/// From a place in bytes, as Rust counts, to one in UTF-16 units, as the browser counts. Places past the end are the end.
pub fn to_utf16(text: &str, bytes: usize) -> u32 {
    text.char_indices().take_while(|(at, _)| *at < bytes).map(|(_, letter)| letter.len_utf16() as u32).sum()
}
