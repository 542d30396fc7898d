-- A session's key recognises its former tokens, so that they need no rows (TokenFamily). NULL for tokens from before.
ALTER TABLE refresh_tokens ADD COLUMN family_key BYTEA;
