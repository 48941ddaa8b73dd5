CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_open ON public.orders USING btree (customer_id, lower(note) DESC NULLS LAST)
    WHERE status IN ('new', 'paid') AND note IS NOT NULL;
