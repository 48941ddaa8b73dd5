-- sqitch 1.3.1 on PostgreSQL 15 made this schema and the files beside it, but for their statements (pg_dump --inserts)
CREATE SCHEMA sqitch;
CREATE TABLE sqitch.changes (
    change_id text NOT NULL,
    script_hash text,
    change text NOT NULL,
    project text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    committed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    committer_name text NOT NULL,
    committer_email text NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    planner_name text NOT NULL,
    planner_email text NOT NULL
);
CREATE TABLE sqitch.dependencies (
    change_id text NOT NULL,
    type text NOT NULL,
    dependency text NOT NULL,
    dependency_id text,
    CONSTRAINT dependencies_check CHECK ((((type = 'require'::text) AND (dependency_id IS NOT NULL)) OR ((type = 'conflict'::text) AND (dependency_id IS NULL))))
);
CREATE TABLE sqitch.events (
    event text NOT NULL,
    change_id text NOT NULL,
    change text NOT NULL,
    project text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    requires text[] DEFAULT '{}'::text[] NOT NULL,
    conflicts text[] DEFAULT '{}'::text[] NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    committed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    committer_name text NOT NULL,
    committer_email text NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    planner_name text NOT NULL,
    planner_email text NOT NULL,
    CONSTRAINT events_event_check CHECK ((event = ANY (ARRAY['deploy'::text, 'revert'::text, 'fail'::text, 'merge'::text])))
);
CREATE TABLE sqitch.projects (
    project text NOT NULL,
    uri text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    creator_name text NOT NULL,
    creator_email text NOT NULL
);
CREATE TABLE sqitch.releases (
    version real NOT NULL,
    installed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    installer_name text NOT NULL,
    installer_email text NOT NULL
);
CREATE TABLE sqitch.tags (
    tag_id text NOT NULL,
    tag text NOT NULL,
    project text NOT NULL,
    change_id text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    committed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    committer_name text NOT NULL,
    committer_email text NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    planner_name text NOT NULL,
    planner_email text NOT NULL
);
INSERT INTO sqitch.changes VALUES ('f83a519325c7f42ceed5ebc956e56b659ea90be5', 'b4989306aa1a74f9c482b301760a98942606a297', 'users', 'shop', 'Creates users.', '2026-11-28 13:18:24.491245+00', 'root', 'root@vm', '2026-11-28 13:17:52+00', 'Ann Example', 'ann@example.com');
INSERT INTO sqitch.changes VALUES ('ed7148bbba5299367ce2339fe4358da44368dd9f', '1f1e1e10b44de4c0d318d23ca1ed0f825dd9c6df', 'email', 'shop', 'Adds their email.', '2026-11-28 13:18:24.52487+00', 'root', 'root@vm', '2026-11-28 13:17:52+00', 'Ann Example', 'ann@example.com');
INSERT INTO sqitch.dependencies VALUES ('ed7148bbba5299367ce2339fe4358da44368dd9f', 'require', 'users', 'f83a519325c7f42ceed5ebc956e56b659ea90be5');
INSERT INTO sqitch.events VALUES ('deploy', 'f83a519325c7f42ceed5ebc956e56b659ea90be5', 'users', 'shop', 'Creates users.', '{}', '{}', '{}', '2026-11-28 13:17:53.784829+00', 'Ann Example', 'ann@example.com', '2026-11-28 13:17:52+00', 'Ann Example', 'ann@example.com');
INSERT INTO sqitch.events VALUES ('deploy', 'ed7148bbba5299367ce2339fe4358da44368dd9f', 'email', 'shop', 'Adds their email.', '{users}', '{}', '{}', '2026-11-28 13:17:53.819429+00', 'Ann Example', 'ann@example.com', '2026-11-28 13:17:52+00', 'Ann Example', 'ann@example.com');
INSERT INTO sqitch.events VALUES ('fail', '4fa44a7018a99c956fa2efe4c2a14e84d026688e', 'bad', 'shop', 'Fails.', '{users}', '{}', '{}', '2026-11-28 13:17:53.850515+00', 'Ann Example', 'ann@example.com', '2026-11-28 13:17:53+00', 'Ann Example', 'ann@example.com');
INSERT INTO sqitch.events VALUES ('revert', 'ed7148bbba5299367ce2339fe4358da44368dd9f', 'email', 'shop', 'Adds their email.', '{users}', '{}', '{}', '2026-11-28 13:17:53.881251+00', 'Ann Example', 'ann@example.com', '2026-11-28 13:17:52+00', 'Ann Example', 'ann@example.com');
INSERT INTO sqitch.events VALUES ('revert', 'f83a519325c7f42ceed5ebc956e56b659ea90be5', 'users', 'shop', 'Creates users.', '{}', '{}', '{}', '2026-11-28 13:17:53.91295+00', 'Ann Example', 'ann@example.com', '2026-11-28 13:17:52+00', 'Ann Example', 'ann@example.com');
INSERT INTO sqitch.events VALUES ('deploy', 'f83a519325c7f42ceed5ebc956e56b659ea90be5', 'users', 'shop', 'Creates users.', '{}', '{}', '{}', '2026-11-28 13:18:24.491961+00', 'root', 'root@vm', '2026-11-28 13:17:52+00', 'Ann Example', 'ann@example.com');
INSERT INTO sqitch.events VALUES ('deploy', 'ed7148bbba5299367ce2339fe4358da44368dd9f', 'email', 'shop', 'Adds their email.', '{users}', '{}', '{}', '2026-11-28 13:18:24.52602+00', 'root', 'root@vm', '2026-11-28 13:17:52+00', 'Ann Example', 'ann@example.com');
INSERT INTO sqitch.events VALUES ('fail', '4fa44a7018a99c956fa2efe4c2a14e84d026688e', 'bad', 'shop', 'Fails.', '{users}', '{}', '{}', '2026-11-28 13:18:24.556666+00', 'root', 'root@vm', '2026-11-28 13:17:53+00', 'Ann Example', 'ann@example.com');
INSERT INTO sqitch.projects VALUES ('shop', NULL, '2026-11-28 13:17:53.750162+00', 'Ann Example', 'ann@example.com');
INSERT INTO sqitch.releases VALUES (1.1, '2026-11-28 13:17:53.749429+00', 'Ann Example', 'ann@example.com');
ALTER TABLE ONLY sqitch.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (change_id);
ALTER TABLE ONLY sqitch.changes
    ADD CONSTRAINT changes_project_script_hash_key UNIQUE (project, script_hash);
ALTER TABLE ONLY sqitch.dependencies
    ADD CONSTRAINT dependencies_pkey PRIMARY KEY (change_id, dependency);
ALTER TABLE ONLY sqitch.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (change_id, committed_at);
ALTER TABLE ONLY sqitch.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (project);
ALTER TABLE ONLY sqitch.projects
    ADD CONSTRAINT projects_uri_key UNIQUE (uri);
ALTER TABLE ONLY sqitch.releases
    ADD CONSTRAINT releases_pkey PRIMARY KEY (version);
ALTER TABLE ONLY sqitch.tags
    ADD CONSTRAINT tags_pkey PRIMARY KEY (tag_id);
ALTER TABLE ONLY sqitch.tags
    ADD CONSTRAINT tags_project_tag_key UNIQUE (project, tag);
ALTER TABLE ONLY sqitch.changes
    ADD CONSTRAINT changes_project_fkey FOREIGN KEY (project) REFERENCES sqitch.projects(project) ON UPDATE CASCADE;
ALTER TABLE ONLY sqitch.dependencies
    ADD CONSTRAINT dependencies_change_id_fkey FOREIGN KEY (change_id) REFERENCES sqitch.changes(change_id) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE ONLY sqitch.dependencies
    ADD CONSTRAINT dependencies_dependency_id_fkey FOREIGN KEY (dependency_id) REFERENCES sqitch.changes(change_id) ON UPDATE CASCADE;
ALTER TABLE ONLY sqitch.events
    ADD CONSTRAINT events_project_fkey FOREIGN KEY (project) REFERENCES sqitch.projects(project) ON UPDATE CASCADE;
ALTER TABLE ONLY sqitch.tags
    ADD CONSTRAINT tags_change_id_fkey FOREIGN KEY (change_id) REFERENCES sqitch.changes(change_id) ON UPDATE CASCADE;
ALTER TABLE ONLY sqitch.tags
    ADD CONSTRAINT tags_project_fkey FOREIGN KEY (project) REFERENCES sqitch.projects(project) ON UPDATE CASCADE;
