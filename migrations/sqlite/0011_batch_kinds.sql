-- A batch is reported again when any kind of loss in it has doubled: many of one kind must not hide another.
ALTER TABLE batches ADD COLUMN people INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batches ADD COLUMN people_reported INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batches ADD COLUMN renames INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batches ADD COLUMN renames_reported INTEGER NOT NULL DEFAULT 0;
UPDATE batches SET
    people = (SELECT COUNT(*) FROM departures WHERE batch = batches.id AND kind IN ('deactivated', 'deleted')),
    renames = (SELECT COUNT(*) FROM departures WHERE batch = batches.id AND kind = 'renamed');
UPDATE batches SET people_reported = people, renames_reported = renames WHERE reported > 0;
