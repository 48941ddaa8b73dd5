-- knex 3.3.0 on PostgreSQL 15 made this table and the files beside it (pg_dump --inserts; the schema was renamed)
CREATE SCHEMA knex;
CREATE TABLE knex.knex_migrations (
    id integer NOT NULL,
    name character varying(255),
    batch integer,
    migration_time timestamp with time zone
);
CREATE SEQUENCE knex.knex_migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE knex.knex_migrations_id_seq OWNED BY knex.knex_migrations.id;
CREATE TABLE knex.knex_migrations_lock (
    index integer NOT NULL,
    is_locked integer
);
CREATE SEQUENCE knex.knex_migrations_lock_index_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE knex.knex_migrations_lock_index_seq OWNED BY knex.knex_migrations_lock.index;
ALTER TABLE ONLY knex.knex_migrations ALTER COLUMN id SET DEFAULT nextval('knex.knex_migrations_id_seq'::regclass);
ALTER TABLE ONLY knex.knex_migrations_lock ALTER COLUMN index SET DEFAULT nextval('knex.knex_migrations_lock_index_seq'::regclass);
INSERT INTO knex.knex_migrations VALUES (1, '20261128130310_create_users.js', 1, '2026-11-28 13:03:13.518+00');
INSERT INTO knex.knex_migrations VALUES (2, '20261128130311_add_email.js', 2, '2026-11-28 13:03:13.927+00');
INSERT INTO knex.knex_migrations_lock VALUES (1, 0);
ALTER TABLE ONLY knex.knex_migrations_lock
    ADD CONSTRAINT knex_migrations_lock_pkey PRIMARY KEY (index);
ALTER TABLE ONLY knex.knex_migrations
    ADD CONSTRAINT knex_migrations_pkey PRIMARY KEY (id);
