-- Roles that an administrator gives: to a person by hand, or to everybody in a group. No SCIM statement names the column.
ALTER TABLE users ADD COLUMN role TEXT COLLATE "C";
ALTER TABLE groups ADD COLUMN role TEXT COLLATE "C";
CREATE INDEX users_role ON users (role) WHERE role IS NOT NULL;
CREATE INDEX groups_role ON groups (role) WHERE role IS NOT NULL;

-- What a directory deleted, whole, for as long as it can be restored.
CREATE TABLE deleted_users (
    id UUID NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    user_name TEXT NOT NULL,
    user_name_key TEXT COLLATE "C" NOT NULL,
    external_id TEXT,
    display_name TEXT,
    display_name_key TEXT COLLATE "C",
    given_name TEXT,
    given_name_key TEXT COLLATE "C",
    family_name TEXT,
    family_name_key TEXT COLLATE "C",
    employee_number TEXT,
    employee_number_key TEXT COLLATE "C",
    manager TEXT,
    active BOOLEAN NOT NULL,
    document TEXT NOT NULL,
    role TEXT,
    deleted BIGINT NOT NULL
);
CREATE INDEX deleted_users_deleted ON deleted_users (deleted, id);

CREATE TABLE deleted_user_emails (
    user_id UUID NOT NULL REFERENCES deleted_users (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    value TEXT NOT NULL,
    value_key TEXT COLLATE "C" NOT NULL,
    kind TEXT,
    kind_key TEXT COLLATE "C",
    is_primary BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, position)
);

CREATE TABLE deleted_groups (
    id UUID NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    display_name TEXT NOT NULL,
    display_name_key TEXT COLLATE "C" NOT NULL,
    external_id TEXT,
    document TEXT NOT NULL,
    role TEXT,
    deleted BIGINT NOT NULL
);
CREATE INDEX deleted_groups_deleted ON deleted_groups (deleted, id);

-- Memberships that ended, and because of what: 'user', 'group' (one of the two was deleted) or 'member' (taken out).
CREATE TABLE former_members (
    group_id UUID NOT NULL,
    user_id UUID NOT NULL,
    added BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (group_id, user_id, ended)
);
CREATE INDEX former_members_user_id ON former_members (user_id);
CREATE INDEX former_members_ended ON former_members (ended);

-- Who lost something to a directory, for the guard against mass deprovisioning; batch is set once a batch is found.
CREATE TABLE departures (
    id UUID NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    token UUID NOT NULL,
    kind TEXT NOT NULL,
    target UUID NOT NULL,
    target_name TEXT NOT NULL,
    weight BIGINT NOT NULL,
    before TEXT,
    batch UUID,
    undone BIGINT
);
CREATE INDEX departures_at ON departures (at);
-- Those that are undone leave it, so that each part of a long undoing costs the same.
CREATE INDEX departures_batch ON departures (batch, id) WHERE undone IS NULL;

CREATE TABLE batches (
    id UUID NOT NULL PRIMARY KEY,
    token UUID NOT NULL,
    opened BIGINT NOT NULL,
    latest BIGINT NOT NULL,
    state TEXT NOT NULL,
    approved_until BIGINT,
    closed BIGINT
);
CREATE INDEX batches_opened ON batches (opened);

ALTER TABLE settings ADD COLUMN guard_mode TEXT NOT NULL DEFAULT 'alert';
ALTER TABLE settings ADD COLUMN guard_count BIGINT NOT NULL DEFAULT 10;
ALTER TABLE settings ADD COLUMN guard_percent BIGINT NOT NULL DEFAULT 20;
ALTER TABLE settings ADD COLUMN guard_minutes BIGINT NOT NULL DEFAULT 40;
ALTER TABLE settings ADD COLUMN audit_days BIGINT NOT NULL DEFAULT 400;
-- How many active users there were when somebody last counted.
ALTER TABLE settings ADD COLUMN population BIGINT NOT NULL DEFAULT 0;
ALTER TABLE settings ADD COLUMN population_counted BIGINT;

ALTER TABLE tokens ADD COLUMN expires BIGINT;
ALTER TABLE tokens ADD COLUMN paused BIGINT;
ALTER TABLE tokens ADD COLUMN replaces UUID;
ALTER TABLE tokens ADD COLUMN networks TEXT;
ALTER TABLE tokens ADD COLUMN networks_enforced BOOLEAN NOT NULL DEFAULT FALSE;
-- The last time that something about the token was told: a use after its end, an expiry to come.
ALTER TABLE tokens ADD COLUMN late_use BIGINT;
ALTER TABLE tokens ADD COLUMN reminded BIGINT;

-- Where each token has called from: an address, and since when.
CREATE TABLE token_networks (
    token UUID NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    network TEXT COLLATE "C" NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (token, network)
);

-- Counts the secrets that an account has had; a session lives as long as the one it began with. Times cannot tell: clocks
-- jump.
ALTER TABLE break_glass_accounts ADD COLUMN generation BIGINT NOT NULL DEFAULT 1;
-- A secret that was made and not yet signed in with: until then the old one works.
ALTER TABLE break_glass_accounts ADD COLUMN next_hash TEXT;
-- The last time that something was changed with the present secret, drills apart.
ALTER TABLE break_glass_accounts ADD COLUMN used BIGINT;
ALTER TABLE break_glass_accounts ADD COLUMN drilled BIGINT;

-- One-time codes by their SHA-256: recovery codes, and what the host gives out in an emergency, which expires.
CREATE TABLE break_glass_codes (
    hash BYTEA NOT NULL PRIMARY KEY,
    account UUID NOT NULL REFERENCES break_glass_accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    used BIGINT
);
CREATE INDEX break_glass_codes_account ON break_glass_codes (account);

-- Browsers that have signed in: the SHA-256 of a cookie.
CREATE TABLE break_glass_devices (
    key BYTEA NOT NULL PRIMARY KEY,
    account UUID NOT NULL REFERENCES break_glass_accounts (id) ON DELETE CASCADE,
    created BIGINT NOT NULL
);
CREATE INDEX break_glass_devices_account ON break_glass_devices (account);

CREATE TABLE drills (
    id UUID NOT NULL PRIMARY KEY,
    account UUID NOT NULL,
    account_name TEXT NOT NULL,
    signed_in BIGINT NOT NULL,
    started BIGINT NOT NULL,
    address TEXT,
    task BIGINT,
    channels TEXT NOT NULL,
    seen TEXT NOT NULL,
    completed BIGINT
);
CREATE INDEX drills_started ON drills (started);

ALTER TABLE sessions ADD COLUMN generation BIGINT;
ALTER TABLE sessions ADD COLUMN user_id UUID REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE sessions ADD COLUMN seen BIGINT;
ALTER TABLE sessions ADD COLUMN address TEXT;
ALTER TABLE sessions ADD COLUMN agent TEXT;
CREATE INDEX sessions_user_id ON sessions (user_id);

-- Each event holds the hash of the one before and its own. Events from before this migration have neither.
ALTER TABLE audit_events ADD COLUMN before TEXT;
ALTER TABLE audit_events ADD COLUMN after TEXT;
ALTER TABLE audit_events ADD COLUMN reason TEXT;
ALTER TABLE audit_events ADD COLUMN alert BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE audit_events ADD COLUMN previous BYTEA;
ALTER TABLE audit_events ADD COLUMN hash BYTEA;
CREATE INDEX audit_events_at ON audit_events (at);
CREATE INDEX audit_events_target ON audit_events (target, seq) WHERE target IS NOT NULL;
CREATE INDEX audit_events_alert ON audit_events (seq) WHERE alert;

-- How far each channel has told the alerts of the audit log, in their order.
CREATE TABLE alert_channels (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    cursor BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_try BIGINT NOT NULL,
    last_sent BIGINT,
    last_error TEXT
);

-- The chain gives out the numbers: under its lock they have no gaps and the order of the commits.
ALTER TABLE audit_events ALTER COLUMN seq DROP IDENTITY;
