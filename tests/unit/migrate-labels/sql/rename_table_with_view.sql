ALTER TABLE returns RENAME TO parcels;
CREATE VIEW returns AS SELECT * FROM parcels;
