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

impl Drop for OtherTabs {
    fn drop(&mut self) {
        if let Some(channel) = &self.0 {
            channel.close();
        }
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

#[cfg(test)]
mod tests {
    use futures::{
        FutureExt, StreamExt,
        channel::mpsc::{UnboundedReceiver, unbounded},
    };
    use leptos::prelude::window;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::{Stub, field, js, run};

    const ALL: [News; 3] = [News::SignedIn, News::SignedOut, News::AccountDeleted];

    /// Another tab. In one browser channels of the same page hear each other as those of two pages do.
    fn tab() -> (OtherTabs, Listener, UnboundedReceiver<News>) {
        let tab = OtherTabs::open();
        let (hearing, heard) = unbounded();
        let listener = tab.listen(move |news| hearing.unbounded_send(news).expect("the test listens"));
        (tab, listener.expect("a browser with the channel"), heard)
    }

    #[wasm_bindgen_test]
    async fn every_piece_of_news_reaches_every_other_tab() {
        let (ours, _listener, _heard) = tab();
        let others = [tab(), tab()];
        for news in ALL {
            ours.tell(news);
        }
        for (_tab, _listener, heard) in others {
            assert_eq!(heard.take(ALL.len()).collect::<Vec<_>>().await, ALL);
        }
    }

    #[wasm_bindgen_test]
    async fn a_tab_does_not_hear_its_own_words() {
        let (ours, _listener, mut heard) = tab();
        ours.tell(News::SignedIn);
        OtherTabs::open().tell(News::SignedOut);
        assert_eq!(heard.next().await, Some(News::SignedOut));
        assert!(heard.next().now_or_never().is_none());
    }

    #[wasm_bindgen_test]
    async fn words_of_a_newer_version_are_no_news() {
        let (_ours, _listener, mut heard) = tab();
        let other = OtherTabs::open();
        let channel = other.0.as_ref().expect("a browser with the channel");
        for word in ["'signed-up'", "7", "null", "{ news: 'signed-in' }", "['signed-in']"] {
            channel.post_message(&run(&format!("return {word}"))).expect("it can be told");
        }
        other.tell(News::SignedOut);
        assert_eq!(heard.next().await, Some(News::SignedOut));
    }

    #[wasm_bindgen_test]
    async fn a_dropped_listener_hears_nothing_and_its_tab_can_still_speak() {
        let (ours, listener, mut heard) = tab();
        let (other, _listener, mut witness) = tab();
        drop(listener);
        OtherTabs::open().tell(News::SignedIn);
        assert_eq!(witness.next().await, Some(News::SignedIn));
        assert_eq!(heard.next().await, None, "nobody holds the callback any more");
        ours.tell(News::SignedOut);
        assert_eq!(witness.next().await, Some(News::SignedOut));
        drop(other);
    }

    #[wasm_bindgen_test]
    fn a_page_that_has_gone_leaves_no_channel_open() {
        let closed = run("return { times: 0 }");
        let close = js("closed", "closed.times += 1").bind1(&JsValue::UNDEFINED, &closed);
        let _close = Stub::value(&field(&run("return BroadcastChannel"), "prototype"), "close", &close);
        drop(OtherTabs::open());
        assert_eq!(field(&closed, "times"), JsValue::from(1));
    }

    #[wasm_bindgen_test]
    fn in_a_browser_without_the_channel_nobody_listens_and_nobody_is_told() {
        let _none =
            Stub::value(&window(), "BroadcastChannel", &run("return class { constructor() { throw new Error() } }"));
        let alone = OtherTabs::open();
        assert!(alone.listen(|_| {}).is_none());
        alone.tell(News::SignedIn);
    }
}
