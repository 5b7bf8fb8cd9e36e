-- Places in the lists are given by the database.
INSERT INTO users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
        display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
        employee_number_key, manager, active, document)
    VALUES
        ({0021}, 1, 1742457600000, 1742457600000, 'ﬁona@corp.example', 'fiona@corp.example', NULL, 'ﬁona', 'fiona',
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, TRUE, '{"userName":"ﬁona@corp.example","displayName":"ﬁona"}');

INSERT INTO groups (id, version, created, changed, display_name, display_name_key, external_id, document)
    VALUES
        ({0121}, 1, 1742457600000, 1742457600000, 'ＲＥＳＥＡＲＣＨ', 'research', NULL, '{"displayName":"ＲＥＳＥＡＲＣＨ"}');

INSERT INTO group_members (group_id, user_id, added)
    VALUES
        ({0121}, {0021}, 1742457600000);
