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

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SignUp {
    email: String,
    display_name: String,
    password: Password,
}

/// `POST /sign-up`
pub(super) async fn sign_up(State(forms): State<Forms>, request: Request) -> Response {
    forms.begin_session::<SignUp>(request).await
}

impl Signing for SignUp {
    fn typed(&self) -> Submitted {
        Submitted { email: self.email.clone(), display_name: self.display_name.clone(), ..Submitted::default() }
    }

    fn remember_me(&self) -> bool {
        true
    }

    async fn begin(self, auth: &Auth, device: Device) -> Result<SignedIn, ApiError> {
        let display_name = Some(self.display_name).filter(|name| !name.trim().is_empty());
        let credentials = Credentials { email: self.email, password: self.password };
        Ok(auth.register(credentials, display_name, device).await?)
    }
}
