INSERT INTO activity (at, token, address, operation, subject, target, outcome, detail, request, asked, agent, status, reason,
        millis)
    VALUES
        (1743408000000, NULL, '192.0.2.14', 'create', 'user', NULL, 'refused', 'Another user has this userName already.',
            '00000000000000e1', 'POST /Users', 'Okta SCIM Client 1.0.0', 409, 'uniqueness', 3);
