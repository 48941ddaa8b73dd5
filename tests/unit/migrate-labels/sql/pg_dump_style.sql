SET statement_timeout = 0;
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE SCHEMA billing;
CREATE TABLE billing.invoices (
    id integer NOT NULL,
    lines jsonb DEFAULT '[]'::jsonb
);
CREATE SEQUENCE billing.invoices_id_seq AS integer START WITH 1;
ALTER SEQUENCE billing.invoices_id_seq OWNED BY billing.invoices.id;
ALTER TABLE ONLY billing.invoices ALTER COLUMN id SET DEFAULT nextval('billing.invoices_id_seq'::regclass);
ALTER TABLE ONLY billing.invoices ADD CONSTRAINT invoices_pkey PRIMARY KEY (id);
COMMENT ON TABLE billing.invoices IS 'what is owed; with a semicolon';
GRANT SELECT ON billing.invoices TO PUBLIC;
