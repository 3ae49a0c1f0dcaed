use std::sync::atomic::Ordering::Relaxed;

use async_trait::async_trait;
use secrecy::ExposeSecret as _;
use sessionkeep_types::{EndReason, Role, SessionId, UserId};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::{SqliteStore, events, sessions};
use crate::{
    session::{SecurityEvent, Session, UnixMillis},
    storage::{
        ALL, AT_ONCE, Account, AccountChange, Accounts, Changed, Ending, PasswordChange, StorageError,
        rows::{AccountRow, account_columns},
    },
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
        self.commit(tx).await?;
        Ok(true)
    }

    async fn by_email(&self, email: &str) -> Result<Option<Account>, StorageError> {
        let row: Option<AccountRow> =
            sqlx::query_as(concat!("SELECT ", account_columns!(), " FROM users WHERE email = ?"))
                .bind(email)
                .fetch_optional(&self.readers)
                .await?;
        row.map(Account::try_from).transpose()
    }

    async fn by_id(&self, id: &UserId) -> Result<Option<Account>, StorageError> {
        select(&mut *self.readers.acquire().await?, id).await
    }

    async fn rehash_password(&self, id: &UserId, old: &str, new: &str) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?")
            .bind(new)
            .bind(id.as_str())
            .bind(old)
            .execute(&mut *tx)
            .await?;
        self.commit(tx).await
    }

    async fn password_costs(&self) -> Result<Vec<String>, StorageError> {
        let distinct = "SELECT DISTINCT substr(password_hash, 1, instr(password_hash, ',p=') - 1) FROM users";
        Ok(sqlx::query_scalar(distinct).fetch_all(&self.readers).await?)
    }

    async fn set_display_name(&self, id: &UserId, name: Option<&str>) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        let updated = sqlx::query("UPDATE users SET display_name = ? WHERE id = ?")
            .bind(name)
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        self.commit(tx).await?;
        Ok(updated.rows_affected() == 1)
    }

    async fn page(
        &self,
        query: Option<&str>,
        before: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<Account>, StorageError> {
        let mut select = QueryBuilder::<Sqlite>::new(concat!("SELECT ", account_columns!(), " FROM users WHERE TRUE"));
        if let Some(query) = query {
            // `instr` and not `LIKE`: nothing in the text is a wildcard. SQLite itself knows the case of ASCII alone.
            select.push(" AND (instr(email, ").push_bind(query.to_lowercase());
            select.push(") > 0 OR display_name REGEXP ").push_bind(format!("(?i){}", regex::escape(query))).push(")");
        }
        if let Some(before) = before {
            // UUIDv7: the order of the ids is that of their making.
            select.push(" AND id < ").push_bind(before.as_str());
        }
        select.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        let rows: Vec<AccountRow> = select.build_query_as().fetch_all(&self.readers).await?;
        rows.into_iter().map(Account::try_from).collect()
    }

    async fn has_admin(&self) -> Result<bool, StorageError> {
        let row = sqlx::query("SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL)")
            .fetch_one(&self.readers)
            .await?;
        Ok(row.try_get(0)?)
    }

    async fn change(&self, id: &UserId, change: &AccountChange, now: UnixMillis) -> Result<Changed, StorageError> {
        let (mut changed, not_raised) = self.change_account(id, change, now).await?;
        for some in not_raised.chunks(AT_ONCE as usize) {
            match (self.raise(some, now).await, &mut changed) {
                (Ok(raised), Changed::Done { endings, .. }) => endings.extend(raised),
                (Ok(_), _) => {}
                (Err(error), _) => {
                    // The role is committed. Its rights are checked against the account; those tokens only name the old one.
                    tracing::warn!(%error, "access tokens with the old role of an account stay in use until they expire");
                    break;
                }
            }
        }
        Ok(changed)
    }

    async fn change_password(
        &self,
        account: &Account,
        asking: &SessionId,
        new_hash: &str,
        session: &Session,
        event: &SecurityEvent,
    ) -> Result<PasswordChange, StorageError> {
        let reason = EndReason::PasswordChanged;
        let unchanged = |current: &Account| {
            current.disabled_at.is_none()
                && current.password_changed_at == account.password_changed_at
                && current.role == account.role
        };
        let mut tx = self.begin().await?;
        if !select(&mut tx, &account.id).await?.as_ref().is_some_and(unchanged)
            || !sessions::is_living(&mut tx, asking).await?
        {
            return Ok(PasswordChange::Refused);
        }
        if let Some(trimmed) = sessions::trim(&mut tx, &account.id, Some(asking), &reason, event).await? {
            self.commit(tx).await?;
            return Ok(PasswordChange::Trimmed(trimmed));
        }
        let all = sessions::unended(&mut tx, &account.id, None, None, ALL).await?;
        let endings = sessions::end_these(&mut tx, &all, event.at, &reason).await?;
        if !sessions::insert(&mut tx, session, account).await? {
            return Ok(PasswordChange::Refused);
        }
        // A sign-in that began with the old password compares this time, so it must be another one even within a millisecond.
        let changed_at = event.at.0.max(account.password_changed_at.0.saturating_add(1));
        sqlx::query("UPDATE users SET password_hash = ?, password_changed_at = ? WHERE id = ?")
            .bind(new_hash)
            .bind(changed_at)
            .bind(account.id.as_str())
            .execute(&mut *tx)
            .await?;
        events::insert(&mut tx, event).await?;
        self.commit(tx).await?;
        Ok(PasswordChange::Done(endings.into_iter().map(|(ending, _)| ending).collect()))
    }

    async fn delete(
        &self,
        account: &Account,
        asking: &SessionId,
        event: &SecurityEvent,
    ) -> Result<Changed, StorageError> {
        let id = &account.id;
        let unchanged = |current: &Account| {
            current.disabled_at.is_none() && current.password_changed_at == account.password_changed_at
        };
        let mut tx = loop {
            let mut tx = self.begin().await?;
            let Some(account) = select(&mut tx, id).await?.filter(unchanged) else { return Ok(Changed::NotFound) };
            if !sessions::is_living(&mut tx, asking).await? {
                return Ok(Changed::NotFound);
            }
            if is_last_admin(&mut tx, &account).await? {
                return Ok(Changed::LastAdmin);
            }
            let reason = EndReason::SignedOutElsewhere;
            if let Some(trimmed) = sessions::trim(&mut tx, id, Some(asking), &reason, event).await? {
                self.commit(tx).await?;
                return Ok(Changed::Trimmed(trimmed));
            }
            // Rows of ended sessions have no cap: those that one transaction cannot delete go before, in their own.
            if sessions::bury_ended(&mut tx, id).await? < AT_ONCE {
                break tx;
            }
            self.commit(tx).await?;
        };
        let rows = sqlx::query(
            "INSERT INTO tombstones (session_id, ended_at) SELECT id, MAX(?, last_used_at) FROM sessions WHERE user_id = ?
             RETURNING session_id, ended_at, 0, 0",
        )
        .bind(event.at.0)
        .bind(id.as_str())
        .fetch_all(&mut *tx)
        .await?;
        let endings = rows.iter().map(sessions::ending).collect::<Result<Vec<_>, _>>()?;
        // Its sessions go with it (`ON DELETE CASCADE`).
        sqlx::query("DELETE FROM users WHERE id = ?").bind(id.as_str()).execute(&mut *tx).await?;
        events::insert(&mut tx, event).await?;
        let committed = self.commit(tx).await;
        // Whether the commit is acknowledged or not: a pass that runs meanwhile has not seen it.
        self.owe_the_log();
        committed?;
        Ok(Changed::Done { endings, reported: vec![event.clone()] })
    }

    async fn erase_deleted(&self, settled: UnixMillis) -> Result<bool, StorageError> {
        let more = events::erase_deleted(self, settled).await?;
        if self.deleted.swap(false, Relaxed) && !self.empty_the_log().await.inspect_err(|_| self.owe_the_log())? {
            self.owe_the_log();
            return Ok(true);
        }
        Ok(more)
    }
}

impl SqliteStore {
    async fn raise(&self, ids: &[SessionId], at: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        let mut tx = self.begin().await?;
        let raised = sessions::raise_these(&mut tx, ids, at).await?;
        self.commit(tx).await?;
        Ok(raised)
    }

    /// Returns, too, the sessions whose version is still to be raised.
    async fn change_account(
        &self,
        id: &UserId,
        change: &AccountChange,
        now: UnixMillis,
    ) -> Result<(Changed, Vec<SessionId>), StorageError> {
        let mut tx = self.begin().await?;
        let Some(account) = select(&mut tx, id).await? else { return Ok((Changed::NotFound, vec![])) };
        if let Some(actor) = &change.by
            && !may_administrate(&mut tx, actor).await?
        {
            return Ok((Changed::Forbidden, vec![]));
        }
        let was_disabled = account.disabled_at.is_some();
        let role = change.role.as_ref().filter(|(role, _)| *role != account.role);
        let disabled = change.disabled.as_ref().filter(|(disabled, _)| *disabled != was_disabled);
        let stays_admin = role.map_or(&account.role, |(role, _)| role) == &Role::Admin
            && !disabled.map_or(was_disabled, |(disabled, _)| *disabled);
        if change.by.is_some() && !stays_admin && is_last_admin(&mut tx, &account).await? {
            return Ok((Changed::LastAdmin, vec![]));
        }
        let disabling = disabled.filter(|(disabled, _)| *disabled);
        if let Some((_, event)) = disabling
            && let Some(trimmed) = sessions::trim(&mut tx, id, None, &EndReason::AccountDisabled, event).await?
        {
            self.commit(tx).await?;
            return Ok((Changed::Trimmed(trimmed), vec![]));
        }
        let (mut endings, mut reported, mut not_raised) = (vec![], vec![], vec![]);
        if let Some((role, event)) = role {
            sqlx::query("UPDATE users SET role = ? WHERE id = ?")
                .bind(role.as_str())
                .bind(id.as_str())
                .execute(&mut *tx)
                .await?;
            if disabling.is_none() {
                (endings, not_raised) = sessions::raise_first(&mut tx, id, now).await?;
            }
            events::insert(&mut tx, event).await?;
            reported.push(event.clone());
        }
        if let Some((disabled, event)) = disabled {
            sqlx::query("UPDATE users SET disabled_at = ? WHERE id = ?")
                .bind(disabled.then_some(now.0))
                .bind(id.as_str())
                .execute(&mut *tx)
                .await?;
            if *disabled {
                let all = sessions::unended(&mut tx, id, None, None, ALL).await?;
                let ended = sessions::end_these(&mut tx, &all, now, &EndReason::AccountDisabled).await?;
                endings.extend(ended.into_iter().map(|(ending, _)| ending));
            }
            events::insert(&mut tx, event).await?;
            reported.push(event.clone());
        }
        self.commit(tx).await?;
        Ok((Changed::Done { endings, reported }, not_raised))
    }
}

async fn select(connection: &mut SqliteConnection, id: &UserId) -> Result<Option<Account>, StorageError> {
    let row: Option<AccountRow> = sqlx::query_as(concat!("SELECT ", account_columns!(), " FROM users WHERE id = ?"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    row.map(Account::try_from).transpose()
}

/// Whether this is an administrator at the moment.
pub(super) async fn may_administrate(connection: &mut SqliteConnection, id: &UserId) -> Result<bool, StorageError> {
    Ok(select(connection, id).await?.is_some_and(|account| can_administrate(&account)))
}

fn can_administrate(account: &Account) -> bool {
    account.role == Role::Admin && account.disabled_at.is_none()
}

/// Whether nobody else could administrate.
async fn is_last_admin(connection: &mut SqliteConnection, account: &Account) -> Result<bool, StorageError> {
    if !can_administrate(account) {
        return Ok(false);
    }
    let row =
        sqlx::query("SELECT NOT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> ?)")
            .bind(account.id.as_str())
            .fetch_one(connection)
            .await?;
    Ok(row.try_get(0)?)
}
