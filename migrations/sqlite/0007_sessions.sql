-- A session has an id that stays the same while it lasts; its key, the SHA-256 of what is in the cookie, is replaced by
-- every confirmation. Sessions from before end with the upgrade.
DROP TABLE sessions;
CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    key BLOB NOT NULL,
    -- The key before: whoever signs out with that ends the session too.
    previous_key BLOB,
    account BLOB REFERENCES break_glass_accounts (id) ON DELETE CASCADE,
    -- Which of the account's secrets it began with: a new secret ends it.
    generation INTEGER,
    user_id BLOB REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    signed_in INTEGER NOT NULL,
    checked INTEGER NOT NULL,
    reason TEXT,
    seen INTEGER NOT NULL,
    address TEXT,
    agent TEXT,
    expires INTEGER NOT NULL,
    CHECK ((account IS NULL) <> (user_id IS NULL)),
    CHECK ((account IS NULL) = (generation IS NULL))
) STRICT;
CREATE UNIQUE INDEX sessions_key ON sessions (key);
CREATE INDEX sessions_account ON sessions (account);
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires);

-- Browsers are known for each account that they have signed in to; created is the last sign-in.
CREATE TABLE known_devices (
    key BLOB NOT NULL,
    account BLOB NOT NULL REFERENCES break_glass_accounts (id) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    PRIMARY KEY (key, account)
) STRICT, WITHOUT ROWID;
INSERT INTO known_devices (key, account, created) SELECT key, account, created FROM break_glass_devices;
DROP TABLE break_glass_devices;
ALTER TABLE known_devices RENAME TO break_glass_devices;
CREATE INDEX break_glass_devices_account ON break_glass_devices (account);
CREATE INDEX break_glass_devices_created ON break_glass_devices (created);

-- What a drill's codes are made from. It stands nowhere else, so that only the alerts show the codes.
ALTER TABLE drills ADD COLUMN seed BLOB NOT NULL DEFAULT x'';
UPDATE drills SET seed = randomblob(16);

-- The last test alert.
ALTER TABLE settings ADD COLUMN alert_tested INTEGER;
