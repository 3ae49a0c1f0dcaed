use axum::{
    Json,
    extract::State,
    http::{HeaderName, header},
};
use jsonwebtoken::jwk::JwkSet;

use super::{ApiError, AppState};

/// How long others may keep it, in seconds: `sessionkeep keys rotate` waits for longer before it uses a new key.
const GOOD_FOR: &str = "public, max-age=300";

/// `GET /.well-known/jwks.json`: the public keys that access tokens can be verified with (RFC 7517, 5).
pub(in crate::http) async fn jwks(
    State(state): State<AppState>,
) -> Result<([(HeaderName, &'static str); 1], Json<JwkSet>), ApiError> {
    if state.access_keys.are_withdrawn() {
        return Err(ApiError::unavailable());
    }
    let keys = state.access_keys.ring().published(state.auth.clock.now()).cloned().collect();
    Ok(([(header::CACHE_CONTROL, GOOD_FOR)], Json(JwkSet { keys })))
}
