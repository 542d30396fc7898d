-- What waits, or has failed and may be tried again, is kept as the bytes that came: what is applied later is what was sent.
-- The payload is for people.
ALTER TABLE sync_queue ADD COLUMN message bytea;
