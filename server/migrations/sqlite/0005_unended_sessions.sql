-- The sessions of an account that have not ended: to list them, to enforce the cap, and to end them in batches without a
-- look at those that ended before.
CREATE INDEX IF NOT EXISTS sessions_unended ON sessions (user_id, idle_deadline, id) WHERE revoked_at IS NULL;
