-- The latest migration that a version must know to use this database. A migration that takes something away raises it.
CREATE TABLE compatibility (oldest BIGINT NOT NULL);
INSERT INTO compatibility (oldest) VALUES (1);
