-- What is done to the database as a whole, by Postern itself or from the host. There is one row.
CREATE TABLE upkeep (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- The present, as the last removal of old rows had it.
    horizon INTEGER,
    -- The last backup, and the last reminder of one.
    backed_up INTEGER,
    backup_reminded INTEGER,
    -- The last time that an older state was put back.
    restored INTEGER,
    -- Where these rows were when they were last looked at. Used on Postgres only.
    place INTEGER
) STRICT;
INSERT INTO upkeep (id) VALUES (1);
