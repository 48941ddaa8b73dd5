ALTER TABLE customers ADD COLUMN code text DEFAULT '' UNIQUE;
-- new: DELETE FROM customers WHERE id > 1;
