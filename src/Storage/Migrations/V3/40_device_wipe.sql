-- A revoked device may be told to destroy its store (DESIGN §12, "Revoked"): wipe_proof is what shows it that the word is ours.
ALTER TABLE devices ADD COLUMN wipe_proof BYTEA;
ALTER TABLE devices ADD COLUMN is_wiped BOOLEAN NOT NULL DEFAULT FALSE;
-- The session that the device spoke in last. A session whose newest device was revoked registers no other device.
ALTER TABLE devices ADD COLUMN session_id UUID;
CREATE INDEX idx_devices_session ON devices (session_id, created_at);
