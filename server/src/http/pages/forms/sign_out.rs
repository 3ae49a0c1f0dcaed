use app::{Submitted, paths};
use axum::{
    extract::{Request, State},
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};

use super::{Forms, in_time};
use crate::http::extract;

/// `POST /api/auth/sign-out`, where `POST /sign-out` leads to. The cookies are cleared once the session is ended, and not before.
pub(super) async fn sign_out(State(forms): State<Forms>, request: Request) -> Response {
    let (asked, _) = request.into_parts();
    let edge = forms.state.edge.clone();
    let outcome = match forms.check(&asked.headers) {
        Ok(()) => {
            let sent = edge.cookie.read(&asked.headers).sent;
            let origin = extract::caller(&asked.headers, &asked.extensions, &edge.trusted_proxies);
            let auth = forms.state.auth.clone();
            in_time(async move { Ok(auth.logout(&sent, None, &origin).await?) }).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => (edge.cookie.clear(), Redirect::to(paths::AFTER_SIGN_OUT)).into_response(),
        Err(error) => forms.again(Uri::from_static(paths::SIGN_OUT), asked, Submitted::default(), error).await,
    }
}
