CREATE TABLE scratch (id int, a int);
ALTER TABLE scratch RENAME TO scratch2;
ALTER TABLE scratch2 ALTER COLUMN id TYPE text, DROP COLUMN a;
DROP TABLE scratch2;
