//! The document around the pages. Only the server has it; the browser takes over from `<body>` on.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::App;

/// A file of the client's bundle, as a page refers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it is fetched from.
    pub url: String,
    /// What must be found there (`sha384-…`).
    pub integrity: Option<String>,
}

/// The files of the client's bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The JavaScript that loads the WebAssembly.
    pub js: File,
    /// The WebAssembly.
    pub wasm: File,
    /// In the order of the cascade.
    pub css: Vec<File>,
}

/// The document. It holds one script, with this response's nonce, that starts the bundle.
#[component]
pub fn Shell(
    /// What it loads.
    assets: Assets,
) -> impl IntoView {
    let Assets { js, wasm, css } = assets;
    let start = start_script(&js, &wasm);
    let stylesheets = css
        .into_iter()
        .map(|File { url, integrity }| view! { <link rel="stylesheet" href=url integrity=integrity /> })
        .collect_view();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" content="#f7f8fa" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#0f1216" media="(prefers-color-scheme: dark)" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {stylesheets}
                <link rel="modulepreload" href={js.url} integrity={js.integrity} />
                <link
                    rel="preload"
                    href={wasm.url}
                    as="fetch"
                    type="application/wasm"
                    crossorigin="anonymous"
                />
                <MetaTags />
                <script type="module" nonce=use_nonce()>
                    {start}
                </script>
            </head>
            <body>
                <App />
                <noscript>"Sessionkeep needs JavaScript to sign you in. Please turn it on and load this page again."</noscript>
            </body>
        </html>
    }
    .into_any()
}

/// The module that starts a bundle. The integrity is checked by the fetch: on a preload alone browsers do not enforce it.
#[must_use]
pub fn start_script(js: &File, wasm: &File) -> String {
    let options = match &wasm.integrity {
        Some(integrity) => format!("{{integrity:\"{integrity}\"}}"),
        None => "{}".to_owned(),
    };
    format!("import init from \"{}\";await init({{module_or_path:fetch(\"{}\",{options})}});", js.url, wasm.url)
}
