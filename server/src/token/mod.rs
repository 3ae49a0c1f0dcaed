//! Tokens: what is signed, sealed and hashed.
//!
//! [`access`] makes and checks the short-lived token for the `Authorization` header, [`refresh`] the long-lived one for
//! the cookie, [`companion`] decides which refresh token counts, `doctor` the one of `sessionkeep doctor`, [`seal`] keeps a refresh token so that only the holder of its predecessor can read it. The kinds have
//! their own keys and types; neither is any use in the other's place.
//!
//! What never lives here: which keys there are ([`crate::keys`]), whether a session is alive, HTTP, SQL.

pub mod access;
pub mod companion;
pub(crate) mod doctor;
pub mod refresh;
pub mod seal;
