//! A browser of the tests: tabs share its storage and its lock, and time passes when it is told to.

use core::time::Duration;
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use futures::{
    FutureExt,
    channel::oneshot,
    executor::{LocalPool, LocalSpawner},
    future::LocalBoxFuture,
    task::LocalSpawnExt,
};

use super::{
    manager::Manager,
    ports::{Cookies, Held, Lock, News, Page, Ports, Random, Spawn, Storage, Tabs, Wake},
    state::{Phase, Snapshot},
};
use crate::api::{Clock, fake::FakeServer};

#[derive(Default)]
pub(crate) struct FakeRandom(Cell<u32>);

impl Random for FakeRandom {
    fn fraction(&self) -> f64 {
        0.5
    }

    fn id(&self) -> String {
        self.0.set(self.0.get() + 1);
        format!("id{}", self.0.get())
    }
}

#[derive(Default)]
pub(crate) struct FakeStorage {
    notes: RefCell<BTreeMap<String, String>>,
    is_broken: bool,
}

impl FakeStorage {
    pub(crate) fn broken() -> Self {
        Self { is_broken: true, ..Self::default() }
    }
}

impl Storage for FakeStorage {
    fn read(&self, key: &str) -> Option<String> {
        self.notes.borrow().get(key).cloned()
    }

    fn write(&self, key: &str, value: &str) -> bool {
        if !self.is_broken {
            self.notes.borrow_mut().insert(key.to_owned(), value.to_owned());
        }
        !self.is_broken
    }

    fn remove(&self, key: &str) {
        self.notes.borrow_mut().remove(key);
    }
}

#[derive(Default)]
struct FakeClock {
    now: Cell<Duration>,
    sleepers: RefCell<Vec<(Duration, oneshot::Sender<()>)>>,
}

impl Clock for FakeClock {
    fn now(&self) -> Duration {
        self.now.get()
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        let (wake, woken) = oneshot::channel();
        self.sleepers.borrow_mut().push((self.now.get() + time, wake));
        woken.map(drop).boxed_local()
    }
}

/// Shows the generation that it was given, and drops what the server sets.
pub(crate) struct FakeCookies {
    pub(crate) generation: Cell<Option<u64>>,
    pub(crate) are_allowed: Cell<bool>,
    pub(crate) drops_only_secure: Cell<bool>,
}

impl Cookies for FakeCookies {
    fn generation(&self) -> Option<u64> {
        self.generation.get()
    }

    fn are_allowed(&self) -> bool {
        self.are_allowed.get()
    }

    fn drops_only_secure(&self) -> bool {
        self.drops_only_secure.get()
    }
}

/// One holder at a time, and the others in the order in which they came.
#[derive(Default)]
struct FakeLock {
    is_missing: Cell<bool>,
    is_held: Cell<bool>,
    queue: RefCell<VecDeque<oneshot::Sender<Held>>>,
    acquired: Cell<usize>,
}

impl FakeLock {
    fn grant(self: &Rc<Self>) {
        while !self.is_held.get() {
            let Some(next) = self.queue.borrow_mut().pop_front() else { return };
            self.is_held.set(true);
            let lock = Rc::clone(self);
            let held = Held::new(move || {
                lock.is_held.set(false);
                lock.grant();
            });
            // Whoever has left the queue frees it at once.
            if next.send(held).is_ok() {
                self.acquired.set(self.acquired.get() + 1);
            }
        }
    }
}

impl Lock for Rc<FakeLock> {
    fn acquire(&self) -> LocalBoxFuture<'static, Held> {
        if self.is_missing.get() {
            return async { Held::new(|| {}) }.boxed_local();
        }
        let (grant, granted) = oneshot::channel();
        self.queue.borrow_mut().push_back(grant);
        self.grant();
        granted.map(|held| held.expect("nobody else empties the queue")).boxed_local()
    }
}

#[derive(Default)]
struct FakeTabs(RefCell<Vec<News>>);

impl Tabs for FakeTabs {
    fn tell(&self, news: News) {
        self.0.borrow_mut().push(news);
    }
}

pub(crate) struct FakePage {
    is_visible: Cell<bool>,
    needs_session: Cell<bool>,
    is_online: Cell<bool>,
    pub(crate) follows_form: Cell<bool>,
}

impl Page for FakePage {
    fn is_visible(&self) -> bool {
        self.is_visible.get()
    }

    fn needs_session(&self) -> bool {
        self.needs_session.get()
    }

    fn is_online(&self) -> bool {
        self.is_online.get()
    }

    fn follows_form(&self) -> bool {
        self.follows_form.get()
    }
}

struct FakeSpawn(LocalSpawner);

impl Spawn for FakeSpawn {
    fn spawn(&self, work: LocalBoxFuture<'static, ()>) {
        self.0.spawn_local(work).unwrap();
    }
}

/// One tab, and the browser around it.
pub(crate) struct Tab {
    pool: LocalPool,
    clock: Rc<FakeClock>,
    lock: Rc<FakeLock>,
    tabs: Rc<FakeTabs>,
    pub(crate) page: Rc<FakePage>,
    pub(crate) storage: Rc<FakeStorage>,
    pub(crate) cookies: Rc<FakeCookies>,
    pub(crate) server: Rc<FakeServer>,
    pub(crate) seen: Rc<RefCell<Vec<Snapshot>>>,
    pub(crate) manager: Rc<Manager>,
}

impl Tab {
    /// A page that has not been opened yet.
    pub(crate) fn new() -> Self {
        Self::with_storage(Rc::default())
    }

    /// A page of the same browser as another, later or at the same time. The lock is not shared with it.
    pub(crate) fn with_storage(storage: Rc<FakeStorage>) -> Self {
        Self::of(storage, Rc::default())
    }

    /// A page beside another one.
    pub(crate) fn beside(other: &Self) -> Self {
        Self::of(Rc::clone(&other.storage), Rc::clone(&other.lock))
    }

    fn of(storage: Rc<FakeStorage>, lock: Rc<FakeLock>) -> Self {
        let (pool, server, seen) =
            (LocalPool::new(), Rc::<FakeServer>::default(), Rc::<RefCell<Vec<Snapshot>>>::default());
        let (clock, tabs) = (Rc::<FakeClock>::default(), Rc::<FakeTabs>::default());
        let watched = Rc::clone(&lock);
        server.watch_lock(move || watched.is_held.get());
        let page = Rc::new(FakePage {
            is_visible: Cell::new(true),
            needs_session: Cell::new(true),
            is_online: Cell::new(true),
            follows_form: Cell::new(false),
        });
        let cookies = Rc::new(FakeCookies {
            generation: Cell::new(None),
            are_allowed: Cell::new(true),
            drops_only_secure: Cell::new(false),
        });
        let ports = Ports {
            transport: Rc::new(Rc::clone(&server)),
            clock: Rc::clone(&clock) as _,
            random: Rc::new(FakeRandom::default()),
            storage: Rc::clone(&storage) as _,
            cookies: Rc::clone(&cookies) as _,
            lock: Rc::new(Rc::clone(&lock)),
            tabs: Rc::clone(&tabs) as _,
            page: Rc::clone(&page) as _,
            spawn: Rc::new(FakeSpawn(pool.spawner())),
        };
        let observed = Rc::clone(&seen);
        let manager = Manager::new(ports, move |snapshot| observed.borrow_mut().push(snapshot.clone()));
        Self { pool, clock, lock, tabs, page, storage, cookies, server, seen, manager }
    }

    /// A page with a session whose access token lives this long.
    pub(crate) fn signed_in(life: u64) -> Self {
        let mut tab = Self::new();
        tab.server.will(sessionkeep_types::routes::REFRESH, crate::api::fake::token("t1", life));
        tab.open();
        assert_eq!(tab.phase(), Phase::SignedIn);
        tab
    }

    pub(crate) fn open(&mut self) {
        self.manager.open();
        self.settle();
    }

    /// Lets everything run that can.
    pub(crate) fn settle(&mut self) {
        self.pool.run_until_stalled();
    }

    /// Begins something; the result is there once it has settled.
    pub(crate) fn begin<T: 'static>(&mut self, work: impl Future<Output = T> + 'static) -> Rc<RefCell<Option<T>>> {
        let result = Rc::new(RefCell::new(None));
        let slot = Rc::clone(&result);
        self.pool.spawner().spawn_local(async move { *slot.borrow_mut() = Some(work.await) }).unwrap();
        self.settle();
        result
    }

    /// Does something that needs no time.
    pub(crate) fn now<T: 'static>(&mut self, work: impl Future<Output = T> + 'static) -> T {
        self.begin(work).take().expect("it should have settled")
    }

    /// Lets time pass; whoever sleeps wakes in order.
    pub(crate) fn advance(&mut self, time: Duration) {
        let until = self.clock.now.get() + time;
        loop {
            let next = {
                let mut sleepers = self.clock.sleepers.borrow_mut();
                sleepers.retain(|(_, wake)| !wake.is_canceled());
                let first =
                    sleepers.iter().enumerate().min_by_key(|(_, (at, _))| *at).map(|(index, (at, _))| (index, *at));
                first.filter(|(_, at)| *at <= until).map(|(index, _)| sleepers.swap_remove(index))
            };
            let Some((at, wake)) = next else { break };
            self.clock.now.set(at.max(self.clock.now.get()));
            let _ = wake.send(());
            self.settle();
        }
        self.clock.now.set(until);
        self.settle();
    }

    /// Time that passes while no timer runs, as when the machine sleeps.
    pub(crate) fn sleep_through(&mut self, time: Duration) {
        self.clock.now.set(self.clock.now.get() + time);
    }

    /// The page is one for everybody.
    pub(crate) fn need_no_session(&self) {
        self.page.needs_session.set(false);
    }

    pub(crate) fn hide(&self) {
        self.page.is_visible.set(false);
    }

    pub(crate) fn show(&self) {
        self.page.is_visible.set(true);
    }

    /// The network comes or goes, and the browser says so.
    pub(crate) fn network(&mut self, is_online: bool) {
        self.page.is_online.set(is_online);
        self.manager.woke(if is_online { Wake::Online } else { Wake::Offline });
        self.settle();
    }

    /// Somebody holds the lock and never lets go.
    pub(crate) fn jam_the_lock(&self) {
        self.lock.is_held.set(true);
    }

    /// The browser has none.
    pub(crate) fn without_locks(&self) {
        self.lock.is_missing.set(true);
    }

    pub(crate) fn times_locked(&self) -> usize {
        self.lock.acquired.get()
    }

    pub(crate) fn told(&self) -> Vec<News> {
        self.tabs.0.borrow().clone()
    }

    pub(crate) fn phase(&self) -> Phase {
        self.manager.snapshot().phase
    }
}
