INSERT INTO audit_events (seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, before,
        after, reason, alert, previous, hash)
    VALUES
        (9, 1742630400000, 'user', {0001}, 'Ada Lovelace', '192.0.2.1', 'audit.exported', NULL, NULL, NULL,
            '{"events":8}', NULL, TRUE, {41015a81f7615eb534dd0c2aacc90ceda11c276b8d09e97e1c45b6569390e692},
            {2d8d1ac21e51b8c30ce9c866d34a5d2a8015779208eba0f3c74d86f16483bc5a});
