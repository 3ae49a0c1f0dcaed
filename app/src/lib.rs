//! The pages and the browser's session manager.
//!
//! One library, built twice: with `ssr` the server renders the pages, with `hydrate` the browser takes them over. Read in
//! this order: [`App`] (which page stands where), [`session`] (the heart), [`api`] (how it speaks), `pages` and
//! `components` (what is seen). Another application takes [`session`] and [`api`] and leaves the rest, see `docs/client.md`.
//! What never lives here: anything of the server, its stores or its executor.

// Views are one type each, and deeply nested.
#![recursion_limit = "256"]
#![expect(unreachable_pub, reason = "`#[component]` writes public functions, also in private modules")]

pub mod api;
mod app;
mod appearance;
mod brand;
mod components;
mod diagnosis;
mod download;
mod explanation;
mod guard;
#[cfg(feature = "ssr")]
mod head;
mod light;
mod pages;
pub mod paths;
mod review_room;
mod scroll;
pub mod session;
#[cfg(any(feature = "ssr", target_arch = "wasm32", test))]
mod shape;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
mod start;
mod strength;
mod submitted;
mod trouble;
mod typed;
mod validate;
mod wall_clock;
mod when;
mod words;

pub use ::words::Language;
pub use app::App;
#[cfg(feature = "ssr")]
pub use app::root;
#[cfg(feature = "ssr")]
pub use appearance::{Appearance, Theme};
pub use brand::Brand;
#[cfg(feature = "ssr")]
pub use head::{Head, Icon, MANIFEST};
/// The wire contract, so that whoever uses the session needs no second dependency.
pub use sessionkeep_types as types;
#[cfg(feature = "ssr")]
pub use shell::{Assets, File, Shell, start_worker, with_shape};
pub use submitted::{Refusal, Submitted};

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
pub use start::start;

/// The id of the element that holds the page. What extensions put beside it in `<body>` is nobody's concern.
#[cfg(any(feature = "ssr", target_arch = "wasm32"))]
const ROOT: &str = "app";

#[cfg(test)]
mod tests {
    #[test]
    fn the_application_in_the_documents_is_the_one_that_is_compiled() {
        let (document, example) = (include_str!("../../docs/client.md"), include_str!("../examples/thirty_lines.rs"));
        assert!(document.contains(&format!("```rust\n{example}```\n")), "docs/client.md has another text");
    }
}
