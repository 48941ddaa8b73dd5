CREATE TABLE big_orders (extra text) INHERITS (orders);
-- new: INSERT INTO big_orders (customer_id, note) SELECT id, 'x' FROM customers;
