use async_trait::async_trait;
use secrecy::ExposeSecret as _;
use sessionkeep_types::{EndReason, Role, UserId};
use sqlx::{FromRow, Row as _};

use super::{SqliteStore, events, impossible};
use crate::{
    session::{SecurityEvent, UnixMillis},
    storage::{Account, Accounts, StorageError},
};

#[async_trait]
impl Accounts for SqliteStore {
    async fn insert(&self, account: &Account, event: &SecurityEvent) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        let inserted = sqlx::query(
            "INSERT INTO users (id, email, display_name, role, password_hash, password_changed_at, disabled_at, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING",
        )
        .bind(account.id.as_str())
        .bind(&account.email)
        .bind(&account.display_name)
        .bind(account.role.as_str())
        .bind(account.password_hash.expose_secret())
        .bind(account.password_changed_at.0)
        .bind(account.disabled_at.map(|at| at.0))
        .bind(account.created_at.0)
        .execute(&mut *tx)
        .await?;
        if inserted.rows_affected() == 0 {
            return Ok(false);
        }
        events::insert(&mut tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn by_email(&self, email: &str) -> Result<Option<Account>, StorageError> {
        let row: Option<Row> =
            sqlx::query_as("SELECT * FROM users WHERE email = ?").bind(email).fetch_optional(&self.readers).await?;
        row.map(Account::try_from).transpose()
    }

    async fn by_id(&self, id: &UserId) -> Result<Option<Account>, StorageError> {
        let row: Option<Row> =
            sqlx::query_as("SELECT * FROM users WHERE id = ?").bind(id.as_str()).fetch_optional(&self.readers).await?;
        row.map(Account::try_from).transpose()
    }

    async fn rehash_password(&self, id: &UserId, old: &str, new: &str) -> Result<(), StorageError> {
        sqlx::query("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?")
            .bind(new)
            .bind(id.as_str())
            .bind(old)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn set_display_name(&self, id: &UserId, name: Option<&str>) -> Result<bool, StorageError> {
        let updated = sqlx::query("UPDATE users SET display_name = ? WHERE id = ?")
            .bind(name)
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        Ok(updated.rows_affected() == 1)
    }

    async fn list(&self) -> Result<Vec<Account>, StorageError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM users ORDER BY created_at, id").fetch_all(&self.readers).await?;
        rows.into_iter().map(Account::try_from).collect()
    }

    async fn has_admin(&self) -> Result<bool, StorageError> {
        let row = sqlx::query("SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL)")
            .fetch_one(&self.readers)
            .await?;
        Ok(row.try_get(0)?)
    }

    async fn set_role(&self, id: &UserId, role: &Role, now: UnixMillis) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        let updated = sqlx::query("UPDATE users SET role = ? WHERE id = ?")
            .bind(role.as_str())
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        sqlx::query("UPDATE sessions SET ver = ver + 1, ver_at = ? WHERE user_id = ? AND revoked_at IS NULL")
            .bind(now.0)
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(updated.rows_affected() == 1)
    }

    async fn disable(&self, id: &UserId, event: &SecurityEvent) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        let updated = sqlx::query("UPDATE users SET disabled_at = COALESCE(disabled_at, ?) WHERE id = ?")
            .bind(event.at.0)
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        if updated.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("UPDATE sessions SET revoked_at = ?, revoked_reason = ? WHERE user_id = ? AND revoked_at IS NULL")
            .bind(event.at.0)
            .bind(EndReason::AccountDisabled.as_str())
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        events::insert(&mut tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }
}

#[derive(FromRow)]
struct Row {
    id: String,
    email: String,
    display_name: Option<String>,
    role: String,
    password_hash: String,
    password_changed_at: i64,
    disabled_at: Option<i64>,
    created_at: i64,
}

impl TryFrom<Row> for Account {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let role = match Role::from(row.role) {
            Role::Unknown(_) => return Err(impossible("users", "role", &row.id)),
            role => role,
        };
        Ok(Self {
            id: UserId::new(row.id),
            email: row.email,
            display_name: row.display_name,
            role,
            password_hash: row.password_hash.into(),
            password_changed_at: UnixMillis(row.password_changed_at),
            disabled_at: row.disabled_at.map(UnixMillis),
            created_at: UnixMillis(row.created_at),
        })
    }
}
