-- pgmq 1.5: what pgmq.create() makes
CREATE SCHEMA pgmq; SET search_path = pgmq;
CREATE TABLE meta (queue_name varchar UNIQUE NOT NULL, is_partitioned boolean NOT NULL, is_unlogged boolean NOT NULL, created_at timestamptz DEFAULT now() NOT NULL);
CREATE TABLE q_mail (
	msg_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, read_ct integer DEFAULT 0 NOT NULL, enqueued_at timestamptz DEFAULT now() NOT NULL, vt timestamptz NOT NULL, message jsonb, headers jsonb
);
CREATE TABLE a_mail (
	msg_id bigint PRIMARY KEY, read_ct integer DEFAULT 0 NOT NULL, enqueued_at timestamptz DEFAULT now() NOT NULL, archived_at timestamptz DEFAULT now() NOT NULL, vt timestamptz NOT NULL,
	message jsonb, headers jsonb
);
CREATE TABLE "q_a b""c" (LIKE q_mail INCLUDING ALL);
CREATE TABLE q_lookalike (msg_id bigint);
INSERT INTO meta (queue_name, is_partitioned, is_unlogged) VALUES ('mail', false, false), ('a b"c', false, false);
INSERT INTO q_mail (read_ct, vt, message) SELECT r, now() + v, '{}' FROM (VALUES (0, '-5 min'::interval), (1, '-10 s'), (0, '-1 min'), (1, '20 s'), (0, '1 h'), (0, '-1 s')) t (r, v);
DELETE FROM q_mail WHERE msg_id = 6;
