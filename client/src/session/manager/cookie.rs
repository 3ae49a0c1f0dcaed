//! Whether the browser keeps the cookie.

use core::time::Duration;
use std::rc::Rc;

use super::Manager;
use crate::session::{generation, state::Event};

/// How long a new cookie may be on its way.
pub(super) const COOKIE_ON_ITS_WAY: Duration = Duration::from_secs(2);
/// The storage key that is set while this browser drops the session's cookie. After a reload it distinguishes a dropped cookie from a
/// person who never signed in.
pub(super) const COOKIE_DROPPED: &str = "sessionkeep.cookie-dropped";

impl Manager {
    /// Looks for what came with the token that was just received.
    pub(super) fn look_for_cookie(self: &Rc<Self>, generation: u64, has_just_begun: bool) {
        if !self.has_lost(generation, has_just_begun) {
            self.cookie_is_kept();
            return;
        }
        // At once, because the other tabs are about to ask for their share of the session, and will get none.
        self.ports.storage.write(COOKIE_DROPPED, "1");
        let (manager, epoch, received) = (Rc::clone(self), self.epoch(), self.tokens_received.get());
        self.spawn(async move {
            // A browser may show it to scripts a little later than the answer that brought it.
            manager.ports.clock.sleep(COOKIE_ON_ITS_WAY).await;
            if manager.epoch() != epoch || manager.tokens_received.get() != received {
                return;
            }
            if manager.has_lost(generation, has_just_begun) {
                let only_secure = manager.drops_only_secure();
                manager.happened(if only_secure { Event::SecureCookieDropped } else { Event::CookieDropped });
            } else {
                manager.cookie_is_kept();
            }
        });
    }

    /// Whether the browser keeps cookies of this page, but none that are `Secure`.
    pub fn drops_only_secure(&self) -> bool {
        self.ports.cookies.drops_only_secure()
    }

    fn has_lost(&self, generation: u64, has_just_begun: bool) -> bool {
        generation::is_lost(self.ports.cookies.generation(), generation, has_just_begun)
    }

    fn cookie_is_kept(&self) {
        self.ports.storage.remove(COOKIE_DROPPED);
        self.happened(Event::CookieKept);
    }
}
