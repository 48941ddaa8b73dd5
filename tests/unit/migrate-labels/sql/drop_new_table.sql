CREATE TABLE scratch (id int);
ALTER TABLE scratch RENAME TO scratch2;
ALTER TABLE scratch2 ALTER COLUMN id TYPE text, DROP COLUMN id;
DROP TABLE scratch2;
