-- Further attributes that users are filtered and sorted by, folded. Which number stands for which is in domain::query::UserValue;
-- place 0 is what a list is sorted by.
CREATE TABLE user_values (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    attribute BIGINT NOT NULL,
    place BIGINT NOT NULL,
    value_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, attribute, place)
);
CREATE INDEX user_values_value_key ON user_values (attribute, value_key, user_id);

CREATE TABLE deleted_user_values (
    user_id UUID NOT NULL REFERENCES deleted_users (id) ON DELETE CASCADE,
    attribute BIGINT NOT NULL,
    place BIGINT NOT NULL,
    value_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, attribute, place)
);

-- How a row's keys were made. Those of an older version, which is 0 for all rows until now, are made anew by the server, since
-- folding is not SQL's: these indexes find them.
ALTER TABLE users ADD COLUMN keys_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deleted_users ADD COLUMN keys_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX users_outdated ON users (id) WHERE keys_version < 1;
CREATE INDEX deleted_users_outdated ON deleted_users (id) WHERE keys_version < 1;
