/* kinds - the tables: the envelope, and one for every kind of record */
#include "rec/kinds.h"

#include <math.h>

#include "rec/kinds_cols.h"

/* clang-format off */
const char *const ir_status_names[] = {
	"ok", "warn", "fail", "unknown", "planned", "done", "noop", "failed", "refused", "on", "off", NULL,
};

const struct ir_col ir_envelope[] = {
	{ "kind", "KIND", IR_COL_STR, IR_COL_NOT_IN_ROW, NULL, 0, "what the record is" },
	{ "v", "V", IR_COL_INT, IR_COL_NOT_IN_ROW, NULL, 0, "major version of the kind's members" },
	{ "id", "ID", IR_COL_STR, offsetof(struct ir_head, id), NULL, 0,
	    "handle: the same fact has the same one in every run" },
	{ "time", "TIME", IR_COL_TIME, offsetof(struct ir_head, time_ms), NULL, 0, "the instant the fact speaks of" },
	{ "source", "SOURCE", IR_COL_STR, IR_COL_NOT_IN_ROW, NULL, 0, "the command that says it" },
	{ "run", "RUN", IR_COL_STR, IR_COL_NOT_IN_ROW, NULL, 0, "the run that said it" },
	{ "status", "STATUS", IR_COL_ENUM, offsetof(struct ir_head, status), ir_status_names, 0,
	    "how it is: the first four of what was looked at, the next five of actions, the last two of switches" },
	{ "env", "ENV", IR_COL_STR, offsetof(struct ir_head, env), NULL, 0, "the environment it belongs to" },
	{ "service", "SERVICE", IR_COL_STR, offsetof(struct ir_head, service), NULL, 0,
	    "owner of the subject; empty when there is none" },
	{ "subject", "SUBJECT", IR_COL_STR, offsetof(struct ir_head, subject), NULL, 0,
	    "what it is about, like a URI, never with a secret" },
	{ "summary", "SUMMARY", IR_COL_STR, offsetof(struct ir_head, summary), NULL, 0,
	    "one line for people, at most 200 bytes" },
	{ "refs", "REFS", IR_COL_LIST, offsetof(struct ir_head, refs), NULL, 0, "ids of records that this one rests on" },
	END,
};
/* clang-format on */

/* check */

/* clang-format off */
static const struct ir_col check_cols[] = {
	STR(struct ir_check, name, 0, "NAME", "configured or discovered name, as in \"login\" or \"container\""),
	STR(struct ir_check, type, 0, "TYPE", "how it was looked at: http tcp tls command unit container project engine postgres pgbouncer redis sentinel rabbitmq queue; or what ir-doctor looked at"),
	REAL(struct ir_check, latency_ms, 0, "LATENCY", "time to the verdict"),
	INT(struct ir_check, attempts, 0, "ATTEMPTS", "how often it was asked"),
	STR(struct ir_check, hint, 0, "HINT", "what to do about it"),
	STR(struct ir_check, origin, 0, "ORIGIN", "where it is configured: \"ir.conf:12\", \"operand\", \"engine\""),
	STR(struct ir_check, change, 0, "CHANGE", "while watching: + appeared, - gone, ~ changed"),

	STR(struct ir_check, address, IR_CHECK_NET, "ADDRESS", "numeric address and port that answered"),
	STR(struct ir_check, phase, IR_CHECK_NET, "PHASE", "where it ended: dns connect tls send wait body done"),
	REAL(struct ir_check, dns_ms, IR_CHECK_NET, "DNS", "time to resolve the name"),
	REAL(struct ir_check, connect_ms, IR_CHECK_NET, "CONNECT", "time to connect, after dns"),
	REAL(struct ir_check, tls_ms, IR_CHECK_NET, "TLS", "time of the TLS handshake"),
	REAL(struct ir_check, first_byte_ms, IR_CHECK_NET, "FIRST", "time from the request to the first byte of the answer"),
	REAL(struct ir_check, total_ms, IR_CHECK_NET, "TOTAL", "time from start to end"),

	INT(struct ir_check, http_status, IR_CHECK_HTTP, "HTTP", "status code of the answer"),
	STR(struct ir_check, http_version, IR_CHECK_HTTP, "VERSION", "protocol of the answer: 1.0 1.1 2"),
	INT(struct ir_check, body_bytes, IR_CHECK_HTTP, "BODY", "bytes of the body that were read"),
	INT(struct ir_check, redirects, IR_CHECK_HTTP, "REDIRECTS", "how many were followed"),
	STR(struct ir_check, url, IR_CHECK_HTTP, "URL", "after redirects, without user and password"),

	TIME(struct ir_check, cert_expires_ms, "cert_expires", IR_CHECK_TLS, "EXPIRES", "when the certificate expires"),
	REAL(struct ir_check, cert_days, IR_CHECK_TLS, "DAYS", "days until the certificate expires"),
	STR(struct ir_check, cert_subject, IR_CHECK_TLS, "CERT", "whom the certificate names"),
	STR(struct ir_check, cert_issuer, IR_CHECK_TLS, "ISSUER", "who signed the certificate"),
	STR(struct ir_check, tls_version, IR_CHECK_TLS, "TLSVER", "version of TLS, as in \"TLSv1.3\""),

	INT(struct ir_check, exit_code, IR_CHECK_PROGRAM, "EXIT", "exit status of the program or the container"),
	STR(struct ir_check, signal, IR_CHECK_PROGRAM, "SIGNAL", "signal that ended it, as in \"SIGKILL\""),
	STR(struct ir_check, output, IR_CHECK_PROGRAM, "OUTPUT", "its last words, at most 4 KiB"),
	LIST(struct ir_check, perfdata, IR_CHECK_PROGRAM, "PERFDATA", "a plugin's \"label=value[unit];warn;crit;min;max\""),

	STR(struct ir_check, container, IR_CHECK_CONTAINER, "CONTAINER", "name of the container"),
	STR(struct ir_check, container_id, IR_CHECK_CONTAINER, "CONTAINER ID", "id of the container"),
	STR(struct ir_check, image, IR_CHECK_CONTAINER, "IMAGE", "image it was made from"),
	STR(struct ir_check, revision, IR_CHECK_CONTAINER, "REVISION", "the image's label for its source revision"),
	STR(struct ir_check, image_version, IR_CHECK_CONTAINER, "IMAGE VERSION", "the image's label for its version"),
	STR(struct ir_check, state, IR_CHECK_CONTAINER, "STATE",
	    "created running paused restarting removing exited dead"),
	STR(struct ir_check, health, IR_CHECK_CONTAINER, "HEALTH",
	    "starting healthy unhealthy; null when it has no healthcheck"),
	TIME(struct ir_check, started_ms, "started", IR_CHECK_CONTAINER, "STARTED", "when it was last started"),
	TIME(struct ir_check, finished_ms, "finished", IR_CHECK_CONTAINER, "FINISHED", "when it last ended"),
	INT(struct ir_check, restarts, IR_CHECK_CONTAINER | IR_CHECK_UNIT, "RESTARTS", "restarts since it was created"),
	INT(struct ir_check, restarts_recent, IR_CHECK_CONTAINER, "RECENT", "restarts in the last 10 minutes"),
	BOOL(struct ir_check, oom_killed, IR_CHECK_CONTAINER, "OOM", "ended because it ran out of memory"),
	INT(struct ir_check, memory_limit_bytes, IR_CHECK_CONTAINER, "LIMIT", "memory it may use"),
	INT(struct ir_check, running, IR_CHECK_CONTAINER, "RUNNING", "replicas that run (of a project: services)"),
	INT(struct ir_check, wanted, IR_CHECK_CONTAINER, "WANTED", "replicas that should run (of a project: services)"),

	STR(struct ir_check, unit, IR_CHECK_UNIT, "UNIT", "name of the systemd unit"),
	STR(struct ir_check, active_state, IR_CHECK_UNIT, "ACTIVE", "ActiveState of the unit"),
	STR(struct ir_check, sub_state, IR_CHECK_UNIT, "SUB", "SubState of the unit"),
	STR(struct ir_check, result, IR_CHECK_UNIT, "RESULT", "Result of the unit"),

	STR(struct ir_check, setting, IR_CHECK_SETTING, "SETTING", "name of the setting"),
	STR(struct ir_check, value, IR_CHECK_SETTING, "VALUE", "value in force; \"***\" for a secret"),

	STR(struct ir_check, dependency, IR_CHECK_DEP, "DEPENDENCY", "name of the dependency that it speaks of"),
	STR(struct ir_check, server, IR_CHECK_DEP, "SERVER", "product and version, as in \"PostgreSQL 15.7\""),
	STR(struct ir_check, role, IR_CHECK_DEP, "ROLE", "primary standby replica sentinel"),
	LIST(struct ir_check, counters, IR_CHECK_DEP, "COUNTERS", "\"key=integer\": what the next look compares with"),

	STR(struct ir_check, measure, IR_CHECK_MEASURE, "MEASURE", "what was measured of the dependency"),
	REAL(struct ir_check, measured, IR_CHECK_MEASURE, "MEASURED", "its value"),
	REAL(struct ir_check, maximum, IR_CHECK_MEASURE, "MAXIMUM", "the most that it can be"),
	STR(struct ir_check, measured_in, IR_CHECK_MEASURE, "IN", "unit of these: count s B /s /min; null of a state"),
	REAL(struct ir_check, warn_at, IR_CHECK_MEASURE, "WARN AT", "value from which on it is a warning"),
	REAL(struct ir_check, fail_at, IR_CHECK_MEASURE, "FAIL AT", "value from which on it is a failure"),
	LIST(struct ir_check, facts, IR_CHECK_MEASURE | IR_CHECK_QUEUE, "FACTS", "\"key=value\": the numbers behind it"),
	STR(struct ir_check, query, IR_CHECK_MEASURE, "QUERY", "with -v: text of the query that matters, at most 1 KiB"),

	STR(struct ir_check, job_system, IR_CHECK_QUEUE, "SYSTEM", "the job system, as in \"celery\""),
	STR(struct ir_check, queue, IR_CHECK_QUEUE, "QUEUE", "name of the queue"),
	INT(struct ir_check, jobs_pending, IR_CHECK_QUEUE, "PENDING", "jobs that are due and taken by nobody"),
	INT(struct ir_check, jobs_running, IR_CHECK_QUEUE, "JOBS RUNNING", "jobs that a worker has taken"),
	INT(struct ir_check, jobs_scheduled, IR_CHECK_QUEUE, "SCHEDULED", "jobs that are due later"),
	INT(struct ir_check, jobs_failed, IR_CHECK_QUEUE, "FAILED", "jobs that were given up"),
	INT(struct ir_check, consumers, IR_CHECK_QUEUE, "CONSUMERS", "workers alive that take from it"),
	REAL(struct ir_check, oldest_pending_s, IR_CHECK_QUEUE, "OLDEST", "seconds since the oldest pending job was due"),
	REAL(struct ir_check, arrival_per_s, IR_CHECK_QUEUE, "ARRIVAL", "jobs that arrive in a second"),
	REAL(struct ir_check, completion_per_s, IR_CHECK_QUEUE, "COMPLETION", "jobs that are completed in a second"),
	REAL(struct ir_check, drain_s, IR_CHECK_QUEUE, "DRAIN", "seconds until it is empty, as it goes now"),
	BOOL(struct ir_check, paused, IR_CHECK_QUEUE, "PAUSED", "nothing is taken from it on purpose"),
	STR(struct ir_check, trend, IR_CHECK_QUEUE, "TREND", "idle draining steady growing stuck"),
	END,
};
/* clang-format on */

static void
check_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_check *c = row;

	(void)run;
	ir_key_first(b, env);
	ir_key_next(b, c->h.service);
	ir_key_next(b, c->name);
}

const struct ir_kind ir_kind_check = {
	.name = "check",
	.version = 1,
	.prefix = "chk",
	.doc = "one thing looked at, and whether it is well",
	.key_doc = "env, a zero byte, service, a zero byte, name",
	.cols = check_cols,
	.size = sizeof(struct ir_check),
	.groups_offset = offsetof(struct ir_check, groups),
	.key = check_key,
};

/* pattern */

/* clang-format off */
static const struct ir_col pattern_cols[] = {
	STR(struct ir_pattern, template, 0, "TEMPLATE", "what its events have in common, with <*> for what varies; of a stack trace the message, then the exception"),
	INT(struct ir_pattern, events, 0, "EVENTS", "how often it was said; a stack trace is one event"),
	INT(struct ir_pattern, lines, 0, "LINES", "lines of these events"),
	STR(struct ir_pattern, level, 0, "LEVEL", "of the worst of its events: trace debug info notice warn error fatal"),
	BOOL(struct ir_pattern, level_guessed, 0, "GUESSED", "the level is guessed from the words, because no event names one"),
	LIST(struct ir_pattern, services, 0, "SERVICES", "all services that say the same; this record counts those of its own"),
	TIME(struct ir_pattern, first_seen_ms, "first_seen", 0, "FIRST", "first event within the time that was looked at"),
	TIME(struct ir_pattern, last_seen_ms, "last_seen", 0, "LAST", "last event"),
	TIME(struct ir_pattern, split_ms, "split", 0, "SPLIT", "the instant that before and after are about"),
	INT(struct ir_pattern, before, 0, "BEFORE", "events before the split"),
	INT(struct ir_pattern, after, 0, "AFTER", "events from the split on"),
	REAL(struct ir_pattern, rate_before_per_min, 0, "RATE BEFORE", "events a minute before the split"),
	REAL(struct ir_pattern, rate_after_per_min, 0, "RATE AFTER", "events a minute from the split on"),
	REAL(struct ir_pattern, p_log10, 0, "P", "decimal logarithm of how likely chance alone makes such a difference, times the number of patterns that were compared; 0 is certain, -6 one in a million"),
	STR(struct ir_pattern, trend, 0, "TREND", "new first more same less gone, or \"no baseline\""),
	STR(struct ir_pattern, error, 0, "ERROR", "type of the exception"),
	LIST(struct ir_pattern, frames, 0, "FRAMES", "of its stack trace, own code only, innermost first"),
	LIST(struct ir_pattern, files, 0, "FILES", "that the frames name, each once"),
	LIST(struct ir_pattern, examples, 0, "EXAMPLES", "whole events, without secrets"),
	LIST(struct ir_pattern, also, 0, "ALSO", "ids of shapes that were united in it"),
	INTS(struct ir_pattern, counts, 0, "COUNTS", "events over time"),
	TIME(struct ir_pattern, counts_from_ms, "counts_from", 0, "FROM", "when the first of counts begins"),
	INT(struct ir_pattern, counts_every_ms, 0, "EVERY", "how long each of counts is"),
	END,
};
/* clang-format on */

static void
pattern_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_pattern *p = row;

	(void)env;
	(void)run;
	ir_key_first(b, p->h.service);
	ir_key_next(b, p->key);
}

const struct ir_kind ir_kind_pattern = {
	.name = "pattern",
	.version = 1,
	.prefix = "pat",
	.doc = "what a service says in its logs again and again, as one shape",
	.key_doc =
	    "service, a zero byte, the shape as it was first parsed: the template, and of a stack trace its frames",
	.cols = pattern_cols,
	.size = sizeof(struct ir_pattern),
	.key = pattern_key,
};

/* line */

/* clang-format off */
static const struct ir_col line_cols[] = {
	STR(struct ir_line, text, 0, "TEXT", "what it says, without secrets"),
	STR(struct ir_line, level, 0, "LEVEL", "trace debug info notice warn error fatal"),
	STR(struct ir_line, stream, 0, "STREAM", "stdout or stderr, where that is known"),
	STR(struct ir_line, logger, 0, "LOGGER", "logger, component or program that it names"),
	LIST(struct ir_line, ids, 0, "IDS", "\"request=…\" \"trace=…\" \"job=…\": what it is part of"),
	BOOL(struct ir_line, late, 0, "LATE", "lines with a later time were printed before it"),
	END,
};
/* clang-format on */

static void
line_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_line *l = row;
	char time[IR_TIME_MAX];

	(void)env;
	(void)run;
	ir_key_first(b, l->h.service);
	ir_key_next(b, ir_time_format(time, l->h.time_ms));
	ir_key_next(b, l->text);
}

const struct ir_kind ir_kind_line = {
	.name = "line",
	.version = 1,
	.prefix = "lin",
	.doc = "one line of a log; never journalled",
	.key_doc = "service, a zero byte, time in RFC 3339 with milliseconds, a zero byte, text",
	.cols = line_cols,
	.size = sizeof(struct ir_line),
	.fleeting = true,
	.key = line_key,
};

/* chain */

/* clang-format off */
static const struct ir_col chain_cols[] = {
	STR(struct ir_chain, how, 0, "HOW", "what shows it: trace request job (services name the same ones), or time (they begin together, and nothing more is known)"),
	LIST(struct ir_chain, services, 0, "SERVICES", "in the order of time, one a step"),
	LIST(struct ir_chain, steps, 0, "STEPS", "template of each; refs are their patterns"),
	INTS(struct ir_chain, offsets_ms, 0, "OFFSETS", "milliseconds of each after the first, the median; -1: not known"),
	STR(struct ir_chain, level, 0, "LEVEL", "of the worst event: error fatal"),
	INT(struct ir_chain, ids, 0, "IDS", "requests, traces or jobs that went the same way; null by time"),
	LIST(struct ir_chain, examples, 0, "EXAMPLES", "ids of some of them"),
	TIME(struct ir_chain, first_seen_ms, "first_seen", 0, "FIRST", "its first event"),
	TIME(struct ir_chain, last_seen_ms, "last_seen", 0, "LAST", "its last event"),
	STR(struct ir_chain, note, 0, "NOTE", "what is odd about its times"),
	END,
};
/* clang-format on */

static void
chain_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_chain *c = row;

	(void)env;
	(void)run;
	ir_key_first(b, c->how);
	for (size_t i = 0; i < c->keys.n; i++)
		ir_key_next(b, c->keys.v[i]);
}

const struct ir_kind ir_kind_chain = {
	.name = "chain",
	.version = 1,
	.prefix = "chn",
	.doc = "patterns of different services that belong together",
	.key_doc = "how, then for each service (where it is none, its log's name), in the order of names, a zero byte, "
		   "the service, a zero byte, its pattern's shape as it was first parsed",
	.cols = chain_cols,
	.size = sizeof(struct ir_chain),
	.key = chain_key,
};

/* commit */

/* clang-format off */
static const struct ir_col commit_cols[] = {
	STR(struct ir_commit, revision, 0, "REVISION", "its whole hash"),
	STR(struct ir_commit, title, 0, "TITLE", "first line of its message"),
	STR(struct ir_commit, author, 0, "AUTHOR", "who wrote it"),
	TIME(struct ir_commit, authored_ms, "authored", 0, "AUTHORED", "when it was written; time is when it was committed"),
	LIST(struct ir_commit, parents, 0, "PARENTS", "whole hashes of the commits before it"),
	BOOL(struct ir_commit, merge, 0, "MERGE", "it has several parents"),
	LIST(struct ir_commit, tags, 0, "TAGS", "that point to it"),
	INT(struct ir_commit, files_changed, 0, "CHANGED", "how many files it changed, of a merge against its first parent"),
	LIST(struct ir_commit, files, 0, "FILES", "the first of them"),
	STR(struct ir_commit, repository, 0, "REPOSITORY", "name of the repository's directory"),
	END,
};
/* clang-format on */

static void
commit_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_commit *c = row;

	(void)env;
	(void)run;
	ir_key_first(b, c->revision);
}

const struct ir_kind ir_kind_commit = {
	.name = "commit",
	.version = 1,
	.prefix = "com",
	.doc = "one change of the source, as git has it",
	.key_doc = "the whole hash",
	.cols = commit_cols,
	.size = sizeof(struct ir_commit),
	.key = commit_key,
};

/* deploy */

/* clang-format off */
static const struct ir_col deploy_cols[] = {
	STR(struct ir_deploy, rollout, 0, "ROLLOUT", "what tells it from others of the service: id of the image, else the revision, else the version, then \"@\" and its time, or the number that the source gives it"),
	STR(struct ir_deploy, change, 0, "CHANGE", "deploy rollback restart config scale"),
	STR(struct ir_deploy, revision, 0, "REVISION", "of the source that runs since, as the deploy names it"),
	STR(struct ir_deploy, version, 0, "VERSION", "for people, as in \"1.8.2\""),
	STR(struct ir_deploy, image, 0, "IMAGE", "as it was configured"),
	STR(struct ir_deploy, image_id, 0, "IMAGE ID", "the engine's id of it"),
	STR(struct ir_deploy, container, 0, "CONTAINER", "that was made by it, the first of several"),
	STR(struct ir_deploy, author, 0, "AUTHOR", "who deployed, else who wrote the revision"),
	STR(struct ir_deploy, message, 0, "MESSAGE", "what was said about it, else of the revision"),
	STR(struct ir_deploy, url, 0, "URL", "where more is said"),
	TIME(struct ir_deploy, started_ms, "started", 0, "STARTED", "when it began"),
	TIME(struct ir_deploy, finished_ms, "finished", 0, "FINISHED", "when it was done"),
	STR(struct ir_deploy, time_basis, 0, "BASIS", "which event the time is, as in \"container created\", \"link switched\", reflog, ledger: see DEPLOYS in ir-deploys(1)"),
	STR(struct ir_deploy, outcome, 0, "OUTCOME", "succeeded failed running replaced unknown"),
	BOOL(struct ir_deploy, current, 0, "CURRENT", "it is what runs"),
	STR(struct ir_deploy, health, 0, "HEALTH", "of the service since: healthy unhealthy starting; null when nothing tells"),
	STR(struct ir_deploy, previous, 0, "PREVIOUS", "id of the deploy before it"),
	STR(struct ir_deploy, previous_revision, 0, "PREVIOUS REVISION", "what ran before"),
	STR(struct ir_deploy, previous_version, 0, "PREVIOUS VERSION", "what ran before, for people"),
	STR(struct ir_deploy, previous_image, 0, "PREVIOUS IMAGE", "id of the image that ran before"),
	BOOL(struct ir_deploy, previous_available, 0, "AVAILABLE", "what ran before can still be had"),
	STR(struct ir_deploy, previous_basis, 0, "PREVIOUS BASIS", "how the one before is known"),
	INT(struct ir_deploy, commits, 0, "COMMITS", "between what ran before and what runs since"),
	INT(struct ir_deploy, files_changed, 0, "CHANGED", "how many files differ between the two"),
	LIST(struct ir_deploy, files, 0, "FILES", "the first of them"),
	LIST(struct ir_deploy, migrations, 0, "MIGRATIONS", "\"app.name\": that came between the two"),
	LIST(struct ir_deploy, known_by, 0, "KNOWN BY", "what tells of it: docker git ledger releases log command kubectl helm github gitlab"),
	LIST(struct ir_deploy, also, 0, "ALSO", "ids by which others tell of the same deploy"),
	END,
};
/* clang-format on */

static void
deploy_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_deploy *d = row;

	(void)run;
	ir_key_first(b, env);
	ir_key_next(b, d->h.service);
	ir_key_next(b, d->rollout);
}

const struct ir_kind ir_kind_deploy = {
	.name = "deploy",
	.version = 1,
	.prefix = "dep",
	.doc = "what a service runs became something else",
	.key_doc = "env, a zero byte, service, a zero byte, rollout",
	.cols = deploy_cols,
	.size = sizeof(struct ir_deploy),
	.key = deploy_key,
};

/* migration */

/* clang-format off */
static const struct ir_col migration_cols[] = {
	STR(struct ir_migration, framework, 0, "FRAMEWORK", "whose it is, as in \"django\""),
	STR(struct ir_migration, app, 0, "APP", "part of the application, where the framework has such; else empty"),
	STR(struct ir_migration, name, 0, "NAME", "as the framework's table has it"),
	STR(struct ir_migration, title, 0, "TITLE", "in words, as its file says"),
	STR(struct ir_migration, state, 0, "STATE", "applied; pending: in the code, not in the database; ahead: in the database, unknown to the code; failed; \"out of order\": pending, though later ones are applied; replaced: by one that stands for several; unknown: the database could not be asked"),
	TIME(struct ir_migration, applied_ms, "applied", 0, "APPLIED", "when it was applied, where the database knows"),
	STR(struct ir_migration, time_basis, 0, "BASIS", "which event the time is: \"row applied\" transaction \"file name\"; null: when this was looked at"),
	STR(struct ir_migration, database, 0, "DATABASE", "name of the database, as ir-deps calls it"),
	STR(struct ir_migration, file, 0, "FILE", "in the repository"),
	STR(struct ir_migration, revision, 0, "REVISION", "of the code that was compared; null: the files as they lie there"),
	INT(struct ir_migration, position, 0, "POSITION", "in the order of application, from 1"),
	STR(struct ir_migration, batch, 0, "BATCH", "those of one run have the same"),
	STR(struct ir_migration, author, 0, "AUTHOR", "who applied it, or wrote it, where that is kept"),
	STR(struct ir_migration, error, 0, "ERROR", "why it failed, where that is kept"),
	BOOL(struct ir_migration, edited, 0, "EDITED", "the file is not what was applied, by its checksum"),
	STR(struct ir_migration, verdict, 0, "VERDICT", "does code that does not know it still run: safe unsafe unknown"),
	STR(struct ir_migration, operation, 0, "OPERATION", "that decides"),
	INT(struct ir_migration, line, 0, "LINE", "where in file that is"),
	BOOL(struct ir_migration, reversible, 0, "REVERSIBLE", "it says how to undo itself"),
	BOOL(struct ir_migration, locks, 0, "LOCKS", "it keeps others from a table while it runs"),
	BOOL(struct ir_migration, drops, 0, "DROPS", "it takes something away"),
	END,
};
/* clang-format on */

static void
migration_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_migration *m = row;

	(void)run;
	ir_key_first(b, env);
	ir_key_next(b, m->identity);
	ir_key_next(b, m->app);
	ir_key_next(b, m->name);
}

const struct ir_kind ir_kind_migration = {
	.name = "migration",
	.version = 1,
	.prefix = "mig",
	.doc = "one change of a database's schema",
	.key_doc =
	    "env, a zero byte, the database: the server's system identifier, a slash, its name (empty when it was not "
	    "asked), a zero byte, app, a zero byte, name",
	.cols = migration_cols,
	.size = sizeof(struct ir_migration),
	.key = migration_key,
};

/* suspect */

/* clang-format off */
static const struct ir_col suspect_cols[] = {
	STR(struct ir_suspect, change, 0, "CHANGE", "id of the change; other: something that is not listed; none: nothing changed"),
	STR(struct ir_suspect, change_kind, 0, "KIND", "deploy migration switch commit; null of other and none"),
	INT(struct ir_suspect, rank, 0, "RANK", "from 1, the likeliest"),
	REAL(struct ir_suspect, probability, 0, "PROBABILITY", "that it is the cause; of a group, of all together"),
	STR(struct ir_suspect, verdict, 0, "VERDICT", "likely (0.8 and more) possible (0.3 and more) \"no evidence\" \"too early\""),
	LIST(struct ir_suspect, group, 0, "GROUP", "ids of changes so close together that the times cannot tell which, this one too"),
	TIME(struct ir_suspect, onset_ms, "onset", 0, "ONSET", "when the trouble began"),
	REAL(struct ir_suspect, lag_s, 0, "LAG", "seconds from the change to the onset; below 0: it came later"),
	REAL(struct ir_suspect, rate_before_per_min, 0, "RATE BEFORE", "errors a minute before the change"),
	REAL(struct ir_suspect, rate_after_per_min, 0, "RATE AFTER", "errors a minute since"),
	REAL(struct ir_suspect, p_log10, 0, "P", "decimal logarithm of how likely chance alone makes such a difference, times the number of changes"),
	LIST(struct ir_suspect, factors, 0, "FACTORS", "\"name=factor: why\": what made it more or less likely"),
	END,
};
/* clang-format on */

static void
suspect_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_suspect *s = row;
	char time[IR_TIME_MAX];

	(void)env;
	(void)run;
	ir_key_first(b, ir_time_format(time, s->onset_ms));
	ir_key_next(b, s->change);
}

const struct ir_kind ir_kind_suspect = {
	.name = "suspect",
	.version = 1,
	.prefix = "sus",
	.doc = "how likely a change is the cause",
	.key_doc = "onset in RFC 3339 with milliseconds, a zero byte, the change's id, or other, or none",
	.cols = suspect_cols,
	.size = sizeof(struct ir_suspect),
	.key = suspect_key,
};

/* error */

/* clang-format off */
static const struct ir_col error_cols[] = {
	INT(struct ir_error, n, 0, "N", "counts the errors of a run, from 1"),
	INT(struct ir_error, code, 0, "CODE", "the exit status that it stands for"),
	STR(struct ir_error, message, 0, "MESSAGE", "what went wrong"),
	STR(struct ir_error, hint, 0, "HINT", "what to do about it"),
	END,
};
/* clang-format on */

static void
error_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_error *e = row;

	(void)env;
	ir_key_first(b, run);
	ir_buf_addc(b, '\0');
	ir_buf_addf(b, "%lld", (long long)e->n);
}

const struct ir_kind ir_kind_error = {
	.name = "error",
	.version = 1,
	.prefix = "err",
	.doc = "something that could not be looked at, or a run's failure",
	.key_doc = "run, a zero byte, n in decimal",
	.cols = error_cols,
	.size = sizeof(struct ir_error),
	.key = error_key,
};

/* start, end */

/* clang-format off */
static const struct ir_col start_cols[] = {
	STR(struct ir_start, version, 0, "VERSION", "version of the command"),
	LIST(struct ir_start, args, 0, "ARGS", "its arguments, without values that may hold secrets"),
	STR(struct ir_start, user, 0, "USER", "who ran it"),
	STR(struct ir_start, host, 0, "HOST", "where it ran"),
	STR(struct ir_start, incident, 0, "INCIDENT", "id of the incident that it is of, where one was chosen"),
	END,
};
/* clang-format on */

const struct ir_kind ir_kind_start = {
	.name = "start",
	.version = 1,
	.doc = "a run began; in the journal only",
	.cols = start_cols,
	.size = sizeof(struct ir_start),
};

/* clang-format off */
static const struct ir_col end_cols[] = {
	BOOL(struct ir_end, complete, 0, "COMPLETE", "everything there was to look at was looked at or reported as unknown"),
	INT(struct ir_end, ok, 0, "OK", "records with status ok"),
	INT(struct ir_end, warn, 0, "WARN", "records with status warn"),
	INT(struct ir_end, fail, 0, "FAIL", "records with status fail"),
	INT(struct ir_end, unknown, 0, "UNKNOWN", "records with status unknown"),
	LIST(struct ir_end, off, 0, "OFF", "what is switched off or paused"),
	INT(struct ir_end, exit, 0, "EXIT", "exit status of the run"),
	END,
};
/* clang-format on */

const struct ir_kind ir_kind_end = {
	.name = "end",
	.version = 1,
	.doc = "how a run ended; the last line of JSON",
	.cols = end_cols,
	.size = sizeof(struct ir_end),
};

const struct ir_kind *const ir_kinds[] = {
	&ir_kind_alert,
	&ir_kind_check,
	&ir_kind_pattern,
	&ir_kind_line,
	&ir_kind_chain,
	&ir_kind_commit,
	&ir_kind_deploy,
	&ir_kind_migration,
	&ir_kind_suspect,
	&ir_kind_plan,
	&ir_kind_action,
	&ir_kind_incident,
	&ir_kind_note,
	&ir_kind_error,
	&ir_kind_start,
	&ir_kind_end,
	NULL,
};

int
ir_name_index(const char *const *names, const char *s)
{
	for (int i = 0; s && names[i]; i++)
		if (strcmp(names[i], s) == 0)
			return i;
	return -1;
}

const struct ir_kind *
ir_kind_find(const char *name)
{
	for (size_t i = 0; name && ir_kinds[i]; i++)
		if (strcmp(ir_kinds[i]->name, name) == 0)
			return ir_kinds[i];
	return NULL;
}

static const struct ir_col *
col_in(const struct ir_col *cols, const char *key)
{
	for (const struct ir_col *c = cols; c->key; c++)
		if (strcmp(c->key, key) == 0)
			return c;
	return NULL;
}

const struct ir_col *
ir_kind_col(const struct ir_kind *kind, const char *key)
{
	const struct ir_col *c = col_in(ir_envelope, key);

	return c || !kind ? c : col_in(kind->cols, key);
}

static void
set_null(const struct ir_col *c, void *row)
{
	void *p = (char *)row + c->offset;

	switch (c->type) {
	case IR_COL_INT:
	case IR_COL_TIME:
		*(int64_t *)p = INT64_MIN;
		break;
	case IR_COL_REAL:
		*(double *)p = (double)NAN;
		break;
	case IR_COL_ENUM:
	case IR_COL_BOOL:
		*(int *)p = -1;
		break;
	case IR_COL_STR:
	case IR_COL_LIST:
	case IR_COL_INTS:
		break;
	}
}

void
ir_row_init(const struct ir_kind *kind, void *row)
{
	struct ir_head *h = row;

	memset(row, 0, kind->size);
	for (const struct ir_col *c = kind->cols; c->key; c++)
		set_null(c, row);
	h->time_ms = IR_TIME_NONE;
	h->status = IR_STATUS_UNKNOWN; /* what nobody judged is not well */
}
