use anyhow::{Context as _, ensure};
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};

use super::{PostgresStore, changes, session_store::must_be_here, text};
use crate::storage::rows::{AccountRow, EventRow, SessionRow, TombstoneRow};

/// An empty database that is filled in one transaction. Until that is committed nobody sees anything of it, and nobody else can
/// use the database.
pub(in crate::storage) struct Target {
    connection: PgConnection,
}

impl Target {
    /// Migrates it, makes sure that it is empty, and keeps everybody else out.
    pub(in crate::storage) async fn begin(options: PgConnectOptions) -> anyhow::Result<Self> {
        drop(PostgresStore::open(options.clone()).await?);
        // Not of the pool of requests, whose statements may take seconds only. When it is dropped nothing has happened.
        let mut connection = options.application_name("sessionkeep import").connect().await?;
        sqlx::raw_sql(
            "BEGIN;
             SET LOCAL lock_timeout = '10s';
             SET LOCAL statement_timeout = 0;
             SET LOCAL idle_in_transaction_session_timeout = '1min';
             SET LOCAL tcp_keepalives_idle = 10;
             SET LOCAL tcp_keepalives_interval = 5;
             SET LOCAL tcp_keepalives_count = 3;
             SET LOCAL synchronous_commit = on;",
        )
        .execute(&mut connection)
        .await?;
        sqlx::query("LOCK TABLE users, sessions, tombstones, security_events, session_store IN ACCESS EXCLUSIVE MODE")
            .execute(&mut connection)
            .await
            .context("somebody is using it")?;
        must_be_here(&mut connection).await?;
        let (accounts, sessions, tombstones, events): (i64, i64, i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM sessions), (SELECT count(*) FROM tombstones),
                    (SELECT count(*) FROM security_events)",
        )
        .fetch_one(&mut connection)
        .await?;
        ensure!(
            accounts + sessions + tombstones + events == 0,
            "it is not empty ({accounts} accounts, {sessions} sessions, {events} events), and nothing of it was changed. If an \
             earlier import is what filled it, all is there: it moves everything or nothing. To import again, make an empty \
             database"
        );
        Ok(Self { connection })
    }

    pub(in crate::storage) async fn add_accounts(&mut self, rows: &[AccountRow]) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO users (id, email, display_name, role, password_hash, password_changed_at, disabled_at, created_at)
             SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
                 $8::bigint[])",
        )
        .bind(column(rows, |row| text(&row.id)))
        .bind(column(rows, |row| text(&row.email)))
        .bind(column(rows, |row| row.display_name.as_deref().map(text)))
        .bind(column(rows, |row| row.role.as_str()))
        .bind(column(rows, |row| row.password_hash.as_str()))
        .bind(column(rows, |row| row.password_changed_at))
        .bind(column(rows, |row| row.disabled_at))
        .bind(column(rows, |row| row.created_at))
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    pub(in crate::storage) async fn add_sessions(&mut self, rows: &[SessionRow]) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt,
                 served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at,
                 last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent)
             SELECT * FROM UNNEST($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::bigint[], $6::bytea[],
                 $7::bytea[], $8::bytea[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::integer[],
                 $14::boolean[], $15::boolean[], $16::boolean[], $17::boolean[], $18::bigint[], $19::bigint[],
                 $20::bigint[], $21::bigint[], $22::bigint[], $23::text[], $24::text[], $25::text[])",
        )
        .bind(column(rows, |row| text(&row.id)))
        .bind(column(rows, |row| text(&row.user_id)))
        .bind(column(rows, |row| row.ver))
        .bind(column(rows, |row| row.ver_at))
        .bind(column(rows, |row| row.r#gen))
        .bind(column(rows, |row| row.head_hash.as_slice()))
        .bind(column(rows, |row| row.prev_hash.as_deref()))
        .bind(column(rows, |row| row.sealed_head.as_deref()))
        .bind(column(rows, |row| row.head_attempt.as_deref().map(text)))
        .bind(column(rows, |row| text(&row.served_attempts)))
        .bind(column(rows, |row| row.emitted_at))
        .bind(column(rows, |row| row.confirmed_at))
        .bind(column(rows, |row| row.streak))
        .bind(column(rows, |row| row.hit))
        .bind(column(rows, |row| row.browser))
        .bind(column(rows, |row| row.attempts))
        .bind(column(rows, |row| row.remember_me))
        .bind(column(rows, |row| row.created_at))
        .bind(column(rows, |row| row.last_used_at))
        .bind(column(rows, |row| row.idle_deadline))
        .bind(column(rows, |row| row.absolute_deadline))
        .bind(column(rows, |row| row.revoked_at))
        .bind(column(rows, |row| row.revoked_reason.as_deref().map(text)))
        .bind(column(rows, |row| text(&row.ip)))
        .bind(column(rows, |row| text(&row.user_agent)))
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    pub(in crate::storage) async fn add_tombstones(&mut self, rows: &[TombstoneRow]) -> sqlx::Result<()> {
        sqlx::query("INSERT INTO tombstones (session_id, ended_at) SELECT * FROM UNNEST($1::text[], $2::bigint[])")
            .bind(column(rows, |row| text(&row.session_id)))
            .bind(column(rows, |row| row.ended_at))
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// With their numbers: whoever reads in parts goes on where they were.
    pub(in crate::storage) async fn add_events(&mut self, rows: &[EventRow]) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip,
                 other_user_agent)
             OVERRIDING SYSTEM VALUE
             SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                 $8::text[], $9::text[], $10::text[])",
        )
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.at))
        .bind(column(rows, |row| text(&row.kind)))
        .bind(column(rows, |row| row.user_id.as_deref().map(text)))
        .bind(column(rows, |row| row.session_id.as_deref().map(text)))
        .bind(column(rows, |row| row.by_user_id.as_deref().map(text)))
        .bind(column(rows, |row| text(&row.ip)))
        .bind(column(rows, |row| text(&row.user_agent)))
        .bind(column(rows, |row| row.other_ip.as_deref().map(text)))
        .bind(column(rows, |row| row.other_user_agent.as_deref().map(text)))
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    /// Everything, or nothing.
    pub(in crate::storage) async fn commit(mut self) -> anyhow::Result<()> {
        sqlx::query(
            "SELECT setval(pg_get_serial_sequence('security_events', 'id'), max(id)) FROM security_events
             HAVING max(id) IS NOT NULL",
        )
        .execute(&mut self.connection)
        .await?;
        // Or the first requests would walk whole tables, for all that the database knows of them.
        sqlx::raw_sql("ANALYZE users, sessions, tombstones, security_events").execute(&mut self.connection).await?;
        // A server that waited meanwhile is to know which access tokens are dead.
        changes::notify(&mut self.connection).await?;
        sqlx::query("COMMIT").execute(&mut self.connection).await?;
        Ok(())
    }
}

fn column<'r, R, T>(rows: &'r [R], of: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}
