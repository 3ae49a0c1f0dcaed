//! The ports of a real page and the sources of its events, one a file. A source returns what removes it by being dropped.

mod clock;
mod cookies;
mod events;
mod lock;
mod network;
mod page;
mod pageshow;
mod random;
mod storage;
#[cfg(test)]
pub(crate) mod stub;
mod tabs;
mod visibility;

use std::rc::Rc;

use futures::future::LocalBoxFuture;

use self::events::Listener;
use super::{
    Paths,
    manager::Manager,
    ports::{Ports, Spawn},
    state::Snapshot,
};
use crate::api::fetch::Fetch;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// A manager over the ports of this page, and the listeners that let it hear of what happens outside. It hears until
/// they are dropped.
pub(super) fn start(paths: Paths, observer: impl Fn(&Snapshot) + 'static) -> (Rc<Manager>, Vec<Listener>) {
    let tabs = Rc::new(tabs::OtherTabs::open());
    let ports = Ports {
        transport: Rc::new(Fetch::of_page()),
        clock: Rc::new(clock::PageClock),
        random: Rc::new(random::PageRandom),
        storage: Rc::new(storage::Shared),
        lock: Rc::new(lock::WebLock),
        cookies: Rc::new(cookies::PageCookies),
        tabs: Rc::clone(&tabs) as _,
        page: Rc::new(page::ThisPage(paths)),
        spawn: Rc::new(PageSpawn),
    };
    let manager = Manager::new(ports, observer);
    let hearing = Rc::clone(&manager);
    let woke = || {
        let waking = Rc::clone(&manager);
        move |wake| waking.woke(wake)
    };
    let mut listeners = vec![visibility::listen(woke()), pageshow::listen(woke())];
    listeners.extend(network::listen(woke()));
    listeners.extend(tabs.listen(move |news| hearing.heard(news)));
    (manager, listeners)
}

struct PageSpawn;

impl Spawn for PageSpawn {
    fn spawn(&self, work: LocalBoxFuture<'static, ()>) {
        wasm_bindgen_futures::spawn_local(work);
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use stub::{Stub, field, js, run};

    /// The events that somebody listens to on this page, in order.
    fn listened_to(listeners: &JsValue) -> Vec<String> {
        let names = js("all", "return all.map(([, name]) => name).sort().join()").call1(&JsValue::UNDEFINED, listeners);
        let names = names.expect("it does not throw").as_string().expect("a text");
        names.split_terminator(',').map(str::to_owned).collect()
    }

    #[wasm_bindgen_test]
    fn what_the_start_listens_to_it_leaves_when_its_listeners_are_dropped() {
        let kept = run("const all = [];
            const add = function (...what) { all.push([this, ...what]); };
            const remove = function (...what) {
                const at = all.findIndex((known) => [this, ...what].every((part, i) => part === known[i]));
                if (at >= 0) all.splice(at, 1);
            };
            return { all, add, remove };");
        let targets = field(&run("return EventTarget"), "prototype");
        let _stubs = [
            Stub::value(&targets, "addEventListener", &field(&kept, "add")),
            Stub::value(&targets, "removeEventListener", &field(&kept, "remove")),
        ];
        let (manager, listeners) = start(Paths::ALL_NEED_SESSION, |_| {});
        let all = field(&kept, "all");
        assert_eq!(listened_to(&all), ["message", "offline", "online", "pageshow", "visibilitychange"]);
        drop(listeners);
        assert!(listened_to(&all).is_empty());
        assert_eq!(Rc::strong_count(&manager), 1, "who else holds the manager");
    }
}
