//! The pages.
//!
//! One library, built twice: with `ssr` the server renders the pages, with `hydrate` the browser takes them over. Read in
//! this order: [`App`] (which page stands where), `pages` and `components` (what is seen). The session is a crate of its own, which other
//! applications use, too (`client/`).
//! What never lives here: anything of the server, its stores or its executor.

// Views are one type each, and deeply nested.
#![recursion_limit = "256"]
#![expect(unreachable_pub, reason = "`#[component]` writes public functions, also in private modules")]

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
/// The API client and the session.
pub use sessionkeep_client::{api, session};
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
