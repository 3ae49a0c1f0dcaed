//! What administrators may do. Every handler asks for one before anything else.

pub(in crate::http) mod events;
pub(in crate::http) mod sessions;
pub(in crate::http) mod users;

use super::{ApiError, AppState, api, page, rfc3339, session_list, told};
use crate::{
    auth::administrate::AdministrateError,
    http::error::{page as words_of, refusals},
    storage::StorageError,
};

refusals! {
    AdministrateError {
        AdministrateError::Forbidden => FORBIDDEN Forbidden, api(|api| api.administrators);
        AdministrateError::NotFound => NOT_FOUND NotFound, api(|api| api.nothing_here);
        AdministrateError::UnknownRole => UNPROCESSABLE_ENTITY ValidationFailed, words_of(|words| words.errors.fields),
            with_field("role", api(|api| api.role));
        AdministrateError::LastAdmin => CONFLICT LastAdmin, words_of(|words| words.errors.last_admin);
    }
    from { Storage(StorageError) }
}
