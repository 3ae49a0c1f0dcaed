use async_trait::async_trait;
use secrecy::ExposeSecret as _;
use sessionkeep_types::{EndReason, Role, SessionId, UserId};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::{
    PostgresStore, changes, commit, events, retried, sessions, text,
    their_sessions::{InThisDatabase, Raised, TheirSessions},
    within,
};
use crate::{
    session::{SecurityEvent, Session, UnixMillis},
    storage::{
        AT_ONCE, Account, AccountChange, Accounts, Changed, PasswordChange, StorageError,
        rows::{AccountRow, account_columns},
    },
};

/// Whoever changes what accounts may do, or removes one, holds this until the commit: two administrators who demote each
/// other at the same time would both see one left.
const ADMINISTRATION_LOCK: i64 = 0x5e55_1002;

#[async_trait]
impl Accounts for PostgresStore {
    async fn insert(&self, account: &Account, event: &SecurityEvent) -> Result<bool, StorageError> {
        retried!(self.try_insert_account(account, event))
    }

    async fn by_email(&self, email: &str) -> Result<Option<Account>, StorageError> {
        let query =
            sqlx::query_as(concat!("SELECT ", account_columns!(), " FROM users WHERE email = $1")).bind(text(email));
        let row: Option<AccountRow> =
            within(async { Ok(query.fetch_optional(&mut *self.connection().await?).await?) }).await?;
        row.map(Account::try_from).transpose()
    }

    async fn by_id(&self, id: &UserId) -> Result<Option<Account>, StorageError> {
        let query =
            sqlx::query_as(concat!("SELECT ", account_columns!(), " FROM users WHERE id = $1")).bind(text(id.as_str()));
        let row: Option<AccountRow> =
            within(async { Ok(query.fetch_optional(&mut *self.connection().await?).await?) }).await?;
        row.map(Account::try_from).transpose()
    }

    async fn rehash_password(&self, id: &UserId, old: &str, new: &str) -> Result<(), StorageError> {
        let query = sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3");
        let query = query.bind(new).bind(text(id.as_str())).bind(old);
        within(async { Ok(query.execute(&mut *self.connection().await?).await?) }).await.map(drop)
    }

    async fn password_costs(&self) -> Result<Vec<String>, StorageError> {
        let distinct =
            "SELECT DISTINCT substr(password_hash, 1, greatest(strpos(password_hash, ',p=') - 1, 0)) FROM users";
        let query = sqlx::query_scalar(distinct);
        within(async { Ok(query.fetch_all(&mut *self.connection().await?).await?) }).await
    }

    async fn set_display_name(&self, id: &UserId, name: Option<&str>) -> Result<bool, StorageError> {
        let query = sqlx::query("UPDATE users SET display_name = $1 WHERE id = $2");
        let query = query.bind(name.map(text)).bind(text(id.as_str()));
        let updated = within(async { Ok(query.execute(&mut *self.connection().await?).await?) }).await?;
        Ok(updated.rows_affected() == 1)
    }

    async fn page(
        &self,
        query: Option<&str>,
        before: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<Account>, StorageError> {
        let mut select =
            QueryBuilder::<Postgres>::new(concat!("SELECT ", account_columns!(), " FROM users WHERE TRUE"));
        if let Some(query) = query {
            // `strpos` and not `LIKE`: nothing in the text is a wildcard.
            select.push(" AND (strpos(email, ").push_bind(text(&query.to_lowercase()));
            select.push(") > 0 OR strpos(lower(display_name), lower(").push_bind(text(query)).push(")) > 0)");
        }
        if let Some(before) = before {
            // UUIDv7: the order of the ids is that of their making.
            select.push(" AND id < ").push_bind(before.as_str());
        }
        select.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit));
        let query = select.build_query_as();
        let rows: Vec<AccountRow> =
            within(async { Ok(query.fetch_all(&mut *self.connection().await?).await?) }).await?;
        rows.into_iter().map(Account::try_from).collect()
    }

    async fn has_admin(&self) -> Result<bool, StorageError> {
        let found =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL)");
        within(async { Ok(found.fetch_one(&mut *self.connection().await?).await?) }).await
    }

    async fn change(&self, id: &UserId, change: &AccountChange, now: UnixMillis) -> Result<Changed, StorageError> {
        self.change_with(&InThisDatabase, id, change, now).await
    }

    async fn change_password(
        &self,
        account: &Account,
        asking: &SessionId,
        new_hash: &str,
        session: &Session,
        event: &SecurityEvent,
    ) -> Result<PasswordChange, StorageError> {
        self.change_password_with(&InThisDatabase, account, asking, new_hash, session, event).await
    }

    async fn delete(
        &self,
        account: &Account,
        asking: &SessionId,
        event: &SecurityEvent,
    ) -> Result<Changed, StorageError> {
        self.delete_with(&InThisDatabase, account, asking, event).await
    }

    async fn erase_deleted(&self, settled: UnixMillis) -> Result<bool, StorageError> {
        self.erase_events_of_deleted(settled).await
    }
}

/// Changes of accounts, wherever their sessions are.
impl PostgresStore {
    async fn try_insert_account(&self, account: &Account, event: &SecurityEvent) -> Result<bool, StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        let inserted = sqlx::query(
            "INSERT INTO users (id, email, display_name, role, password_hash, password_changed_at, disabled_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email) DO NOTHING",
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
        events::insert(&mut tx, &[event]).await?;
        commit(tx).await?;
        Ok(true)
    }

    /// Whether this is an administrator, who can sign in.
    pub(in crate::storage) async fn is_admin(&self, id: &UserId) -> Result<bool, StorageError> {
        within(async { may_administrate(&mut *self.connection().await?, id).await }).await
    }

    pub(in crate::storage) async fn change_with(
        &self,
        theirs: &dyn TheirSessions,
        id: &UserId,
        change: &AccountChange,
        now: UnixMillis,
    ) -> Result<Changed, StorageError> {
        let (mut changed, not_raised) = retried!(self.try_change(theirs, id, change, now))?;
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

    pub(in crate::storage) async fn change_password_with(
        &self,
        theirs: &dyn TheirSessions,
        account: &Account,
        asking: &SessionId,
        new_hash: &str,
        session: &Session,
        event: &SecurityEvent,
    ) -> Result<PasswordChange, StorageError> {
        retried!(self.try_change_password(theirs, account, asking, new_hash, session, event))
    }

    pub(in crate::storage) async fn delete_with(
        &self,
        theirs: &dyn TheirSessions,
        account: &Account,
        asking: &SessionId,
        event: &SecurityEvent,
    ) -> Result<Changed, StorageError> {
        loop {
            if let Some(changed) = retried!(self.try_delete(theirs, account, asking, event))? {
                return Ok(changed);
            }
        }
    }

    /// Returns, too, the sessions whose version is still to be raised.
    async fn try_change(
        &self,
        theirs: &dyn TheirSessions,
        id: &UserId,
        change: &AccountChange,
        now: UnixMillis,
    ) -> Result<(Changed, Vec<SessionId>), StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        one_at_a_time(&mut tx).await?;
        let Some(account) = lock(&mut tx, id).await? else { return Ok((Changed::NotFound, vec![])) };
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
            && let Some(trimmed) = theirs.trim(&mut tx, id, None, &EndReason::AccountDisabled, event).await?
        {
            commit(tx).await?;
            return Ok((Changed::Trimmed(trimmed), vec![]));
        }
        let Raised { mut endings, mut rest } = Raised::default();
        if let Some((role, _)) = role {
            sqlx::query("UPDATE users SET role = $1 WHERE id = $2")
                .bind(role.as_str())
                .bind(text(id.as_str()))
                .execute(&mut *tx)
                .await?;
            if disabling.is_none() {
                Raised { endings, rest } = theirs.raise(&mut tx, id, now).await?;
            }
        }
        if let Some((disabled, _)) = disabled {
            sqlx::query("UPDATE users SET disabled_at = $1 WHERE id = $2")
                .bind(disabled.then_some(now.0))
                .bind(text(id.as_str()))
                .execute(&mut *tx)
                .await?;
            if *disabled {
                endings.extend(theirs.end(&mut tx, id, now, &EndReason::AccountDisabled).await?);
            }
        }
        if !endings.is_empty() {
            changes::notify(&mut tx).await?;
        }
        let reports: Vec<&SecurityEvent> =
            [role.map(|(_, event)| event), disabled.map(|(_, event)| event)].into_iter().flatten().collect();
        events::insert(&mut tx, &reports).await?;
        commit(tx).await?;
        Ok((Changed::Done { endings, reported: reports.into_iter().cloned().collect() }, rest))
    }

    async fn try_change_password(
        &self,
        theirs: &dyn TheirSessions,
        account: &Account,
        asking: &SessionId,
        new_hash: &str,
        session: &Session,
        event: &SecurityEvent,
    ) -> Result<PasswordChange, StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        // A session that somebody begins at this moment is seen below, or sees the new password.
        let unchanged = |current: &Account| {
            current.disabled_at.is_none()
                && current.password_changed_at == account.password_changed_at
                && current.role == account.role
        };
        if !lock(&mut tx, &account.id).await?.as_ref().is_some_and(unchanged)
            || !theirs.is_living(&mut tx, asking).await?
        {
            return Ok(PasswordChange::Refused);
        }
        let reason = EndReason::PasswordChanged;
        if let Some(trimmed) = theirs.trim(&mut tx, &account.id, Some(asking), &reason, event).await? {
            commit(tx).await?;
            return Ok(PasswordChange::Trimmed(trimmed));
        }
        let Some(endings) = theirs.replace(&mut tx, account, asking, session, event.at).await? else {
            return Ok(PasswordChange::Refused);
        };
        // A sign-in that began with the old password compares this time, so it must be another one even within a millisecond.
        let changed_at = event.at.0.max(account.password_changed_at.0.saturating_add(1));
        sqlx::query("UPDATE users SET password_hash = $1, password_changed_at = $2 WHERE id = $3")
            .bind(new_hash)
            .bind(changed_at)
            .bind(account.id.as_str())
            .execute(&mut *tx)
            .await?;
        changes::notify(&mut tx).await?;
        events::insert(&mut tx, &[event]).await?;
        commit(tx).await?;
        Ok(PasswordChange::Done(endings))
    }

    /// `None`: a part of its ended sessions was removed, and the rest of the work is to be done.
    async fn try_delete(
        &self,
        theirs: &dyn TheirSessions,
        account: &Account,
        asking: &SessionId,
        event: &SecurityEvent,
    ) -> Result<Option<Changed>, StorageError> {
        let id = &account.id;
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        one_at_a_time(&mut tx).await?;
        let unchanged = |current: &Account| {
            current.disabled_at.is_none() && current.password_changed_at == account.password_changed_at
        };
        let Some(account) = lock(&mut tx, id).await?.filter(unchanged) else { return Ok(Some(Changed::NotFound)) };
        if !theirs.is_living(&mut tx, asking).await? {
            return Ok(Some(Changed::NotFound));
        }
        if is_last_admin(&mut tx, &account).await? {
            return Ok(Some(Changed::LastAdmin));
        }
        let reason = EndReason::SignedOutElsewhere;
        if let Some(trimmed) = theirs.trim(&mut tx, id, Some(asking), &reason, event).await? {
            commit(tx).await?;
            return Ok(Some(Changed::Trimmed(trimmed)));
        }
        // Rows of ended sessions have no cap: those that one transaction cannot delete go before, in their own.
        if sessions::bury_ended(&mut tx, id).await? >= AT_ONCE {
            commit(tx).await?;
            return Ok(None);
        }
        let endings = theirs.bury(&mut tx, id, event.at).await?;
        // Sessions in this database go with it (`ON DELETE CASCADE`).
        sqlx::query("DELETE FROM users WHERE id = $1").bind(text(id.as_str())).execute(&mut *tx).await?;
        changes::notify(&mut tx).await?;
        events::insert(&mut tx, &[event]).await?;
        commit(tx).await?;
        Ok(Some(Changed::Done { endings, reported: vec![event.clone()] }))
    }
}

async fn one_at_a_time(connection: &mut PgConnection) -> Result<(), StorageError> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(ADMINISTRATION_LOCK).execute(connection).await?;
    Ok(())
}

/// Reads one account and keeps everybody else from changing it, or beginning a session of it, until the commit.
async fn lock(connection: &mut PgConnection, id: &UserId) -> Result<Option<Account>, StorageError> {
    let row: Option<AccountRow> =
        sqlx::query_as(concat!("SELECT ", account_columns!(), " FROM users WHERE id = $1 FOR UPDATE"))
            .bind(text(id.as_str()))
            .fetch_optional(connection)
            .await?;
    row.map(Account::try_from).transpose()
}

/// Whether this is an administrator, who stays one until the commit.
pub(super) async fn may_administrate(connection: &mut PgConnection, id: &UserId) -> Result<bool, StorageError> {
    let found = sqlx::query("SELECT 1 FROM users WHERE id = $1 AND role = 'admin' AND disabled_at IS NULL FOR SHARE")
        .bind(text(id.as_str()))
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

/// Whether nobody else could administrate.
async fn is_last_admin(connection: &mut PgConnection, account: &Account) -> Result<bool, StorageError> {
    if account.role != Role::Admin || account.disabled_at.is_some() {
        return Ok(false);
    }
    let others = sqlx::query_scalar(
        "SELECT NOT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> $1)",
    );
    Ok(others.bind(account.id.as_str()).fetch_one(connection).await?)
}
