-- A session has an id that stays the same while it lasts; its key, the SHA-256 of what is in the cookie, is replaced by
-- every confirmation. Sessions from before end with the upgrade.
DROP TABLE sessions;
CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    key BYTEA NOT NULL,
    -- The key before: whoever signs out with that ends the session too.
    previous_key BYTEA,
    account UUID REFERENCES break_glass_accounts (id) ON DELETE CASCADE,
    -- Which of the account's secrets it began with: a new secret ends it.
    generation BIGINT,
    user_id UUID REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    signed_in BIGINT NOT NULL,
    checked BIGINT NOT NULL,
    reason TEXT,
    seen BIGINT NOT NULL,
    address TEXT,
    agent TEXT,
    expires BIGINT NOT NULL,
    CHECK ((account IS NULL) <> (user_id IS NULL)),
    CHECK ((account IS NULL) = (generation IS NULL))
);
CREATE UNIQUE INDEX sessions_key ON sessions (key);
CREATE INDEX sessions_account ON sessions (account);
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires);

-- Browsers are known for each account that they have signed in to; created is the last sign-in.
ALTER TABLE break_glass_devices DROP CONSTRAINT break_glass_devices_pkey;
ALTER TABLE break_glass_devices ADD PRIMARY KEY (key, account);
CREATE INDEX break_glass_devices_created ON break_glass_devices (created);

-- What a drill's codes are made from. It stands nowhere else, so that only the alerts show the codes.
ALTER TABLE drills ADD COLUMN seed BYTEA NOT NULL DEFAULT '';
UPDATE drills SET seed = uuid_send(gen_random_uuid());

-- The last test alert.
ALTER TABLE settings ADD COLUMN alert_tested BIGINT;
