-- Orders to undo a batch that are being carried out, and how far each has come. Steps are taken until nothing is left, also
-- after the request that ordered it has ended, or the process.
CREATE TABLE undos (
    batch UUID NOT NULL PRIMARY KEY REFERENCES batches (id) ON DELETE CASCADE,
    -- Ids with a space between them; NULL for everybody.
    people TEXT,
    began BIGINT NOT NULL,
    -- What is put into the batch first; NULL once it is there.
    gathers TEXT,
    token UUID,
    gathers_from BIGINT,
    gathers_until BIGINT,
    below BIGINT,
    restored BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    continued BIGINT NOT NULL,
    ordered BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id UUID,
    actor_name TEXT,
    address TEXT,
    reason TEXT
);

-- The name, folded, to look for it. What is already there is folded as far as the database can.
ALTER TABLE departures ADD COLUMN target_key TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE departures SET target_key = LOWER(target_name);
