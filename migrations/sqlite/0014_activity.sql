-- What the activity page shows of a call: its request, as the log has it, and how it was answered. Calls that were recorded
-- before this have none of it.
ALTER TABLE activity ADD COLUMN request TEXT;
ALTER TABLE activity ADD COLUMN asked TEXT;
ALTER TABLE activity ADD COLUMN agent TEXT;
ALTER TABLE activity ADD COLUMN status INTEGER;
ALTER TABLE activity ADD COLUMN reason TEXT;
ALTER TABLE activity ADD COLUMN millis INTEGER;

-- The lists of calls, newest first: of a token, of a user or group, and of each way in which calls may end.
DROP INDEX activity_at;
CREATE INDEX activity_at ON activity (at, seq);
CREATE INDEX activity_token ON activity (token, at, seq);
CREATE INDEX activity_target ON activity (target, at, seq) WHERE target IS NOT NULL;
CREATE INDEX activity_refused ON activity (at, seq) WHERE outcome IN ('refused', 'failed');
CREATE INDEX activity_unchanged ON activity (at, seq) WHERE outcome = 'unchanged';
CREATE INDEX activity_changes ON activity (at, seq) WHERE operation IN ('create', 'change', 'delete') AND outcome = 'done';
