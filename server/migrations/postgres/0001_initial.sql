-- Times are milliseconds since 1970-01-01 UTC. Nothing in this file is a secret: passwords are argon2id hashes, refresh
-- tokens SHA-256 hashes, and a sealed head opens only for whoever holds the token before it.

CREATE TABLE users (
    -- UUIDv7: byte order is the order of their making, whatever the database's language.
    id                  TEXT COLLATE "C" PRIMARY KEY,
    email               TEXT NOT NULL UNIQUE,
    display_name        TEXT,
    role                TEXT NOT NULL CHECK (role IN ('user', 'admin')),
    password_hash       TEXT NOT NULL,
    password_changed_at BIGINT NOT NULL,
    disabled_at         BIGINT,
    created_at          BIGINT NOT NULL
);

CREATE TABLE sessions (
    id                TEXT COLLATE "C" PRIMARY KEY,
    user_id           TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    ver               INTEGER NOT NULL,
    ver_at            BIGINT NOT NULL,
    gen               BIGINT NOT NULL,
    head_hash         BYTEA NOT NULL CHECK (length(head_hash) = 32),
    prev_hash         BYTEA CHECK (length(prev_hash) = 32),
    sealed_head       BYTEA,
    head_attempt      TEXT,
    served_attempts   TEXT NOT NULL,
    emitted_at        BIGINT NOT NULL,
    confirmed_at      BIGINT,
    streak            INTEGER NOT NULL,
    hit               BOOLEAN NOT NULL,
    browser           BOOLEAN NOT NULL,
    attempts          BOOLEAN NOT NULL,
    remember_me       BOOLEAN NOT NULL,
    created_at        BIGINT NOT NULL,
    last_used_at      BIGINT NOT NULL,
    idle_deadline     BIGINT NOT NULL,
    absolute_deadline BIGINT NOT NULL,
    revoked_at        BIGINT,
    revoked_reason    TEXT,
    ip                TEXT NOT NULL,
    user_agent        TEXT NOT NULL,
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);

CREATE INDEX sessions_of_a_user ON sessions (user_id);
-- What ends access tokens before they expire is looked up by when it happened.
CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX sessions_raised ON sessions (ver_at) WHERE ver_at > 0;
CREATE INDEX sessions_over ON sessions (absolute_deadline);

CREATE TABLE security_events (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at               BIGINT NOT NULL,
    kind             TEXT NOT NULL,
    user_id          TEXT,
    session_id       TEXT,
    -- Who acted where that was somebody else, and the other side of a token in two hands.
    by_user_id       TEXT,
    ip               TEXT NOT NULL,
    user_agent       TEXT NOT NULL,
    other_ip         TEXT,
    other_user_agent TEXT
);

CREATE INDEX security_events_of_a_user ON security_events (user_id, id);
CREATE INDEX security_events_of_a_kind ON security_events (kind, id);

-- What is left of the sessions of a deleted account while an access token of theirs may still be in time.
CREATE TABLE tombstones (
    session_id TEXT COLLATE "C" PRIMARY KEY,
    ended_at   BIGINT NOT NULL
);

CREATE INDEX tombstones_by_end ON tombstones (ended_at);
