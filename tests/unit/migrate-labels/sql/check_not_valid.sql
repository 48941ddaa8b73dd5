ALTER TABLE orders ADD CONSTRAINT total_not_zero CHECK (total > 0) NOT VALID;
