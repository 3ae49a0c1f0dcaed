//! Which adapter: the one place that knows.

use std::{fmt, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use sqlx::postgres::PgConnectOptions;

use super::{
    Accounts, Attempts, Events, Sessions, Watched,
    postgres::PostgresStore,
    redis::{RedisServer, RedisStore},
    sqlite::SqliteStore,
};
#[cfg(feature = "test-support")]
use crate::{faults::Faults, storage::faulty::Faulty};

/// Where everything is kept.
#[derive(Clone)]
pub enum Database {
    /// In this file.
    Sqlite(PathBuf),
    /// On this server.
    Postgres(Box<PgConnectOptions>),
    /// On this server, but for sessions, which are in that Redis.
    PostgresAndRedis(Box<PgConnectOptions>, Box<RedisServer>),
}

/// Without the password.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "{}", file.display()),
            Self::Postgres(server) => write_postgres(f, server),
            Self::PostgresAndRedis(server, redis) => {
                write_postgres(f, server)?;
                write!(f, ", sessions in {redis}")
            }
        }
    }
}

fn write_postgres(f: &mut fmt::Formatter<'_>, server: &PgConnectOptions) -> fmt::Result {
    let database = server.get_database().unwrap_or(server.get_username());
    write!(f, "{database} on {}:{}", server.get_host(), server.get_port())
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The ports over one store.
#[derive(Clone)]
pub struct Stores {
    /// Accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Security events.
    pub events: Arc<dyn Events>,
    /// Attempts that failed.
    pub attempts: Arc<dyn Attempts>,
    /// How the store is.
    pub watched: Arc<dyn Watched>,
}

impl Stores {
    /// Opens what `database` names, and migrates it.
    ///
    /// # Errors
    /// When it cannot be opened, reached or migrated.
    pub async fn open(
        database: &Database,
        #[cfg(feature = "test-support")] faults: &Arc<Faults>,
    ) -> anyhow::Result<Self> {
        let opened = match database {
            Database::Sqlite(file) => SqliteStore::open(file).await.map(|store| {
                #[cfg(feature = "test-support")]
                let store = Faulty::new(store.with_faults(Arc::clone(faults)), Arc::clone(faults));
                Self::over(store)
            }),
            Database::Postgres(server) => {
                let opened = async {
                    let store = PostgresStore::open((**server).clone()).await?;
                    store.must_have_sessions().await?;
                    Ok(store)
                };
                opened.await.map(|store| {
                    #[cfg(feature = "test-support")]
                    let store = Faulty::new(store, Arc::clone(faults));
                    Self::over(store)
                })
            }
            Database::PostgresAndRedis(server, redis) => {
                let opened = async {
                    let database = PostgresStore::open((**server).clone()).await?;
                    RedisStore::open((**redis).clone(), database).await
                };
                opened.await.map(|store| {
                    #[cfg(feature = "test-support")]
                    let store = Faulty::new(store, Arc::clone(faults));
                    Self::over(store)
                })
            }
        };
        opened.with_context(|| format!("the database {database} cannot be used"))
    }

    fn over(store: impl Accounts + Sessions + Events + Attempts + Watched + 'static) -> Self {
        let store = Arc::new(store);
        Self {
            accounts: Arc::clone(&store) as _,
            sessions: Arc::clone(&store) as _,
            events: Arc::clone(&store) as _,
            attempts: Arc::clone(&store) as _,
            watched: store,
        }
    }
}
