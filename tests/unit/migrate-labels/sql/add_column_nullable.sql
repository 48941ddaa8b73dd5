BEGIN;
ALTER TABLE orders ADD COLUMN channel varchar(20), ADD COLUMN IF NOT EXISTS "Shipped At" timestamp with time zone NULL;
COMMIT;
