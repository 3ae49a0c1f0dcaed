-- The latest migration that a version must know to use this database. A migration that takes something away raises it.
CREATE TABLE compatibility (oldest INTEGER NOT NULL) STRICT;
INSERT INTO compatibility (oldest) VALUES (1);
