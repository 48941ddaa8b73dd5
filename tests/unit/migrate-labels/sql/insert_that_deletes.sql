CREATE TABLE old_returns (id int);
WITH gone AS (DELETE FROM returns RETURNING id) INSERT INTO old_returns SELECT id FROM gone;
