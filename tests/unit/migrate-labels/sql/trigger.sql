CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'no; not %', NEW.id;
END $body$;
CREATE TRIGGER refuse_orders BEFORE INSERT OR UPDATE OF note ON public.orders FOR EACH ROW EXECUTE FUNCTION refuse();
