-- Revert shop:bad from pg

BEGIN;

-- nothing yet

COMMIT;
