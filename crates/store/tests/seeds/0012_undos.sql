-- Ordered, and not yet begun: one of a whole batch, and one of two people, which first gathers what is in no batch.
INSERT INTO undos (batch, people, began, gathers, token, gathers_from, gathers_until, below, restored, failed,
        skipped, failures, continued, ordered, actor_kind, actor_id, actor_name, address, reason)
    VALUES
        ({0601}, NULL, 1742371201000, NULL, NULL, NULL, NULL, 1000, 0, 0, 0, 0, 1743235200000, 1743235200000,
            'break_glass', {0301}, 'gate-7f3k', '::1', 'a mistake'),
        ({0603}, '0195a000-0000-7000-8000-000000000003 0195a000-0000-7000-8000-000000000007', 1742716801000,
            'unbatched', {0201}, 1742716800000, 1742720400000, NULL, 0, 0, 0, 0, 1743235201000, 1743235201000, 'user',
            {0001}, 'Ada Lovelace', NULL, NULL);

INSERT INTO departures (at, token, kind, target, target_name, target_key, group_id, weight)
    VALUES
        (1743235200000, {0201}, 'left_group', {0002}, 'Åsa Öberg', 'åsa öberg', {0102}, 1);

INSERT INTO audit_events (seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, before,
        after, reason, alert, urgent, previous, hash)
    VALUES
        (13, 1743235200000, 'break_glass', {0301}, 'gate-7f3k', '::1', 'guard.undone', NULL, NULL, NULL,
            '{"ordered":true}', 'a mistake', TRUE, TRUE,
            {7e8da6ba565444ab01ba34448d97523c92293db30fbc62cdf0ff96192463eae8},
            {22496d185e054adba0005b473161c210684290b2101759e91986f17efbf27994});
