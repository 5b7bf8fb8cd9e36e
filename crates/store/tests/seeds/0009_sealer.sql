-- Since version 5 a letter and its accent are put together in keys wherever there is such a letter.
INSERT INTO users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
        display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
        employee_number_key, manager, active, document)
    VALUES
        ({0091}, 1, 1742976000000, 1742976000000, 'İlker@corp.example', 'i̇lker@corp.example', 'J̌-9', 'J̌ek', 'ǰek',
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, TRUE,
            '{"userName":"İlker@corp.example","externalId":"J̌-9","displayName":"J̌ek","title":"İş","active":true}');

INSERT INTO groups (id, version, created, changed, display_name, display_name_key, external_id, document)
    VALUES
        ({0191}, 1, 1742976000000, 1742976000000, 'J̌ogging', 'ǰogging', NULL, '{"displayName":"J̌ogging"}');

INSERT INTO group_members (group_id, user_id, added)
    VALUES
        ({0191}, {0091}, 1742976000000);

INSERT INTO audit_events (seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, before,
        after, reason, alert, urgent, previous, hash)
    VALUES
        (12, 1742976000000, 'scim', {0201}, 'Entra', '192.0.2.7', 'user.created', {0091}, 'J̌ek', '{}',
            '{"userName":"İlker@corp.example"}', NULL, FALSE, FALSE,
            {75e00258429f66bce435670e71335bae021957cfdb05bfb1a4c0753c952274a9},
            {7e8da6ba565444ab01ba34448d97523c92293db30fbc62cdf0ff96192463eae8});
