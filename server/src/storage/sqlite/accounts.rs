use std::sync::atomic::Ordering::Relaxed;

use async_trait::async_trait;
use secrecy::ExposeSecret as _;
use sessionkeep_types::{SessionId, UserId};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::{SqliteStore, events, sessions};
use crate::{
    account::{self, Account, AccountFacts, AccountRefusal, AccountRequest, SessionsEffect},
    session::{SecurityEvent, UnixMillis},
    storage::{
        AT_ONCE, AccountTransacted, Accounts, Ending, StorageError,
        account_transactions::{Executed, Raise, Tried},
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

    async fn transact_account(
        &self,
        request: &AccountRequest<'_>,
        now: UnixMillis,
    ) -> Result<AccountTransacted, StorageError> {
        loop {
            match self.try_account(request, now).await? {
                Tried::Again => {}
                Tried::Answered(answer) => return Ok(answer),
                Tried::Executed(executed) => return Ok(executed.finish(self, now).await),
            }
        }
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

#[async_trait]
impl Raise for SqliteStore {
    async fn raise(&self, ids: &[SessionId], at: UnixMillis) -> Result<Vec<Ending>, StorageError> {
        let mut tx = self.begin().await?;
        let raised = sessions::raise_these(&mut tx, ids, at).await?;
        self.commit(tx).await?;
        Ok(raised)
    }
}

impl SqliteStore {
    async fn try_account(&self, request: &AccountRequest<'_>, now: UnixMillis) -> Result<Tried, StorageError> {
        let mut tx = self.begin().await?;
        let step = match account::decide(request, &facts(&mut tx, request).await?, now) {
            Ok(step) => step,
            Err(refusal) => return Ok(Tried::Answered(AccountTransacted::Refused(refusal))),
        };
        let id = request.id();
        if let (Some(reason), Some(event)) = (step.sessions.reason(), step.events.last())
            && let Some(trimmed) = sessions::trim(&mut tx, id, request.asking(), &reason, event).await?
        {
            self.commit(tx).await?;
            return Ok(Tried::Answered(AccountTransacted::Trimmed(trimmed)));
        }
        // Rows of ended sessions have no cap: those that one transaction cannot delete go before, in their own.
        if step.sessions == SessionsEffect::Bury && sessions::bury_ended(&mut tx, id).await? >= AT_ONCE {
            self.commit(tx).await?;
            return Ok(Tried::Again);
        }
        let (endings, not_raised) = match &step.sessions {
            SessionsEffect::Keep => (vec![], vec![]),
            SessionsEffect::Raise => sessions::raise_first(&mut tx, id, now).await?,
            SessionsEffect::End(reason) => (sessions::end_all_of(&mut tx, id, now, reason).await?, vec![]),
            SessionsEffect::Bury => (sessions::bury(&mut tx, id, now).await?, vec![]),
        };
        if let AccountRequest::ChangePassword { read, begin, .. } = request
            && !sessions::insert(&mut tx, begin, read).await?
        {
            return Ok(Tried::Answered(AccountTransacted::Refused(AccountRefusal::Superseded)));
        }
        // A change to the current value has no event.
        if !step.events.is_empty() {
            write(&mut tx, id, step.account.as_ref()).await?;
        }
        for event in &step.events {
            events::insert(&mut tx, event).await?;
        }
        let committed = self.commit(tx).await;
        if step.account.is_none() {
            // Whether the commit is acknowledged or not: a pass that runs meanwhile has not seen it.
            self.owe_the_log();
        }
        committed?;
        Ok(Tried::Executed(Executed { endings, reported: step.events, not_raised }))
    }
}

/// What the decision has to know.
async fn facts(connection: &mut SqliteConnection, request: &AccountRequest<'_>) -> Result<AccountFacts, StorageError> {
    let account = select(connection, request.id()).await?;
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
            Some(id) => sessions::is_living(connection, id).await?,
            None => true,
        },
    })
}

/// Its sessions go with a deleted account (`ON DELETE CASCADE`).
async fn write(connection: &mut SqliteConnection, id: &UserId, account: Option<&Account>) -> Result<(), StorageError> {
    let query = match account {
        None => sqlx::query("DELETE FROM users WHERE id = ?"),
        Some(account) => sqlx::query(
            "UPDATE users SET role = ?, disabled_at = ?, password_hash = ?, password_changed_at = ? WHERE id = ?",
        )
        .bind(account.role.as_str())
        .bind(account.disabled_at.map(|at| at.0))
        .bind(account.password_hash.expose_secret())
        .bind(account.password_changed_at.0),
    };
    query.bind(id.as_str()).execute(connection).await?;
    Ok(())
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
    Ok(select(connection, id).await?.is_some_and(|account| account.can_administrate()))
}

/// Whether an account but this one can administrate.
async fn others_administrate(connection: &mut SqliteConnection, id: &UserId) -> Result<bool, StorageError> {
    let row =
        sqlx::query("SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> ?)")
            .bind(id.as_str())
            .fetch_one(connection)
            .await?;
    Ok(row.try_get(0)?)
}
