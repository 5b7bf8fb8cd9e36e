UPDATE tokens SET profile = 'entra', profile_set = TRUE, user_id = {0001} WHERE id = {0201};

INSERT INTO groups (id, version, created, changed, display_name, display_name_key, external_id, document)
    VALUES
        ({0141}, 2, 1742544000000, 1742544001000, 'All staff', 'all staff', 'grp-all',
            '{"externalId":"grp-all","displayName":"All staff"}');

INSERT INTO nested_groups (group_id, member_id, added)
    VALUES
        ({0141}, {0101}, 1742544001000),
        ({0141}, {0102}, 1742544001000);

INSERT INTO former_nested_groups (group_id, member_id, added, ended, cause)
    VALUES
        ({0141}, {0103}, 1742544000000, 1742544001000, 'member');
