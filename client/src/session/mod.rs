//! The session as the browser sees it: an access token in memory, a refresh token in a cookie that no script can read.
//!
//! Read in this order: [`state`] (what can be, and what follows what), `schedule` (when), `single_flight` and `attempt`
//! (how one refresh stays one), `breaker` (when one more would be of no use), `generation` (whether the browser keeps the
//! cookie), `manager` (the whole), `handle` (what a page uses), `calls` (what a page asks the server in the name of the session). The world outside is behind [`ports`]; `browser` implements
//! them for a real page, and the tests have their own. Of all this nothing runs while the server renders: there the session
//! is [`Phase::Restoring`] and stays so.

mod attempt;
mod breaker;
#[cfg(target_arch = "wasm32")]
pub(crate) mod browser;
mod calls;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod fake;
mod generation;
mod handle;
mod manager;
mod pending_sign_out;
mod ports;
mod reason;
mod schedule;
mod single_flight;
mod state;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
mod token;

pub use crate::api::Clock;
pub use calls::{AuthorisedApi, Farewell, LiveEvents};
pub use handle::{Paths, Session};
pub use manager::Manager;
pub use ports::{Cookies, Held, Lock, News, Page, Ports, Random, Spawn, Storage, Tabs, Wake};
pub use reason::SignedOut;
pub use state::{Delay, Epoch, Event, Jar, Link, Phase, Snapshot};
pub use token::Pass;
