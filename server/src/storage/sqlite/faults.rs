//! Where a test breaks this adapter from inside: a full disk, a process that ends around a commit, a commit that takes long.

use std::sync::Arc;

use sessionkeep_types::SessionId;
use sqlx::{Sqlite, Transaction};

use super::SqliteStore;
use crate::{
    faults::{AbortAt, Faults},
    storage::{
        StorageError,
        rows::{session_columns, session_columns_but_id},
    },
};

impl SqliteStore {
    /// From now on `faults` decide what breaks.
    #[must_use]
    pub fn with_faults(mut self, faults: Arc<Faults>) -> Self {
        self.faults = faults;
        self
    }

    /// A full disk: SQLite takes the smallest number for the present size of the file, and answers `SQLITE_FULL` to
    /// whatever makes it grow. Said in each transaction, because it holds for a connection and not for the file, and because
    /// no transaction that begins after the disk was freed may find it full.
    pub(super) async fn fill_or_free_the_disk(
        &self,
        mut tx: Transaction<'static, Sqlite>,
    ) -> Result<Transaction<'static, Sqlite>, StorageError> {
        let pragma = match self.faults.disk_is_full() {
            None => return Ok(tx),
            Some(true) => "PRAGMA max_page_count = 1",
            Some(false) => "PRAGMA max_page_count = 4294967294",
        };
        sqlx::query(pragma).execute(&mut *tx).await?;
        Ok(tx)
    }

    /// Adds copies of a session. Their ids begin with its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn copy_session(&self, id: &SessionId, count: u32) -> Result<(), StorageError> {
        let copy = sqlx::query(concat!(
            "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?2)
             INSERT INTO sessions (",
            session_columns!(),
            ") SELECT id || printf('-%05d', number), ",
            session_columns_but_id!(),
            " FROM sessions, numbers WHERE id = ?1 AND ?2 > 0"
        ));
        copy.bind(id.as_str()).bind(count).execute(&self.writer).await?;
        Ok(())
    }

    /// A transaction has done everything but commit.
    pub(super) async fn before_commit(&self) {
        self.faults.abort_if(AbortAt::BeforeCommit);
        self.faults.hold_commit().await;
    }

    /// A transaction is committed and nobody knows yet.
    pub(super) fn after_commit(&self) {
        self.faults.abort_if(AbortAt::AfterCommit);
    }
}
