-- A user who is deactivated, by whomever, loses their sessions for good: no token of before works after a reactivation.
-- On reactivation too: a token that was being traded while the user was deactivated comes after the first deletion.
CREATE FUNCTION end_sessions() RETURNS TRIGGER AS $$
BEGIN
    DELETE FROM refresh_tokens WHERE user_id = NEW.id;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER end_users_sessions AFTER UPDATE ON users FOR EACH ROW
    WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active) EXECUTE FUNCTION end_sessions();
