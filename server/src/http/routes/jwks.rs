use axum::{
    Json,
    extract::State,
    http::{HeaderName, header},
};
use jsonwebtoken::jwk::JwkSet;

use sessionkeep_types::routes as path;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema, Type,
        schema::{ArrayBuilder, ObjectBuilder},
    },
};

use super::{ApiError, AppState};
use crate::http::openapi::{ALWAYS, refused};

/// How long others may keep it, in seconds: `sessionkeep keys rotate` waits for longer before it uses a new key.
const GOOD_FOR: &str = "public, max-age=300";

/// The form of the answer, for the document.
struct KeySet;

impl PartialSchema for KeySet {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let key = ["kid", "kty", "alg", "use"].into_iter().fold(ObjectBuilder::new(), |key, name| {
            key.schema_type(Type::Object).property(name, text()).required(name)
        });
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .property("keys", ArrayBuilder::new().items(key))
            .required("keys")
            .description(Some("A JWK Set (RFC 7517, 5). Empty where tokens are signed with a secret."))
            .into()
    }
}

impl ToSchema for KeySet {}

refused!(Refused: ALWAYS);

/// `GET /.well-known/jwks.json`: the public keys that access tokens can be verified with (RFC 7517, 5).
#[utoipa::path(
    get,
    path = path::JWKS,
    operation_id = "keys",
    tag = "service",
    summary = "Get the public keys that verify access tokens",
    responses((status = OK, description = "The keys.", body = KeySet), Refused)
)]
pub(in crate::http) async fn jwks(
    State(state): State<AppState>,
) -> Result<([(HeaderName, &'static str); 1], Json<JwkSet>), ApiError> {
    if state.access_keys.are_withdrawn() {
        return Err(ApiError::unavailable());
    }
    let keys = state.access_keys.ring().published(state.auth.clock.now()).cloned().collect();
    Ok(([(header::CACHE_CONTROL, GOOD_FOR)], Json(JwkSet { keys })))
}
