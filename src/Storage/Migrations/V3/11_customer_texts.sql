-- What the contract refuses, no other program may write: a customer without a name, an empty e-mail address. What is there
-- already is mended first; the devices get the mended rows as they get any change.
UPDATE customers SET name = 'Unnamed' WHERE btrim(name, E' \t\n\r\f\v') = '';
UPDATE customers SET email = NULL WHERE email = '';

ALTER TABLE customers
    ADD CONSTRAINT check_customer_name CHECK (btrim(name, E' \t\n\r\f\v') <> ''),
    ADD CONSTRAINT check_customer_email CHECK (email <> '');
