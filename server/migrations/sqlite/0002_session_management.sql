-- Who acted where that was somebody else, and the other side of a token in two hands.
ALTER TABLE security_events ADD COLUMN by_user_id TEXT;
ALTER TABLE security_events ADD COLUMN other_ip TEXT;
ALTER TABLE security_events ADD COLUMN other_user_agent TEXT;

CREATE INDEX security_events_of_a_kind ON security_events (kind, id);

-- What is left of the sessions of a deleted account while an access token of theirs may still be in time.
CREATE TABLE tombstones (
    session_id TEXT PRIMARY KEY NOT NULL,
    ended_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX tombstones_by_end ON tombstones (ended_at);
