CREATE SCHEMA elsewhere;
SET search_path = elsewhere;
CREATE TABLE orders (id int, note text);
SET search_path = public;
ALTER TABLE orders DROP COLUMN note;
