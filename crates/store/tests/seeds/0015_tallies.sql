INSERT INTO tallies (start, calls, refused, strangers, joined, departed, changed, roles)
    VALUES (1743408000000, 70, 3, 1, 4, 2, 5, 1);
