/*
 * pg - PostgreSQL, and PgBouncer before it, by libpq, without ever waiting
 *
 * libpq is loaded (dlopen) by the first ir_pg_target_parse(). It resolves nothing: names go through net/resolve.h and it is handed numeric addresses. TLS modes,
 * .pgpass and service files are libpq's own. A query that only reads is one message, one round trip:
 *
 *	BEGIN READ ONLY; SET LOCAL statement_timeout='500ms'; SET LOCAL lock_timeout='100ms'; SELECT …; SELECT …; COMMIT
 *
 * so nothing that it sets outlives it, also behind PgBouncer in transaction mode. Nothing is cancelled from here (PQcancel blocks): the timeout inside does that.
 */
#ifndef IR_NET_PG_H
#define IR_NET_PG_H

#include "conf/secret.h"
#include "net/resolve.h"

struct ir_libpq;

struct ir_pg_host {
	const char *name;	/* host name, address, or directory of a unix socket ("/…"; "@…": abstract) */
	const char *addr;	/* numeric, where hostaddr gave it; or NULL */
	uint16_t    port;
};

/* Where to, as whom, how. All in the arena but the secrets. */
struct ir_pg_target {
	const struct ir_libpq *lib;
	struct ir_pg_host *hosts;
	size_t             hosts_n;	/* at least 1 */
	const char        *user, *dbname;
	const char        *sslmode;	/* "prefer" */
	const char        *session_attrs;	/* target_session_attrs, "any": told, not acted upon */
	const char        *label;	/* "postgresql://db:5432/app": no user, no password */
	struct ir_list     dropped;	/* names of URL parameters that libpq does not know, such as pgbouncer, schema */
	struct ir_list     keys, values;	/* what was written, for libpq; without hosts and secrets */
	struct ir_secret   password, sslpassword;	/* empty: libpq looks for it (PGPASSWORD, .pgpass). May be set from elsewhere */
};

/*
 * text: a URL ("postgres://…"; also postgis, pgsql, psql, timescale, redshift, cockroachdb, jdbc:postgresql, postgresql+DRIVER) or "key=value …"; NULL or "": all from
 * the environment. What is not written comes from its service, PG*, and libpq's defaults. IR_CONFIG: a message that never shows a piece of text; IR_BACKEND:
 * libpq cannot be loaded. Undo with ir_pg_target_done().
 */
int ir_pg_target_parse(struct ir_arena *, const char *text, struct ir_pg_target *ret, struct ir_err *);
void ir_pg_target_done(struct ir_pg_target *);

enum ir_pg_phase {
	IR_PG_DNS,
	IR_PG_CONNECT,
	IR_PG_GREETING,		/* connected, nothing heard yet */
	IR_PG_TLS,
	IR_PG_AUTH,
	IR_PG_START,		/* authenticated; the session is being made ready */
	IR_PG_READY,
	IR_PG_SEND,
	IR_PG_WAIT,		/* for the first row or result */
	IR_PG_ROWS,
};
extern const char *const ir_pg_phase_names[];

enum ir_pg_error {
	IR_PG_OK,
	IR_PG_TIMEOUT,		/* in the phase told */
	IR_PG_RESOLVE,		/* the name has no address */
	IR_PG_REFUSED,		/* connection refused, no route, no such socket */
	IR_PG_TLS_FAILED,	/* handshake or verification, or TLS is required and not offered */
	IR_PG_DENIED,		/* our credentials: wrong, missing, not let in from here */
	IR_PG_SERVER,		/* the server said an error; sqlstate tells which */
	IR_PG_PROTOCOL,		/* what came is not PostgreSQL, or broke off */
	IR_PG_TOO_BIG,		/* more rows or bytes than asked for */
	IR_PG_STOPPED,		/* ir_pg_stop() */
	IR_PG_LOCAL,		/* ours: no memory, no descriptor, an option that libpq does not take */
};

/* Of the connection; what costs no query. */
struct ir_pg_info {
	size_t      host;		/* in target->hosts, the one reached or last tried */
	char        address[128];	/* numeric with port, or the socket's path; "" before */
	const char *server_version;	/* "15.7 (Debian …)"; through PgBouncer the server's, on its own console "1.18.0/bouncer"; NULL: not known */
	int         version;		/* 150007; 0: not known */
	int         standby, read_only, superuser;	/* in_hot_standby, default_transaction_read_only (both from 14 on), is_superuser; 1, 0, -1: not told */
	int         backend_pid;	/* behind PgBouncer a made-up one */
	const char *tls_version;	/* "TLSv1.3"; NULL: no TLS */
	/* microseconds; -1: not reached. auth_us: from the greeting to a session that is ready. total_us: until then, all hosts tried. */
	int64_t     dns_us, connect_us, tls_us, auth_us, total_us;
};

/* One statement's rows. A cell is text, or NULL for SQL's NULL; nothing in it is escaped yet. */
struct ir_pg_set {
	size_t             cols, rows;
	const char *const *names;	/* cols */
	const char *const *cells;	/* rows * cols */
	const char        *tag;		/* "SELECT 3" "SHOW" "INSERT 0 1" */
};

struct ir_pg_res {
	enum ir_pg_error         error;
	char                     message[512];	/* in words, when error; escaped; says how far it got; never a password */
	char                     sqlstate[6];	/* of the server's error, or "" */
	enum ir_pg_phase         phase;		/* where it ended */
	const struct ir_pg_info *info;
	const struct ir_pg_set  *sets;		/* of a query: one a statement, in order. When error: those that were complete */
	size_t                   sets_n;
	int64_t                  query_us;	/* of a query: until all of it had come */
	size_t                   notes;		/* of ir_pg_await() */
};

struct ir_pg;
/* Called once for the open and once for each query, from the loop, never from inside the call that began it; res is valid during the call. ir_pg_query() and ir_pg_close() may be called in it. */
typedef void ir_pg_cb(void *arg, struct ir_pg *, const struct ir_pg_res *);

struct ir_pg_open {
	enum ir_effect             effect;
	const struct ir_pg_target *target;	/* borrowed until ir_pg_close() */
	size_t                     host;	/* 1: only the first, …; 0: each in order, each with its share of the time, until one takes us or denies us */
	int                        family;	/* AF_UNSPEC, AF_INET, AF_INET6 */
	const struct ir_list      *resolve;	/* "host:port:address", before the resolver (net/resolve.h); may be NULL; borrowed likewise */
	int64_t                    timeout_us;	/* never beyond the run's deadline. 0: the deadline alone */
};

/* Begin to connect. -1: IR_REFUSED by the gate, IR_USAGE; then there is no callback. Each one that was opened is closed, whatever became of it. */
int ir_pg_open(struct ir_loop *, const struct ir_pg_open *, ir_pg_cb *, void *arg, struct ir_pg **ret, struct ir_err *);

struct ir_pg_query {
	enum ir_effect effect;		/* IR_READ, IR_PROBE: inside BEGIN READ ONLY, and each statement begins with SELECT, WITH, TABLE, VALUES, SHOW or EXPLAIN */
	struct ir_list sql;		/* one statement each; no ';' anywhere but at the end. One that fails takes those after it with it */
	int64_t        statement_ms;	/* statement_timeout; 0: 500 */
	int64_t        lock_ms;		/* lock_timeout; 0: 100 */
	bool           all_rows;	/* an error (42501) where row level security would silently hide rows */
	bool           raw;		/* one statement, as it is: for PgBouncer's console. To read: SHOW only */
	bool           script;		/* sql is one text of many statements, sent as it is, all or nothing; its answers are not kept. Not to read */
	struct ir_list params;		/* $1, $2 …: text, never part of the statement. Then there is one statement, and it is a transaction of its own, without the timeouts
					 * above (a function may set its own). Not to read: nothing would hold it to that */
	size_t         max_rows, max_bytes;	/* of all sets together; 0: 1000, 1 MiB */
	int64_t        timeout_us;	/* as of the open */
};

/* One at a time. -1: IR_REFUSED by the gate, IR_USAGE for a statement that may not be sent, IR_BACKEND when the connection is not usable (any more). */
int ir_pg_query(struct ir_pg *, const struct ir_pg_query *, ir_pg_cb *, void *arg, struct ir_err *);
/*
 * Wait for notifications, which a raw LISTEN of effect IR_JOURNAL asked for. The callback comes with res.notes, how many there were: 0 when none came within timeout_us,
 * after which the connection is as good as before. Their text is not kept. As of a query otherwise.
 */
int ir_pg_await(struct ir_pg *, int64_t timeout_us, ir_pg_cb *, void *arg, struct ir_err *);
/* Connected, and may be asked. After a timeout or a broken answer it is not. */
bool ir_pg_usable(const struct ir_pg *);
/* End what is under way now: its callback comes from inside this call, with IR_PG_STOPPED and how far it got. Nothing under way: nothing happens. */
void ir_pg_stop(struct ir_pg *);
/* Close without waiting. A callback that has not come does not come. NULL is fine. */
void ir_pg_close(struct ir_pg *);

/* The cell, NULL when it is NULL or there is none. */
const char *ir_pg_cell(const struct ir_pg_set *, size_t row, size_t col);

#endif
