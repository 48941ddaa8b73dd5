ALTER TABLE orders ADD COLUMN approved_by integer REFERENCES customers (id) ON DELETE NO ACTION;
-- new: UPDATE orders SET approved_by = (SELECT min(id) FROM customers);
