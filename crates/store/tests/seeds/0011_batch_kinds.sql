INSERT INTO batches (id, token, opened, latest, state, size, reported, people, people_reported, renames,
        renames_reported)
    VALUES
        ({06b1}, {0201}, 1743148800000, 1743148801000, 'approved', 30, 16, 20, 16, 10, 8);

UPDATE batches SET approved_until = 1743156000000 WHERE id = {06b1};

INSERT INTO batch_tokens (batch, token)
    VALUES
        ({06b1}, {0201});
