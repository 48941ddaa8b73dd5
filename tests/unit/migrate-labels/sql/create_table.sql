CREATE TABLE refunds (
    id bigserial PRIMARY KEY,
    parent_id bigint REFERENCES refunds (id),
    amount numeric(10, 2) NOT NULL CHECK (amount > 0),
    reason text UNIQUE
);
CREATE UNIQUE INDEX refunds_amount ON refunds (amount, (lower(reason)));
INSERT INTO refunds (amount, reason) VALUES (1, 'first'), (2, 'it''s; the second');
-- new: INSERT INTO refunds (amount, reason) VALUES (3, 'third');
