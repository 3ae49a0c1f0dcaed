//! Sessions in Redis 7 or newer, accounts and security events in PostgreSQL.
//!
//! A session is one hash. What a request decides is written by a script that compares and sets: Redis runs one script at a
//! time, and all of it or nothing. The two stores have no common transaction, so each holds what it still owes the other,
//! written in the same transaction or script as what causes it: [`outbox`] the events for the database, and the database
//! the tasks for sessions ([`accounts`]). [`Sessions::tend`](super::Sessions::tend) pays what a crash has left.
//!
//! One primary, with any replicas for its failover; not Redis Cluster, whose scripts reach one slot alone.

mod accounts;
mod connection;
mod outbox;
mod record;
mod scripts;
mod sessions;

use std::{fmt, str::FromStr, sync::Arc};

use anyhow::{Context as _, ensure};
use redis::{ConnectionAddr, ConnectionInfo, InfoDict, pipe};

use self::{connection::Connection, scripts::Scripts};
use super::{Sessions as _, postgres::PostgresStore, turns::Turns};

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
}

impl RedisStore {
    /// Connects, and does what was left undone.
    ///
    /// # Errors
    /// When the server cannot be reached, is too old, or could forget sessions.
    pub async fn open(server: RedisServer, database: PostgresStore) -> anyhow::Result<Self> {
        let store = Self {
            connection: Connection::to(server.0)?,
            scripts: Scripts::new(),
            database: Arc::new(database),
            turns: Turns::default(),
        };
        store.check().await?;
        store.tend().await?;
        Ok(store)
    }

    /// Refuses a server that may drop what it was told to keep.
    async fn check(&self) -> anyhow::Result<()> {
        let mut info = pipe();
        info.cmd("INFO").arg("server");
        let (info,): (InfoDict,) = self.connection.query(&info).await?;
        let version: String = info.get("redis_version").context("it does not say its version")?;
        let major: u32 = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
        ensure!(major >= 7, "Redis 7 or newer is needed, this is {version}");
        for (setting, needed) in [("maxmemory-policy", "noeviction"), ("appendonly", "yes"), ("appendfsync", "always")]
        {
            let mut ask = pipe();
            ask.cmd("CONFIG").arg("GET").arg(setting);
            let Ok((answer,)) = self.connection.query::<(Vec<String>,)>(&ask).await else {
                tracing::warn!(setting, needed, "Redis does not say how it is set: make sure that it is so");
                continue;
            };
            let is = answer.get(1).map_or("", String::as_str);
            match setting {
                _ if is == needed => {}
                "appendfsync" => tracing::warn!(
                    "Redis has appendfsync {is}: after a crash it may have forgotten up to a second, and with it that sessions \
                     were ended; set it to always, or run `sessions revoke --before` after a crash"
                ),
                _ => anyhow::bail!("Redis may forget sessions: {setting} is `{is}`; set it to `{needed}`"),
            }
        }
        Ok(())
    }
}
