CREATE UNIQUE INDEX CONCURRENTLY orders_one_each ON orders (customer_id);
