use app::Submitted;
use axum::{
    extract::{Request, State},
    response::Response,
};
use serde::Deserialize;
use sessionkeep_types::Password;

use super::{Forms, Signing};
use crate::{
    auth::{Auth, Credentials, Device, SignedIn},
    http::error::ApiError,
};

/// A box that is not ticked is not sent.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SignIn {
    email: String,
    password: Password,
    remember_me: Option<String>,
}

/// `POST /sign-in`
pub(super) async fn sign_in(State(forms): State<Forms>, request: Request) -> Response {
    forms.begin_session::<SignIn>(request).await
}

impl Signing for SignIn {
    fn typed(&self) -> Submitted {
        Submitted { email: self.email.clone(), remember_me: self.remember_me(), ..Submitted::default() }
    }

    fn remember_me(&self) -> bool {
        self.remember_me.is_some()
    }

    async fn begin(self, auth: &Auth, device: Device) -> Result<SignedIn, ApiError> {
        Ok(auth.login(Credentials { email: self.email, password: self.password }, device).await?)
    }
}
