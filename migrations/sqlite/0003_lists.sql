-- Where a user or a group stands in the list of all: later ones behind earlier ones, and whoever is restored at the end.
-- Each thousand or so of places is a block that counts what is in it, so that a total is the sum of the blocks, and a
-- page far down begins in the right block. Triggers keep the counts, whoever writes.
ALTER TABLE users ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE groups ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

-- Until now lists were in the order of the ids, which is that of creation.
UPDATE users SET position = numbered.position
    FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS position FROM users) AS numbered WHERE numbered.id = users.id;
UPDATE groups SET position = numbered.position
    FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS position FROM groups) AS numbered WHERE numbered.id = groups.id;
CREATE UNIQUE INDEX users_position ON users (position);
CREATE UNIQUE INDEX groups_position ON groups (position);

CREATE TABLE user_blocks (
    block INTEGER NOT NULL PRIMARY KEY,
    total INTEGER NOT NULL,
    active INTEGER NOT NULL
) STRICT;
INSERT INTO user_blocks (block, total, active) SELECT position / 1024, COUNT(*), SUM(active) FROM users GROUP BY 1;

CREATE TABLE group_blocks (
    block INTEGER NOT NULL PRIMARY KEY,
    total INTEGER NOT NULL
) STRICT;
INSERT INTO group_blocks (block, total) SELECT position / 1024, COUNT(*) FROM groups GROUP BY 1;

CREATE TRIGGER users_inserted AFTER INSERT ON users BEGIN
    UPDATE users SET position = (SELECT MAX(position) + 1 FROM users) WHERE id = NEW.id;
    INSERT INTO user_blocks (block, total, active) SELECT position / 1024, 1, active FROM users WHERE id = NEW.id
        ON CONFLICT (block) DO UPDATE SET total = total + 1, active = active + excluded.active;
END;
CREATE TRIGGER users_deleted AFTER DELETE ON users BEGIN
    UPDATE user_blocks SET total = total - 1, active = active - OLD.active WHERE block = OLD.position / 1024;
    DELETE FROM user_blocks WHERE block = OLD.position / 1024 AND total = 0;
END;
CREATE TRIGGER users_activated AFTER UPDATE OF active ON users WHEN NEW.active <> OLD.active BEGIN
    UPDATE user_blocks SET active = active - OLD.active + NEW.active WHERE block = OLD.position / 1024;
END;

CREATE TRIGGER groups_inserted AFTER INSERT ON groups BEGIN
    UPDATE groups SET position = (SELECT MAX(position) + 1 FROM groups) WHERE id = NEW.id;
    INSERT INTO group_blocks (block, total) SELECT position / 1024, 1 FROM groups WHERE id = NEW.id
        ON CONFLICT (block) DO UPDATE SET total = total + 1;
END;
CREATE TRIGGER groups_deleted AFTER DELETE ON groups BEGIN
    UPDATE group_blocks SET total = total - 1 WHERE block = OLD.position / 1024;
    DELETE FROM group_blocks WHERE block = OLD.position / 1024 AND total = 0;
END;

-- Sorted lists go on behind a key and an id.
DROP INDEX users_external_id;
DROP INDEX users_display_name_key;
DROP INDEX groups_external_id;
CREATE INDEX users_external_id ON users (external_id, id);
CREATE INDEX users_display_name_key ON users (display_name_key, id);
CREATE INDEX groups_external_id ON groups (external_id, id);
