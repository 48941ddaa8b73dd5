/* goes /* at last */ */
ALTER TABLE orders DROP COLUMN IF EXISTS note;
