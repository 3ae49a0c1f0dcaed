//! Every request of a person that writes, for the faults that break writes.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sessionkeep_types::{SessionId, routes};
use tempfile::TempDir;

use super::{database, restart, token::Token};
use crate::support::{EMAIL, PASSWORD, Person, program::Program};

const BOB: &str = "bob@example.com";
const OTHER_PASSWORD: &str = "slow ferry across the bay";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Write {
    SignUp,
    SignIn,
    Refresh,
    SignOut,
    EndSession,
    EndOtherSessions,
    ChangePassword,
    ChangeName,
    DeleteAccount,
}

impl Write {
    pub(super) const ALL: [Self; 9] = [
        Self::SignUp,
        Self::SignIn,
        Self::Refresh,
        Self::SignOut,
        Self::EndSession,
        Self::EndOtherSessions,
        Self::ChangePassword,
        Self::ChangeName,
        Self::DeleteAccount,
    ];

    /// `tablet` is another device of hers.
    fn request(self, ada: &Person, tablet: &Person) -> RequestBuilder {
        let credentials = |email: &str| json!({"email": email, "password": PASSWORD});
        let token = ada.access_token.as_deref().expect("an access token");
        let with_token = |request: RequestBuilder| request.header("authorization", format!("Bearer {token}"));
        match self {
            Self::SignUp => ada.request(Method::POST, "/api/auth/register").json(&credentials(BOB)),
            Self::SignIn => ada.request(Method::POST, "/api/auth/login").json(&credentials(EMAIL)),
            Self::Refresh => ada.with_cookie("/api/auth/refresh"),
            Self::SignOut => ada.with_cookie("/api/auth/logout"),
            Self::EndSession => {
                let session = Token::read(tablet.access_token.as_deref().expect("an access token")).session;
                with_token(ada.request(Method::DELETE, &routes::session(&SessionId::new(session))))
            }
            Self::EndOtherSessions => with_token(ada.request(Method::DELETE, "/api/sessions")),
            Self::ChangePassword => with_token(ada.with_cookie("/api/auth/password"))
                .json(&json!({"currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD})),
            Self::ChangeName => with_token(ada.request(Method::PATCH, "/api/me")).json(&json!({"displayName": "Ada"})),
            Self::DeleteAccount => {
                with_token(ada.request(Method::DELETE, "/api/me")).json(&json!({"currentPassword": PASSWORD}))
            }
        }
    }

    /// Asks, and waits for the whole answer. Returns its status.
    pub(super) async fn ask(self, ada: &Person, tablet: &Person) -> reqwest::Result<u16> {
        let answer = self.request(ada, tablet).send().await?;
        let status = answer.status().as_u16();
        answer.bytes().await?;
        Ok(status)
    }

    /// Whether it is reported.
    pub(super) fn has_an_event(self) -> bool {
        !matches!(self, Self::Refresh | Self::ChangeName)
    }

    pub(super) fn success(self) -> u16 {
        match self {
            Self::SignUp => 201,
            Self::SignIn | Self::Refresh | Self::ChangePassword | Self::ChangeName => 200,
            Self::SignOut | Self::EndSession | Self::EndOtherSessions | Self::DeleteAccount => 204,
        }
    }
}

/// Ada with two devices, and the folder in which the program runs.
pub(super) struct Home {
    folder: TempDir,
    pub(super) ada: Person,
    pub(super) tablet: Person,
}

impl Home {
    pub(super) async fn begin() -> (Self, Program) {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Program::start(folder.path(), &[]);
        let (mut ada, mut tablet) = (Person::at(&server.url), Person::at(&server.url));
        assert_eq!(tablet.register().await.status, 201);
        // The newer one, which ends the other without the password.
        assert_eq!(ada.login().await.status, 200);
        (Self { folder, ada, tablet }, server)
    }

    /// Every row of the database.
    pub(super) async fn rows(&self) -> Vec<String> {
        database::everything(&self.folder).await
    }

    /// Starts the program again, which has ended, and looks whether a client can see what the write does.
    pub(super) async fn shows_after_a_restart(mut self, write: Write) -> bool {
        let _server = restart(&self.folder, &mut [&mut self.ada, &mut self.tablet]);
        let mut anybody = self.ada.copy();
        let mut signs_in = async |email: &str, password: &str| {
            let answer = anybody.post("/api/auth/login", json!({"email": email, "password": password})).await;
            assert!([200, 401].contains(&answer.status), "{answer:?}");
            answer.status == 200
        };
        match write {
            Write::SignUp => signs_in(BOB, PASSWORD).await,
            Write::SignIn => self.ada.sessions().await.len() == 3,
            Write::Refresh => database::sessions(&self.folder).await.iter().any(|session| session.generation == 1),
            Write::SignOut => self.ada.me().await.outcome() == (403, "TOKEN_REVOKED"),
            Write::EndSession | Write::EndOtherSessions => self.tablet.me().await.outcome() == (403, "TOKEN_REVOKED"),
            Write::ChangePassword => {
                let (old, new) = (signs_in(EMAIL, PASSWORD).await, signs_in(EMAIL, OTHER_PASSWORD).await);
                assert_ne!(old, new, "one of the two is right");
                let devices = [self.ada.me().await.status, self.tablet.me().await.status];
                assert_eq!(devices, if new { [403, 403] } else { [200, 200] });
                new
            }
            Write::ChangeName => self.ada.me().await.body["displayName"] != Value::Null,
            Write::DeleteAccount => {
                let there = signs_in(EMAIL, PASSWORD).await;
                let devices = [self.ada.me().await.status, self.tablet.me().await.status];
                assert_eq!(devices, if there { [200, 200] } else { [403, 403] });
                !there
            }
        }
    }
}
