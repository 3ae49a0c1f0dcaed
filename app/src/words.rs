//! What the pages say, in the language of this document.
//!
//! The language is fixed for the life of a document: the server chooses it and writes it into `<html lang>`, where the
//! browser reads it.

pub(crate) use ::words::*;

/// The words of this document's language.
pub(crate) fn here() -> &'static Words {
    language().words()
}

/// The language that the server renders in; English where none was chosen, as in a test.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn language() -> Language {
    #[cfg(feature = "ssr")]
    let chosen = leptos::prelude::use_context::<crate::appearance::Appearance>().map(|appearance| appearance.language);
    #[cfg(not(feature = "ssr"))]
    let chosen = None;
    chosen.unwrap_or_default()
}

/// The language of the document. It is looked up once.
#[cfg(target_arch = "wasm32")]
pub(crate) fn language() -> Language {
    use std::sync::OnceLock;

    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    *LANGUAGE.get_or_init(|| {
        let html = leptos::prelude::document().document_element();
        html.and_then(|html| Language::of_tag(&html.get_attribute("lang")?)).unwrap_or_default()
    })
}
