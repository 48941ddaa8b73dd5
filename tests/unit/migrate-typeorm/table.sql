-- typeorm 1.1.1 on PostgreSQL 15 made this table and the files beside it (pg_dump --inserts; the schema was renamed)
CREATE SCHEMA typeorm;
CREATE TABLE typeorm.migrations (
    id integer NOT NULL,
    "timestamp" bigint NOT NULL,
    name character varying NOT NULL
);
CREATE SEQUENCE typeorm.migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE typeorm.migrations_id_seq OWNED BY typeorm.migrations.id;
ALTER TABLE ONLY typeorm.migrations ALTER COLUMN id SET DEFAULT nextval('typeorm.migrations_id_seq'::regclass);
INSERT INTO typeorm.migrations VALUES (1, 1795870998663, 'AddEmail1795870998663');
ALTER TABLE ONLY typeorm.migrations
    ADD CONSTRAINT "PK_8c82d7f526340ab734260ea46be" PRIMARY KEY (id);
