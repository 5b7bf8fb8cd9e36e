UPDATE upkeep SET place = 'upkeep'::regclass::oid::bigint;
