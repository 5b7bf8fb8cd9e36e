INSERT INTO activity (at, token, address, operation, subject, target, outcome, detail, request, asked, agent, status, reason,
        millis, attributes, digest)
    VALUES
        (1743667200000, {0201}, '192.0.2.14', 'change', 'user', {0161}, 'unchanged', NULL, '00000000000000f1',
            'PATCH /Users/{id}', NULL, NULL, NULL, 2, 'displayName', -7);

INSERT INTO cycles (token, start, last, calls, changes, unchanged, refused, repeated)
    VALUES ({0201}, 1743667200000, 1743667201000, 12, 1, 3, 0, 3);

INSERT INTO repeats (token, target, digest, subject, attributes, first, last, cycle, cycles, changes)
    VALUES ({0201}, {0161}, -7, 'user', 'displayName', 1743660000000, 1743667200000, 1743667200000, 4, 0);
