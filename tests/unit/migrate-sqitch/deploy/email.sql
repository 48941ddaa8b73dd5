-- Deploy shop:email to pg

BEGIN;
ALTER TABLE users ADD email text;
COMMIT;
