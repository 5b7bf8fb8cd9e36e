-- Writers must not wait for each other's commits. What they used to take turns at, the end of the audit log and the
-- counts of the last block, is now left in tables that are only appended to, and settled afterwards under one lock.

-- Events that are committed and not yet part of the chain. Settling numbers them in the order of their ids.
CREATE TABLE audit_pending (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id UUID,
    actor_name TEXT,
    address TEXT,
    action TEXT NOT NULL,
    target UUID,
    target_name TEXT,
    before TEXT,
    after TEXT,
    reason TEXT
);

-- The blocks as far as they are settled, the changes since, and both together under the name that queries know.
ALTER TABLE user_blocks RENAME TO user_block_sums;
ALTER INDEX user_blocks_pkey RENAME TO user_block_sums_pkey;
CREATE TABLE user_block_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    block BIGINT NOT NULL,
    total BIGINT NOT NULL,
    active BIGINT NOT NULL
);
CREATE VIEW user_blocks AS
    SELECT block, SUM(total)::bigint AS total, SUM(active)::bigint AS active
    FROM (
        SELECT block, total, active FROM user_block_sums
        UNION ALL SELECT block, total, active FROM user_block_changes
    ) AS counted
    GROUP BY block HAVING SUM(total) <> 0;

ALTER TABLE group_blocks RENAME TO group_block_sums;
ALTER INDEX group_blocks_pkey RENAME TO group_block_sums_pkey;
CREATE TABLE group_block_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    block BIGINT NOT NULL,
    total BIGINT NOT NULL
);
CREATE VIEW group_blocks AS
    SELECT block, SUM(total)::bigint AS total
    FROM (
        SELECT block, total FROM group_block_sums
        UNION ALL SELECT block, total FROM group_block_changes
    ) AS counted
    GROUP BY block HAVING SUM(total) <> 0;

-- Rows come and go quickly in these.
ALTER TABLE audit_pending SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
ALTER TABLE user_block_changes SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
ALTER TABLE group_block_changes SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

DROP TRIGGER users_counted ON users;
DROP TRIGGER users_activated ON users;
DROP TRIGGER groups_counted ON groups;
DROP FUNCTION count_users();
DROP FUNCTION count_groups();

-- One change for each block that a statement touches.
CREATE FUNCTION count_users() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign CONSTANT bigint := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO user_block_changes (block, total, active)
        SELECT position / 1024, sign * COUNT(*), sign * COUNT(*) FILTER (WHERE active) FROM touched GROUP BY 1;
    RETURN NULL;
END $$;
CREATE TRIGGER users_inserted AFTER INSERT ON users
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION count_users();
CREATE TRIGGER users_deleted AFTER DELETE ON users
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION count_users();

CREATE FUNCTION count_active_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO user_block_changes (block, total, active)
        VALUES (NEW.position / 1024, 0, NEW.active::int - OLD.active::int);
    RETURN NULL;
END $$;
CREATE TRIGGER users_activated AFTER UPDATE OF active ON users
    FOR EACH ROW WHEN (NEW.active <> OLD.active) EXECUTE FUNCTION count_active_users();

CREATE FUNCTION count_groups() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign CONSTANT bigint := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO group_block_changes (block, total)
        SELECT position / 1024, sign * COUNT(*) FROM touched GROUP BY 1;
    RETURN NULL;
END $$;
CREATE TRIGGER groups_inserted AFTER INSERT ON groups
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION count_groups();
CREATE TRIGGER groups_deleted AFTER DELETE ON groups
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION count_groups();
