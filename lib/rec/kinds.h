/*
 * kinds - every kind of record, as a table
 *
 * One struct ir_kind a kind: its name, version, id prefix, natural key and
 * columns. Text, TSV, JSON, JSON Schema and the manuals' OUTPUT come from it, so a
 * member is written down once. ir-records(5) says what a record is.
 *
 * A row is a struct that begins with struct ir_head. Start it with
 * ir_row_init(), which sets every member to "not known".
 */
#ifndef IR_REC_KINDS_H
#define IR_REC_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

/* Observations first, in the order from good to bad; then actions; then switches. */
enum ir_status {
	IR_STATUS_OK, IR_STATUS_WARN, IR_STATUS_FAIL, IR_STATUS_UNKNOWN,
	IR_STATUS_PLANNED, IR_STATUS_DONE, IR_STATUS_NOOP, IR_STATUS_FAILED, IR_STATUS_REFUSED,
	IR_STATUS_ON, IR_STATUS_OFF,
};
extern const char *const ir_status_names[];	/* NULL-terminated, by enum */

/* Index into a NULL-terminated list of names, or -1. */
int ir_name_index(const char *const *names, const char *s);

/* A list of numbers, somebody else's. A zeroed one is empty. */
struct ir_ints {
	const int64_t *v;
	size_t n;
};

struct ir_head {
	const char     *id;		/* set by ir_out_row() */
	int64_t         time_ms;	/* IR_TIME_NONE: now */
	enum ir_status  status;
	const char     *env;		/* NULL: the run's */
	const char     *service;	/* NULL: "" */
	const char     *subject;
	const char     *summary;	/* cut to 200 bytes */
	struct ir_list  refs;
};

enum ir_col_type {
	IR_COL_STR,	/* const char *; NULL is null */
	IR_COL_ENUM,	/* int into names; -1 is null; a string in JSON */
	IR_COL_INT,	/* int64_t; INT64_MIN is null */
	IR_COL_REAL,	/* double, three decimals; NAN is null */
	IR_COL_BOOL,	/* int; -1 is null */
	IR_COL_TIME,	/* int64_t, ms; IR_TIME_NONE is null; RFC 3339 in JSON */
	IR_COL_LIST,	/* struct ir_list of strings */
	IR_COL_INTS,	/* struct ir_ints */
};

struct ir_col {
	const char        *key;		/* JSON member, lower_snake, unit in the name */
	const char        *head;	/* heading on a terminal */
	enum ir_col_type   type;
	size_t             offset;	/* in the row */
	const char *const *names;	/* IR_COL_ENUM */
	unsigned           group;	/* 0: in every row; else only in rows whose groups have the bit */
	const char        *doc;		/* one line, for schema and manual */
};

struct ir_kind {
	const char          *name;
	int                  version;
	const char          *prefix;	/* of ids; NULL: the kind has none */
	const char          *doc;
	const char          *key_doc;	/* the exact bytes of the natural key, for ir-records(5) */
	const struct ir_col *cols;	/* the kind's own; ended by a NULL key */
	size_t               size;	/* of the row */
	size_t               groups_offset; /* of its `unsigned groups`; 0: no groups */
	bool                 fleeting;	/* never journalled, so that its handles are good for nothing but telling rows apart */
	/* Add the natural key's bytes; NULL where there is no id. */
	void               (*key)(const void *row, const char *env, const char *run, struct ir_buf *);
};

/* The envelope, the same for every kind; offsets are into struct ir_head where it has them. */
#define IR_COL_NOT_IN_ROW SIZE_MAX
extern const struct ir_col ir_envelope[];		/* ended by a NULL key */

extern const struct ir_kind ir_kind_check, ir_kind_pattern, ir_kind_line, ir_kind_chain, ir_kind_commit, ir_kind_deploy,
    ir_kind_migration, ir_kind_suspect, ir_kind_alert, ir_kind_plan, ir_kind_action, ir_kind_incident, ir_kind_note, ir_kind_error, ir_kind_start, ir_kind_end;
extern const struct ir_kind *const ir_kinds[];		/* NULL-terminated */

/* By name; NULL when there is none. */
const struct ir_kind *ir_kind_find(const char *name);
/* A kind's own column or the envelope's (kind may be NULL); NULL when there is none. */
const struct ir_col *ir_kind_col(const struct ir_kind *, const char *key);

/* Zero the row, then set every column to null, and the status to unknown. */
void ir_row_init(const struct ir_kind *, void *row);

/* check: one thing looked at, and whether it is well. */
enum {
	IR_CHECK_NET       = 1 << 0,	/* http, tcp, tls */
	IR_CHECK_HTTP      = 1 << 1,
	IR_CHECK_TLS       = 1 << 2,
	IR_CHECK_PROGRAM   = 1 << 3,	/* command, plugin; a container's healthcheck */
	IR_CHECK_CONTAINER = 1 << 4,
	IR_CHECK_UNIT      = 1 << 5,
	IR_CHECK_SETTING   = 1 << 6,	/* ir-doctor */
	IR_CHECK_DEP       = 1 << 7,	/* ir-deps */
	IR_CHECK_MEASURE   = 1 << 8,	/* one measure of a dependency */
	IR_CHECK_QUEUE     = 1 << 9,	/* a job queue */
};

struct ir_check {
	struct ir_head h;
	unsigned groups;
	const char *name;		/* configured or discovered: "login", "container", "container/2" */
	const char *type;		/* http tcp tls command unit container project config … */
	double      latency_ms;		/* to the verdict */
	int64_t     attempts;
	const char *hint;		/* what to do; NULL: nothing to say */
	const char *origin;		/* where it is configured: "ir.conf:12", "operand", "engine" */
	const char *change;		/* -w: "+" "-" "~" */
	/* net */
	const char *address;		/* numeric address and port that answered */
	const char *phase;		/* where it ended: dns connect tls send wait body done */
	double      dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms;
	/* http */
	int64_t     http_status;
	const char *http_version;
	int64_t     body_bytes;
	int64_t     redirects;
	const char *url;		/* after redirects, without user and password */
	/* tls */
	int64_t     cert_expires_ms;
	double      cert_days;
	const char *cert_subject, *cert_issuer, *tls_version;
	/* program */
	int64_t     exit_code;
	const char *signal;		/* "SIGKILL" */
	const char *output;		/* its last words, at most 4 KiB */
	struct ir_list perfdata;	/* "label=value[unit];warn;crit;min;max" */
	/* container */
	const char *container, *container_id, *image, *revision, *image_version;
	const char *state;		/* created running paused restarting removing exited dead */
	const char *health;		/* starting healthy unhealthy; NULL: no healthcheck */
	int64_t     started_ms, finished_ms;
	int64_t     restarts;		/* since creation */
	int64_t     restarts_recent;	/* in the last 10 minutes */
	int         oom_killed;
	int64_t     memory_limit_bytes;
	int64_t     running, wanted;	/* replicas (or services, for a project) */
	/* unit */
	const char *unit, *active_state, *sub_state, *result;
	/* setting */
	const char *setting, *value;	/* "***" for a secret */
	/* dependency */
	const char *dependency;		/* its name: "main" */
	const char *server;		/* product and version: "PostgreSQL 15.7", "Redis 7.0.15", "RabbitMQ 3.10.8" */
	const char *role;		/* primary replica standby sentinel */
	struct ir_list counters;	/* "key=integer", for the next look */
	/* measure */
	const char *measure;		/* "connections" */
	double      measured, maximum;
	const char *measured_in;	/* count s B /s /min; NULL: a state */
	double      warn_at, fail_at;	/* NAN: never */
	struct ir_list facts;		/* "key=value" */
	const char *query;		/* -v: text of a query that matters, at most 1 KiB */
	/* queue */
	const char *job_system, *queue;
	int64_t     jobs_pending, jobs_running, jobs_scheduled, jobs_failed, consumers;
	double      oldest_pending_s, arrival_per_s, completion_per_s, drain_s;
	int         paused;
	const char *trend;		/* idle draining steady growing stuck */
};

/* pattern: what a service says in its logs again and again, as one shape. */
struct ir_pattern {
	struct ir_head h;		/* time: when it was last said */
	const char *key;		/* no member: what the id is made from besides the service */
	const char *template;		/* "connection to <*> refused" */
	int64_t     events, lines;	/* a stack trace is one event of many lines */
	const char *level;		/* of the worst of its events: trace debug info notice warn error fatal; NULL: none */
	int         level_guessed;	/* from its words: no event names one */
	struct ir_list services;	/* all that say it */
	int64_t     first_seen_ms, last_seen_ms;
	int64_t     split_ms;		/* before and after are before and after this */
	int64_t     before, after;
	double      rate_before_per_min, rate_after_per_min;
	double      p_log10;		/* of chance alone making such a difference; NAN: not compared */
	const char *trend;		/* new first more same less gone "no baseline" */
	const char *error;		/* exception's type */
	struct ir_list frames, files;
	struct ir_list examples;
	struct ir_list also;		/* ids it had, or would have had, before shapes were united */
	struct ir_ints counts;		/* over time */
	int64_t     counts_from_ms, counts_every_ms;
};

/* line: one line of a log; not journalled. */
struct ir_line {
	struct ir_head h;
	const char *text;
	const char *level;
	const char *stream;		/* stdout stderr; NULL: there is but one */
	const char *logger;
	struct ir_list ids;		/* "request=…" "trace=…" "job=…" */
	int         late;		/* lines with a later time were printed before it */
};

/* chain: patterns of different services that belong together. */
struct ir_chain {
	struct ir_head h;		/* time: when it was last seen; refs: the patterns, in the order of time */
	struct ir_list keys;		/* no member: service and shape of each pattern, by service */
	const char *how;		/* trace request job time */
	struct ir_list services, steps;	/* in the order of time; steps are templates */
	struct ir_ints offsets_ms;	/* after the first; -1: not known */
	const char *level;		/* of the worst */
	int64_t     ids;
	struct ir_list examples;	/* of ids */
	int64_t     first_seen_ms, last_seen_ms;
	const char *note;
};

/* commit: one change of the source, as git has it. */
struct ir_commit {
	struct ir_head h;		/* time: when it was committed */
	const char *revision;		/* whole hash */
	const char *title, *author;
	int64_t     authored_ms;
	struct ir_list parents;		/* whole hashes */
	int         merge;
	struct ir_list tags;
	int64_t     files_changed;	/* against its first parent */
	struct ir_list files;		/* the first of them */
	const char *repository;		/* name of its top directory */
};

/* deploy: what a service runs became something else. */
struct ir_deploy {
	struct ir_head h;		/* time: when it happened, as time_basis says; status: healthy since */
	const char *rollout;		/* id of the image, else the revision, '@', when: what tells it from others of the service */
	const char *change;		/* deploy rollback restart config scale */
	const char *revision, *version, *image, *image_id, *container;
	const char *author, *message, *url;
	int64_t     started_ms, finished_ms;
	const char *time_basis;		/* "container created" "image tagged" "reflog" "ledger" "link switched" "api" */
	const char *outcome;		/* succeeded failed running replaced unknown */
	int         current;		/* it is what runs */
	const char *health;		/* since: healthy unhealthy starting; NULL: not known */
	const char *previous, *previous_revision, *previous_version, *previous_image;	/* previous: id of its record */
	int         previous_available;
	const char *previous_basis;	/* how it is known */
	int64_t     commits;		/* between the two */
	int64_t     files_changed;
	struct ir_list files;		/* the first of them */
	struct ir_list migrations;	/* applied, or new in the code, between the two: "app.name" */
	struct ir_list known_by;	/* what tells of it: docker git ledger … */
	struct ir_list also;		/* ids that it had before more was known */
};

/* migration: one change of a database's schema. */
struct ir_migration {
	struct ir_head h;		/* time: when it was applied, else as time_basis says */
	const char *identity;		/* no member: the database's server and name; "" */
	const char *framework, *app, *name, *title;
	const char *state;		/* applied pending ahead failed "out of order" replaced unknown */
	int64_t     applied_ms;
	const char *time_basis;		/* "row applied" "transaction" "file name" "commit"; NULL: now */
	const char *database;		/* "main" */
	const char *file;		/* in the repository */
	const char *revision;		/* of the code that it was compared with; NULL: the working tree */
	int64_t     position;		/* in the order of application, from 1 */
	const char *batch, *author, *error;
	int         edited;		/* the file is not what was applied */
	const char *verdict;		/* of going back to code that does not know it: safe unsafe unknown */
	const char *operation;		/* that decides */
	int64_t     line;		/* of file */
	int         reversible;		/* the framework has a way back */
	int         locks, drops;	/* it keeps others from a table; it takes something away */
};

/* suspect: how likely a change is the cause. */
struct ir_suspect {
	struct ir_head h;		/* time: of the change; refs: the change, then what speaks for and against it */
	const char *change;		/* its id; "other": something that is not listed; "none": nothing changed */
	const char *change_kind;	/* deploy migration switch commit; NULL */
	int64_t     rank;		/* from 1 */
	double      probability;
	const char *verdict;		/* likely possible "no evidence" "too early" */
	struct ir_list group;		/* ids of changes that cannot be told from it, itself too */
	int64_t     onset_ms;
	double      lag_s;		/* from the change to the onset */
	double      rate_before_per_min, rate_after_per_min;
	double      p_log10;		/* as of patterns */
	struct ir_list factors;		/* "key=factor: words" */
};

/* alert: something pages, or would. */
struct ir_alert {
	struct ir_head h;		/* time: when it began to fire. status: fail while nobody has it, warn when acked, silenced, inhibited or of low severity, ok when over */
	const char *pager;		/* name of its section, or its type when none is configured */
	const char *pager_type;		/* alertmanager pagerduty goalert oncall opsgenie command */
	const char *alert;		/* the pager's own id: fingerprint, incident id */
	const char *name;		/* of the rule, or the title */
	const char *severity;		/* as the pager says; NULL: it does not */
	const char *state;		/* firing acked silenced inhibited resolved */
	int64_t     ended_ms;		/* of a resolved one: when that was seen, or told */
	const char *description;	/* in words, at most 1 KiB */
	const char *acked_by;		/* who has it; NULL: nobody, or not told */
	int64_t     acked_ms, acked_until_ms;	/* until: the ack is a lease; IR_TIME_NONE: for ever, or not told */
	const char *ack_note;		/* what was said with it */
	struct ir_list acks;		/* the pager's ids of what holds it: silences */
	int         mine;		/* it pages this user; -1: the pager does not say whom it pages */
	struct ir_list assigned;	/* whom it pages */
	struct ir_list labels;		/* "k=v" */
	struct ir_list links;
	const char *change;		/* -w: "+" "-" "~" */
};

/* plan: what an actor is about to do. */
struct ir_plan {
	struct ir_head h;
	const char *command;		/* "ir-ack" */
	const char *verb;		/* "ack" */
	int64_t     steps;
	struct ir_list targets;		/* ids of records that it acts on */
	const char *who;
	const char *reason;		/* what it is for; NULL: not said */
	const char *undo;		/* a command that can be pasted; NULL: it cannot be undone */
	int64_t     expires_ms;
};

/* action: one step of a plan, planned, then how it went. */
struct ir_action {
	struct ir_head h;		/* time: when it was planned, then when it was known how it went */
	const char *plan;		/* id */
	int64_t     step;		/* from 1 */
	const char *verb;		/* ack renew unack open note close post ticket … */
	const char *target;		/* id of the record acted on; NULL: none */
	const char *backend;		/* what was asked to do it: the pager's, channel's name */
	const char *before, *after;	/* state as observed */
	const char *by;			/* who has it already, of a noop */
	const char *who;		/* in whose name */
	const char *reason;		/* why it did not go well, or was not done; NULL */
	const char *hold;		/* the backend's id of what was made, for going back: a silence, a message */
	int64_t     until_ms;		/* it ends by itself; IR_TIME_NONE: it does not */
	const char *undo;		/* a command that can be pasted; NULL: none */
};

/* incident: what responders work on together. */
struct ir_incident {
	struct ir_head h;		/* time: when it began, as known when it was opened. status: fail while open, ok when closed */
	const char *title;
	const char *state;		/* open closed */
	const char *severity;		/* sev1 … sev5; NULL: not judged */
	const char *opened_by;
	const char *lead;		/* who leads; NULL: nobody was named */
	int64_t     began_ms, opened_ms, closed_ms;
	struct ir_list alerts;		/* ids */
	struct ir_list services;
	const char *ticket;		/* URL, or the ticket system's own id */
	struct ir_list threads;		/* "channel=id of the message that others are threaded under" */
	const char *event;		/* what this observation tells: opened severity assigned joined closed reopened told */
	const char *who;		/* did that */
	const char *message;		/* what was said with it */
};

/* note: what somebody said. */
struct ir_note {
	struct ir_head h;		/* time: what it speaks of, which may be earlier than it was written */
	const char *incident;		/* id; NULL: none */
	const char *who;
	const char *text;		/* at most 64 KiB */
	int64_t     written_ms;
};

/* error: something that could not be looked at, or a run's failure. */
struct ir_error {
	struct ir_head h;
	int64_t     n;			/* counts from 1 in a run */
	int64_t     code;		/* enum ir_exit */
	const char *message;
	const char *hint;
};

/* start: a run began (journal only). */
struct ir_start {
	struct ir_head h;
	const char    *version;		/* of ir */
	struct ir_list args;		/* argv without values that may hold secrets */
	const char    *user, *host;
	const char    *incident;	/* id, when it was chosen by --incident or IR_INCIDENT */
};

/* end: how the run ended; last line of JSON. */
struct ir_end {
	struct ir_head h;
	int            complete;
	int64_t        ok, warn, fail, unknown;
	struct ir_list off;		/* what is switched off or paused */
	int64_t        exit;
};

#endif
