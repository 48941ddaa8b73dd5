CREATE TABLE returns2 (id int);
ALTER TABLE returns2 RENAME TO returns3;
DROP TABLE returns;
