-- For those who keep sessions in Redis: what links the two stores. Nothing that was there before changes.

-- Numbers the changes of an account that concern its sessions, so that Redis does none of them twice, and begins no session
-- on what was true before one. Not lower than the milliseconds since 1970, so that a database that was restored gives no
-- number again.
ALTER TABLE users ADD COLUMN session_epoch BIGINT NOT NULL DEFAULT 0;

-- What a committed change of an account still has to do to its sessions in Redis. Done and removed within moments; after a
-- crash in between by whichever instance sees it first. No foreign key: the account may be the one that was deleted.
CREATE TABLE session_tasks (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    task TEXT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (user_id, epoch)
);

-- Events of sessions in Redis are written there with what they report, and moved here: each once.
ALTER TABLE security_events ADD COLUMN outbox_id TEXT;
CREATE UNIQUE INDEX security_events_from_outbox ON security_events (outbox_id) WHERE outbox_id IS NOT NULL;

-- Which Redis has the sessions, by what it says of itself. No row: they are here.
CREATE TABLE session_store (
    only_one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_one),
    id       TEXT NOT NULL
);
