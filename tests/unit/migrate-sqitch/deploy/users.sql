-- Deploy shop:users to pg

BEGIN;
CREATE TABLE users (id int);
COMMIT;
