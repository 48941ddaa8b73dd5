/* dep_postgres - what a PostgreSQL server and PgBouncer answer, as facts, and how these are judged; no server */
#include "dep/postgres.h"

#include "base/buf.h"
#include "dep_fixture.h"

static struct ir_arena arena;
static struct ir_ctx ctx = { .arena = &arena };
static struct ir_dep dep;

/* Rows by '/', cells by '|', NULL as "~". */
static struct ir_pg_set
set(const char *names, const char *text)
{
	struct ir_pg_set s = { 0 };
	struct ir_list cells = { 0 }, heads = { 0 };

	for (size_t n; *text; text += n + (text[n] != '\0')) {
		n = strcspn(text, "|/");
		ir_list_add(&arena, &cells, strncmp(text, "~", 1) == 0 ? NULL : ir_strndup(&arena, text, n));
		s.rows += text[n] != '|';
	}
	for (size_t n; *names; names += n + (names[n] != '\0')) {
		n = strcspn(names, "|");
		ir_list_add(&arena, &heads, ir_strndup(&arena, names, n));
	}
	s.cells = cells.v;
	s.names = heads.v;
	s.cols = s.rows ? cells.n / s.rows : 0;
	return s;
}

static struct ir_postgres_facts f;

static void
parse(enum ir_postgres_fact fact, const char *text)
{
	struct ir_pg_set s = set("", text);

	ir_postgres_parse(&arena, fact, &s, &f);
}

/* A dependency whose section says these lines, at its first look; facts of a quiet primary. */
static void
begin(const char *lines)
{
	dep_fixture(&dep, &ctx, &ir_dep_postgres, "database", "main", lines);
	ir_postgres_facts_init(&f);
	parse(IR_POSTGRES_CORE, "f|off|100|3|~|-1|-1|1000|10|shop|77|86400.5|2026-01-01 00:00:00+00|t|app|shop|~");
}

static const struct ir_check *
row(const char *name)
{
	for (size_t i = 0; i < dep.n_found; i++) {
		if (strcmp(dep.found[i]->name, name) == 0)
			return dep.found[i];
	}
	return NULL;
}

static void
is_row(const char *name, enum ir_status status, const char *summary)
{
	const struct ir_check *r = row(name);

	IS_INT(r ? (int)r->h.status : -1, (int)status, "%s: status", name);
	IS_STR(r ? r->h.summary : NULL, summary, "%s: %s", name, summary);
}

static bool
has_fact(const char *name, const char *fact)
{
	const struct ir_check *r = row(name);

	return r && ir_list_has(&r->facts, fact);
}

/* ---- what is asked */

static void
test_sql(void)
{
	static const int versions[] = { 90600, 100000, 110000, 120000, 130000, 140000, 150007, 160000, 170000 };

	for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
		bool whole = true, quiet = true;

		for (int i = 0; i < IR_POSTGRES_FACTS; i++) {
			const char *sql = ir_postgres_sql(&arena, (enum ir_postgres_fact)i, versions[v], false);

			whole = whole && !strpbrk(sql, "@;") && strlen(sql) > 30 &&
				(strncmp(sql, "SELECT ", 7) == 0 || strncmp(sql, "WITH ", 5) == 0);
			quiet = quiet && !strstr(sql, "left(query");
		}
		OK(whole, "%d: each statement is one, with all words filled in", versions[v]);
		OK(quiet, "%d: no text of a query is asked for unless wanted", versions[v]);
	}
	OK(strstr(ir_postgres_sql(&arena, IR_POSTGRES_LAG, 150000, false),
	       "pg_last_wal_receive_lsn()<=pg_last_wal_replay_lsn()"),
	    "a receiver that began its segment anew is not behind");
	OK(strstr(ir_postgres_sql(&arena, IR_POSTGRES_LAG, 90600, false), "pg_last_xlog_replay_location()"),
	    "9.6 calls it xlog");
	OK(!strstr(ir_postgres_sql(&arena, IR_POSTGRES_SESSIONS, 90600, false), "backend_type"),
	    "9.6 has no backend_type");
	OK(!strstr(ir_postgres_sql(&arena, IR_POSTGRES_STATS, 110000, false), "checksum"), "11 counts no checksums");
	OK(!strstr(ir_postgres_sql(&arena, IR_POSTGRES_BLOCKED, 130000, false), "waitstart"),
	    "13 does not know since when one waits");
	OK(strstr(ir_postgres_sql(&arena, IR_POSTGRES_BLOCKED, 140000, true), "left(query,1024)"),
	    "texts of queries where they are wanted");
}

/* ---- sessions */

static void
test_role(void)
{
	struct ir_postgres p = { .dep = &dep, .target = { .session_attrs = "any" } };

	begin("role = primary\n");
	ir_postgres_judge_role(&dep, &p, &f);
	is_row("main/role", IR_STATUS_OK, "primary");
	is_row("main/read-only", IR_STATUS_OK, "takes writes");
	begin("role = primary\n");
	f.standby = 1;
	p.target.session_attrs = "read-write";
	ir_postgres_judge_role(&dep, &p, &f);
	is_row("main/role", IR_STATUS_FAIL, "it is a standby, and has to be a primary");
	is_row("main/read-only", IR_STATUS_FAIL,
	    "only a standby is reached, and the application asks for target_session_attrs=read-write");
	begin("");
	f.read_only = 1;
	parse(IR_POSTGRES_SETTINGS, "0|~|database");
	ir_postgres_judge_role(&dep, &p, &f);
	is_row("main/read-only", IR_STATUS_FAIL,
	    "a primary that refuses writes: default_transaction_read_only is on (database)");
	IS_STR(
	    row("main/read-only")->hint, "ALTER DATABASE shop RESET default_transaction_read_only", "what resets it");
	f.read_only_source = "user";
	dep.n_found = 0;
	ir_postgres_judge_role(&dep, &p, &f);
	IS_STR(row("main/read-only")->hint, "ALTER ROLE app RESET default_transaction_read_only", "of the role, too");
}

static void
test_connections(void)
{
	begin("");
	parse(IR_POSTGRES_STATS, "99|90|1000|10|0|0|0|~");
	parse(IR_POSTGRES_SESSIONS, "97|30|6|61|0|90");
	parse(IR_POSTGRES_HOLDER, "web|shop|90|61");
	ir_postgres_judge_sessions(&dep, &f);
	is_row("main/connections", IR_STATUS_FAIL, "97 of 97 connections used, 61 idle in transaction; 'web' has 90");
	OK(has_fact("main/connections", "idle_in_transaction=61") && has_fact("main/connections", "top=web") &&
		has_fact("main/connections", "reserved=3"),
	    "the numbers behind it are facts");
	begin("");
	parse(IR_POSTGRES_STATS, "50|50|1000|10|0|0|0|~");
	parse(IR_POSTGRES_SESSIONS, "2|1|1|0|40|45");
	ir_postgres_judge_sessions(&dep, &f);
	is_row("main/connections", IR_STATUS_OK, "50 of 97 connections used");
	OK(has_fact("main/connections", "hidden=40"), "where some are hidden, all backends count");
	f.database_limit = 55;
	dep.n_found = 0;
	ir_postgres_judge_sessions(&dep, &f);
	is_row("main/connections", IR_STATUS_WARN, "50 of 55 connections of database shop used");
	f.role_limit = 46;
	dep.n_found = 0;
	ir_postgres_judge_sessions(&dep, &f);
	is_row("main/connections", IR_STATUS_FAIL, "45 of 46 connections of role app used");
	begin("");
	parse(IR_POSTGRES_CORE, "f|off|100|3|10|-1|-1|1|1|a|7|1|x|t|app|shop|~");
	IS_INT(ir_postgres_available(&f), 87, "reserved_connections (16) are not for ordinary users");
	f.max = 3;
	IS_INT(ir_postgres_available(&f), INT64_MIN, "more reserved than there are: not known");
}

static void
test_transactions(void)
{
	begin("fail = transaction 1h\n");
	parse(IR_POSTGRES_TRANSACTION, "4711|shop|psql|10.0.0.9|active|725.5|SELECT 1");
	parse(IR_POSTGRES_IDLE, "4712|shop||~|idle in transaction|301|~");
	f.idle_in_transaction = 3;
	ir_postgres_judge_sessions(&dep, &f);
	is_row("main/transaction", IR_STATUS_WARN, "a transaction is open for 12m5s: 4711 (shop, 'psql'), active");
	IS_STR(row("main/transaction")->hint, "SELECT pg_cancel_backend(4711)", "who works is cancelled");
	OK(!row("main/transaction")->query, "the text is not told without -v");
	is_row("main/idle-in-transaction", IR_STATUS_FAIL, "idle in transaction for 5m1s: 4712 (shop); 3 sessions are");
	IS_STR(row("main/idle-in-transaction")->hint, "SELECT pg_terminate_backend(4712)", "who idles is ended");
	begin("");
	dep.detail = true;
	parse(IR_POSTGRES_TRANSACTION, "4711|shop|psql|~|active|-3|SELECT 1");
	ir_postgres_judge_sessions(&dep, &f);
	IS_STR(row("main/transaction")->query, "SELECT 1", "with -v it is");
	OK(row("main/transaction")->measured < 0.001, "a clock that went back makes no age below zero");
	begin("");
	f.known[IR_POSTGRES_IDLE] = IR_POSTGRES_NOT_KNOWN;
	f.why[IR_POSTGRES_IDLE] = "no answer within 500ms";
	f.known[IR_POSTGRES_TRANSACTION] = IR_POSTGRES_HIDDEN;
	ir_postgres_judge_sessions(&dep, &f);
	is_row("main/idle-in-transaction", IR_STATUS_UNKNOWN, "no answer within 500ms");
	OK(!row("main/transaction"), "what is hidden is not unknown");
	OK(!row("main/locks"), "what was not asked has no row");
}

static void
test_locks(void)
{
	struct ir_postgres_tree t;

	begin("");
	parse(IR_POSTGRES_BLOCKED, "10|shop|web|~|idle in transaction|70|~|~|~/11|shop|web|~|active|65|~|10|64/"
				   "12|shop|web|~|active|9|~|11|8/13|shop|web|~|active|4|~|11,12|3/"
				   "20|shop|cron|~|active|99|~|~|~/21|shop|cron|~|active|90|~|20|89");
	t = ir_postgres_blocked(&f);
	IS_INT((int64_t)t.blocked, 4, "sessions that wait");
	IS_INT((int64_t)t.behind, 3, "behind the root of the larger tree");
	IS_INT(t.root ? t.root->pid : -1, 10, "which is who waits for nobody");
	ir_postgres_judge_sessions(&dep, &f);
	is_row("main/locks", IR_STATUS_FAIL,
	    "4 sessions wait for a lock for up to 1m29s; 10 (shop, 'web') holds it, idle in transaction, in a "
	    "transaction of 1m10s");
	IS_STR(row("main/locks")->hint, "SELECT pg_terminate_backend(10)", "what ends it");
	begin("");
	parse(IR_POSTGRES_BLOCKED, "11|~|~|~|~|~|~|12|~/12|~|~|~|~|~|~|11|~");
	t = ir_postgres_blocked(&f);
	OK(t.blocked == 2 && t.root && isnan(t.longest_s), "a circle ends, and hidden waits are not known");
	ir_postgres_judge_sessions(&dep, &f);
	OK(row("main/locks")->h.status == IR_STATUS_WARN && isnan(row("main/locks")->measured),
	    "that they wait is a warning all the same");
	begin("");
	parse(IR_POSTGRES_BLOCKED, "0|~|~|~|~|~|~|~|~/11|shop|~|~|active|2|~|0|2");
	ir_postgres_judge_sessions(&dep, &f);
	is_row("main/locks", IR_STATUS_OK, "1 session waits for a lock for up to 2s; a prepared transaction holds it");
	begin("");
	parse(IR_POSTGRES_BLOCKED, "");
	ir_postgres_judge_sessions(&dep, &f);
	is_row("main/locks", IR_STATUS_OK, "no session waits for a lock");
}

/* Rows without end, of pids that are none. */
static void
test_hostile(void)
{
	struct ir_buf b;

	begin("");
	ir_buf_init(&b, 1 << 20);
	for (int i = 0; i < 1000; i++)
		ir_buf_addf(&b, "%s%d|u|a|~|active|1|~|%d,x,99999999999999999999,-4|1", i ? "/" : "", i + 1, i + 2);
	parse(IR_POSTGRES_BLOCKED, b.data);
	ir_buf_done(&b);
	IS_INT((int64_t)f.n_waiters, IR_POSTGRES_WAITERS_MAX, "no more waiters than there is room for");
	IS_INT((int64_t)f.waiters[0].n_by, 1, "what is no pid is passed over");
	IS_INT((int64_t)ir_postgres_blocked(&f).behind, IR_POSTGRES_WAITERS_MAX, "a chain as long as the answer");
	parse(IR_POSTGRES_CORE, "");
	OK(f.standby == -1 && f.max == INT64_MIN && isnan(f.uptime_s), "an answer without rows says nothing");
	parse(IR_POSTGRES_STATS, "x|nan|1e999|~|-|~|~|~");
	OK(f.backends == INT64_MIN && f.deadlocks == INT64_MIN && isnan(f.checksum_s), "nor do numbers that are none");
}

/* ---- replication */

static void
test_standbys(void)
{
	begin("replicas = 2\n");
	parse(IR_POSTGRES_STANDBYS, "db2|10.0.0.2|streaming|async|2147483648|42.5");
	ir_postgres_judge_replication(&dep, &f);
	is_row(
	    "main/standbys", IR_STATUS_WARN, "1 standby is connected; 'db2' is 42s and 2.0 GiB behind; 2 have to be");
	OK(has_fact("main/standbys", "lag_bytes=2147483648"), "the lag in bytes is a fact");
	begin("replicas = 1\n");
	parse(IR_POSTGRES_STANDBYS, "");
	ir_postgres_judge_replication(&dep, &f);
	is_row("main/standbys", IR_STATUS_FAIL, "no standby is connected; 1 have to be");
	begin("");
	parse(IR_POSTGRES_STANDBYS, "db2|~|streaming|async|100|~");
	ir_postgres_judge_replication(&dep, &f);
	is_row("main/standbys", IR_STATUS_OK, "1 standby is connected, in step");
	f.sync_names = "db3";
	dep.n_found = 0;
	ir_postgres_judge_replication(&dep, &f);
	is_row("main/standbys", IR_STATUS_FAIL,
	    "commits hang: synchronous_standby_names is 'db3', and none of these is connected");
	begin("");
	f.sync_names = "db3";
	parse(IR_POSTGRES_STANDBYS, "db2|~|~|~|~|~");
	ir_postgres_judge_replication(&dep, &f);
	is_row("main/standbys", IR_STATUS_OK, "1 standby is connected");
}

static void
test_slots(void)
{
	begin("");
	parse(IR_POSTGRES_SLOTS, "a|physical|t|reserved|0/b|logical|f|extended|1048576");
	ir_postgres_judge_replication(&dep, &f);
	is_row("main/slots", IR_STATUS_WARN, "1 of 2 slots is not in use; 'b' keeps 1.0 MiB of WAL");
	parse(IR_POSTGRES_SLOTS, "a|physical|t|reserved|0");
	dep.n_found = 0;
	ir_postgres_judge_replication(&dep, &f);
	is_row("main/slots", IR_STATUS_OK, "all slots are in use");
	parse(IR_POSTGRES_SLOTS, "");
	dep.n_found = 0;
	ir_postgres_judge_replication(&dep, &f);
	is_row("main/slots", IR_STATUS_OK, "no replication slot");
	parse(IR_POSTGRES_SLOTS, "a|physical|f|lost|~");
	dep.n_found = 0;
	ir_postgres_judge_replication(&dep, &f);
	is_row("main/slots", IR_STATUS_FAIL, "slot 'a' is lost: WAL that it needs is gone");
	parse(IR_POSTGRES_ARCHIVER, "t|4|~|000000010000000000000001");
	dep.n_found = 0;
	ir_postgres_judge_replication(&dep, &f);
	is_row("main/archiver", IR_STATUS_WARN,
	    "WAL cannot be archived: 000000010000000000000001 failed 4s ago, the last success never was");
}

static void
lag(const char *text, enum ir_status status, const char *summary)
{
	begin("");
	f.standby = 1;
	parse(IR_POSTGRES_LAG, text);
	ir_postgres_judge_replication(&dep, &f);
	is_row("main/lag", status, summary);
}

static void
test_lag(void)
{
	/* paused, streamed, caught up, bytes, age of the last transaction, receivers, status, sender */
	lag("f|t|t|0|3600|1|streaming|db1", IR_STATUS_OK, "in step with its primary");
	lag("f|t|f|2048|45|1|streaming|db1", IR_STATUS_WARN, "45s and 2.0 KiB behind its primary");
	lag("t|t|f|2048|400|1|streaming|db1", IR_STATUS_FAIL, "replay is paused, 6m40s and 2.0 KiB behind");
	lag("t|t|t|0|400|1|streaming|db1", IR_STATUS_WARN, "replay is paused");
	lag("f|t|t|0|5|0|~|~", IR_STATUS_FAIL, "not connected to its primary; the last transaction replayed is 5s old");
	lag("f|f|~|~|12|0|~|~", IR_STATUS_OK, "fed from an archive; the last transaction replayed is 12s old");
	lag("f|t|t|0|5|1|~|~", IR_STATUS_OK, "in step with its primary");
	lag("f|t|t|0|5|1|waiting|~", IR_STATUS_WARN, "in step with its primary");
	begin("");
	f.standby = 1;
	parse(IR_POSTGRES_LAG, "f|t|f|120|3600|1|streaming|db1");
	parse(IR_POSTGRES_LAG_AGAIN, "f|t|t|0|3600|1|streaming|db1");
	ir_postgres_judge_replication(&dep, &f);
	is_row("main/lag", IR_STATUS_OK, "in step with its primary");
}

/* ---- upkeep */

static void
test_upkeep(void)
{
	begin("");
	parse(IR_POSTGRES_PREPARED, "2|400|gid-1|app");
	parse(IR_POSTGRES_INDEXES, "1|public.users_email_idx");
	parse(IR_POSTGRES_SETTINGS, "2|max_connections, shared_buffers|default");
	parse(IR_POSTGRES_SIZE, "8388608");
	f.xid_age = 1400000000;
	f.uptime_s = 42;
	ir_postgres_judge_upkeep(&dep, &f);
	is_row("main/prepared", IR_STATUS_WARN, "2 prepared transactions, the oldest 6m40s old: 'gid-1' of app");
	is_row("main/invalid-indexes", IR_STATUS_WARN, "an invalid index: public.users_email_idx");
	is_row("main/pending-restart", IR_STATUS_WARN,
	    "2 changed settings wait for a restart: max_connections, shared_buffers");
	is_row("main/size", IR_STATUS_OK, "8.0 MiB");
	is_row("main/wraparound", IR_STATUS_WARN,
	    "65% of transaction ids are used up since the last freeze of database 'shop'");
	is_row("main/restarted", IR_STATUS_WARN, "started 42s ago");
	begin("");
	f.standby = 1;
	parse(IR_POSTGRES_INDEXES, "1|x");
	ir_postgres_judge_upkeep(&dep, &f);
	OK(!row("main/invalid-indexes"), "a standby cannot know who builds an index");
}

/* The next look, so many seconds after the one that was. */
static void
next_look(double seconds)
{
	ir_sample_keep(&dep);
	dep.state->last.at_us -= (int64_t)(seconds * 1e6);
	ir_dep_fresh(&dep, NULL);
	ir_sample_begin(&dep);
}

static void
test_counters(void)
{
	begin("");
	parse(IR_POSTGRES_STATS, "5|5|1000|100|7|0|0|~");
	ir_postgres_judge_upkeep(&dep, &f);
	OK(!row("main/deadlocks") && !row("main/rollbacks"), "one look counts nothing");
	is_row("main/checksums", IR_STATUS_OK, "no page with a wrong checksum");
	next_look(60);
	parse(IR_POSTGRES_STATS, "5|5|1080|120|9|0|2|3600");
	ir_postgres_judge_upkeep(&dep, &f);
	is_row("main/deadlocks", IR_STATUS_WARN, "2 deadlocks within 1m");
	is_row("main/rollbacks", IR_STATUS_WARN, "20 of 100 transactions rolled back within 1m");
	is_row("main/checksums", IR_STATUS_FAIL, "2 pages with a wrong checksum, the last one 1h ago");
	next_look(60);
	parse(IR_POSTGRES_STATS, "5|5|1083|125|9|0|0|~");
	ir_postgres_judge_upkeep(&dep, &f);
	is_row("main/deadlocks", IR_STATUS_OK, "0 deadlocks within 1m");
	is_row("main/rollbacks", IR_STATUS_OK, "5 of 8 transactions rolled back within 1m");
	next_look(60);
	f.started = "2026-01-02 00:00:00+00";
	parse(IR_POSTGRES_STATS, "5|5|9999|9999|99|0|0|~");
	ir_postgres_judge_upkeep(&dep, &f);
	OK(!row("main/deadlocks") && !row("main/rollbacks"), "what a restarted server counts goes on from nothing");
}

/* ---- connections that fail, PgBouncer, hosts, rights */

static void
verdict(enum ir_pg_error error, const char *state, const char *message, enum ir_status status, const char *summary)
{
	struct ir_pg_target t = { .sslmode = "prefer" };
	struct ir_postgres_look l = { .error = error, .sqlstate = state, .message = message };
	struct ir_postgres_verdict v = ir_postgres_verdict(&arena, &l, &t);

	IS_INT((int)v.status, (int)status, "%s %s: status", state, message);
	IS_STR(v.summary, summary, "%s %s: words", state, message);
}

static void
test_verdicts(void)
{
	verdict(IR_PG_SERVER, "53300", "sorry", IR_STATUS_FAIL, "refuses connections: sorry");
	verdict(IR_PG_SERVER, "57P03", "starting up", IR_STATUS_FAIL,
	    "is up, but takes no connections yet or any more: starting up");
	verdict(IR_PG_SERVER, "57P01", "bye", IR_STATUS_FAIL, "is being shut down: bye");
	verdict(IR_PG_SERVER, "3D000", "none", IR_STATUS_UNKNOWN, "answers, but has no such database: none");
	verdict(IR_PG_DENIED, "28P01", "no", IR_STATUS_UNKNOWN, "answers, but does not take our credentials: no");
	verdict(IR_PG_DENIED, "", "none given", IR_STATUS_UNKNOWN,
	    "answers, but does not take our credentials: none given");
	verdict(IR_PG_SERVER, "08P01", "SASL authentication failed", IR_STATUS_UNKNOWN,
	    "answers, but does not take our credentials: SASL authentication failed");
	verdict(IR_PG_SERVER, "08P01", "server login failed: FATAL password authentication failed", IR_STATUS_FAIL,
	    "is reached, but gives no session: server login failed: FATAL password authentication failed");
	verdict(IR_PG_SERVER, "08P01", "no such database: x", IR_STATUS_UNKNOWN,
	    "answers, but has no such database: no such database: x");
	verdict(IR_PG_SERVER, "08P01", "no more connections allowed (max_client_conn)", IR_STATUS_FAIL,
	    "refuses connections: no more connections allowed (max_client_conn)");
	verdict(IR_PG_SERVER, "XX000", "odd", IR_STATUS_FAIL, "answers with an error: odd");
	verdict(IR_PG_REFUSED, "", "connection refused", IR_STATUS_FAIL, "connection refused");
	verdict(IR_PG_RESOLVE, "", "cannot resolve 'db'", IR_STATUS_UNKNOWN, "cannot resolve 'db'");
	verdict(IR_PG_TIMEOUT, "", "no answer within 2s", IR_STATUS_UNKNOWN, "no answer within 2s");
	verdict(IR_PG_STOPPED, "", "stopped: connected", IR_STATUS_UNKNOWN, "connected");
	verdict(IR_PG_TLS_FAILED, "", "TLS failed: name", IR_STATUS_UNKNOWN, "TLS failed: name");
}

static void
test_pool(void)
{
	static const char pools[] = "database|user|cl_active|cl_waiting|sv_active|sv_idle|maxwait|maxwait_us|pool_mode";
	struct ir_pg_target t = { .dbname = "shop" };
	struct ir_postgres_pool p;
	struct ir_pg_set s = set(pools, "shop|app|1|2|1|0|12|500000|transaction/shop|cron|0|1|0|0|3|0|session/"
					"other|app|5|9|1|0|99|0|session");

	begin("");
	ir_postgres_pool_init(&p);
	ir_postgres_pool_parse(&arena, "shop", 0, &s, &p);
	s = set("name|host|pool_size", "other|~|50/shop|~|1");
	ir_postgres_pool_parse(&arena, "shop", 1, &s, &p);
	s = set("key|value", "max_client_conn|20/x|1");
	ir_postgres_pool_parse(&arena, "shop", 2, &s, &p);
	ir_postgres_judge_pool(&dep, &p, &t);
	OK(!row("main/pool"), "a console that did not answer says nothing");
	p.told = true;
	ir_postgres_judge_pool(&dep, &p, &t);
	is_row("main/pool", IR_STATUS_FAIL,
	    "3 clients wait for a connection of PgBouncer's pool 'shop', the longest for 12s; 1 of 2 server "
	    "connections in use");
	OK(has_fact("main/pool", "pool_mode=transaction") && has_fact("main/pool", "user=app"),
	    "the pool where one waits longest");
	is_row("main/pool-clients", IR_STATUS_WARN, "18 of 20 client connections to PgBouncer used");
	s = set("name|paused", "shop|1");
	ir_postgres_pool_parse(&arena, "shop", 1, &s, &p);
	dep.n_found = 0;
	ir_postgres_judge_pool(&dep, &p, &t);
	is_row("main/pool", IR_STATUS_FAIL, "PgBouncer's pool 'shop' is paused, and 3 clients wait");
}

/* We wait in the pool ourselves. */
static void
waiting(const struct ir_postgres_pool *pool, const char *summary)
{
	struct ir_pg_target t = { .sslmode = "prefer" };
	struct ir_postgres_look l = { .error = IR_PG_TIMEOUT, .sqlstate = "", .connected = true, .pool = *pool };
	struct ir_postgres_verdict v = ir_postgres_verdict(&arena, &l, &t);

	IS_INT((int)v.status, (int)IR_STATUS_FAIL, "%s: status", summary);
	IS_STR(v.summary, summary, "%s", summary);
}

static void
test_waiting(void)
{
	struct ir_postgres_pool p = { .told = true, .waiting = 1, .servers = 1 };

	waiting(&p, "PgBouncer answers, but its pool has no server connection free for us");
	p.servers = 0;
	waiting(&p, "PgBouncer answers, but has no connection to the server");
	p.paused = true;
	waiting(&p, "PgBouncer answers, but it is paused");
}

static void
test_hosts(void)
{
	struct ir_postgres_look looks[2] = { { .label = "db1" }, { .label = "db2" } };
	struct ir_postgres p = {
		.dep = &dep, .looks = looks, .n_looks = 2, .target = { .session_attrs = "read-write" }
	};

	ir_postgres_facts_init(&looks[0].facts);
	ir_postgres_facts_init(&looks[1].facts);
	looks[1].connected = looks[1].settled = true;
	looks[1].facts.standby = 0;
	OK(!ir_postgres_choose(&p, false), "one that is before it may still answer");
	looks[0].connected = looks[0].settled = true;
	looks[0].facts.standby = 1;
	OK(ir_postgres_choose(&p, false) == &looks[1], "read-write: the primary");
	p.target.session_attrs = "any";
	OK(ir_postgres_choose(&p, false) == &looks[0], "any: the first");
	p.target.session_attrs = "prefer-standby";
	OK(ir_postgres_choose(&p, false) == &looks[0], "prefer-standby: the standby");
	looks[0].facts.standby = 0;
	OK(ir_postgres_choose(&p, false) == &looks[0], "prefer-standby: the first, where there is none");
	p.target.session_attrs = "standby";
	OK(!ir_postgres_choose(&p, true), "standby: none");
	p.n_looks = 1;
	OK(ir_postgres_choose(&p, true) == &looks[0], "a single host is told of, whatever it is");
}

static void
test_rights(void)
{
	struct ir_postgres p = { .dep = &dep, .target = { .user = "app" } };
	struct ir_postgres_look l = { .all = &p, .info = { .version = 150007 } };

	begin("");
	l.facts = f;
	l.facts.hidden = 4;
	l.facts.sees_all = false;
	l.facts.known[IR_POSTGRES_SLOTS] = IR_POSTGRES_HIDDEN;
	l.facts.why[IR_POSTGRES_SLOTS] = "permission denied";
	l.pool.denied = true;
	ir_list_add(&arena, &p.jobs_why, "permission denied for table jobs");
	ir_list_add(&arena, &p.grants, "GRANT SELECT ON jobs TO app");
	ir_postgres_judge_rights(&dep, &p, &l);
	is_row("main/rights", IR_STATUS_WARN,
	    "hidden from app: what 4 other sessions do; replication slots (permission denied); PgBouncer's pools; "
	    "permission denied for table jobs");
	IS_STR(row("main/rights")->hint,
	    "GRANT pg_monitor TO app; add app to stats_users in pgbouncer.ini; GRANT SELECT ON jobs TO app",
	    "what would show it");
	IS_INT((int64_t)dep.n_found, 1, "in one row");
}

int
main(void)
{
	test_sql();
	test_role();
	test_connections();
	test_transactions();
	test_locks();
	test_hostile();
	test_standbys();
	test_slots();
	test_lag();
	test_upkeep();
	test_counters();
	test_verdicts();
	test_pool();
	test_waiting();
	test_hosts();
	test_rights();
	if (dep.state)
		ir_dep_forget(&dep);
	ir_arena_done(&arena);
	return tap_done();
}
