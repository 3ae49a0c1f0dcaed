//! The server's public keys, fetched and kept.
//!
//! A document is good for as long as its `Cache-Control: max-age` says, within bounds. A token that names a key which is not
//! in it may be signed with a new one, so it waits until the document is fetched again, which happens once a [`PAUSE`] at most,
//! for all who wait: whoever invents names must not make us ask all the time. When the server cannot be reached, the keys we
//! have go on for [`KEEP_OLD`], and it is asked again once a [`RETRY`].

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use jsonwebtoken::jwk::Jwk;
use reqwest::{
    Client, Url,
    header::{self, HeaderMap, HeaderValue},
    redirect,
};
use serde::Deserialize;
use tokio::{
    sync::{Mutex, OwnedMutexGuard, RwLock, Semaphore},
    time::{Instant, sleep_until, timeout},
};

use crate::VerifyingKey;

/// Least time between two requests.
pub const PAUSE: Duration = Duration::from_secs(1);
/// Least time between two requests while the keys we have go on.
pub const RETRY: Duration = Duration::from_secs(10);
/// How long keys outlive the document they came in while no newer one can be had. A key that the server has removed in an emergency
/// is trusted so much longer at most.
pub const KEEP_OLD: Duration = Duration::from_hours(1);
/// How long a document that does not say is good for; and the least and most that one may say.
const FRESH: Duration = Duration::from_mins(5);
const FRESH_AT_LEAST: Duration = Duration::from_secs(10);
const FRESH_AT_MOST: Duration = Duration::from_hours(1);
/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long a token waits for a newer document whose key is in the old one.
const PATIENCE: Duration = Duration::from_secs(1);
/// Tokens of unknown keys that wait at once. Whoever sends junk fills no more.
const MAX_WAITING: usize = 1000;
/// More than the document of any server of ours has.
const MAX_BYTES: usize = 64 * 1024;

/// The address cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Not an address.
    #[error("it is not the address of a document")]
    Malformed,
    /// Whoever is on the way could put in keys of their own.
    #[error("it must be https, or on this machine")]
    Insecure,
    /// There can be no HTTP client.
    #[error("no HTTP client can be made: {0}")]
    Client(reqwest::Error),
}

/// The keys cannot be had at the moment. Whoever asks should come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the keys of the server cannot be fetched")]
pub struct Unavailable;

/// For the log.
#[derive(Debug, thiserror::Error)]
enum NoDocument {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the answer is too long")]
    TooLong,
    #[error("the answer is not a JWK set with keys of different names")]
    Malformed,
}

/// Keys of a server elsewhere.
pub struct RemoteKeys(Arc<Remote>);

struct Remote {
    url: Url,
    client: Client,
    known: RwLock<Option<Document>>,
    /// Whether the latest request came to nothing.
    failed: AtomicBool,
    /// When the server was asked last. Held while it is asked, so that it is asked once.
    asked: Arc<Mutex<Option<Instant>>>,
    /// Places for those who wait for a key that is not known.
    waiting: Semaphore,
}

struct Document {
    keys: HashMap<String, VerifyingKey>,
    fetched: Instant,
    good_for: Duration,
}

/// The document (RFC 7517, 5). Each key is read by itself: of a kind that we do not know it is passed over.
#[derive(Deserialize)]
struct Wire {
    keys: Vec<serde_json::Value>,
}

impl RemoteKeys {
    /// Keys of the document at `url`. Nothing is fetched yet.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn new(url: &str) -> Result<Self, Unusable> {
        let url = Url::parse(url).map_err(|_| Unusable::Malformed)?;
        let here = match url.host_str() {
            Some("localhost" | "[::1]") => true,
            Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()),
            None => return Err(Unusable::Malformed),
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            return Err(Unusable::Insecure);
        }
        // A redirect could lead anywhere.
        let client = Client::builder().redirect(redirect::Policy::none()).timeout(TIMEOUT);
        // What is on this machine is not asked for through another.
        let client = if url.scheme() == "http" { client.no_proxy() } else { client };
        let client = client.build().map_err(Unusable::Client)?;
        Ok(Self(Arc::new(Remote {
            url,
            client,
            known: RwLock::default(),
            failed: AtomicBool::default(),
            asked: Arc::default(),
            waiting: Semaphore::new(MAX_WAITING),
        })))
    }

    /// The key of this name. `None`: the server has none.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn find(&self, id: &str) -> Result<Option<VerifyingKey>, Unavailable> {
        let remote = &self.0;
        if let Some(key) = remote.key(id, Age::Fresh).await {
            return Ok(Some(key));
        }
        let now = Instant::now();
        if let Some(old) = remote.key(id, Age::Kept).await {
            // It has the document's word that it was good: one asks for a newer one, not for long, and nobody waits for that one.
            let Ok(asked) = Arc::clone(&remote.asked).try_lock_owned() else { return Ok(Some(old)) };
            let just_now = asked.is_some_and(|at| now.saturating_duration_since(at) < RETRY);
            if just_now || timeout(PATIENCE, Arc::clone(remote).renewed(asked)).await.is_err() {
                return Ok(Some(old));
            }
        } else {
            let Ok(_place) = remote.waiting.try_acquire() else { return Err(Unavailable) };
            let asked = Arc::clone(&remote.asked).lock_owned().await;
            // Only a document that is younger than the token can say that its key is not ours.
            if remote.key(id, Age::Fresh).await.is_none() && asked.is_none_or(|at| at < now) {
                if let Some(at) = *asked {
                    sleep_until(at + PAUSE).await;
                }
                Arc::clone(remote).renewed(asked).await;
            }
        }
        match remote.key(id, Age::Kept).await {
            Some(key) => Ok(Some(key)),
            // Only a server that has answered can say that it has no such key.
            None if remote.is_known().await && !remote.failed.load(Relaxed) => Ok(None),
            None => Err(Unavailable),
        }
    }
}

/// How old the document may be that a key is taken from.
#[derive(Clone, Copy)]
enum Age {
    /// As old as the server said that it may be.
    Fresh,
    /// As old as is borne while there is no newer one.
    Kept,
}

impl Document {
    fn is(&self, age: Age) -> bool {
        let most = match age {
            Age::Fresh => self.good_for,
            Age::Kept => self.good_for + KEEP_OLD,
        };
        self.fetched.elapsed() < most
    }
}

impl Remote {
    async fn key(&self, id: &str, age: Age) -> Option<VerifyingKey> {
        let known = self.known.read().await;
        known.as_ref().filter(|document| document.is(age))?.keys.get(id).cloned()
    }

    async fn is_known(&self) -> bool {
        self.known.read().await.as_ref().is_some_and(|document| document.is(Age::Kept))
    }

    /// Returns when the server was asked.
    async fn renewed(self: Arc<Self>, mut asked: OwnedMutexGuard<Option<Instant>>) {
        *asked = Some(Instant::now());
        // A task of its own: a client that hangs up ends its request, and must not end what all others wait for.
        let fetching = tokio::spawn(async move {
            self.renew().await;
            drop(asked);
        });
        // Whatever has become of it, what is known decides.
        let _finished = fetching.await;
    }

    async fn renew(&self) {
        match self.fetch().await {
            Ok(document) => {
                *self.known.write().await = Some(document);
                self.failed.store(false, Relaxed);
            }
            Err(error) => {
                self.failed.store(true, Relaxed);
                tracing::warn!(%error, url = %self.url, "the keys of the server cannot be fetched");
            }
        }
    }

    async fn fetch(&self) -> Result<Document, NoDocument> {
        let fetched = Instant::now();
        // A cache on the way may have the document that we have, too.
        let request = self.client.get(self.url.clone()).header(header::CACHE_CONTROL, "no-cache");
        let mut answer = request.send().await?.error_for_status()?;
        let good_for = good_for(answer.headers()).clamp(FRESH_AT_LEAST, FRESH_AT_MOST);
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BYTES {
                return Err(NoDocument::TooLong);
            }
        }
        Ok(Document { keys: read(&body)?, fetched, good_for })
    }
}

/// The keys in a document. Two of one name refuse it: which of them is meant?
fn read(body: &[u8]) -> Result<HashMap<String, VerifyingKey>, NoDocument> {
    // The derived readers take an array for a struct, too.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(NoDocument::Malformed);
    }
    let wire: Wire = serde_json::from_slice(body).map_err(|_| NoDocument::Malformed)?;
    let mut keys = HashMap::new();
    for key in wire.keys {
        let Ok(key) = serde_json::from_value::<Jwk>(key) else { continue };
        let Ok(key) = VerifyingKey::from_jwk(&key) else { continue };
        if keys.insert(key.id().to_owned(), key).is_some() {
            return Err(NoDocument::Malformed);
        }
    }
    Ok(keys)
}

/// For how long the answer is fresh (RFC 9111, 4.2), in so far as a cache on the way has not used it up.
fn good_for(headers: &HeaderMap) -> Duration {
    let said = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let cache_control = said(header::CACHE_CONTROL).to_ascii_lowercase();
    let mut directives = cache_control.split(',').map(str::trim);
    if directives.clone().any(|directive| matches!(directive, "no-store" | "no-cache")) {
        return Duration::ZERO;
    }
    let max_age = directives.find_map(|directive| directive.strip_prefix("max-age=")?.parse().ok());
    let age = Duration::from_secs(said(header::AGE).parse().unwrap_or_default());
    max_age.map_or(FRESH, Duration::from_secs).saturating_sub(age)
}
