use async_trait::async_trait;
use secrecy::ExposeSecret as _;
use sessionkeep_types::{SessionId, UserId};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::{
    PostgresStore, changes, commit, events, retried, sessions, text,
    their_sessions::{Applied, InThisDatabase, TheirSessions},
    within,
};
use crate::{
    account::{self, Account, AccountFacts, AccountRefusal, AccountRequest, SessionsEffect},
    session::{SecurityEvent, UnixMillis},
    storage::{
        AT_ONCE, AccountTransacted, Accounts, Ending, StorageError,
        account_transactions::{Executed, Raise, Tried},
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

    async fn transact_account(
        &self,
        request: &AccountRequest<'_>,
        now: UnixMillis,
    ) -> Result<AccountTransacted, StorageError> {
        self.transact_with(&InThisDatabase, request, now).await
    }

    async fn erase_deleted(&self, settled: UnixMillis) -> Result<bool, StorageError> {
        self.erase_events_of_deleted(settled).await
    }
}

#[async_trait]
impl Raise for PostgresStore {
    async fn raise(&self, ids: &[SessionId], at: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        retried!(async {
            let mut connection = self.connection().await?;
            let mut tx = connection.begin().await?;
            let raised = sessions::raise_these(&mut tx, ids, at).await?;
            changes::notify(&mut tx).await?;
            commit(tx).await?;
            Ok(raised)
        })
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

    pub(in crate::storage) async fn transact_with(
        &self,
        theirs: &dyn TheirSessions,
        request: &AccountRequest<'_>,
        now: UnixMillis,
    ) -> Result<AccountTransacted, StorageError> {
        loop {
            match retried!(self.try_account(theirs, request, now))? {
                Tried::Again => {}
                Tried::Answered(answer) => return Ok(answer),
                Tried::Executed(executed) => return Ok(executed.finish(self, now).await),
            }
        }
    }

    async fn try_account(
        &self,
        theirs: &dyn TheirSessions,
        request: &AccountRequest<'_>,
        now: UnixMillis,
    ) -> Result<Tried, StorageError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        let step = match account::decide(request, &facts(&mut tx, theirs, request).await?, now) {
            Ok(step) => step,
            Err(refusal) => return Ok(Tried::Answered(AccountTransacted::Refused(refusal))),
        };
        let id = request.id();
        if let (Some(reason), Some(event)) = (step.sessions.reason(), step.events.last())
            && let Some(trimmed) = theirs.trim(&mut tx, id, request.asking(), &reason, event).await?
        {
            commit(tx).await?;
            return Ok(Tried::Answered(AccountTransacted::Trimmed(trimmed)));
        }
        // Rows of ended sessions have no cap: those that one transaction cannot delete go before, in their own.
        if step.sessions == SessionsEffect::Bury && sessions::bury_ended(&mut tx, id).await? >= AT_ONCE {
            commit(tx).await?;
            return Ok(Tried::Again);
        }
        let Applied { endings, rest } = theirs.apply(&mut tx, id, &step.sessions, now).await?;
        if let AccountRequest::ChangePassword { read, asking, begin, .. } = request
            && !theirs.replace(&mut tx, read, asking, &endings, begin).await?
        {
            return Ok(Tried::Answered(AccountTransacted::Refused(AccountRefusal::Superseded)));
        }
        // A change to the current value has no event.
        if !step.events.is_empty() {
            write(&mut tx, id, step.account.as_ref()).await?;
        }
        if step.sessions != SessionsEffect::Keep {
            changes::notify(&mut tx).await?;
        }
        events::insert(&mut tx, &step.events.iter().collect::<Vec<_>>()).await?;
        commit(tx).await?;
        Ok(Tried::Executed(Executed { endings, reported: step.events, not_raised: rest }))
    }
}

/// What the decision has to know. The account is locked: a session that begins at this moment is seen, or sees the decision.
async fn facts(
    connection: &mut PgConnection,
    theirs: &dyn TheirSessions,
    request: &AccountRequest<'_>,
) -> Result<AccountFacts, StorageError> {
    if request.concerns_administrators() {
        one_at_a_time(connection).await?;
    }
    let account = lock(connection, request.id()).await?;
    // There is no index on roles: looked for only where the answer can matter.
    let may_be_last = request.concerns_administrators() && account.as_ref().is_some_and(Account::can_administrate);
    Ok(AccountFacts {
        account,
        may_administrate: match request.administrator() {
            Some(id) => may_administrate(connection, id).await?,
            None => true,
        },
        others_administrate: !may_be_last || others_administrate(connection, request.id()).await?,
        asking_lives: match request.asking() {
            Some(id) => theirs.is_living(connection, id).await?,
            None => true,
        },
    })
}

/// Sessions in this database go with a deleted account (`ON DELETE CASCADE`).
async fn write(connection: &mut PgConnection, id: &UserId, account: Option<&Account>) -> Result<(), StorageError> {
    let query = match account {
        None => sqlx::query("DELETE FROM users WHERE id = $1").bind(text(id.as_str())),
        Some(account) => sqlx::query(
            "UPDATE users SET role = $2, disabled_at = $3, password_hash = $4, password_changed_at = $5 WHERE id = $1",
        )
        .bind(text(id.as_str()))
        .bind(account.role.as_str())
        .bind(account.disabled_at.map(|at| at.0))
        .bind(account.password_hash.expose_secret())
        .bind(account.password_changed_at.0),
    };
    query.execute(connection).await?;
    Ok(())
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

/// Whether an account but this one can administrate.
async fn others_administrate(connection: &mut PgConnection, id: &UserId) -> Result<bool, StorageError> {
    let others = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> $1)",
    );
    Ok(others.bind(id.as_str()).fetch_one(connection).await?)
}
