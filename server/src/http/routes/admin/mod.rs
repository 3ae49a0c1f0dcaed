//! What administrators may do. Every handler asks for one before anything else.

pub(in crate::http) mod events;
pub(in crate::http) mod sessions;
pub(in crate::http) mod users;

use super::{ApiError, AppState, api, page, rfc3339, session_list, told};
