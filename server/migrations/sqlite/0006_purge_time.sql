-- The time up to which old rows may be deleted. It follows the machine's clock slowly, so that a clock that is wrong for a
-- while deletes nothing. No row: nothing has been stored yet.
CREATE TABLE purge_time (only INTEGER PRIMARY KEY CHECK (only = 1), at INTEGER NOT NULL) STRICT;
