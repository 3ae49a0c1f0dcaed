//! Sessions in Redis 7 or newer, accounts and security events in PostgreSQL.
//!
//! A session is one hash. What a request decides is written by a script that compares and sets: Redis runs one script at a
//! time, and all of it or nothing. The two stores have no common transaction, so each holds what it still owes the other,
//! written in the same transaction or script as what causes it: [`outbox`] the events for the database, and the database
//! the tasks for sessions ([`accounts`]). [`Sessions::tend`](super::Sessions::tend) pays what a crash has left.
//!
//! Both know which Redis it is: one that was emptied, or a wrong address, is a store that cannot be used, and nobody is
//! signed out for it.
//!
//! One primary; not Redis Cluster, whose scripts reach one slot alone. Replication is asynchronous: after a failover, what was
//! acknowledged last may be forgotten, endings included (`docs/operations.md` says what to do).

mod accounts;
mod attempts;
mod connection;
mod outbox;
mod record;
mod scripts;
mod sessions;

use std::{collections::HashMap, fmt, net::IpAddr, str::FromStr, sync::Arc};

use anyhow::{Context as _, ensure};
use redis::{ConnectionAddr, ConnectionInfo, InfoDict, RedisError, pipe};

use self::{
    connection::{Connection, STORE_ID},
    scripts::Scripts,
};
use super::{Sessions as _, StorageError, postgres::PostgresStore, turns::Turns};

/// Where a Redis is, and how to sign in to it.
#[derive(Clone)]
pub struct RedisServer(ConnectionInfo);

impl RedisServer {
    /// Whether anybody could pretend to be it.
    #[must_use]
    pub fn takes_any_certificate(&self) -> bool {
        matches!(self.0.addr(), ConnectionAddr::TcpTls { insecure: true, .. })
    }
}

impl FromStr for RedisServer {
    type Err = redis::RedisError;

    fn from_str(address: &str) -> Result<Self, Self::Err> {
        address.parse().map(Self)
    }
}

/// Without the password.
impl fmt::Display for RedisServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0.addr(), f)
    }
}

/// The store in one Redis and one PostgreSQL.
pub struct RedisStore {
    connection: Connection,
    scripts: Scripts,
    database: Arc<PostgresStore>,
    turns: Turns,
    /// Held while events are moved.
    moving: tokio::sync::Mutex<outbox::Sweep>,
}

impl RedisStore {
    /// Connects, and does what was left undone.
    ///
    /// # Errors
    /// When the server cannot be reached, is too old, or could forget sessions.
    pub async fn open(server: RedisServer, database: PostgresStore) -> anyhow::Result<Self> {
        if let ConnectionAddr::Tcp(host, _) = server.0.addr()
            && !(host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()))
        {
            tracing::warn!(
                "what is sent to Redis can be read on the way: use rediss://, or a network that nobody else is on"
            );
        }
        let store = Self {
            connection: Connection::to(server.0)?,
            scripts: Scripts::new(),
            database: Arc::new(database),
            turns: Turns::default(),
            moving: tokio::sync::Mutex::default(),
        };
        store.check().await?;
        let id = store.database.session_store(async |id| store.take_possession(id).await).await?;
        store.connection.insist_on(id);
        store.now().await.context(
            "it is another Redis than the one that has the sessions, or that one has lost them; if everybody shall sign in \
             again, `DELETE FROM session_store` in PostgreSQL, and take an empty Redis",
        )?;
        store.tend().await?;
        Ok(store)
    }

    /// Adds copies of a session. Their ids begin with its id.
    ///
    /// # Errors
    /// When Redis fails.
    #[cfg(feature = "test-support")]
    pub async fn copy_session(&self, id: &sessionkeep_types::SessionId, count: u32) -> Result<(), StorageError> {
        let copy = redis::Script::new(
            "local asked = cjson.decode(ARGV[1])
             local key = 'sessionkeep:session:' .. asked.id
             local user = cjson.decode(redis.call('HGET', key, 'user_id'))
             local deadline = redis.call('HGET', key, 'absolute_deadline')
             for number = 1, asked.count do
               local id = asked.id .. string.format('-%05d', number)
               redis.call('COPY', key, 'sessionkeep:session:' .. id)
               redis.call('SADD', 'sessionkeep:living-of:' .. user, id)
               redis.call('ZADD', 'sessionkeep:deadlines', deadline, user .. ' ' .. id)
             end
             return redis.status_reply('OK')",
        );
        self.connection.call::<()>(&copy, &serde_json::json!({"id": id, "count": count})).await
    }

    /// Gives a Redis that nobody has used its id.
    async fn take_possession(&self, id: &str) -> anyhow::Result<()> {
        let mut set = pipe();
        set.cmd("SET").arg(STORE_ID).arg(id).arg("NX");
        set.cmd("DBSIZE");
        let (set, keys): (Option<String>, u64) = self.connection.query(&set).await?;
        if set.is_none() && keys == 1 {
            // The id alone: somebody was interrupted here before anything else.
            let mut again = pipe();
            again.cmd("SET").arg(STORE_ID).arg(id).ignore();
            return Ok(self.connection.query(&again).await?);
        }
        ensure!(
            set.is_some(),
            "this Redis has the sessions of another database; take another one, or `DEL {STORE_ID}` if that is not so"
        );
        Ok(())
    }

    /// Refuses a server that may drop what it was told to keep.
    async fn check(&self) -> anyhow::Result<()> {
        let mut info = pipe();
        info.cmd("INFO").arg("server");
        let (info,): (InfoDict,) = self.connection.query(&info).await?;
        let version: String = info.get("redis_version").context("it does not say its version")?;
        let major: u32 = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
        ensure!(major >= 7, "Redis 7 or newer is needed, this is {version}");
        let mode: Option<String> = info.get("redis_mode");
        ensure!(mode.as_deref() != Some("cluster"), "Redis Cluster is not supported: its scripts reach one slot alone");
        for (setting, needed) in [("maxmemory-policy", "noeviction"), ("appendonly", "yes"), ("appendfsync", "always")]
        {
            let mut ask = pipe();
            ask.cmd("CONFIG").arg("GET").arg(setting);
            let answer: (HashMap<String, String>,) = match self.connection.query(&ask).await {
                Err(error) if is_forbidden(&error) => {
                    tracing::warn!(setting, needed, "Redis does not say how it is set: make sure that it is so");
                    continue;
                }
                answer => answer?,
            };
            let is = answer.0.get(setting).map_or("", String::as_str);
            match setting {
                _ if is == needed => {}
                "appendfsync" => tracing::warn!(
                    "Redis has appendfsync {is}: after a crash it may have forgotten what it was told last, and with it that sessions \
                     were ended; set it to always, or run `sessions revoke --before` after a crash"
                ),
                _ => anyhow::bail!("Redis may forget sessions: {setting} is `{is}`; set it to `{needed}`"),
            }
        }
        Ok(())
    }
}

/// Managed services keep `CONFIG` to themselves.
fn is_forbidden(error: &StorageError) -> bool {
    let StorageError::Unavailable(error) = error else { return false };
    let Some(error) = error.downcast_ref::<RedisError>() else { return false };
    error.code() == Some("NOPERM") || error.to_string().contains("unknown command")
}
