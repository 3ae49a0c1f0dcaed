-- For those who keep sessions in Redis: what links the two stores. New tables alone: nothing that was there before changes, and
-- nobody waits for it.

-- The number of the latest change of an account that concerned its sessions, so that Redis does none of them twice, and begins
-- no session on what was true before one. Not lower than the milliseconds since 1970, so that a database that was restored
-- gives no number again.
CREATE TABLE session_epochs (
    user_id TEXT COLLATE "C" PRIMARY KEY,
    epoch   BIGINT NOT NULL
);

-- What a committed change of an account still has to do to its sessions in Redis. Done and removed within moments; after a
-- crash in between by whichever instance sees it first. No foreign key: the account may be the one that was deleted.
CREATE TABLE session_tasks (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL,
    epoch   BIGINT NOT NULL,
    task    TEXT NOT NULL,
    at      BIGINT NOT NULL,
    UNIQUE (user_id, epoch)
);

-- Events of sessions in Redis are written there with what they report, and moved here: each once.
CREATE TABLE moved_events (
    outbox_id TEXT PRIMARY KEY,
    moved_at  TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX moved_events_by_time ON moved_events (moved_at);

-- Which Redis has the sessions, by what it says of itself. No row: they are here.
CREATE TABLE session_store (
    only_one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_one),
    id       TEXT NOT NULL
);
