DROP INDEX IF EXISTS orders_created_at, orders_none;
