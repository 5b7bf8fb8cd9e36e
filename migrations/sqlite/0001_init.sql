-- The same tables and columns as in migrations/postgres. Ids are UUIDs as 16 bytes, times are milliseconds since 1970,
-- a column named *_key is the folded form of its neighbour, and documents are JSON as it was sent.

CREATE TABLE users (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    user_name TEXT NOT NULL,
    user_name_key TEXT NOT NULL,
    external_id TEXT,
    display_name TEXT,
    display_name_key TEXT,
    given_name TEXT,
    given_name_key TEXT,
    family_name TEXT,
    family_name_key TEXT,
    employee_number TEXT,
    employee_number_key TEXT,
    manager TEXT,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    document TEXT NOT NULL
) STRICT;
-- The name of a unique index is its table and column: that is how a conflict is recognised.
CREATE UNIQUE INDEX users_user_name_key ON users (user_name_key);
CREATE INDEX users_external_id ON users (external_id);
CREATE INDEX users_display_name_key ON users (display_name_key);
CREATE INDEX users_employee_number_key ON users (employee_number_key);
CREATE INDEX users_manager ON users (manager);
CREATE INDEX users_changed ON users (changed, id);
CREATE INDEX users_suspended ON users (changed, id) WHERE NOT active;

CREATE TABLE user_emails (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    value TEXT NOT NULL,
    value_key TEXT NOT NULL,
    kind TEXT,
    kind_key TEXT,
    is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    PRIMARY KEY (user_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_emails_value_key ON user_emails (value_key);

CREATE TABLE groups (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    display_name TEXT NOT NULL,
    display_name_key TEXT NOT NULL,
    external_id TEXT,
    document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX groups_display_name_key ON groups (display_name_key);
CREATE INDEX groups_external_id ON groups (external_id);
CREATE INDEX groups_changed ON groups (changed, id);

CREATE TABLE group_members (
    group_id BLOB NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    added INTEGER NOT NULL,
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_user_id ON group_members (user_id);

CREATE TABLE tokens (
    id BLOB NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    hash BLOB NOT NULL,
    last_four TEXT NOT NULL,
    name TEXT NOT NULL,
    created INTEGER NOT NULL,
    last_used INTEGER,
    revoked INTEGER
) STRICT;
CREATE UNIQUE INDEX tokens_key ON tokens (key);

CREATE TABLE break_glass_accounts (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created INTEGER NOT NULL,
    secret_changed INTEGER NOT NULL,
    proven INTEGER
) STRICT;
CREATE UNIQUE INDEX break_glass_accounts_name_key ON break_glass_accounts (name_key);

-- The key is the SHA-256 of what is in the cookie.
CREATE TABLE sessions (
    key BLOB NOT NULL PRIMARY KEY,
    account BLOB REFERENCES break_glass_accounts (id) ON DELETE CASCADE,
    signed_in INTEGER,
    data TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_account ON sessions (account);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE settings (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    provisioning INTEGER NOT NULL CHECK (provisioning IN (0, 1)),
    provisioning_changed INTEGER
) STRICT;
INSERT INTO settings (id, provisioning) VALUES (1, FALSE);

CREATE TABLE audit_events (
    seq INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    actor_name TEXT,
    address TEXT,
    action TEXT NOT NULL,
    target BLOB,
    target_name TEXT
) STRICT;

CREATE TABLE activity (
    seq INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    token BLOB,
    address TEXT,
    operation TEXT NOT NULL,
    subject TEXT NOT NULL,
    target BLOB,
    outcome TEXT NOT NULL,
    detail TEXT
) STRICT;
CREATE INDEX activity_at ON activity (at, outcome);
-- One small index for each question of the summary that looks at all times.
CREATE INDEX activity_last_call ON activity (at) WHERE token IS NOT NULL;
CREATE INDEX activity_first_test ON activity (at) WHERE operation = 'look_up' AND outcome = 'empty';
CREATE INDEX activity_first_user ON activity (at) WHERE operation = 'create' AND subject = 'user' AND outcome = 'done';
