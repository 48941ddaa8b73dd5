CREATE FUNCTION tax(amount numeric, rate numeric DEFAULT 0.2) RETURNS numeric LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN amount > 0 THEN amount * rate END; SELECT amount * rate; END;
