//! The document around the pages. Only the server has it; the browser takes over from `<body>` on.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{App, head::HeadTags, paths, strength, submitted::Submitted};

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
    let start = start_worker(&js, &wasm);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-submitted=Submitted::attribute()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="stylesheet" href=css.url integrity=css.integrity />
                <HeadTags />
                <link rel="modulepreload" href={js.url} integrity={js.integrity} />
                <link
                    rel="preload"
                    href={wasm.url}
                    as="fetch"
                    type="application/wasm"
                    crossorigin="anonymous"
                />
                {strength.map(|url| view! { <meta name=strength::WORKER content=url /> })}
                <MetaTags />
                <script type="module" nonce=use_nonce()>
                    {start}
                </script>
            </head>
            <body>
                <App />
                <noscript>
                    <p class="notice">
                        "You can sign in and out without JavaScript. The pages of your account need it. "
                        <a href=paths::SIGN_OUT>"Sign out"</a>
                    </p>
                </noscript>
            </body>
        </html>
    }
    .into_any()
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
