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
mod tabs;
mod visibility;

use std::rc::Rc;

use futures::future::LocalBoxFuture;

use self::events::Listener;
use super::{
    manager::Manager,
    ports::{Ports, Spawn},
    state::Snapshot,
};
use crate::api::fetch::Fetch;

/// A manager over the ports of this page, and the listeners that let it hear of what happens outside. It hears until
/// they are dropped.
pub(super) fn start(observer: impl Fn(&Snapshot) + 'static) -> (Rc<Manager>, Vec<Listener>) {
    let tabs = Rc::new(tabs::OtherTabs::open());
    let ports = Ports {
        transport: Rc::new(Fetch),
        clock: Rc::new(clock::PageClock),
        random: Rc::new(random::PageRandom),
        storage: Rc::new(storage::Shared),
        lock: Rc::new(lock::WebLock),
        cookies: Rc::new(cookies::PageCookies),
        tabs: Rc::clone(&tabs) as _,
        page: Rc::new(page::ThisPage),
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
