//! The world outside of the session manager. `browser` has the adapters of a real page; the tests have their own.

use std::rc::Rc;

use futures::future::LocalBoxFuture;

use crate::api::{Clock, Transport};

/// Dice. Nothing here has to be secret.
pub trait Random {
    /// In 0..1.
    fn fraction(&self) -> f64;
    /// A fresh id of letters and digits.
    fn id(&self) -> String;
}

/// A few notes that all tabs share and that outlive a reload. No token is ever written there.
pub trait Storage {
    /// What was written, if it can be read.
    fn read(&self, key: &str) -> Option<String>;
    /// Whether it can be read back afterwards.
    fn write(&self, key: &str, value: &str) -> bool;
    /// Removes it, if it is there.
    fn remove(&self, key: &str);
}

/// What a page can find out about the browser's cookies. The one that matters it cannot see.
pub trait Cookies {
    /// The generation in the cookie that is set beside the refresh token's, if it is there.
    fn generation(&self) -> Option<u64>;
    /// Whether the browser says that it takes cookies from this site. One that says so may still lose them.
    fn are_allowed(&self) -> bool;
    /// Whether it keeps a cookie of this page, but not one that is `Secure`.
    fn drops_only_secure(&self) -> bool;
}

/// One lock for all tabs. An optimisation and never a condition: the server is idempotent.
pub trait Lock {
    /// Resolves when the lock is held. Dropping the future leaves the queue.
    fn acquire(&self) -> LocalBoxFuture<'static, Held>;
}

/// The lock, until it is dropped.
pub struct Held(Option<Box<dyn FnOnce()>>);

impl Held {
    /// Calls `release` when it is dropped.
    pub fn new(release: impl FnOnce() + 'static) -> Self {
        Self(Some(Box::new(release)))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            release();
        }
    }
}

/// What tabs tell each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Somebody signed in.
    SignedIn,
    /// The person signed out.
    SignedOut,
    /// The person deleted the account.
    AccountDeleted,
}

/// The other tabs of this browser.
pub trait Tabs {
    /// Tells all others.
    fn tell(&self, news: News);
}

/// The page itself.
pub trait Page {
    /// Whether a person can see it.
    fn is_visible(&self) -> bool;
    /// Whether it is of use only to a person who is signed in.
    fn needs_session(&self) -> bool;
    /// Whether the device has a network, as far as it knows. With one, the server may still be out of reach.
    fn is_online(&self) -> bool;
    /// Whether a sign-in or sign-up by a form that the browser sent itself has just led here. It is true once.
    fn follows_form(&self) -> bool;
}

/// What may have passed unnoticed: timers stop while a page is hidden, frozen or asleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The page can be seen again.
    Visible,
    /// The network is back.
    Online,
    /// The network is gone.
    Offline,
    /// The page came back from the back/forward cache.
    Reopened,
}

/// Runs futures by themselves.
pub trait Spawn {
    /// Runs the future to its end.
    fn spawn(&self, work: LocalBoxFuture<'static, ()>);
}

/// All of them.
#[derive(Clone)]
pub struct Ports {
    /// The network.
    pub transport: Rc<dyn Transport>,
    /// Time.
    pub clock: Rc<dyn Clock>,
    /// Dice.
    pub random: Rc<dyn Random>,
    /// Shared notes.
    pub storage: Rc<dyn Storage>,
    /// Cookies.
    pub cookies: Rc<dyn Cookies>,
    /// The lock of all tabs.
    pub lock: Rc<dyn Lock>,
    /// The other tabs.
    pub tabs: Rc<dyn Tabs>,
    /// The page.
    pub page: Rc<dyn Page>,
    /// The executor.
    pub spawn: Rc<dyn Spawn>,
}
