UPDATE users SET role = 'administrator' WHERE id = {0001};
UPDATE groups SET role = 'auditor' WHERE id = {0101};

INSERT INTO deleted_users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
        display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
        employee_number_key, manager, active, document, role, deleted)
    VALUES
        ({0011}, 3, 1742284800000, 1742371202000, 'Grace.Hopper@corp.example', 'grace.hopper@corp.example',
            '00u-Grace', 'Grace Hopper', 'grace hopper', 'Grace', 'grace', 'Hopper', 'hopper', 'N-1', 'n-1',
            '0195a000-0000-7000-8000-000000000001', TRUE,
            '{"userName":"Grace.Hopper@corp.example","externalId":"00u-Grace","displayName":"Grace Hopper","name":{"givenName":"Grace","familyName":"Hopper"},"title":"Rear Admiral","emails":[{"value":"grace@corp.example","type":"work","primary":true}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"N-1","manager":{"value":"0195a000-0000-7000-8000-000000000001"}},"active":true}',
            'member', 1742371202000),
        ({0012}, 1, 1742284800000, 1742371205000, 'tmp@corp.example', 'tmp@corp.example', NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, TRUE, '{"userName":"tmp@corp.example"}', NULL, 1742371205000);

INSERT INTO deleted_user_emails (user_id, position, value, value_key, kind, kind_key, is_primary)
    VALUES
        ({0011}, 0, 'grace@corp.example', 'grace@corp.example', 'work', 'work', TRUE);

INSERT INTO deleted_groups (id, version, created, changed, display_name, display_name_key, external_id, document,
        role, deleted)
    VALUES
        ({0111}, 2, 1742284800000, 1742371203000, 'Contractors', 'contractors', 'grp-c',
            '{"externalId":"grp-c","displayName":"Contractors"}', 'auditor', 1742371203000);

INSERT INTO groups (id, version, created, changed, display_name, display_name_key, external_id, document)
    VALUES
        ({0112}, 3, 1742284800000, 1742371204000, 'Night shift', 'night shift', NULL, '{"displayName":"Night shift"}');

INSERT INTO former_members (group_id, user_id, added, ended, cause)
    VALUES
        ({0101}, {0011}, 1742284809000, 1742371202000, 'user'),
        ({0111}, {0002}, 1742284809000, 1742371203000, 'group'),
        ({0112}, {0007}, 1742284809000, 1742371204000, 'member');

-- One batch waits, another was dismissed after half of it was undone by hand, and one departure is in none.
INSERT INTO batches (id, token, opened, latest, state, approved_until, closed)
    VALUES
        ({0601}, {0201}, 1742371201000, 1742371204000, 'open', NULL, NULL),
        ({0602}, {0201}, 1742284820000, 1742284821000, 'dismissed', 1742284830000, 1742284831000);

INSERT INTO departures (id, at, token, kind, target, target_name, weight, before, batch, undone)
    VALUES
        ({0701}, 1742371201000, {0201}, 'deactivated', {0005}, 'נועה 🦊', 1, 'true', {0601}, NULL),
        ({0702}, 1742371202000, {0201}, 'deleted', {0011}, 'Grace Hopper', 1, NULL, {0601}, NULL),
        ({0703}, 1742371203000, {0201}, 'group_deleted', {0111}, 'Contractors', 1, NULL, {0601}, NULL),
        ({0704}, 1742371204000, {0201}, 'group_emptied', {0112}, 'Night shift', 1, NULL, {0601}, NULL),
        ({0705}, 1742284820000, {0201}, 'deactivated', {0007}, 'bob', 1, NULL, {0602}, 1742284825000),
        ({0706}, 1742371205000, {0201}, 'deleted', {0012}, 'tmp@corp.example', 1, NULL, NULL, NULL);

UPDATE settings SET guard_mode = 'hold', guard_count = 7, guard_percent = 15, guard_minutes = 30, audit_days = 500,
    population = 6, population_counted = 1742371200000;

INSERT INTO tokens (id, key, hash, last_four, name, created, last_used, revoked, expires, paused, replaces, late_use)
    VALUES
        ({0203}, 'SeedLate03', {a98eafadfc272839ff2e8802cf4605bd602e2243db347984a3ef09e744703ecd}, 'dE6M', 'Expired',
            1742284800000, 1742284840000, NULL, 1742371200000, NULL, NULL, 1742371209000),
        ({0204}, 'SeedHeld04', {ce2acc5fd900e39eafb21b10513acb36c7753c203b94dc27166645bd046ab4d3}, 'ZF0P', 'Paused',
            1742371200000, NULL, NULL, NULL, 1742371201000, {0203}, NULL);

UPDATE tokens SET networks = '192.0.2.0/24, 2001:db8::/32', networks_enforced = TRUE, reminded = 1742371200000 WHERE id = {0201};

INSERT INTO token_networks (token, network, first_seen, last_seen)
    VALUES
        ({0201}, '192.0.2.7', 1742284808500, 1742371202000),
        ({0201}, '2001:db8::/64', 1742371200000, 1742371200000);

UPDATE break_glass_accounts SET generation = 2, used = 1742371200100, drilled = 1742371200200, next_hash = '$argon2id$next' WHERE id = {0301};

-- A recovery code that is left, one that is used up, and one from the host that has expired.
INSERT INTO break_glass_codes (hash, account, kind, created, expires, used)
    VALUES
        ({98614eadfec717eab101cd433c5ec737eb01bd06a8033836e0eb1e39dc3536c5}, {0301}, 'recovery', 1742371200000, NULL,
            NULL),
        ({f369552e014c0a1db6cf77d22bc9999f0b5c726b67a464fd8ec85cf7515d3ae7}, {0301}, 'recovery', 1742371200000, NULL,
            1742371200050),
        ({5470eca37c24ef2ad91313ba0297e63b389f64f688c522a187d105586a446b00}, {0302}, 'rescue', 1742371200000,
            1742372100000, NULL);

INSERT INTO break_glass_devices (key, account, created)
    VALUES
        ({2121212121212121212121212121212121212121212121212121212121212121}, {0301}, 1742371200000);

INSERT INTO drills (id, account, account_name, signed_in, started, address, task, channels, seen, completed)
    VALUES
        ({0501}, {0301}, 'gate-7f3k', 1742371200000, 1742371200010, '::1', 1742371200020, 'mail webhook',
            'mail webhook', 1742371200200),
        ({0502}, {0301}, 'gate-7f3k', 1742371200300, 1742371200310, NULL, NULL, 'mail', '', NULL);

INSERT INTO sessions (key, account, signed_in, data, expires, generation, user_id, seen, address, agent)
    VALUES
        ({2222222222222222222222222222222222222222222222222222222222222222}, {0301}, 1742371200000, '{}',
            9000000000000, 2, NULL, 1742371200000, '::1', 'Firefox'),
        ({2323232323232323232323232323232323232323232323232323232323232323}, NULL, 1742371200000, '{}', 9000000000000,
            NULL, {0001}, 1742371200000, '192.0.2.1', NULL);

-- The chain begins. The number goes on behind the events that have no hash.
INSERT INTO audit_events (seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, before,
        after, reason, alert, previous, hash)
    VALUES
        (5, 1742371200100, 'break_glass', {0301}, 'gate-7f3k', '::1', 'user.role_changed', {0001}, 'Ada Lovelace',
            '{"role":null}', '{"role":"administrator"}', 'first administrator', TRUE,
            {0000000000000000000000000000000000000000000000000000000000000000},
            {e64c33fab46d03b6a6776dd11bfbe34aaf27cc0eed2e66a97f53a177f11ce25a}),
        (6, 1742371202000, 'scim', {0201}, 'Entra', '192.0.2.7', 'user.deleted', {0011}, 'Grace Hopper',
            '{"userName":"Grace.Hopper@corp.example","externalId":"00u-Grace","displayName":"Grace Hopper","name":{"givenName":"Grace","familyName":"Hopper"},"title":"Rear Admiral","emails":[{"value":"grace@corp.example","type":"work","primary":true}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"N-1","manager":{"value":"0195a000-0000-7000-8000-000000000001"}},"active":true}',
            '{}', NULL, FALSE, {e64c33fab46d03b6a6776dd11bfbe34aaf27cc0eed2e66a97f53a177f11ce25a},
            {7e9a2662d2f9554db193c72add9af4a0dc3ce975b8c40b7c0597f36ecfae2e1b}),
        (7, 1742371204000, 'scim', {0201}, 'Entra', '192.0.2.7', 'guard.tripped', {0201}, 'Entra', NULL,
            '{"people":4}', NULL, TRUE, {7e9a2662d2f9554db193c72add9af4a0dc3ce975b8c40b7c0597f36ecfae2e1b},
            {102d44330ad90851ba6ba6030f937de77b52bcb9b01d64933fa3e084e780bf5d}),
        (8, 1742371205000, 'system', NULL, NULL, NULL, 'token.first_used', {0201}, 'Entra', NULL, NULL, NULL, TRUE,
            {102d44330ad90851ba6ba6030f937de77b52bcb9b01d64933fa3e084e780bf5d},
            {41015a81f7615eb534dd0c2aacc90ceda11c276b8d09e97e1c45b6569390e692});

INSERT INTO alert_channels (name, cursor, leased_until, attempts, next_try, last_sent, last_error)
    VALUES
        ('mail', 5, 1742371230000, 3, 1742371240000, 1742371200200, 'no answer from “mx.corp.example”'),
        ('webhook', 7, 0, 0, 1742371204100, 1742371204100, NULL);
