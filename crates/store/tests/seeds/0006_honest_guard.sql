UPDATE settings SET guard_cap = 25;

INSERT INTO population_samples (hour, active)
    VALUES
        (484088, 7),
        (484089, 6);

INSERT INTO departed_people (person, at)
    VALUES
        ({0007}, 1742716800000);

INSERT INTO batches (id, token, opened, latest, state, closed, restored, failed, size, reported)
    VALUES
        ({0603}, {0201}, 1742716801000, 1742716802000, 'held', NULL, NULL, NULL, 2, 1),
        ({0604}, {0203}, 1742716791000, 1742716792000, 'undone', 1742716800000, 1, 1, 2, 2);

INSERT INTO batch_tokens (batch, token)
    VALUES
        ({0603}, {0201}),
        ({0604}, {0203});

INSERT INTO former_members (group_id, user_id, added, ended, cause)
    VALUES
        ({0102}, {0007}, 1742284809000, 1742716801000, 'member');

-- Without numbers, which the database gives. Events of then do not list addresses that are gone.
INSERT INTO departures (at, token, kind, target, target_name, group_id, weight, before, batch, undone)
    VALUES
        (1742716801000, {0201}, 'left_group', {0007}, 'bob', {0102}, 1, NULL, {0603}, NULL),
        (1742716802000, {0201}, 'renamed', {0003}, 'かい 田中', NULL, 1,
            '{"document":{"userName":"Kai.Old@corp.example"},"added":[],"columns":{"userName":"Kai.Old@corp.example"}}',
            {0603}, NULL),
        (1742716791000, {0203}, 'left_group', {0002}, 'Åsa Öberg', {0101}, 1, NULL, {0604}, 1742716800000);
