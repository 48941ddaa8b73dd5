ALTER TABLE orders ALTER COLUMN customer_id SET DATA TYPE bigint;
