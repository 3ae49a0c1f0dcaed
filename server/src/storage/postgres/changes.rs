//! Listens for ended sessions and raised session versions. A transaction that makes such a change sends a `NOTIFY`, and each instance
//! receives it on a connection of its own. The feed of revocations queries on that connection, too, so that requests which use the whole
//! pool do not block it.

use std::time::Duration;

use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::time::timeout;

use super::{StorageError, sessions};
use crate::{session::UnixMillis, storage::Ending};

const CHANNEL: &str = "sessionkeep_endings";
/// How long the listening connection may take to answer. A connection that is black-holed never breaks by itself, and
/// after a second without an answer the memory of endings is not trusted.
const PATIENCE: Duration = Duration::from_millis(700);

/// How long it may take to connect again; until then the memory is not trusted.
const CONNECT: Duration = Duration::from_secs(2);

/// The listening connection.
pub(super) struct Changes {
    options: PgConnectOptions,
    listener: Option<PgListener>,
    /// Another one after every notification, and after every moment in which one may have been missed.
    marker: i64,
}

impl Changes {
    pub(super) fn of(options: PgConnectOptions) -> Self {
        Self { options, listener: None, marker: 0 }
    }

    /// The marker, after a question to the database and back: whatever was notified before it has arrived with the answer.
    pub(super) async fn marker(&mut self) -> Result<i64, StorageError> {
        let mut listener = self.take().await?;
        in_time(PATIENCE, sqlx::query("SELECT 1").execute(&mut listener)).await?;
        while listener.next_buffered().is_some() {
            self.marker += 1;
        }
        self.listener = Some(listener);
        Ok(self.marker)
    }

    /// What ended at `since` or later. The caller limits the time.
    pub(super) async fn endings_since(&mut self, since: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        let mut listener = self.take().await?;
        let rows = sqlx::query(
            "SELECT id, revoked_at, ver, ver_at FROM sessions WHERE revoked_at >= $1
             UNION SELECT id, revoked_at, ver, ver_at FROM sessions WHERE ver_at > 0 AND ver_at >= $1
             UNION SELECT session_id, ended_at, 0, 0 FROM tombstones WHERE ended_at >= $1",
        )
        .bind(since.0)
        .fetch_all(&mut listener)
        .await?;
        self.listener = Some(listener);
        rows.iter().map(sessions::ending).collect()
    }

    /// The database's own clock. The caller limits the time.
    pub(super) async fn now(&mut self) -> Result<UnixMillis, StorageError> {
        let mut listener = self.take().await?;
        let now = sqlx::query_scalar(sessions::NOW).fetch_one(&mut listener).await?;
        self.listener = Some(listener);
        Ok(UnixMillis(now))
    }

    /// Taken, so that one that fails or does not answer is not asked again.
    async fn take(&mut self) -> Result<PgListener, StorageError> {
        match self.listener.take() {
            Some(listener) => Ok(listener),
            None => in_time(CONNECT, Box::pin(self.listen())).await,
        }
    }

    async fn listen(&mut self) -> Result<PgListener, sqlx::Error> {
        // As on the pool's connections. One that was given up must not wait for a locked table for ever.
        let pool = PgPoolOptions::new().max_connections(1).after_connect(|connection, _| {
            Box::pin(async move { sqlx::query("SET statement_timeout = '2s'").execute(connection).await.map(|_| ()) })
        });
        let pool = pool.connect_with(self.options.clone()).await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        // What happened while nobody listened is to be read.
        self.marker += 1;
        Ok(listener)
    }
}

async fn in_time<T>(limit: Duration, work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StorageError> {
    match timeout(limit, work).await {
        Ok(result) => Ok(result?),
        Err(late) => Err(StorageError::Unavailable(late.into())),
    }
}

/// Lets every instance know, at the commit and not before.
pub(super) async fn notify(connection: &mut PgConnection) -> Result<(), StorageError> {
    sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(connection).await?;
    Ok(())
}
