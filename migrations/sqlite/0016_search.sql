-- What people are searched by: one text for each user, made as in domain::search. The newest users have the highest positions.
CREATE TABLE user_search (
    position INTEGER NOT NULL PRIMARY KEY REFERENCES users (position) ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;

-- After which position users have no text yet; no row when all have theirs. Folding is not SQL's, so the server writes them.
CREATE TABLE search_backlog (
    position INTEGER NOT NULL PRIMARY KEY
) STRICT;
INSERT INTO search_backlog (position) SELECT 0 WHERE EXISTS (SELECT 1 FROM users);

-- The index of the texts by every three characters. It keeps no texts of its own.
CREATE VIRTUAL TABLE user_grams USING fts5(text, tokenize = 'trigram case_sensitive 1', detail = none, content = '',
    contentless_delete = 1);

-- The texts that the index does not have yet. The writer adds them right before a COMMIT, once there are many: after every
-- savepoint it would cost thirty times as much. The triggers do not say OR IGNORE: the statement that fires them would override it.
CREATE TABLE user_search_changed (
    position INTEGER NOT NULL PRIMARY KEY
) STRICT;
CREATE TRIGGER user_search_inserted AFTER INSERT ON user_search BEGIN
    INSERT INTO user_search_changed (position) SELECT NEW.position
        WHERE NOT EXISTS (SELECT 1 FROM user_search_changed WHERE position = NEW.position);
END;
CREATE TRIGGER user_search_updated AFTER UPDATE OF text ON user_search WHEN NEW.text <> OLD.text BEGIN
    INSERT INTO user_search_changed (position) SELECT NEW.position
        WHERE NOT EXISTS (SELECT 1 FROM user_search_changed WHERE position = NEW.position);
END;
CREATE TRIGGER user_search_deleted AFTER DELETE ON user_search BEGIN
    INSERT INTO user_search_changed (position) SELECT OLD.position
        WHERE NOT EXISTS (SELECT 1 FROM user_search_changed WHERE position = OLD.position);
END;
