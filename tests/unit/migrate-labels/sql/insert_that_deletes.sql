CREATE TABLE old_returns (id int);
INSERT INTO old_returns WITH gone AS (DELETE FROM returns RETURNING id) SELECT id FROM gone;
