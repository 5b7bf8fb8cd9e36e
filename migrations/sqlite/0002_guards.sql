-- Roles that an administrator gives: to a person by hand, or to everybody in a group. No SCIM statement names the column.
ALTER TABLE users ADD COLUMN role TEXT;
ALTER TABLE groups ADD COLUMN role TEXT;
CREATE INDEX users_role ON users (role) WHERE role IS NOT NULL;
CREATE INDEX groups_role ON groups (role) WHERE role IS NOT NULL;

-- What a directory deleted, whole, for as long as it can be restored.
CREATE TABLE deleted_users (
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
    document TEXT NOT NULL,
    role TEXT,
    deleted INTEGER NOT NULL
) STRICT;
CREATE INDEX deleted_users_deleted ON deleted_users (deleted, id);

CREATE TABLE deleted_user_emails (
    user_id BLOB NOT NULL REFERENCES deleted_users (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    value TEXT NOT NULL,
    value_key TEXT NOT NULL,
    kind TEXT,
    kind_key TEXT,
    is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    PRIMARY KEY (user_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE deleted_groups (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    display_name TEXT NOT NULL,
    display_name_key TEXT NOT NULL,
    external_id TEXT,
    document TEXT NOT NULL,
    role TEXT,
    deleted INTEGER NOT NULL
) STRICT;
CREATE INDEX deleted_groups_deleted ON deleted_groups (deleted, id);

-- Memberships that ended, and because of what: 'user', 'group' (one of the two was deleted) or 'member' (taken out).
CREATE TABLE former_members (
    group_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    added INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (group_id, user_id, ended)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_members_user_id ON former_members (user_id);
CREATE INDEX former_members_ended ON former_members (ended);

-- Who lost something to a directory, for the guard against mass deprovisioning; batch is set once a batch is found.
CREATE TABLE departures (
    id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    token BLOB NOT NULL,
    kind TEXT NOT NULL,
    target BLOB NOT NULL,
    target_name TEXT NOT NULL,
    weight INTEGER NOT NULL,
    before TEXT,
    batch BLOB,
    undone INTEGER
) STRICT;
CREATE INDEX departures_at ON departures (at);
-- Those that are undone leave it, so that each part of a long undoing costs the same.
CREATE INDEX departures_batch ON departures (batch, id) WHERE undone IS NULL;

CREATE TABLE batches (
    id BLOB NOT NULL PRIMARY KEY,
    token BLOB NOT NULL,
    opened INTEGER NOT NULL,
    latest INTEGER NOT NULL,
    state TEXT NOT NULL,
    approved_until INTEGER,
    closed INTEGER
) STRICT;
CREATE INDEX batches_opened ON batches (opened);

ALTER TABLE settings ADD COLUMN guard_mode TEXT NOT NULL DEFAULT 'alert';
ALTER TABLE settings ADD COLUMN guard_count INTEGER NOT NULL DEFAULT 10;
ALTER TABLE settings ADD COLUMN guard_percent INTEGER NOT NULL DEFAULT 20;
ALTER TABLE settings ADD COLUMN guard_minutes INTEGER NOT NULL DEFAULT 40;
ALTER TABLE settings ADD COLUMN audit_days INTEGER NOT NULL DEFAULT 400;
-- How many active users there were when somebody last counted.
ALTER TABLE settings ADD COLUMN population INTEGER NOT NULL DEFAULT 0;
ALTER TABLE settings ADD COLUMN population_counted INTEGER;

ALTER TABLE tokens ADD COLUMN expires INTEGER;
ALTER TABLE tokens ADD COLUMN paused INTEGER;
ALTER TABLE tokens ADD COLUMN replaces BLOB;
ALTER TABLE tokens ADD COLUMN networks TEXT;
ALTER TABLE tokens ADD COLUMN networks_enforced INTEGER NOT NULL DEFAULT 0 CHECK (networks_enforced IN (0, 1));
-- The last time that something about the token was told: a use after its end, an expiry to come.
ALTER TABLE tokens ADD COLUMN late_use INTEGER;
ALTER TABLE tokens ADD COLUMN reminded INTEGER;

-- Where each token has called from: an address, and since when.
CREATE TABLE token_networks (
    token BLOB NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (token, network)
) STRICT, WITHOUT ROWID;

-- Counts the secrets that an account has had; a session lives as long as the one it began with. Times cannot tell: clocks
-- jump.
ALTER TABLE break_glass_accounts ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
-- A secret that was made and not yet signed in with: until then the old one works.
ALTER TABLE break_glass_accounts ADD COLUMN next_hash TEXT;
-- The last time that something was changed with the present secret, drills apart.
ALTER TABLE break_glass_accounts ADD COLUMN used INTEGER;
ALTER TABLE break_glass_accounts ADD COLUMN drilled INTEGER;

-- One-time codes by their SHA-256: recovery codes, and what the host gives out in an emergency, which expires.
CREATE TABLE break_glass_codes (
    hash BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL REFERENCES break_glass_accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    used INTEGER
) STRICT;
CREATE INDEX break_glass_codes_account ON break_glass_codes (account);

-- Browsers that have signed in: the SHA-256 of a cookie.
CREATE TABLE break_glass_devices (
    key BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL REFERENCES break_glass_accounts (id) ON DELETE CASCADE,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX break_glass_devices_account ON break_glass_devices (account);

CREATE TABLE drills (
    id BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL,
    account_name TEXT NOT NULL,
    signed_in INTEGER NOT NULL,
    started INTEGER NOT NULL,
    address TEXT,
    task INTEGER,
    channels TEXT NOT NULL,
    seen TEXT NOT NULL,
    completed INTEGER
) STRICT;
CREATE INDEX drills_started ON drills (started);

ALTER TABLE sessions ADD COLUMN generation INTEGER;
ALTER TABLE sessions ADD COLUMN user_id BLOB REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE sessions ADD COLUMN seen INTEGER;
ALTER TABLE sessions ADD COLUMN address TEXT;
ALTER TABLE sessions ADD COLUMN agent TEXT;
CREATE INDEX sessions_user_id ON sessions (user_id);

-- Each event holds the hash of the one before and its own. Events from before this migration have neither.
ALTER TABLE audit_events ADD COLUMN before TEXT;
ALTER TABLE audit_events ADD COLUMN after TEXT;
ALTER TABLE audit_events ADD COLUMN reason TEXT;
ALTER TABLE audit_events ADD COLUMN alert INTEGER NOT NULL DEFAULT 0 CHECK (alert IN (0, 1));
ALTER TABLE audit_events ADD COLUMN previous BLOB;
ALTER TABLE audit_events ADD COLUMN hash BLOB;
CREATE INDEX audit_events_at ON audit_events (at);
CREATE INDEX audit_events_target ON audit_events (target, seq) WHERE target IS NOT NULL;
CREATE INDEX audit_events_alert ON audit_events (seq) WHERE alert;

-- How far each channel has told the alerts of the audit log, in their order.
CREATE TABLE alert_channels (
    name TEXT NOT NULL PRIMARY KEY,
    cursor INTEGER NOT NULL,
    leased_until INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_try INTEGER NOT NULL,
    last_sent INTEGER,
    last_error TEXT
) STRICT;
