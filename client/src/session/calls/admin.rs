//! The calls of administrators. The server refuses everybody else with [`ErrorCode::Forbidden`].

use futures::{
    StreamExt,
    future::ready,
    stream::{self, LocalBoxStream},
};
#[cfg(doc)]
use sessionkeep_types::ErrorCode;
use sessionkeep_types::{EventKind, ManagedUser, Page, SecurityEvent, SessionList, UpdateUserRequest, UserId, routes};

use super::{
    authorised::{AuthorisedApi, Cookie},
    sse::Reader,
};
use crate::api::{Address, ApiError, Method, NoAnswer, Part, Request, decode};

/// Security events as they happen. Dropping it ends the request.
pub type LiveEvents = LocalBoxStream<'static, Result<SecurityEvent, ApiError>>;

impl AuthorisedApi {
    /// `GET /api/admin/users`: the accounts, newest first; those whose address or name has the text in it, where there is
    /// one.
    ///
    /// # Errors
    /// As [`AuthorisedApi::me`]; [`ErrorCode::Forbidden`] where the person is no administrator.
    pub async fn users(&self, text: &str, part: Part<'_>) -> Result<Page<ManagedUser>, ApiError> {
        let wanted = Some(text).filter(|text| !text.is_empty());
        let path = Address::of(routes::ADMIN_USERS).with("query", wanted).part(part);
        self.call(Request::new(Method::Get, path)).await
    }

    /// `GET /api/admin/users/{id}`: one account.
    ///
    /// # Errors
    /// As [`AuthorisedApi::users`]; [`ErrorCode::NotFound`] where there is none.
    pub async fn user(&self, id: &UserId) -> Result<ManagedUser, ApiError> {
        self.call(Request::new(Method::Get, routes::admin_user(id))).await
    }

    /// `PATCH /api/admin/users/{id}`: another role, or disabled, or enabled again.
    ///
    /// # Errors
    /// As [`AuthorisedApi::user`]; [`ErrorCode::LastAdmin`] where nobody else could administrate.
    pub async fn change_user(&self, id: &UserId, change: &UpdateUserRequest) -> Result<ManagedUser, ApiError> {
        self.call(Request::new(Method::Patch, routes::admin_user(id)).json(change)).await
    }

    /// `GET /api/admin/users/{id}/sessions`: the living sessions of that account, the newest sign-in first.
    ///
    /// # Errors
    /// As [`AuthorisedApi::user`].
    pub async fn sessions_of(&self, id: &UserId, part: Part<'_>) -> Result<SessionList, ApiError> {
        self.call(Request::new(Method::Get, Address::of(&routes::admin_user_sessions(id)).part(part))).await
    }

    /// `DELETE /api/admin/users/{id}/sessions`: all of them end. Whoever does that to the own account is signed out.
    ///
    /// # Errors
    /// As [`AuthorisedApi::user`].
    pub async fn end_sessions_of(&self, id: &UserId) -> Result<(), ApiError> {
        let request = Request::new(Method::Delete, routes::admin_user_sessions(id));
        if !self.manager.is_of(id) {
            return self.exchange(request, Cookie::Keeps).await.map(drop);
        }
        let answer = self.exchange(request, Cookie::Writes).await;
        self.look_again_if_unclear(answer)?;
        // The server has done its part; this tells the page and the other tabs, in the words of a sign-out.
        self.manager.sign_out();
        Ok(())
    }

    /// `GET /api/admin/events`: what happened to everybody, newest first; of one kind, and to one account, where these are
    /// given.
    ///
    /// # Errors
    /// As [`AuthorisedApi::users`].
    pub async fn all_events(
        &self,
        kind: Option<&EventKind>,
        user: Option<&UserId>,
        part: Part<'_>,
    ) -> Result<Page<SecurityEvent>, ApiError> {
        let address = Address::of(routes::ADMIN_EVENTS).with("kind", kind.map(EventKind::as_str));
        let path = address.with("user", user.map(UserId::as_str)).part(part);
        self.call(Request::new(Method::Get, path)).await
    }

    /// `GET /api/admin/events/stream`: each event as it happens, from now on or after the one that is named by its id. It ends
    /// with the access token, which is minutes: who asks again after the last event that came misses nothing. An error is
    /// the last that comes.
    ///
    /// # Errors
    /// As [`AuthorisedApi::users`].
    pub async fn live_events(&self, after: Option<&str>) -> Result<LiveEvents, ApiError> {
        let request = Request::new(Method::Get, routes::ADMIN_EVENTS_STREAM);
        let pieces =
            self.open(after.into_iter().fold(request, |request, id| request.header("last-event-id", id))).await?;
        let (api, mut reader) = (self.clone(), Reader::default());
        let events = pieces.flat_map(move |piece| {
            stream::iter(match piece {
                // What comes after a sign-out concerns somebody who has left.
                _ if api.is_over() => vec![Err(ApiError::SignedOut)],
                Err(NoAnswer) => vec![Err(ApiError::NoAnswer)],
                Ok(piece) => reader.read(&piece).iter().map(|data| decode(data)).collect(),
            })
        });
        let until_error = events.scan(false, |is_over, event| {
            let event = (!*is_over).then_some(event);
            *is_over = event.as_ref().is_some_and(Result::is_err);
            ready(event)
        });
        Ok(until_error.boxed_local())
    }
}
