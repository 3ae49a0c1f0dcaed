//! The document around the pages. Only the server has it; the browser takes over what is in [`ROOT`].

use std::sync::LazyLock;

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{
    ROOT,
    app::App,
    appearance::{Appearance, Theme},
    head::HeadTags,
    paths,
    shape::{self, Shape},
    strength,
    submitted::Submitted,
    words,
};

/// A file of the client's bundle, as a page refers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it is fetched from.
    pub url: String,
    /// What must be found there (`sha384-…`).
    pub integrity: String,
}

/// The files of the client's bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The JavaScript that loads the WebAssembly.
    pub js: File,
    /// The WebAssembly.
    pub wasm: File,
    /// The style sheet.
    pub css: File,
    /// Where the worker that judges new passwords is fetched from, if there is one.
    pub strength: Option<String>,
}

/// The document. It holds one script, with this response's nonce, that starts the bundle.
#[component]
pub fn Shell(
    /// What it loads.
    assets: Assets,
) -> impl IntoView {
    let Assets { js, wasm, css, strength } = assets;
    let submitted = Submitted::attribute();
    // The answer to a form is not asked for again by itself.
    let again = submitted.is_none().then_some("");
    let Appearance { language, theme } = use_context().unwrap_or_default();
    let colours = match theme {
        Theme::System => "light dark",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() data-theme=theme.name() data-submitted=submitted>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                // The script asks for the file without a digest of its own; this one counts for it.
                <link rel="modulepreload" href=js.url.clone() integrity=js.integrity />
                <script
                    nonce=use_nonce()
                    data-js=js.url
                    data-wasm=wasm.url
                    data-integrity=wasm.integrity
                    data-again=again
                >
                    {START.as_str()}
                </script>
                <link rel="stylesheet" href=css.url integrity=css.integrity />
                <meta name="color-scheme" content=colours />
                <HeadTags />
                {strength.map(|url| view! { <meta name=strength::WORKER content=url /> })}
                <MetaTags />
            </head>
            <body>
                <div id=ROOT>
                    <App />
                </div>
                <noscript>
                    <p>
                        {words::here().frame.needs_script} " "
                        <a href=paths::SIGN_OUT>{words::here().frame.sign_out}</a>
                    </p>
                </noscript>
                <Stopped />
            </body>
        </html>
    }
    .into_any()
}

/// What the script shows where the program does not start, or stops.
#[component]
fn Stopped() -> impl IntoView {
    let words = &words::here().stopped;
    view! {
        <section id="stopped" role="alert" tabindex="-1" hidden>
            <div class="card padded">
                <h2>{words.title}</h2>
                <p>
                    {words.text}
                </p>
                <p>{words.forms}</p>
                <div class="actions">
                    // "external" keeps the router's hands off.
                    <a class="button" href="" rel="external">
                        {words.reload}
                    </a>
                    <form method="post" action=paths::SIGN_OUT>
                        <button class="button secondary">{words::here().sign_out.title}</button>
                    </form>
                </div>
            </div>
        </section>
    }
}

/// The script without its comments and its margins.
static START: LazyLock<String> = LazyLock::new(|| {
    let lines = include_str!("start.js").lines().map(str::trim_start);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect::<Vec<_>>().join("\n")
});

/// Writes the shape of the rendered page into its document, for the program to compare.
#[must_use]
pub fn with_shape(document: &str) -> String {
    let root = format!("<div id=\"{ROOT}\"");
    let marked = document.split_once(&root).and_then(|(before, behind)| {
        let shape = Shape::of_html(behind.strip_prefix('>')?)?;
        Some(format!("{before}{root} {}=\"{shape}\"{behind}", shape::ATTRIBUTE))
    });
    // OK because a page without one is rendered anew in the browser.
    marked.unwrap_or_else(|| document.to_owned())
}

/// The module of a worker that starts a bundle. The integrity is checked by the fetch.
#[must_use]
pub fn start_worker(js: &File, wasm: &File) -> String {
    let File { url, integrity } = wasm;
    format!(
        "import init from \"{}\";await init({{module_or_path:fetch(\"{url}\",{{integrity:\"{integrity}\"}})}});",
        js.url
    )
}
