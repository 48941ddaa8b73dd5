SET standard_conforming_strings = off;
COMMENT ON TABLE orders IS 'it\'s; ALTER TABLE orders DROP COLUMN note; --';
