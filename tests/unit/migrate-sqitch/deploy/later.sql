-- Deploy shop:later to pg

BEGIN;

-- nothing yet

COMMIT;
