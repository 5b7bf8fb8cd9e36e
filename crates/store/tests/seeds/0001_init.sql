-- What databases of version 1 hold, and so do those of every later version. In braces, four digits are the id that ends with
-- them, and more are bytes. Each seed is of a day of its own.

-- Names with a separate ring, in full width, with signs of LIKE and quotes, from right to left. The J of 0006 has a caron that
-- only its small letter has in one piece: until version 5 keys had the two apart, so only a renewed key finds the name.
INSERT INTO users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
        display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
        employee_number_key, manager, active, document)
    VALUES
        ({0001}, 4, 1742284800000, 1742284840000, 'Ada.Lovelace@corp.example', 'ada.lovelace@corp.example',
            '00u1-Ada', 'Ada Lovelace', 'ada lovelace', 'Ada', 'ada', 'Lovelace', 'lovelace', 'E-0815', 'e-0815',
            '0195a000-0000-7000-8000-000000000002', TRUE,
            '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"00u1-Ada","userName":"Ada.Lovelace@corp.example","name":{"givenName":"Ada","familyName":"Lovelace","formatted":"Ada King, Countess of Lovelace"},"displayName":"Ada Lovelace","title":"Mathematician","emails":[{"value":"Ada.Lovelace@corp.example","type":"Work","primary":true},{"value":"ada@home.example","type":"home"}],"phoneNumbers":[{"value":"+44 20 7946 0001","type":"work"}],"active":true,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"E-0815","department":"Analytical Engines","manager":{"value":"0195a000-0000-7000-8000-000000000002"}}}'),
        ({0002}, 2, 1742284801000, 1742284802000, 'Åsa.Öberg@corp.example', 'åsa.öberg@corp.example', NULL,
            'Åsa Öberg', 'åsa öberg', 'Åsa', 'åsa', 'Öberg', 'öberg', NULL, NULL, NULL, TRUE,
            '{"userName":"Åsa.Öberg@corp.example","displayName":"Åsa Öberg","name":{"givenName":"Åsa","familyName":"Öberg"},"nickName":"Å","active":true}'),
        ({0003}, 1, 1742284802000, 1742284802000, 'ＫＡＩ@corp.example', 'kai@corp.example', NULL, 'かい 田中', 'かい 田中',
            NULL, NULL, NULL, NULL, '007', '007', NULL, TRUE,
            '{"userName":"ＫＡＩ@corp.example","displayName":"かい 田中","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"007"}}'),
        ({0004}, 1, 1742284803000, 1742284803000, 'O''Brien, Seán', 'o''brien, seán', 'x-ß', '100%_\sure "Seán"',
            '100%_\sure "seán"', NULL, NULL, NULL, NULL, NULL, NULL, 'nobody-here', TRUE,
            '{"userName":"O''Brien, Seán","externalId":"x-ß","displayName":"100%_\\sure \"Seán\"","x:unknown":{"deep":[null,1.5,{"a":"🦊"}]},"active":true}'),
        ({0005}, 7, 1742284804000, 1742284850000, 'נועה@corp.example', 'נועה@corp.example', NULL, 'נועה 🦊', 'נועה 🦊',
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, FALSE,
            '{"userName":"נועה@corp.example","displayName":"נועה 🦊","active":false}'),
        ({0006}, 1, 1742284805000, 1742284805000, 'J̌ana@corp.example', 'ǰana@corp.example', NULL, 'J̌ana', 'ǰana',
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, TRUE,
            '{"userName":"J̌ana@corp.example","displayName":"J̌ana","emails":[{"value":"J̌ana@corp.example"}],"active":true}'),
        ({0007}, 1, 1742284806000, 1742284806000, 'bob', 'bob', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, TRUE, '{"userName":"bob"}');

INSERT INTO user_emails (user_id, position, value, value_key, kind, kind_key, is_primary)
    VALUES
        ({0001}, 0, 'Ada.Lovelace@corp.example', 'ada.lovelace@corp.example', 'Work', 'work', TRUE),
        ({0001}, 1, 'ada@home.example', 'ada@home.example', 'home', 'home', FALSE),
        ({0006}, 0, 'J̌ana@corp.example', 'ǰana@corp.example', NULL, NULL, FALSE);

INSERT INTO groups (id, version, created, changed, display_name, display_name_key, external_id, document)
    VALUES
        ({0101}, 3, 1742284800000, 1742284809000, 'Engineering', 'engineering', 'grp-1',
            '{"externalId":"grp-1","displayName":"Engineering"}'),
        ({0102}, 2, 1742284801000, 1742284809000, 'Öl & Gas "Süd"', 'öl & gas "süd"', NULL,
            '{"displayName":"Öl & Gas \"Süd\""}'),
        ({0103}, 1, 1742284802000, 1742284802000, 'Empty   and  spaced', 'empty   and  spaced', NULL,
            '{"displayName":"Empty   and  spaced"}');

INSERT INTO group_members (group_id, user_id, added)
    VALUES
        ({0101}, {0001}, 1742284809000),
        ({0101}, {0002}, 1742284809000),
        ({0101}, {0005}, 1742284809000),
        ({0102}, {0003}, 1742284809000),
        ({0102}, {0004}, 1742284809000);

-- The secrets of tokens and codes stand in `crates/store/tests/contract/versions/ways_in.rs`.
INSERT INTO tokens (id, key, hash, last_four, name, created, last_used, revoked)
    VALUES
        ({0201}, 'SeedLive01', {4a8f209dbd2c758eea0da0d0458c8cf7a965c813c531fdafba15aa77398080d1}, 'oI7H', 'Entra',
            1742284800000, 1742284840000, NULL),
        ({0202}, 'SeedGone02', {3f6bfceb587d2bfafd3ab9f1b5934181565ee973f4a3b16d49e916a01eba5037}, 'S2pC',
            'Old “Okta”', 1742284801000, NULL, 1742284805000);

INSERT INTO break_glass_accounts (id, name, name_key, secret_hash, created, secret_changed, proven)
    VALUES
        ({0301}, 'gate-7f3k', 'gate-7f3k',
            '$argon2id$v=19$m=65536,t=3,p=1$c2VlZHNlZWQwMzAx$c2VlZHNlZWRzZWVkc2VlZHNlZWRzZWVk', 1742284800000,
            1742284800000, 1742284807000),
        ({0302}, 'gate-q2zt', 'gate-q2zt',
            '$argon2id$v=19$m=65536,t=3,p=1$c2VlZHNlZWQwMzAy$c2VlZHNlZWRzZWVkc2VlZHNlZWRzZWVk', 1742284801000,
            1742284801000, NULL);

INSERT INTO sessions (key, account, signed_in, data, expires)
    VALUES
        ({1111111111111111111111111111111111111111111111111111111111111111}, {0301}, 1742284807000, '{"csrf":"1"}',
            9000000000000),
        ({1212121212121212121212121212121212121212121212121212121212121212}, NULL, NULL, '{}', 9000000000000);

UPDATE settings SET provisioning = TRUE, provisioning_changed = 1742284808000;

-- Without numbers, which the database gives, and without hashes, which there are none of yet.
INSERT INTO audit_events (at, actor_kind, actor_id, actor_name, address, action, target, target_name)
    VALUES
        (1742284800000, 'host', NULL, NULL, NULL, 'break_glass.created', {0301}, 'gate-7f3k'),
        (1742284808000, 'break_glass', {0301}, 'gate-7f3k', '::1', 'provisioning.enabled', NULL, NULL),
        (1742284809000, 'scim', {0201}, 'Entra', '192.0.2.7', 'user.created', {0001}, 'Ada Lovelace'),
        (1742284810000, 'nobody', NULL, NULL, '2001:db8::1', 'break_glass.refused', NULL, NULL);

INSERT INTO activity (at, token, address, operation, subject, target, outcome, detail)
    VALUES
        (1742284808500, {0201}, '192.0.2.7', 'look_up', 'user', NULL, 'empty', NULL),
        (1742284809000, {0201}, '192.0.2.7', 'create', 'user', {0001}, 'done', NULL),
        (1742284809500, NULL, '198.51.100.9', 'list', 'user', NULL, 'refused', 'The token is unknown.');
