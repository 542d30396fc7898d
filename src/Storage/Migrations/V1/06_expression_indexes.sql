-- Indexes that EF Core has no word for (DESIGN §9.4, §9.5).

-- E-mail addresses are unique without regard to case; the seed's plain UNIQUE and its index were one too many.
CREATE UNIQUE INDEX idx_users_email ON users (lower(email));

-- What the customer search asks: one text of name and address, and a phone prefix.
CREATE INDEX idx_customers_search_gin ON customers
    USING gin (to_tsvector('english', name || ' ' || coalesce(address, '')));
CREATE INDEX idx_customers_phone ON customers (phone varchar_pattern_ops) WHERE phone IS NOT NULL;
