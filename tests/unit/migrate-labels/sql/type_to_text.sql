ALTER TABLE orders ALTER COLUMN pieces TYPE text;
