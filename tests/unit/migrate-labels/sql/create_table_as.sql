CREATE TABLE old_orders AS SELECT * FROM orders;
