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
