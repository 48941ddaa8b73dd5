CREATE TABLE IF NOT EXISTS returns (id serial PRIMARY KEY, order_id bigint, why text);
CREATE UNIQUE INDEX IF NOT EXISTS returns_why ON returns (why);
