-- sequelize 6.37.8 (sequelize-cli 6.6.5) on PostgreSQL 15 made this table and the files beside it (pg_dump --inserts; the schema was renamed)
CREATE SCHEMA sequelize;
CREATE TABLE sequelize."SequelizeMeta" (
    name character varying(255) NOT NULL
);
INSERT INTO sequelize."SequelizeMeta" VALUES ('20261128130315-create-users.js');
ALTER TABLE ONLY sequelize."SequelizeMeta"
    ADD CONSTRAINT "SequelizeMeta_pkey" PRIMARY KEY (name);
