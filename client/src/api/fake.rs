//! A server of the tests: it notes what it is asked and answers when it is told to.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use core::time::Duration;

use futures::{
    FutureExt, StreamExt,
    channel::oneshot,
    future::{LocalBoxFuture, ready},
    stream,
};
use serde_json::{Value, json};
use sessionkeep_types::{Session, SessionId};

use super::transport::{NoAnswer, Request, Response, Streamed, Transport};

pub(crate) type Answer = Result<Response, NoAnswer>;

/// Answers from a list for each path, and after its end with its last entry for ever.
#[derive(Default)]
pub(crate) struct FakeServer {
    /// With each, whether the lock was held when it came.
    requests: RefCell<Vec<(Request, bool)>>,
    is_locked: RefCell<Option<Box<dyn Fn() -> bool>>>,
    answers: RefCell<BTreeMap<String, Answers>>,
    held: RefCell<Vec<oneshot::Sender<Answer>>>,
    is_holding: Cell<bool>,
}

#[expect(clippy::unnecessary_wraps, reason = "tests name answers and their absence alike")]
pub(crate) fn answer(status: u16, body: &Value) -> Answer {
    Ok(Response { status, retry_after: None, body: body.to_string() })
}

/// A success that has nothing to say.
#[expect(clippy::unnecessary_wraps, reason = "tests name answers and their absence alike")]
pub(crate) fn nothing() -> Answer {
    Ok(Response { status: 204, retry_after: None, body: String::new() })
}

pub(crate) fn token(name: &str, life: u64) -> Answer {
    answer(200, &json!({"accessToken": name, "tokenType": "Bearer", "expiresIn": life}))
}

/// A token whose claims are `{"sub":"ada","sid":"adas"}`.
pub(crate) const ADAS: &str = "e30.eyJzdWIiOiJhZGEiLCJzaWQiOiJhZGFzIn0.c2ln";
/// A token whose claims are `{"sub":"ada","sid":"adas","gen":0}`.
pub(crate) const ADAS_FIRST: &str = "e30.eyJzdWIiOiJhZGEiLCJzaWQiOiJhZGFzIiwiZ2VuIjowfQ.c2ln";
/// A token whose claims are `{"sub":"ada","sid":"adas","gen":7}`.
pub(crate) const ADAS_EIGHTH: &str = "e30.eyJzdWIiOiJhZGEiLCJzaWQiOiJhZGFzIiwiZ2VuIjo3fQ.c2ln";
/// A token whose claims are `{"sub":"eve","sid":"eves"}`.
pub(crate) const EVES: &str = "e30.eyJzdWIiOiJldmUiLCJzaWQiOiJldmVzIn0.c2ln";

pub(crate) fn signed_in(name: &str, life: u64) -> Answer {
    answer(200, &json!({"accessToken": name, "tokenType": "Bearer", "expiresIn": life, "user": user("ada")}))
}

pub(crate) fn user(name: &str) -> Value {
    json!({
        "id": "1",
        "email": format!("{name}@example.com"),
        "displayName": null,
        "role": "user",
        "createdAt": "2026-11-24T10:00:00Z",
    })
}

/// A living session, of which nothing matters but its id and whether it is the page's own.
pub(crate) fn device(id: &str, current: bool) -> Session {
    let nothing = String::new;
    Session {
        id: SessionId::new(id),
        current,
        created_at: nothing(),
        last_used_at: nothing(),
        expires_at: nothing(),
        remember_me: true,
        ip: nothing(),
        user_agent: nothing(),
        device: nothing(),
    }
}

pub(crate) fn refusal(status: u16, code: &str) -> Answer {
    answer(status, &json!({"error": "No.", "code": code, "requestId": "r"}))
}

pub(crate) fn later(status: u16, code: &str, seconds: u64) -> Answer {
    refusal(status, code).map(|answer| Response { retry_after: Some(Duration::from_secs(seconds)), ..answer })
}

#[derive(Default)]
struct Answers {
    next: VecDeque<Answer>,
    last: Option<Answer>,
}

impl FakeServer {
    /// What to answer at this path next.
    pub(crate) fn will(&self, path: &str, answer: Answer) {
        self.answers.borrow_mut().entry(path.to_owned()).or_default().next.push_back(answer);
    }

    /// From now on answers wait for [`FakeServer::release`].
    pub(crate) fn hold(&self) {
        self.is_holding.set(true);
    }

    /// New answers wait no longer; those that do still wait.
    pub(crate) fn hold_no_more(&self) {
        self.is_holding.set(false);
    }

    /// Gives the oldest request that waits this answer, and no longer holds new ones.
    pub(crate) fn release(&self, answer: Answer) {
        self.is_holding.set(false);
        let oldest = self.held.borrow_mut().remove(0);
        let _ = oldest.send(answer);
    }

    /// How to find out whether the lock is held.
    pub(crate) fn watch_lock(&self, is_locked: impl Fn() -> bool + 'static) {
        *self.is_locked.borrow_mut() = Some(Box::new(is_locked));
    }

    /// Whether the lock was held, for each request at this path.
    pub(crate) fn locked(&self, path: &str) -> Vec<bool> {
        self.requests.borrow().iter().filter(|(request, _)| request.path == path).map(|(_, locked)| *locked).collect()
    }

    /// Everything that was asked.
    pub(crate) fn all(&self) -> Vec<Request> {
        self.requests.borrow().iter().map(|(request, _)| request.clone()).collect()
    }

    /// The routes of everything that was asked, with a place for the id.
    pub(crate) fn routes(&self, id: &str) -> BTreeSet<(String, String)> {
        let route = |(request, _): &(Request, bool)| {
            let path = request.path.split('?').next().unwrap_or_default();
            (format!("{:?}", request.method).to_uppercase(), path.replace(id, "{id}"))
        };
        self.requests.borrow().iter().map(route).collect()
    }

    /// Everything that was asked at this path.
    pub(crate) fn asked(&self, path: &str) -> Vec<Request> {
        self.all().into_iter().filter(|request| request.path == path).collect()
    }

    /// The values of a header, for each request at this path.
    pub(crate) fn headers(&self, path: &str, name: &str) -> Vec<Option<String>> {
        let value =
            |request: &Request| request.headers.iter().find(|(of, _)| *of == name).map(|(_, value)| value.clone());
        self.asked(path).iter().map(value).collect()
    }
}

impl Transport for Rc<FakeServer> {
    /// The body comes in small pieces.
    fn open(&self, request: Request) -> LocalBoxFuture<'static, Result<Streamed, NoAnswer>> {
        let opened = |Response { status, retry_after, body }: Response| {
            let pieces: Vec<_> = body.as_bytes().chunks(50).map(|piece| Ok(piece.to_vec())).collect();
            Streamed { status, retry_after, pieces: stream::iter(pieces).boxed_local() }
        };
        self.send(request).map(move |answer| answer.map(opened)).boxed_local()
    }

    fn send(&self, request: Request) -> LocalBoxFuture<'static, Answer> {
        let path = request.path.clone();
        let is_locked = self.is_locked.borrow().as_ref().is_some_and(|is_locked| is_locked());
        self.requests.borrow_mut().push((request, is_locked));
        if self.is_holding.get() {
            let (send, receive) = oneshot::channel();
            self.held.borrow_mut().push(send);
            return receive.map(|answer| answer.unwrap_or(Err(NoAnswer))).boxed_local();
        }
        let mut answers = self.answers.borrow_mut();
        let answers = answers.entry(path).or_default();
        if let Some(next) = answers.next.pop_front() {
            answers.last = Some(next);
        }
        ready(answers.last.clone().unwrap_or(Err(NoAnswer))).boxed_local()
    }
}
