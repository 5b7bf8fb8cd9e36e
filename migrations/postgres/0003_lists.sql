-- Where a user or a group stands in the list of all: later ones behind earlier ones, and whoever is restored at the end.
-- Each thousand or so of places is a block that counts what is in it, so that a total is the sum of the blocks, and a
-- page far down begins in the right block. Triggers keep the counts, whoever writes.
ALTER TABLE users ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE groups ADD COLUMN position BIGINT NOT NULL DEFAULT 0;

-- Until now lists were in the order of the ids, which is that of creation.
UPDATE users SET position = numbered.position
    FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS position FROM users) AS numbered WHERE numbered.id = users.id;
UPDATE groups SET position = numbered.position
    FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS position FROM groups) AS numbered WHERE numbered.id = groups.id;
CREATE SEQUENCE users_positions OWNED BY users.position;
CREATE SEQUENCE groups_positions OWNED BY groups.position;
SELECT setval('users_positions', COALESCE(MAX(position), 0) + 1, FALSE) FROM users;
SELECT setval('groups_positions', COALESCE(MAX(position), 0) + 1, FALSE) FROM groups;
ALTER TABLE users ALTER COLUMN position SET DEFAULT nextval('users_positions');
ALTER TABLE groups ALTER COLUMN position SET DEFAULT nextval('groups_positions');
CREATE UNIQUE INDEX users_position ON users (position);
CREATE UNIQUE INDEX groups_position ON groups (position);

CREATE TABLE user_blocks (
    block BIGINT NOT NULL PRIMARY KEY,
    total BIGINT NOT NULL,
    active BIGINT NOT NULL
);
INSERT INTO user_blocks (block, total, active)
    SELECT position / 1024, COUNT(*), COUNT(*) FILTER (WHERE active) FROM users GROUP BY 1;

CREATE TABLE group_blocks (
    block BIGINT NOT NULL PRIMARY KEY,
    total BIGINT NOT NULL
);
INSERT INTO group_blocks (block, total) SELECT position / 1024, COUNT(*) FROM groups GROUP BY 1;

-- The last block is everybody's, and a row that is written stays locked until the end. So the triggers are deferred to
-- the commit, when a unit asks for no other lock any more, and take turns there: nobody waits in a circle.
CREATE FUNCTION count_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(x'706f7374626c6b31'::bigint);
    IF TG_OP <> 'INSERT' THEN
        UPDATE user_blocks SET total = total - 1, active = active - OLD.active::int WHERE block = OLD.position / 1024;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO user_blocks AS known (block, total, active) VALUES (NEW.position / 1024, 1, NEW.active::int)
            ON CONFLICT (block) DO UPDATE SET total = known.total + 1, active = known.active + excluded.active;
    ELSE
        DELETE FROM user_blocks WHERE block = OLD.position / 1024 AND total = 0;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER users_counted AFTER INSERT OR DELETE ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_users();
CREATE CONSTRAINT TRIGGER users_activated AFTER UPDATE OF active ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.active <> OLD.active) EXECUTE FUNCTION count_users();

CREATE FUNCTION count_groups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(x'706f7374626c6b31'::bigint);
    IF TG_OP = 'INSERT' THEN
        INSERT INTO group_blocks AS known (block, total) VALUES (NEW.position / 1024, 1)
            ON CONFLICT (block) DO UPDATE SET total = known.total + 1;
    ELSE
        UPDATE group_blocks SET total = total - 1 WHERE block = OLD.position / 1024;
        DELETE FROM group_blocks WHERE block = OLD.position / 1024 AND total = 0;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER groups_counted AFTER INSERT OR DELETE ON groups
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_groups();

-- Sorted lists go on behind a key and an id.
DROP INDEX users_external_id;
DROP INDEX users_display_name_key;
DROP INDEX groups_external_id;
CREATE INDEX users_external_id ON users (external_id, id);
CREATE INDEX users_display_name_key ON users (display_name_key, id);
CREATE INDEX groups_external_id ON groups (external_id, id);
