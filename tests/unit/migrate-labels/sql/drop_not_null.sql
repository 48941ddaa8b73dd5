ALTER TABLE orders ALTER customer_id DROP NOT NULL;
