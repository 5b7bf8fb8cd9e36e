-- Committed, and not yet in the chain when the server was stopped.
INSERT INTO audit_pending (at, actor_kind, actor_id, actor_name, address, action, target, target_name, before, after,
        reason)
    VALUES
        (1742976001000, 'scim', {0201}, 'Entra', '192.0.2.7', 'group.created', {0191}, 'J̌ogging', '{}',
            '{"displayName":"J̌ogging"}', 'none');
