ALTER TABLE orders ADD COLUMN n integer GENERATED ALWAYS AS (note::integer) STORED;
