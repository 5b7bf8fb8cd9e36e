-- What a token's client is taken for: NULL until something that it sends tells; set by hand, nothing that it sends changes
-- it.
ALTER TABLE tokens ADD COLUMN profile TEXT;
ALTER TABLE tokens ADD COLUMN profile_set INTEGER NOT NULL DEFAULT 0 CHECK (profile_set IN (0, 1));
-- The user that /Me is for this token. A user who is deleted and restored is the same one, so nothing refers to the table.
ALTER TABLE tokens ADD COLUMN user_id BLOB;

-- Groups in groups, beside the users of group_members.
CREATE TABLE nested_groups (
    group_id BLOB NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    member_id BLOB NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    added INTEGER NOT NULL,
    PRIMARY KEY (group_id, member_id),
    CHECK (group_id <> member_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX nested_groups_member_id ON nested_groups (member_id);

-- Nestings that ended, and because of what: 'group' (one of the two was deleted) or 'member' (taken out).
CREATE TABLE former_nested_groups (
    group_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    added INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (group_id, member_id, ended)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_nested_groups_member_id ON former_nested_groups (member_id);
CREATE INDEX former_nested_groups_ended ON former_nested_groups (ended);
