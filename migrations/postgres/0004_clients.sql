-- What a token's client is taken for: NULL until something that it sends tells; set by hand, nothing that it sends changes
-- it.
ALTER TABLE tokens ADD COLUMN profile TEXT;
ALTER TABLE tokens ADD COLUMN profile_set BOOLEAN NOT NULL DEFAULT FALSE;
-- The user that /Me is for this token. A user who is deleted and restored is the same one, so nothing refers to the table.
ALTER TABLE tokens ADD COLUMN user_id UUID;

-- Groups in groups, beside the users of group_members.
CREATE TABLE nested_groups (
    group_id UUID NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    member_id UUID NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    added BIGINT NOT NULL,
    PRIMARY KEY (group_id, member_id),
    CHECK (group_id <> member_id)
);
CREATE INDEX nested_groups_member_id ON nested_groups (member_id);

-- Nestings that ended, and because of what: 'group' (one of the two was deleted) or 'member' (taken out).
CREATE TABLE former_nested_groups (
    group_id UUID NOT NULL,
    member_id UUID NOT NULL,
    added BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (group_id, member_id, ended)
);
CREATE INDEX former_nested_groups_member_id ON former_nested_groups (member_id);
CREATE INDEX former_nested_groups_ended ON former_nested_groups (ended);
