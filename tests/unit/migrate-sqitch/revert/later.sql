-- Revert shop:later from pg

BEGIN;

-- nothing yet

COMMIT;
