CREATE TABLE refunds (
    id bigserial PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES orders (id)
);
-- new: INSERT INTO refunds (order_id) SELECT id FROM orders;
