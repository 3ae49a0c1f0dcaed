use async_trait::async_trait;
use sqlx::SqliteConnection;

use super::SqliteStore;
use crate::{
    session::SecurityEvent,
    storage::{Events, StorageError},
};

#[async_trait]
impl Events for SqliteStore {
    async fn record(&self, event: &SecurityEvent) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        insert(&mut tx, event).await?;
        Ok(tx.commit().await?)
    }
}

pub(super) async fn insert(connection: &mut SqliteConnection, event: &SecurityEvent) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO security_events (at, kind, user_id, session_id, ip, user_agent) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(event.at.0)
    .bind(event.kind.as_str())
    .bind(event.user_id.as_ref().map(sessionkeep_types::UserId::as_str))
    .bind(event.session_id.as_ref().map(sessionkeep_types::SessionId::as_str))
    .bind(&event.origin.ip)
    .bind(&event.origin.user_agent)
    .execute(connection)
    .await?;
    Ok(())
}
