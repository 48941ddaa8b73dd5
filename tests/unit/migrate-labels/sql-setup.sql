-- What was there before: for tests/unit/migrate_oracle.c
CREATE TYPE order_status AS ENUM ('new', 'paid');
CREATE TABLE customers (
    id serial PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name varchar(100),
    country char(2) NOT NULL DEFAULT 'DE'
);
CREATE UNIQUE INDEX customers_name_uniq ON customers (name);
CREATE TABLE orders (
    id bigserial PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers (id),
    total numeric(10, 2) NOT NULL DEFAULT 0,
    status order_status NOT NULL DEFAULT 'new',
    note text,
    pieces integer,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_created_at ON orders (created_at);
CREATE TABLE returns (id serial PRIMARY KEY, order_id bigint, why text);
CREATE VIEW order_totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
CREATE FUNCTION tax(amount numeric) RETURNS numeric LANGUAGE sql AS 'SELECT amount * 0.2';
CREATE SEQUENCE invoice_no;
INSERT INTO customers (email, name) VALUES ('a@shop.test', 'a'), ('b@shop.test', 'b');
INSERT INTO orders (customer_id, note, total) VALUES (1, '7', 3), (2, '8', 4);
