-- huey 3: PostgresStorage
CREATE SCHEMA huey; SET search_path = huey;
CREATE TABLE huey_kv (queue text NOT NULL, key text NOT NULL, value bytea NOT NULL, PRIMARY KEY (queue, key));
CREATE TABLE huey_schedule (id bigserial PRIMARY KEY, queue text NOT NULL, data bytea NOT NULL, timestamp double precision NOT NULL);
CREATE INDEX huey_schedule_queue_timestamp ON huey_schedule (queue, timestamp);
CREATE TABLE huey_task (id bigserial PRIMARY KEY, queue text NOT NULL, data bytea NOT NULL, priority double precision NOT NULL DEFAULT 0.0);
CREATE INDEX huey_task_queue_priority_id ON huey_task (queue, priority DESC, id);
INSERT INTO huey_task (queue, data, priority) VALUES ('shop', 'x', 0), ('shop', 'x', 0), ('shop', 'x', 9);
INSERT INTO huey_schedule (queue, data, timestamp) VALUES ('shop', 'x', extract(epoch FROM now()) + 60);
