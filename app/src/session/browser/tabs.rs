//! `BroadcastChannel`: a sign-in or sign-out reaches every tab at once.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use super::events::Listener;
use crate::session::ports::{News, Tabs};

const CHANNEL: &str = "sessionkeep";
const SIGNED_IN: &str = "signed-in";
const SIGNED_OUT: &str = "signed-out";
const ACCOUNT_DELETED: &str = "account-deleted";

/// Talks to the other tabs; to nobody in a browser without the channel.
pub(super) struct OtherTabs(Option<BroadcastChannel>);

impl OtherTabs {
    pub(super) fn open() -> Self {
        Self(BroadcastChannel::new(CHANNEL).ok())
    }

    /// Calls `heard` for every word of another tab. It must be the channel that is spoken on: a second one in the same
    /// page would hear the first.
    pub(super) fn listen(&self, heard: impl Fn(News) + 'static) -> Option<Listener> {
        Some(Listener::new(self.0.as_ref()?, "message", move |event| {
            let word = event.dyn_ref::<MessageEvent>().and_then(|message| message.data().as_string());
            match word.as_deref() {
                Some(SIGNED_IN) => heard(News::SignedIn),
                Some(SIGNED_OUT) => heard(News::SignedOut),
                Some(ACCOUNT_DELETED) => heard(News::AccountDeleted),
                // A newer version in another tab may say more.
                _ => {}
            }
        }))
    }
}

impl Tabs for OtherTabs {
    fn tell(&self, news: News) {
        let word = match news {
            News::SignedIn => SIGNED_IN,
            News::SignedOut => SIGNED_OUT,
            News::AccountDeleted => ACCOUNT_DELETED,
        };
        if let Some(channel) = &self.0 {
            // OK because a tab that misses the news learns it with its next refresh, from a refusal or from the person
            // that the new token names. Until then its requests carry the token that its page belongs to.
            let _ = channel.post_message(&JsValue::from_str(word));
        }
    }
}
