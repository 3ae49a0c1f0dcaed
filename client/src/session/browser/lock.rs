//! Web Locks (`navigator.locks`): one writer of the cookie at a time, over all tabs.
//!
//! web-sys keeps this interface behind an unstable flag, so the few names that are needed stand here.

use std::{cell::RefCell, rc::Rc};

use futures::{channel::oneshot, future::LocalBoxFuture};
use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::AbortController;

use crate::session::ports::{Held, Lock};

const NAME: &str = "sessionkeep.cookie";

#[wasm_bindgen]
extern "C" {
    type Navigator;

    #[wasm_bindgen(method, getter)]
    fn locks(this: &Navigator) -> Option<LockManager>;

    type LockManager;

    #[wasm_bindgen(method)]
    fn request(this: &LockManager, name: &str, options: &Object, callback: &Function) -> Promise;
}

/// The lock of all tabs. In a browser without locks everybody holds it.
pub(super) struct WebLock;

impl Lock for WebLock {
    fn acquire(&self) -> LocalBoxFuture<'static, Held> {
        Box::pin(async {
            let locks = window().navigator().unchecked_into::<Navigator>().locks();
            let Some(waiting) = locks.as_ref().and_then(Waiting::queue) else {
                return Held::new(|| {});
            };
            waiting.granted().await
        })
    }
}

/// A place in the queue. Dropping it leaves the queue, or gives the lock back where it was granted in that moment.
struct Waiting {
    granted: Option<oneshot::Receiver<Release>>,
    abort: AbortController,
    /// The browser calls it when the lock is free.
    _callback: Closure<dyn FnMut() -> Promise>,
}

/// Resolves the promise for whose time the browser keeps the lock.
struct Release(Function);

impl Drop for Release {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

impl Waiting {
    fn queue(locks: &LockManager) -> Option<Self> {
        let abort = AbortController::new().ok()?;
        let options = Object::new();
        Reflect::set(&options, &"signal".into(), &abort.signal()).ok()?;
        let (grant, granted) = oneshot::channel();
        let grant = Rc::new(RefCell::new(Some(grant)));
        let nobody = Rc::clone(&grant);
        let callback = Closure::<dyn FnMut() -> Promise>::new(move || {
            Promise::new(&mut |resolve, _| {
                // When nobody waits any more, `send` gives the release back and its drop frees the lock.
                if let Some(grant) = grant.take() {
                    let _ = grant.send(Release(resolve));
                }
            })
        });
        let request = locks.request(NAME, &options, callback.as_ref().unchecked_ref());
        // Leaving the queue rejects the promise, and so does a browser that allows no locks here: nobody waits for it then.
        wasm_bindgen_futures::spawn_local(async move {
            if wasm_bindgen_futures::JsFuture::from(request).await.is_err() {
                nobody.take();
            }
        });
        Some(Self { granted: Some(granted), abort, _callback: callback })
    }

    async fn granted(mut self) -> Held {
        match self.granted.take() {
            Some(granted) => match granted.await {
                Ok(release) => Held::new(move || drop(release)),
                Err(oneshot::Canceled) => Held::new(|| {}),
            },
            None => Held::new(|| {}),
        }
    }
}

impl Drop for Waiting {
    /// Aborting after the grant does nothing: the signal only concerns the queue.
    fn drop(&mut self) {
        self.abort.abort();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use wasm_bindgen_futures::JsFuture;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::{Stub, field, js, run};

    /// Begins to wait. Nobody wakes it before it is awaited.
    fn waiter() -> LocalBoxFuture<'static, Held> {
        let mut waiter = WebLock.acquire();
        assert!((&mut waiter).now_or_never().is_none());
        waiter
    }

    /// How many hold our lock and how many wait for it, over all tabs, once what was begun has been done.
    async fn queue() -> String {
        let query = js(
            "name",
            "const ours = (locks) => locks.filter((lock) => lock.name === name).length;
            return new Promise((turn) => setTimeout(turn))
                .then(() => navigator.locks.query())
                .then(({ held, pending }) => `${ours(held)} held, ${ours(pending)} wanted`);",
        );
        let counts = query.call1(&JsValue::UNDEFINED, &NAME.into()).expect("a browser with locks");
        let counts = JsFuture::from(counts.unchecked_into::<Promise>()).await.expect("an answer");
        counts.as_string().expect("a text")
    }

    #[wasm_bindgen_test]
    async fn the_second_waits_until_the_first_lets_go() {
        let first = WebLock.acquire().await;
        let mut second = waiter();
        assert_eq!(queue().await, "1 held, 1 wanted");
        assert!((&mut second).now_or_never().is_none());
        drop(first);
        let second = second.await;
        assert_eq!(queue().await, "1 held, 0 wanted");
        drop(second);
        assert_eq!(queue().await, "0 held, 0 wanted");
    }

    #[wasm_bindgen_test]
    async fn who_no_longer_waits_leaves_the_queue_to_the_next() {
        let first = WebLock.acquire().await;
        let (second, third) = (waiter(), waiter());
        assert_eq!(queue().await, "1 held, 2 wanted");
        drop(second);
        assert_eq!(queue().await, "1 held, 1 wanted");
        drop(first);
        drop(third.await);
        assert_eq!(queue().await, "0 held, 0 wanted");
    }

    #[wasm_bindgen_test]
    async fn who_was_never_asked_does_not_wait() {
        drop(WebLock.acquire());
        assert_eq!(queue().await, "0 held, 0 wanted");
    }

    /// Takes requests and grants them when the test says so.
    struct Locks {
        locks: JsValue,
        _stub: Stub,
    }

    impl Locks {
        fn in_our_hands() -> Self {
            let locks = run("return { request(name, { signal }, callback) {
                    Object.assign(this, { name, signal, callback });
                    return new Promise((_, reject) => { this.refuse = reject; });
                } }");
            let stub = Stub::value(&window().navigator(), "locks", &locks);
            Self { locks, _stub: stub }
        }

        /// Resolves when the lock is given back.
        fn grant(&self) -> Promise {
            let granted = field(&self.locks, "callback").unchecked_into::<Function>().call0(&JsValue::UNDEFINED);
            granted.expect("somebody listens").unchecked_into()
        }

        fn is_aborted(&self) -> bool {
            field(&field(&self.locks, "signal"), "aborted").is_truthy()
        }
    }

    #[wasm_bindgen_test]
    async fn a_lock_that_is_granted_in_the_moment_its_waiter_leaves_is_given_back() {
        let locks = Locks::in_our_hands();
        let leaving = waiter();
        let given_back = locks.grant();
        drop(leaving);
        JsFuture::from(given_back).await.expect("it resolves");
    }

    #[wasm_bindgen_test]
    async fn a_lock_is_held_until_it_is_dropped_and_not_a_moment_longer() {
        let locks = Locks::in_our_hands();
        let waiter = waiter();
        let mut given_back = JsFuture::from(locks.grant());
        let held = waiter.await;
        JsFuture::from(Promise::resolve(&JsValue::NULL)).await.expect("it resolves");
        assert!((&mut given_back).now_or_never().is_none());
        drop(held);
        given_back.await.expect("it resolves");
    }

    #[wasm_bindgen_test]
    async fn only_who_leaves_the_queue_aborts_its_request() {
        let locks = Locks::in_our_hands();
        let leaving = waiter();
        assert_eq!(field(&locks.locks, "name").as_string().as_deref(), Some(NAME));
        assert!(!locks.is_aborted());
        drop(leaving);
        assert!(locks.is_aborted());
    }

    #[wasm_bindgen_test]
    async fn where_the_request_is_refused_everybody_holds_the_lock() {
        let locks = Locks::in_our_hands();
        let waiter = waiter();
        let refuse = field(&locks.locks, "refuse").unchecked_into::<Function>();
        refuse.call0(&JsValue::UNDEFINED).expect("it can be refused");
        drop(waiter.await);
    }

    #[wasm_bindgen_test]
    fn in_a_browser_without_locks_everybody_holds_it() {
        let _none = Stub::value(&window().navigator(), "locks", &JsValue::UNDEFINED);
        let (first, second) = (WebLock.acquire().now_or_never(), WebLock.acquire().now_or_never());
        assert!(first.is_some() && second.is_some());
    }
}
