//! A service behind Sessionkeep: it accepts the server's access tokens, and never sees a password or a refresh token.
//!
//! ```console
//! $ ACCESS_TOKEN_ALGORITHM=EdDSA cargo xtask run
//! $ cargo run -p sessionkeep-verify --example resource_server
//! $ curl localhost:4000/whoami -H "Authorization: Bearer $ACCESS_TOKEN"
//! ```
//!
//! | variable | default | |
//! |---|---|---|
//! | `ISSUER` | `http://localhost:3000` | the server's `ISSUER`, which is its public origin |
//! | `AUDIENCE` | `sessionkeep` | the server's `AUDIENCE` |
//! | `JWKS_URL` | `/.well-known/jwks.json` of the issuer | where the public keys are |
//! | `ACCESS_TOKEN_SECRET` | none | under HS256 the server's secret, instead of the public keys |
//! | `BIND_ADDR` | `127.0.0.1:4000` | where to listen |

use std::{env, error::Error};

use axum::{Json, Router, http::StatusCode, middleware::from_fn_with_state, routing::get};
use serde_json::{Value, json};
use sessionkeep_verify::{Claims, Role, Verifier, require_access_token};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setting = |name, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    let issuer = setting("ISSUER", "http://localhost:3000");
    let audience = setting("AUDIENCE", "sessionkeep");
    let verifier = if let Ok(secret) = env::var("ACCESS_TOKEN_SECRET") {
        Verifier::from_secret(secret.as_bytes(), &issuer, &audience)?
    } else {
        let keys = setting("JWKS_URL", &format!("{issuer}/.well-known/jwks.json"));
        Verifier::from_jwks(&keys, &issuer, &audience)?
    };
    let listener = TcpListener::bind(setting("BIND_ADDR", "127.0.0.1:4000")).await?;
    announce(&format!("http://{}", listener.local_addr()?));
    axum::serve(listener, app(verifier)).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a program says where it listens")]
fn announce(address: &str) {
    println!("{address}");
}

/// The routes. All that they share is the verifier.
pub(crate) fn app(verifier: Verifier) -> Router {
    // Behind the layer nothing is reached without a good token.
    let orders = Router::new()
        .route("/orders", get(orders))
        .route_layer(from_fn_with_state(verifier.clone(), require_access_token));
    Router::new()
        .route("/", get(|| async { "Open to everybody." }))
        .route("/whoami", get(whoami))
        .route("/admin", get(admin))
        .merge(orders)
        .with_state(verifier)
}

/// Who names [`Claims`] among a handler's arguments has them checked: a request without a good token does not get here.
async fn whoami(claims: Claims) -> Json<Value> {
    Json(json!({"userId": claims.user_id, "role": claims.role}))
}

/// What a role may do here is the service's own affair.
async fn admin(claims: Claims) -> Result<&'static str, StatusCode> {
    if claims.role == Role::Admin { Ok("For administrators.") } else { Err(StatusCode::FORBIDDEN) }
}

/// Behind the layer, handlers take the claims if they want them.
async fn orders(claims: Claims) -> Json<Value> {
    Json(json!({"userId": claims.user_id, "orders": []}))
}
