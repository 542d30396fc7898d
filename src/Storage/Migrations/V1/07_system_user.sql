-- Who acts when nobody says who: cannot sign in.
INSERT INTO users (id, email, password_hash, name, role, is_active)
VALUES ('00000000-0000-7000-8000-000000000001', 'system@khscrm.internal', '!', 'System', 'WORKER', false);
