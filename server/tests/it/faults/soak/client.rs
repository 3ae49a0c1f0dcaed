//! An honest client, of each kind that there is. It does one thing at a time; a browser's tabs refresh at once now and then.

use std::{sync::Arc, time::Duration};

use reqwest::{Client as Http, Method, RequestBuilder};
use serde_json::json;
use tokio::{
    sync::{Semaphore, watch},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{
    super::token::Token,
    history::{Operation, Outcome, Party, Recorder, Verb},
    random::Random,
    wire::{Reply, send},
};

pub(super) const PASSWORD: &str = "quiet river under the oak";

/// The header by which the line knows which operation it carries: its number in the history.
pub(super) const NUMBER: &str = "x-soak-operation";

/// Of so many ended sessions a client keeps what it held.
const LEFT_BEHIND: usize = 3;

/// The four kinds of `docs/rotation.md`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) browser: bool,
    pub(super) attempts: bool,
}

impl Kind {
    /// All four in turn.
    pub(super) fn of(client: usize) -> Self {
        Self { browser: client.is_multiple_of(2), attempts: (client / 2).is_multiple_of(2) }
    }
}

/// What all clients share.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) http: Http,
    pub(super) recorder: Recorder,
    /// Passwords are slow to check; the server turns away whoever would wait for long.
    pub(super) sign_ins: Arc<Semaphore>,
    pub(super) stop: CancellationToken,
    /// The mean time between two things that a client does.
    pub(super) pause: Duration,
}

/// What a client holds. A thief copies it.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    pub(super) cookie: Option<String>,
    pub(super) access: Option<String>,
    /// The access token that was accepted last.
    pub(super) used: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    SignedOut,
    SignedIn,
    /// Signing out was asked for and not yet answered.
    Leaving,
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) world: World,
    pub(super) id: usize,
    pub(super) account: usize,
    pub(super) kind: Kind,
    pub(super) url: String,
    pub(super) random: Random,
    pub(super) held: watch::Sender<Held>,
    standing: Standing,
    /// Open from before a refresh until it is answered, shared by all tabs.
    attempt: Option<String>,
    /// What was held when a session was ended.
    left_behind: Vec<Held>,
}

impl Client {
    pub(super) fn new(world: World, id: usize, account: usize, url: String, random: Random) -> Self {
        let (kind, standing) = (Kind::of(id), Standing::SignedOut);
        let (held, attempt, left_behind) = (watch::Sender::default(), None, vec![]);
        Self { world, id, account, kind, url, random, held, standing, attempt, left_behind }
    }

    /// Lives its life until the run stops.
    pub(super) async fn live(&mut self) {
        while !self.world.stop.is_cancelled() {
            let answered = match (self.standing, self.random.below(100)) {
                (Standing::SignedOut, _) => self.sign_in().await,
                (Standing::Leaving, _) | (Standing::SignedIn, 0..4) => self.sign_out().await,
                // A lost refresh is asked for again before anything else.
                (Standing::SignedIn, _) if self.attempt.is_some() => self.refresh().await,
                // Long enough that a thief has to rotate the head himself.
                (Standing::SignedIn, 4) if self.random.percent(20) => self.sleep_for(130_000..200_000).await,
                (Standing::SignedIn, 4..50) => self.refresh().await,
                (Standing::SignedIn, _) => self.use_token().await,
            };
            self.pause(answered).await;
        }
    }

    /// The page is closed.
    async fn sleep_for(&mut self, millis: std::ops::Range<u64>) -> bool {
        tokio::select! {
            () = sleep(self.random.millis(millis)) => {}
            () = self.world.stop.cancelled() => {}
        }
        true
    }

    /// Who is not answered tries again sooner.
    async fn pause(&mut self, answered: bool) {
        let pause = u64::try_from(self.world.pause.as_millis()).unwrap_or(u64::MAX);
        let longest = if answered { pause * 2 } else { pause / 2 };
        sleep(self.random.millis(0..longest)).await;
    }

    /// The last look, when nothing is broken any more: what was unanswered is asked again, and what is held is used.
    pub(super) async fn settle(&mut self) {
        match self.standing {
            Standing::SignedOut => {}
            Standing::Leaving => {
                self.sign_out().await;
            }
            Standing::SignedIn => {
                self.refresh().await;
                if self.standing == Standing::SignedIn {
                    self.use_token().await;
                }
            }
        }
        for held in std::mem::take(&mut self.left_behind) {
            self.try_again_with(&held).await;
        }
    }

    /// Makes the account, however often that takes. Where the answer was lost, signing in shows that it is there.
    pub(super) async fn sign_up(&mut self) {
        while !self.world.stop.is_cancelled() {
            let reply = self.sign_up_or_in(Verb::Register).await;
            self.signed_in(&reply);
            if reply.answer().is_some_and(|answer| answer.status != 503) {
                return;
            }
            self.pause(false).await;
        }
    }

    /// Waits until somebody else has made the account.
    pub(super) async fn wait_for_account(&self, mut maker: watch::Receiver<Held>) {
        tokio::select! {
            _ = maker.wait_for(|held| held.cookie.is_some()) => {}
            () = self.world.stop.cancelled() => {}
        }
    }

    async fn sign_in(&mut self) -> bool {
        let reply = self.sign_up_or_in(Verb::Login).await;
        self.signed_in(&reply);
        reply.answer().is_some()
    }

    /// Begins another session, and ends the one before: an account may have so many.
    pub(super) async fn sign_in_again(&mut self) -> Reply {
        let before = self.held.borrow().clone();
        let reply = self.sign_up_or_in(Verb::Login).await;
        self.signed_in(&reply);
        if reply.is_success() && before.cookie.is_some() {
            self.log_out(&before).await;
        }
        reply
    }

    fn signed_in(&mut self, reply: &Reply) {
        if reply.is_success() {
            self.held.send_replace(Held { cookie: reply.cookie.clone(), access: reply.access.clone(), used: None });
            self.standing = Standing::SignedIn;
        }
    }

    /// With as many tabs as a browser has open. They share the cookie and the attempt.
    async fn refresh(&mut self) -> bool {
        if self.kind.attempts && self.attempt.is_none() {
            self.attempt = Some(format!("{:016x}", self.random.next()));
        }
        let attempt = self.attempt.clone();
        let held = self.held.borrow().clone();
        let two_tabs = self.kind.browser && self.random.percent(15);
        let one = || refresh(&self.world, self.identity(), &self.url, &held, attempt.as_deref());
        let replies = if two_tabs {
            let (first, second) = tokio::join!(one(), one());
            vec![first, second]
        } else {
            vec![one().await]
        };
        for reply in &replies {
            self.adopt(reply);
        }
        replies.iter().all(|reply| reply.answer().is_some())
    }

    fn adopt(&mut self, reply: &Reply) {
        let complete = reply.is_success();
        self.held.send_modify(|held| {
            if let Some(cookie) = reply.cookie.clone().filter(|_| complete || self.kind.browser) {
                held.cookie = Some(cookie);
            }
            if let Some(access) = reply.access.clone() {
                held.access = Some(access);
            }
        });
        if complete {
            self.attempt = None;
        }
        if reply.is_final_refusal() {
            self.end();
        }
    }

    async fn use_token(&mut self) -> bool {
        let access = self.held.borrow().access.clone();
        let reply = use_token(&self.world, self.identity(), &self.url, access.as_deref()).await;
        if reply.is_success() {
            self.held.send_modify(|held| held.used = access);
        }
        if reply.is_final_refusal() {
            // The client asks for the reason.
            return self.refresh().await;
        }
        reply.answer().is_some()
    }

    async fn sign_out(&mut self) -> bool {
        self.standing = Standing::Leaving;
        let held = self.held.borrow().clone();
        let reply = self.log_out(&held).await;
        if reply.is_success() {
            self.end();
            if self.random.percent(50) {
                sleep(self.random.millis(0..1500)).await;
                self.try_again_with(&held).await;
            }
        }
        reply.answer().is_some()
    }

    async fn log_out(&self, held: &Held) -> Reply {
        let request = with_cookie(&self.world, &self.url, self.kind, "/api/auth/logout", held);
        let operation = operation(self.identity(), Verb::Logout, held.cookie.as_deref(), None);
        record(&self.world, operation, request).await
    }

    fn end(&mut self) {
        self.standing = Standing::SignedOut;
        self.attempt = None;
        let held = self.held.borrow().clone();
        if self.left_behind.len() < LEFT_BEHIND {
            self.left_behind.push(held);
        } else {
            let place = self.random.index(LEFT_BEHIND);
            self.left_behind[place] = held;
        }
    }

    /// Nobody gets in with what they held before they were signed out. The checker judges the answers.
    async fn try_again_with(&mut self, held: &Held) {
        let attempt = self.kind.attempts.then(|| format!("{:016x}", self.random.next()));
        refresh(&self.world, self.identity(), &self.url, held, attempt.as_deref()).await;
        use_token(&self.world, self.identity(), &self.url, held.access.as_deref()).await;
    }

    async fn sign_up_or_in(&self, verb: Verb) -> Reply {
        let permits = Arc::clone(&self.world.sign_ins);
        let _permit = permits.acquire().await.expect("OK because nobody closes it");
        let path = if verb == Verb::Register { "/api/auth/register" } else { "/api/auth/login" };
        let body = json!({"email": email(self.account), "password": PASSWORD});
        let mut request = request(&self.world, &self.url, Method::POST, path, self.kind).json(&body);
        if self.kind.attempts {
            request = request.header("x-refresh-attempt", "sign-in");
        }
        record(&self.world, operation(self.identity(), verb, None, None), request).await
    }

    pub(super) fn identity(&self) -> Identity {
        Identity { client: self.id, account: self.account, kind: self.kind, party: Party::Owner }
    }
}

pub(super) fn email(account: usize) -> String {
    format!("account-{account}@example.com")
}

/// In whose name something is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    pub(super) client: usize,
    pub(super) account: usize,
    pub(super) kind: Kind,
    pub(super) party: Party,
}

pub(super) async fn refresh(world: &World, who: Identity, url: &str, held: &Held, attempt: Option<&str>) -> Reply {
    let mut request = with_cookie(world, url, who.kind, "/api/auth/refresh", held);
    if let Some(attempt) = attempt {
        request = request.header("x-refresh-attempt", attempt);
    }
    record(world, operation(who, Verb::Refresh, held.cookie.as_deref(), attempt), request).await
}

pub(super) async fn use_token(world: &World, who: Identity, url: &str, access: Option<&str>) -> Reply {
    let access = access.expect("OK because whoever signs in gets one");
    let request = request(world, url, Method::GET, "/api/me", who.kind).bearer_auth(access);
    record(world, operation(who, Verb::Use, Some(access), None), request).await
}

fn with_cookie(world: &World, url: &str, kind: Kind, path: &str, held: &Held) -> RequestBuilder {
    let cookie = held.cookie.as_deref().expect("OK because whoever signs in gets one");
    request(world, url, Method::POST, path, kind)
        .header("x-requested-by", "soak")
        .header("cookie", format!("refreshToken={cookie}"))
}

fn request(world: &World, url: &str, method: Method, path: &str, kind: Kind) -> RequestBuilder {
    let request = world.http.request(method, format!("{url}{path}"));
    if kind.browser { request.header("sec-fetch-site", "same-origin") } else { request }
}

fn operation(who: Identity, verb: Verb, presented: Option<&str>, attempt: Option<&str>) -> Operation {
    let under_way = Outcome::Unknown { why: "under way".to_owned(), timed_out: false, cookie: None };
    Operation {
        client: who.client,
        party: who.party,
        account: who.account,
        verb,
        presented: presented.map(Token::read),
        attempt: attempt.map(str::to_owned),
        started: Duration::ZERO,
        ended: None,
        cut: false,
        outcome: under_way,
    }
}

async fn record(world: &World, operation: Operation, request: RequestBuilder) -> Reply {
    let account = operation.account;
    let invoked = world.recorder.invoke(operation);
    let mut reply = send(request.header(NUMBER, invoked.0)).await;
    if let (Some(email_), Outcome::Answered(answer)) = (&reply.email, &mut reply.outcome)
        && *email_ != email(account)
    {
        "SOMEBODY_ELSE".clone_into(&mut answer.code);
    }
    world.recorder.ended(invoked, reply.outcome.clone());
    reply
}
