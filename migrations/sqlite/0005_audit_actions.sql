-- The audit page asks for some actions: each is read from its end, and the time with it.
CREATE INDEX audit_events_action ON audit_events (action, seq, at);
