INSERT INTO users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
        display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
        employee_number_key, manager, active, document, keys_version)
    VALUES
        ({00d1}, 1, 1743321600000, 1743321600000, 'Zoë@corp.example', 'zoë@corp.example', NULL, 'Zoë', 'zoë', NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, TRUE,
            '{"userName":"Zoë@corp.example","displayName":"Zoë","title":"ARCHITECT","phoneNumbers":[{"value":"+1"},{"value":"+2"}],"active":true}',
            1);

INSERT INTO user_values (user_id, attribute, place, value_key)
    VALUES
        ({00d1}, 1, 0, 'architect'),
        ({00d1}, 5, 0, '+1'),
        ({00d1}, 5, 1, '+2');

INSERT INTO deleted_users (id, version, created, changed, user_name, user_name_key, external_id, display_name,
        display_name_key, given_name, given_name_key, family_name, family_name_key, employee_number,
        employee_number_key, manager, active, document, deleted, keys_version)
    VALUES
        ({00d2}, 2, 1743321600000, 1743321601000, 'gone@corp.example', 'gone@corp.example', NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, FALSE,
            '{"userName":"gone@corp.example","userType":"Guest","active":false}', 1743321601000, 1);

INSERT INTO deleted_user_values (user_id, attribute, place, value_key)
    VALUES
        ({00d2}, 2, 0, 'guest');
