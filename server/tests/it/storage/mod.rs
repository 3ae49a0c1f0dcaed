//! What any store must hold: one suite, [`contract`], for every adapter. An adapter runs it in one line.

mod contract;
pub(crate) mod dumps;
mod postgres;
mod redis;
mod sqlite;
mod versions;

use async_trait::async_trait;
use server::{
    account::{Account, AccountChange, AccountRequest},
    clock::Clock,
    session::{SecurityEvent, Session, UnixMillis},
    storage::{
        AccountTransacted, Accounts, Attempts, Decide, Events, Sessions, StorageError, Transacted, Watched,
        faulty::Faulty, postgres::PostgresStore, redis::RedisStore, sqlite::SqliteStore,
    },
};
use sessionkeep_types::{SessionId, UserId};
use tempfile::TempDir;

use crate::support::database;

/// Everything that a store is.
pub(crate) trait Store: Accounts + Sessions + Events + Attempts + Watched + Transact + Copies + 'static {}

impl<S: Accounts + Sessions + Events + Attempts + Watched + Copies + 'static> Store for S {}

/// What callers use, who have a store as a trait object.
#[async_trait]
pub(crate) trait Transact {
    async fn transact(&self, id: &SessionId, clock: &dyn Clock, decide: Decide<'_>)
    -> Result<Transacted, StorageError>;
}

#[async_trait]
impl<S: Sessions + 'static> Transact for S {
    async fn transact(
        &self,
        id: &SessionId,
        clock: &dyn Clock,
        decide: Decide<'_>,
    ) -> Result<Transacted, StorageError> {
        let store: &dyn Sessions = self;
        store.transact(id, clock, decide).await
    }
}

/// Adds copies of a session directly, as many as a version without a cap may have left. Their ids begin with its id.
#[async_trait]
pub(crate) trait Copies {
    async fn copy_session(&self, id: &SessionId, count: u32);
}

macro_rules! copies {
    ($($store:ty),+) => { $(
        #[async_trait]
        impl Copies for $store {
            async fn copy_session(&self, id: &SessionId, count: u32) {
                <$store>::copy_session(self, id, count).await.expect("works");
            }
        }
    )+ };
}
copies!(SqliteStore, Faulty<SqliteStore>, PostgresStore, RedisStore);

/// An empty store. Whatever keeps it there goes with it.
#[async_trait]
pub(crate) trait Fixture: Sized {
    type Store: Store;

    async fn empty() -> (Self, Self::Store);
}

struct Sqlite(#[expect(dead_code, reason = "removed when the test ends")] TempDir);

#[async_trait]
impl Fixture for Sqlite {
    type Store = SqliteStore;

    async fn empty() -> (Self, SqliteStore) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(&folder.path().join("data/test.db")).await.expect("opens");
        (Self(folder), store)
    }
}

/// The adapter that breaks at a test's word must change nothing while it is not told to.
struct FaultySqlite(#[expect(dead_code, reason = "removed when the test ends")] Sqlite);

#[async_trait]
impl Fixture for FaultySqlite {
    type Store = Faulty<SqliteStore>;

    async fn empty() -> (Self, Faulty<SqliteStore>) {
        let (sqlite, store) = Sqlite::empty().await;
        (Self(sqlite), Faulty::new(store, std::sync::Arc::default()))
    }
}

struct Postgres;

#[async_trait]
impl Fixture for Postgres {
    type Store = PostgresStore;

    async fn empty() -> (Self, PostgresStore) {
        let options = database::postgres().await.parse().expect("an address");
        (Self, PostgresStore::open(options).await.expect("opens"))
    }
}

/// Accounts and events in PostgreSQL, sessions in Redis.
struct Redis;

#[async_trait]
impl Fixture for Redis {
    type Store = RedisStore;

    async fn empty() -> (Self, RedisStore) {
        let (_, database) = Postgres::empty().await;
        let server = database::redis().await.parse().expect("an address");
        (Self, RedisStore::open(server, database).await.expect("opens"))
    }
}

contract::holds_for!(sqlite_store, super::Sqlite);
contract::holds_for!(faulty_store, super::FaultySqlite);
contract::holds_for!(postgres_store, super::Postgres, ignore = "needs PostgreSQL: cargo xtask test postgres");
contract::holds_for!(redis_store, super::Redis, ignore = "needs PostgreSQL and Redis: cargo xtask test postgres");

/// The requests for an account, in one line each.
pub(crate) trait Asked: Accounts {
    async fn change(
        &self,
        id: &UserId,
        change: &AccountChange,
        now: UnixMillis,
    ) -> Result<AccountTransacted, StorageError> {
        self.transact_account(&AccountRequest::Change { id, change }, now).await
    }

    async fn change_password(
        &self,
        read: &Account,
        asking: &SessionId,
        hash: &str,
        begin: &Session,
        event: &SecurityEvent,
    ) -> Result<AccountTransacted, StorageError> {
        let hash = &hash.into();
        self.transact_account(&AccountRequest::ChangePassword { read, asking, hash, begin, event }, event.at).await
    }

    async fn delete(
        &self,
        read: &Account,
        asking: &SessionId,
        event: &SecurityEvent,
    ) -> Result<AccountTransacted, StorageError> {
        self.transact_account(&AccountRequest::Delete { read, asking, event }, event.at).await
    }
}

impl<A: Accounts + ?Sized> Asked for A {}
