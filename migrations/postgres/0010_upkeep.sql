-- What is done to the database as a whole, by Postern itself or from the host. There is one row.
CREATE TABLE upkeep (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    -- The present, as the last removal of old rows had it.
    horizon BIGINT,
    -- The last backup, and the last reminder of one.
    backed_up BIGINT,
    backup_reminded BIGINT,
    -- The last time that an older state was put back.
    restored BIGINT,
    -- The number that Postgres gave this table when these rows were last looked at: a dump makes another table.
    place BIGINT
);
INSERT INTO upkeep (id) VALUES (1);
