CREATE TABLE parcels (id int NOT NULL, order_id bigint, why text) PARTITION BY RANGE (id);
ALTER TABLE parcels ATTACH PARTITION returns FOR VALUES FROM (1) TO (2);
