-- What people are searched by: one text for each user, made as in domain::search. The newest users have the highest positions.
CREATE TABLE user_search (
    position BIGINT NOT NULL PRIMARY KEY REFERENCES users (position) ON DELETE CASCADE,
    text TEXT COLLATE "C" NOT NULL
);

-- After which position users have no text yet; no row when all have theirs. Folding is not SQL's, so the server writes them.
CREATE TABLE search_backlog (
    position BIGINT NOT NULL PRIMARY KEY
);
INSERT INTO search_backlog (position) SELECT 0 WHERE EXISTS (SELECT 1 FROM users);

-- The index of the texts by every three characters. Where the extension cannot be had, searches read the table; the server says
-- so when it starts, and docs/operations.md what to do.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX user_search_grams ON user_search USING gin (text gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'searches of people have no index: %', SQLERRM;
END $$;
