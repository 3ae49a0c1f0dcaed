//! The program begins: it takes over the page that the server rendered, or renders it anew where it is not that page any more.

use leptos::{mount, prelude::*};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement, HtmlInputElement};

use crate::{
    ROOT,
    app::App,
    shape::{self, Shape},
    submitted::Submitted,
};

/// `<html data-hydrated>` says when the page answers to its user, and `data-anew` whether it was rendered anew.
pub fn start() {
    stand_at_own_page();
    let root = document().get_element_by_id(ROOT).expect("the document has it: shell.rs");
    let expected = root.get_attribute(shape::ATTRIBUTE);
    let anew = expected != Some(Shape::of_children(&root).to_string());
    if anew {
        render_anew(&root);
    } else {
        mount::hydrate_from(root.unchecked_into(), App).forget();
    }
    if let Some(html) = document().document_element() {
        for name in [Some("data-hydrated"), anew.then_some("data-anew")].into_iter().flatten() {
            // OK because the attributes are for tests; the page works without.
            let _ = html.set_attribute(name, "");
        }
    }
}

/// The answer to a form can be a page of another address, which only takes forms. There is nothing to load again there.
fn stand_at_own_page() {
    if let (Some(page), Ok(history)) = (Submitted::page_in_document(), window().history()) {
        let is_here = window().location().pathname().is_ok_and(|here| here == page);
        if !is_here {
            // OK because the page is shown all the same.
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&page));
        }
    }
}

/// What was typed stays, and so does the focus.
fn render_anew(root: &Element) {
    let typed: Vec<_> = inputs(root).map(|input| Typed::of(&input)).collect();
    let focused = document().active_element().map(|element| element.id());
    root.set_text_content(None);
    mount::mount_to_renderer(root, App).forget();
    for input in inputs(root) {
        if let Some(typed) = typed.iter().find(|typed| typed.id == input.id()) {
            typed.put_into(&input);
        }
    }
    let focused = focused.filter(|id| !id.is_empty()).and_then(|id| document().get_element_by_id(&id));
    if let Some(element) = focused.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // OK because what cannot take the focus leaves it where it was.
        let _ = element.focus();
    }
}

fn inputs(root: &Element) -> impl Iterator<Item = HtmlInputElement> {
    let all = root.get_elements_by_tag_name("input");
    let inputs = (0..all.length()).filter_map(move |index| all.item(index)?.dyn_into::<HtmlInputElement>().ok());
    // A hidden input holds nothing that was typed, and one without an id cannot be found again.
    inputs.filter(|input| !input.id().is_empty() && input.type_() != "hidden")
}

struct Typed {
    id: String,
    value: String,
    checked: bool,
    /// Only fields of text tell it.
    selection: (Option<u32>, Option<u32>),
}

impl Typed {
    fn of(input: &HtmlInputElement) -> Self {
        let selection = (input.selection_start().ok().flatten(), input.selection_end().ok().flatten());
        Self { id: input.id(), value: input.value(), checked: input.checked(), selection }
    }

    fn put_into(&self, input: &HtmlInputElement) {
        input.set_value(&self.value);
        input.set_checked(self.checked);
        if let (Some(start), Some(end)) = self.selection {
            // OK because the text is there, whatever of it is selected.
            let _ = input.set_selection_range(start, end);
        }
    }
}
