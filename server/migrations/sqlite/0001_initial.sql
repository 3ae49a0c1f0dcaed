-- Times are milliseconds since 1970-01-01 UTC. Nothing in this file is a secret: passwords are argon2id hashes, refresh
-- tokens SHA-256 hashes, and a sealed head opens only for whoever holds the token before it.

CREATE TABLE users (
    id                  TEXT PRIMARY KEY NOT NULL,
    email               TEXT NOT NULL UNIQUE,
    display_name        TEXT,
    role                TEXT NOT NULL CHECK (role IN ('user', 'admin')),
    password_hash       TEXT NOT NULL,
    password_changed_at INTEGER NOT NULL,
    disabled_at         INTEGER,
    created_at          INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id                TEXT PRIMARY KEY NOT NULL,
    user_id           TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    ver               INTEGER NOT NULL,
    ver_at            INTEGER NOT NULL,
    gen               INTEGER NOT NULL,
    head_hash         BLOB NOT NULL CHECK (length(head_hash) = 32),
    prev_hash         BLOB CHECK (length(prev_hash) = 32),
    sealed_head       BLOB,
    head_attempt      TEXT,
    served_attempts   TEXT NOT NULL,
    emitted_at        INTEGER NOT NULL,
    confirmed_at      INTEGER,
    streak            INTEGER NOT NULL,
    hit               INTEGER NOT NULL CHECK (hit IN (0, 1)),
    browser           INTEGER NOT NULL CHECK (browser IN (0, 1)),
    attempts          INTEGER NOT NULL CHECK (attempts IN (0, 1)),
    remember_me       INTEGER NOT NULL CHECK (remember_me IN (0, 1)),
    created_at        INTEGER NOT NULL,
    last_used_at      INTEGER NOT NULL,
    idle_deadline     INTEGER NOT NULL,
    absolute_deadline INTEGER NOT NULL,
    revoked_at        INTEGER,
    revoked_reason    TEXT,
    ip                TEXT NOT NULL,
    user_agent        TEXT NOT NULL,
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
) STRICT;

CREATE INDEX sessions_of_a_user ON sessions (user_id);
-- What ends access tokens before they expire is looked up by when it happened.
CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX sessions_raised ON sessions (ver_at) WHERE ver_at > 0;
CREATE INDEX sessions_over ON sessions (absolute_deadline);

CREATE TABLE security_events (
    id         INTEGER PRIMARY KEY NOT NULL,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    user_id    TEXT,
    session_id TEXT,
    ip         TEXT NOT NULL,
    user_agent TEXT NOT NULL
) STRICT;

CREATE INDEX security_events_of_a_user ON security_events (user_id, id);
