-- All users from before this version still wait for their texts.
INSERT INTO users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
        display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
        employee_number_key, manager, active, document, keys_version)
    VALUES
        ({0161}, 1, 1743580800000, 1743580800000, 'Đặng@corp.example', 'đặng@corp.example', NULL, 'Đặng Văn', 'đặng văn',
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, TRUE,
            '{"userName":"Đặng@corp.example","displayName":"Đặng Văn","active":true}', 1);

INSERT INTO user_search (position, text)
    SELECT position, '  dang  van  dang@corp.example' FROM users WHERE id = {0161};
