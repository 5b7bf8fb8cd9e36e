UPDATE tokens SET budget_mib = 64, budget_refusals = 30 WHERE id = {0201};

INSERT INTO token_spending (token, hour, bytes)
    VALUES
        ({0201}, 484136, 123456);

INSERT INTO token_alerts (token, action, hour, number)
    VALUES
        ({0201}, 'token.new_network', 484136, 9);

INSERT INTO audit_events (seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, before,
        after, reason, alert, urgent, previous, hash)
    VALUES
        (10, 1742889600000, 'break_glass', {0301}, 'gate-7f3k', '::1', 'guard.changed', NULL, NULL, '{"cap":50}',
            '{"cap":25}', 'too many', TRUE, TRUE, {2d8d1ac21e51b8c30ce9c866d34a5d2a8015779208eba0f3c74d86f16483bc5a},
            {2c627379e1f51ba06e8aee6e549dd043433eba9637b0e248a7d1b791cb06189d}),
        (11, 1742889601000, 'scim', {0201}, 'Entra', '198.51.100.1', 'token.new_network', {0201}, 'Entra', NULL,
            '{"network":"198.51.100.1"}', NULL, TRUE, FALSE,
            {2c627379e1f51ba06e8aee6e549dd043433eba9637b0e248a7d1b791cb06189d},
            {75e00258429f66bce435670e71335bae021957cfdb05bfb1a4c0753c952274a9});

-- From now on each lane has its own place.
UPDATE alert_lanes SET cursor = 10 WHERE channel = 'mail' AND urgent;
