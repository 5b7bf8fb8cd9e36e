-- One session of an account, confirmed once, and one of a user.
INSERT INTO sessions (id, key, previous_key, account, generation, user_id, name, role, signed_in, checked, reason,
        seen, address, agent, expires)
    VALUES
        ({0471}, {7171717171717171717171717171717171717171717171717171717171717171},
            {7070707070707070707070707070707070707070707070707070707070707070}, {0301}, 2, NULL, 'gate-7f3k',
            'administrator', 1742803200000, 1742803201000, 'rehearsal', 1742803202000, '::1', 'Firefox',
            1742805000000),
        ({0472}, {7272727272727272727272727272727272727272727272727272727272727272}, NULL, NULL, NULL, {0001},
            'Ada Lovelace', 'administrator', 1742803200000, 1742803200000, NULL, 1742803202000, '192.0.2.1',
            'Chromium', 1742805000000);

-- The same browser, known for both accounts.
INSERT INTO break_glass_devices (key, account, created)
    VALUES
        ({7777777777777777777777777777777777777777777777777777777777777777}, {0301}, 1742803200000),
        ({7777777777777777777777777777777777777777777777777777777777777777}, {0302}, 1742803200000);

INSERT INTO drills (id, account, account_name, signed_in, started, address, seed, task, channels, seen, completed)
    VALUES
        ({0571}, {0301}, 'gate-7f3k', 1742803200000, 1742803200010, '::1', {57575757575757575757575757575757},
            1742803200020, 'mail webhook', 'mail', NULL);

UPDATE settings SET alert_tested = 1742803200000;
