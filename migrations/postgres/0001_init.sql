-- The same tables and columns as in migrations/sqlite. Times are milliseconds since 1970, a column named *_key is the
-- folded form of its neighbour, and documents are JSON as it was sent. What is compared or sorted has COLLATE "C": byte
-- by byte, as SQLite does it.

CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    user_name TEXT NOT NULL,
    user_name_key TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C",
    display_name TEXT,
    display_name_key TEXT COLLATE "C",
    given_name TEXT,
    given_name_key TEXT COLLATE "C",
    family_name TEXT,
    family_name_key TEXT COLLATE "C",
    employee_number TEXT,
    employee_number_key TEXT COLLATE "C",
    manager TEXT COLLATE "C",
    active BOOLEAN NOT NULL,
    document TEXT NOT NULL
);
-- The name of a unique index is its table and column: that is how a conflict is recognised.
CREATE UNIQUE INDEX users_user_name_key ON users (user_name_key);
CREATE INDEX users_external_id ON users (external_id);
CREATE INDEX users_display_name_key ON users (display_name_key);
CREATE INDEX users_employee_number_key ON users (employee_number_key);
CREATE INDEX users_manager ON users (manager);
CREATE INDEX users_changed ON users (changed, id);
CREATE INDEX users_suspended ON users (changed, id) WHERE NOT active;

CREATE TABLE user_emails (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    value TEXT NOT NULL,
    value_key TEXT COLLATE "C" NOT NULL,
    kind TEXT,
    kind_key TEXT COLLATE "C",
    is_primary BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, position)
);
CREATE INDEX user_emails_value_key ON user_emails (value_key);

CREATE TABLE groups (
    id UUID NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    display_name TEXT NOT NULL,
    display_name_key TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C",
    document TEXT NOT NULL
);
CREATE UNIQUE INDEX groups_display_name_key ON groups (display_name_key);
CREATE INDEX groups_external_id ON groups (external_id);
CREATE INDEX groups_changed ON groups (changed, id);

CREATE TABLE group_members (
    group_id UUID NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    added BIGINT NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_user_id ON group_members (user_id);

CREATE TABLE tokens (
    id UUID NOT NULL PRIMARY KEY,
    key TEXT COLLATE "C" NOT NULL,
    hash BYTEA NOT NULL,
    last_four TEXT NOT NULL,
    name TEXT NOT NULL,
    created BIGINT NOT NULL,
    last_used BIGINT,
    revoked BIGINT
);
CREATE UNIQUE INDEX tokens_key ON tokens (key);

CREATE TABLE break_glass_accounts (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    secret_hash TEXT NOT NULL,
    created BIGINT NOT NULL,
    secret_changed BIGINT NOT NULL,
    proven BIGINT
);
CREATE UNIQUE INDEX break_glass_accounts_name_key ON break_glass_accounts (name_key);

-- The key is the SHA-256 of what is in the cookie.
CREATE TABLE sessions (
    key BYTEA NOT NULL PRIMARY KEY,
    account UUID REFERENCES break_glass_accounts (id) ON DELETE CASCADE,
    signed_in BIGINT,
    data TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE settings (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    provisioning BOOLEAN NOT NULL,
    provisioning_changed BIGINT
);
INSERT INTO settings (id, provisioning) VALUES (1, FALSE);

CREATE TABLE audit_events (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id UUID,
    actor_name TEXT,
    address TEXT,
    action TEXT NOT NULL,
    target UUID,
    target_name TEXT
);

CREATE TABLE activity (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    token UUID,
    address TEXT,
    operation TEXT NOT NULL,
    subject TEXT NOT NULL,
    target UUID,
    outcome TEXT NOT NULL,
    detail TEXT
);
CREATE INDEX activity_at ON activity (at, outcome);
-- One small index for each question of the summary that looks at all times.
CREATE INDEX activity_last_call ON activity (at) WHERE token IS NOT NULL;
CREATE INDEX activity_first_test ON activity (at) WHERE operation = 'look_up' AND outcome = 'empty';
CREATE INDEX activity_first_user ON activity (at) WHERE operation = 'create' AND subject = 'user' AND outcome = 'done';
