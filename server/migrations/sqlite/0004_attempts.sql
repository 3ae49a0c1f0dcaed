-- How often a password was tried in vain: by account, by network, and by both. A key is a keyed hash, so that nobody reads
-- here what was typed into the field for the e-mail address, and an unknown address leaves the same as a known one.
CREATE TABLE attempts (
    key          BLOB PRIMARY KEY NOT NULL CHECK (length(key) = 32),
    failures     INTEGER NOT NULL,
    counted_at   INTEGER NOT NULL,
    succeeded_at INTEGER
) STRICT;
-- What is deleted is found by these: places where somebody has signed in are kept for longer.
CREATE INDEX attempts_failed ON attempts (counted_at) WHERE succeeded_at IS NULL;
CREATE INDEX attempts_succeeded ON attempts (succeeded_at) WHERE succeeded_at IS NOT NULL;
