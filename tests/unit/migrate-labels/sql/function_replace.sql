CREATE OR REPLACE FUNCTION tax(amount numeric) RETURNS numeric LANGUAGE sql AS 'SELECT 1 / (amount - amount)';
