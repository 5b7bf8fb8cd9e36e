-- What a token may cost: MiB that its changes store in an hour, and refused calls that are told why in a minute.
ALTER TABLE tokens ADD COLUMN budget_mib INTEGER NOT NULL DEFAULT 1024;
ALTER TABLE tokens ADD COLUMN budget_refusals INTEGER NOT NULL DEFAULT 60;

-- What each token's changes have stored in the hour of that number, as far as it was written down.
CREATE TABLE token_spending (
    token BLOB NOT NULL PRIMARY KEY REFERENCES tokens (id) ON DELETE CASCADE,
    hour INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How often each token has caused an alert of a kind in the hour of that number: a few are told, the rest are summed up.
CREATE TABLE token_alerts (
    token BLOB NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    hour INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (token, action)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_alerts_hour ON token_alerts (hour);
CREATE INDEX token_networks_last_seen ON token_networks (last_seen);

-- The lane of an alert.
ALTER TABLE audit_events ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0 CHECK (urgent IN (0, 1));
UPDATE audit_events SET urgent = TRUE WHERE alert AND action IN (
    'provisioning.enabled', 'provisioning.disabled', 'user.role_changed', 'group.role_changed',
    'guard.tripped', 'guard.held', 'guard.changed', 'token.created',
    'token.rotated', 'break_glass.created', 'break_glass.reset', 'break_glass.rotated',
    'break_glass.removed', 'break_glass.rescue', 'break_glass.signed_in', 'drill.started',
    'audit.changed');
DROP INDEX audit_events_alert;
CREATE INDEX audit_events_alert ON audit_events (urgent, seq) WHERE alert;

-- How far each lane of a channel has told its alerts, in their order. Both start where the channel was.
CREATE TABLE alert_lanes (
    channel TEXT NOT NULL,
    urgent INTEGER NOT NULL CHECK (urgent IN (0, 1)),
    cursor INTEGER NOT NULL,
    leased_until INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_try INTEGER NOT NULL,
    last_sent INTEGER,
    last_error TEXT,
    PRIMARY KEY (channel, urgent)
) STRICT;
INSERT INTO alert_lanes (channel, urgent, cursor, leased_until, attempts, next_try, last_sent, last_error)
SELECT name, lanes.urgent, cursor, leased_until, attempts, next_try, last_sent, last_error
FROM alert_channels, (SELECT TRUE AS urgent UNION ALL SELECT FALSE) AS lanes;
DROP TABLE alert_channels;
