/* pg - against the real server, through PgBouncer, and against peers that speak it badly */
#include "net/pg.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>

#include "base/buf.h"
#include "base/clock.h"
#include "names.h"
#include "peer.h"
#include "postgres.h"
#include "tap.h"

static struct ir_arena arena;
static struct postgres db;

struct got {
	int called;
	enum ir_pg_error error;
	enum ir_pg_phase phase;
	char message[512], state[6], address[128], tls[16], server[64];
	char text[256]; /* all sets: "a|b/c|NULL;…" */
	size_t sets;
	struct ir_pg_info info;
	int64_t query_us;
};

static void
take_sets(struct got *g, const struct ir_pg_res *res)
{
	struct ir_buf b;

	ir_buf_init(&b, sizeof(g->text) - 1);
	for (size_t i = 0; i < res->sets_n; i++) {
		const struct ir_pg_set *s = &res->sets[i];

		for (size_t j = 0; j < s->rows * s->cols; j++)
			ir_buf_addf(&b, "%s%s", s->cells[j] ? s->cells[j] : "NULL", (j + 1) % s->cols ? "|" : "/");
		ir_buf_adds(&b, ";");
	}
	snprintf(g->text, sizeof(g->text), "%s", b.data);
	ir_buf_done(&b);
}

static void
on_got(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	struct got *g = arg;

	(void)pg;
	g->called++;
	g->error = res->error;
	g->phase = res->phase;
	g->info = *res->info;
	g->sets = res->sets_n;
	g->query_us = res->query_us;
	snprintf(g->message, sizeof(g->message), "%s", res->message);
	snprintf(g->state, sizeof(g->state), "%s", res->sqlstate);
	snprintf(g->address, sizeof(g->address), "%s", res->info->address);
	snprintf(g->tls, sizeof(g->tls), "%s", res->info->tls_version ? res->info->tls_version : "");
	snprintf(g->server, sizeof(g->server), "%s", res->info->server_version ? res->info->server_version : "");
	take_sets(g, res);
}

static int
count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

/* A session of the test: a loop, a target, a connection. */
struct talk {
	struct ir_ctx ctx;
	struct ir_loop *loop;
	struct ir_pg_target target;
	struct ir_pg *pg;
	struct got got;
	int fds;
};

static const char *url(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static const char *
url(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = ir_vasprintf(&arena, fmt, ap);
	va_end(ap);
	return s;
}

/* Open and wait for it, ms at the most; with addresses that were given by hand. */
static void
talk_open_by(struct talk *t, const char *where, const struct ir_list *resolve, size_t host, int64_t ms)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_pg_open open = { .effect = IR_READ, .host = host, .timeout_us = ms * 1000, .resolve = resolve };

	memset(t, 0, sizeof(*t));
	open.target = &t->target;
	t->fds = count_fds();
	t->ctx.command = "ir-test";
	t->ctx.deadline_us = ir_mono_us() + 30000000;
	t->loop = ir_loop_new(&t->ctx, &err);
	if (ir_pg_target_parse(&arena, where, &t->target, &err) < 0) {
		printf("Bail out! %s\n", err.msg);
		exit(1);
	}
	if (ir_pg_open(t->loop, &open, on_got, &t->got, &t->pg, &err) < 0)
		printf("# %s\n", err.msg);
	if (t->got.called)
		OK(false, "called from inside ir_pg_open()");
	ir_loop_run(t->loop, NULL, NULL);
	if (t->got.called != 1)
		IS_INT(t->got.called, 1, "told once");
	if (strstr(t->got.message, "S3cret"))
		OK(false, "no password in '%s'", t->got.message);
}

static void
talk_open(struct talk *t, const char *where, size_t host, int64_t ms)
{
	talk_open_by(t, where, NULL, host, ms);
}

static void
talk_end(struct talk *t)
{
	int left;

	ir_pg_close(t->pg);
	ir_loop_free(t->loop);
	ir_pg_target_done(&t->target);
	left = count_fds();
	if (left != t->fds)
		IS_INT(left, t->fds, "no descriptor left");
}

static struct got *
talk_query(struct talk *t, struct ir_pg_query q, const char *one, const char *two)
{
	struct ir_err err = IR_ERR_INIT;

	q.sql = (struct ir_list){ 0 };
	ir_list_add(&arena, &q.sql, one);
	if (two)
		ir_list_add(&arena, &q.sql, two);
	memset(&t->got, 0, sizeof(t->got));
	if (ir_pg_query(t->pg, &q, on_got, &t->got, &err) < 0) {
		snprintf(t->got.message, sizeof(t->got.message), "%.500s", err.msg);
		t->got.error = IR_PG_LOCAL;
		return &t->got;
	}
	if (t->got.called)
		OK(false, "called from inside ir_pg_query()");
	ir_loop_run(t->loop, NULL, NULL);
	if (t->got.called != 1)
		IS_INT(t->got.called, 1, "told once");
	return &t->got;
}

static struct got
only_open(const char *where, int64_t ms)
{
	struct talk t;

	talk_open(&t, where, 0, ms);
	talk_end(&t);
	return t.got;
}

/* Targets */

static void
test_targets(void)
{
	static const struct {
		const char *text, *label, *user, *first;
		int port;
	} good[] = {
		{ "postgresql://u:pw@h/db", "postgresql://h/db", "u", "h", 5432 },
		{ "postgis://u:pw@h:6432/db", "postgresql://h:6432/db", "u", "h", 6432 },
		{ "PGSQL://u@h", "postgresql://h/u", "u", "h", 5432 },
		{ "jdbc:postgresql://h/db?user=u&password=pw&currentSchema=x", "postgresql://h/db", "u", "h", 5432 },
		{ "postgresql+psycopg2://u@[::1]:1/db?prepared_statements=false", "postgresql://[::1]:1/db", "u", "::1",
		    1 },
		{ "postgres://u:p@w@h/db?pgbouncer=true&schema=a&pool_timeout=1", "postgresql://h/db", "u", "h", 5432 },
		{ "postgres://u:p%w@h,g:2/db", "postgresql://h,g:2/db", "u", "h", 5432 },
		{ "postgres:///db?host=/run/x&user=u", "postgresql:///db?host=/run/x", "u", "/run/x", 5432 },
		{ "postgres://u@%2Frun%2Fx:1/db", "postgresql:///db?host=/run/x&port=1", "u", "/run/x", 1 },
		{ "host=h port=1 user=u dbname=db password=pw", "postgresql://h:1/db", "u", "h", 1 },
		{ "hostaddr=10.0.0.1 user=u dbname=db", "postgresql://10.0.0.1/db", "u", "10.0.0.1", 5432 },
		{ "postgres://u@h/db?replication=database&ssl=false", "postgresql://h/db", "u", "h", 5432 },
	};
	struct ir_err err;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct ir_pg_target t;

		err = (struct ir_err)IR_ERR_INIT;
		if (!OK(ir_pg_target_parse(&arena, good[i].text, &t, &err) == 0, "%s: %s", good[i].text, err.msg))
			continue;
		IS_STR(t.label, good[i].label, "its label");
		OK(strcmp(t.user, good[i].user) == 0 && strcmp(t.hosts[0].name, good[i].first) == 0 &&
			t.hosts[0].port == good[i].port,
		    "user, host, port");
		ir_pg_target_done(&t);
	}
}

static void
test_target_parts(void)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_pg_target t;

	OK(ir_pg_target_parse(&arena,
	       "postgis://u:S3%63ret@h,g:7/db?ssl=true&pgbouncer=true&target_session_attrs=read-write", &t, &err) == 0,
	    "a target: %s", err.msg);
	IS_STR(ir_secret_reveal(&t.password), "S3cret", "its password is decoded, and a secret");
	OK(!ir_list_has(&t.values, "S3cret") && !strstr(t.label, "S3"), "and nowhere else");
	IS_STR(t.sslmode, "require", "ssl=true requires TLS");
	IS_STR(t.session_attrs, "read-write", "what the application wants is told");
	OK(t.hosts_n == 2 && t.hosts[0].port == 5432 && t.hosts[1].port == 7, "two hosts");
	OK(t.dropped.n == 1 && strcmp(t.dropped.v[0], "pgbouncer") == 0, "what was dropped is told");
	ir_pg_target_done(&t);
	setenv("PGHOST", "/run/env", 1);
	setenv("PGPORT", "77", 1);
	setenv("PGUSER", "envuser", 1);
	setenv("PGDATABASE", "envdb", 1);
	setenv("PGSSLMODE", "disable", 1);
	OK(ir_pg_target_parse(&arena, NULL, &t, &err) == 0, "from the environment alone");
	IS_STR(t.label, "postgresql:///envdb?host=/run/env&port=77", "all of it");
	OK(strcmp(t.user, "envuser") == 0 && strcmp(t.sslmode, "disable") == 0, "user and sslmode too");
	ir_pg_target_done(&t);
	unsetenv("PGHOST");
	unsetenv("PGPORT");
	unsetenv("PGUSER");
	unsetenv("PGDATABASE");
	unsetenv("PGSSLMODE");
	scratch_new(&arena);
	scratch_file("service", "[main]\nhost=from.service\nport=78\nuser=su\ndbname=sdb\npassword=S3cret\n");
	setenv("PGSERVICEFILE", url("%s/service", scratch_top), 1);
	OK(ir_pg_target_parse(&arena, "service=main", &t, &err) == 0, "a service: %s", err.msg);
	IS_STR(t.label, "postgresql://from.service:78/sdb", "is libpq's own, and its host is known");
	ir_pg_target_done(&t);
	OK(ir_pg_target_parse(&arena, "service=none", &t, &err) < 0 && strstr(err.msg, "service"),
	    "one that is not there: %s", err.msg);
	unsetenv("PGSERVICEFILE");
	scratch_done();
}

/* None shows a piece of the text. */
static void
test_bad_targets(void)
{
	static const char *const bad[] = { "mysql://u:S3cret@h/db", "S3cret", "host=h S3cret", "password='S3cret",
		"postgres://u:S3/cret@h/db", "postgres://u:S3/S3cret@h/db", "postgres://S3cret@x:y/db",
		"postgres://h:S3cret/db", "postgres://u@h/S3cret%zz", "postgres://u@h/db?sslmod=S3cret",
		"postgres://u@h/db?require_auht=S3cret", "S3cret=1 host=h", "postgres://u@h,g/db?port=1,2,3",
		"postgres://u@h/db?sslmode=S3cret", "postgres://u@[::1/S3cret", "hostaddr=S3cret host=x",
		"postgres://u:S3cret @h/db?host=a%40S3cret", "postgres://u@h:0/db" };
	struct ir_pg_target t;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ir_err err = IR_ERR_INIT;
		int rc = ir_pg_target_parse(&arena, bad[i], &t, &err);

		OK(rc < 0 && err.code == IR_CONFIG && !strstr(err.msg, "S3") && !strstr(err.hint, "S3"), "%s: %s",
		    bad[i], err.msg);
		if (rc == 0)
			ir_pg_target_done(&t);
	}
}

/* Peers. Those that speak PostgreSQL badly are scripts, run in a child for each caller. */

struct script {
	pid_t pid;
	int port;
};

typedef void script_fn(int fd);

static void
script_serve(int fd, script_fn *fn)
{
	for (;;) {
		int c = accept(fd, NULL, NULL);

		if (c < 0)
			_exit(1);
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			fn(c);
			_exit(0);
		}
		close(c);
	}
}

static struct script
script_start(script_fn *fn)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct script s;

	if (bind(fd, (struct sockaddr *)&in, len) < 0 || listen(fd, 16) < 0 ||
	    getsockname(fd, (struct sockaddr *)&in, &len) < 0)
		scratch_die("listen");
	s.port = ntohs(in.sin_port);
	fflush(stdout);
	s.pid = fork();
	if (s.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGCHLD, SIG_IGN);
		script_serve(fd, fn);
	}
	close(fd);
	return s;
}

static void
script_stop(struct script *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
}

static void
say(int fd, const char *bytes, size_t n)
{
	if (send(fd, bytes, n, MSG_NOSIGNAL) < 0)
		_exit(0);
}

#define SAY(fd, literal) say(fd, literal, sizeof(literal) - 1)

/* Read what is there; it is not looked at. */
static void
hear(int fd)
{
	char data[65536];

	if (read(fd, data, sizeof(data)) <= 0)
		_exit(0);
}

static void
stay(int fd)
{
	for (;;)
		hear(fd);
}

#define AUTH_OK "R\0\0\0\x08\0\0\0\0"
#define READY "Z\0\0\0\x05I"
#define BEGIN \
	"C\0\0\0\x0a" \
	"BEGIN\0"
#define SET \
	"C\0\0\0\x08" \
	"SET\0"
#define COLUMN \
	"T\0\0\0\x1b\0\x01" \
	"ab\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0"
#define ROW "D\0\0\0\x0b\0\x01\0\0\0\x01x"
#define SELECT \
	"C\0\0\0\x0d" \
	"SELECT 1\0"
#define COMMIT \
	"C\0\0\0\x0b" \
	"COMMIT\0"

static void
log_in(int fd)
{
	hear(fd);
	SAY(fd, AUTH_OK READY);
}

static void
ask(int fd)
{
	log_in(fd);
	hear(fd);
	SAY(fd, BEGIN SET SET);
}

static void
drip(int fd)
{
	hear(fd);
	for (size_t i = 0; i < 9; i++) {
		struct pollfd p = { fd, POLLIN, 0 };

		say(fd, &AUTH_OK[i], 1);
		poll(&p, 1, 50); /* ends when the caller goes */
		if (p.revents)
			return;
	}
	stay(fd);
}

static void
half_login(int fd)
{
	hear(fd);
	SAY(fd, AUTH_OK "S\0\0\0\x20server_ver");
	shutdown(fd, SHUT_WR);
	stay(fd);
}

static void
login_only(int fd)
{
	hear(fd);
	SAY(fd, AUTH_OK);
	stay(fd);
}

static void
endless_login(int fd)
{
	static char chatter[65536];
	size_t n = 0;

	for (; n + 11 < sizeof(chatter); n += 11)
		memcpy(chatter + n,
		    "S\0\0\0\x0a"
		    "ab\0cd",
		    11);
	hear(fd);
	SAY(fd, AUTH_OK);
	for (;;)
		say(fd, chatter, n);
}

static void
tell_password(int fd)
{
	char data[1024] = "", out[1200];
	size_t n;

	hear(fd);
	SAY(fd, "R\0\0\0\x08\0\0\0\x03");
	if (read(fd, data, sizeof(data) - 1) < 6)
		return;
	n = (size_t)snprintf(
		out + 5, sizeof(out) - 5, "SFATAL%cC28P01%cMwrong: '%.100s'\x1b[31m%c", 0, 0, data + 5, 0) +
	    1;
	out[0] = 'E';
	memcpy(out + 1, &(uint32_t){ htonl((uint32_t)n + 4) }, 4);
	say(fd, out, n + 5);
}

static void
not_up(int fd)
{
	hear(fd);
	SAY(fd, "E\0\0\0\x29SFATAL\0C57P03\0Mstarting, wait a bit\0\0");
}

static void
endless_rows(int fd)
{
	static char rows[65520];

	for (size_t n = 0; n < sizeof(rows); n += 12)
		memcpy(rows + n, ROW, 12);
	ask(fd);
	SAY(fd, COLUMN);
	for (;;)
		say(fd, rows, sizeof(rows));
}

/* A row that says it has a gigabyte, and goes on. */
static void
endless_row(int fd)
{
	static char bytes[65536];

	ask(fd);
	SAY(fd, COLUMN "D\x3f\xff\xff\xff\0\x01\x3f\xff\xff\xf0");
	for (;;)
		say(fd, bytes, sizeof(bytes));
}

static void
copy_out(int fd)
{
	ask(fd);
	SAY(fd, "H\0\0\0\x07\0\0\0");
	stay(fd);
}

static void
too_many(int fd)
{
	ask(fd);
	for (;;)
		SAY(fd, COLUMN ROW SELECT);
}

static void
too_few(int fd)
{
	ask(fd);
	SAY(fd, COMMIT READY);
	stay(fd);
}

static void
half_rows(int fd)
{
	ask(fd);
	SAY(fd, COLUMN ROW ROW "D\0\0");
	stay(fd);
}

static void
no_rows(int fd)
{
	log_in(fd);
	stay(fd);
}

static void
close_rows(int fd)
{
	ask(fd);
	SAY(fd, COLUMN ROW);
}

/* Fails, and does not answer the ROLLBACK. */
static void
no_rollback(int fd)
{
	ask(fd);
	SAY(fd, "E\0\0\0\x1dSERROR\0C42P01\0Mno table\0\0"
		"Z\0\0\0\x05"
		"E");
	stay(fd);
}

static struct got
against(script_fn *fn, bool query, int64_t ms)
{
	struct script s = script_start(fn);
	struct talk t;
	struct got g;
	int64_t start = ir_mono_us();

	talk_open(&t, url("postgres://u:planted-S3cret@127.0.0.1:%d/db?sslmode=disable", s.port), 0, ms);
	if (query && !t.got.error) {
		talk_query(&t, (struct ir_pg_query){ .timeout_us = ms * 1000, .max_rows = 5000 }, "SELECT 1", NULL);
		OK(t.got.error == IR_PG_OK || !ir_pg_usable(t.pg), "the connection is not used again");
	}
	g = t.got;
	talk_end(&t);
	OK(ir_mono_us() - start < ms * 1000 + 10000000, "within its time, with room for a busy machine");
	script_stop(&s);
	return g;
}

static void
test_bad_logins(void)
{
	struct got g = against(drip, false, 300);

	OK(g.error == IR_PG_TIMEOUT && g.phase == IR_PG_GREETING, "drip: %s", g.message);
	g = against(half_login, false, 2000);
	OK(g.error == IR_PG_PROTOCOL && strstr(g.message, "closed"), "closes half way: %s", g.message);
	g = against(login_only, false, 200);
	IS_STR(g.message, "no answer within 200ms: authenticated, waiting for the session", "stops after the login");
	g = against(endless_login, false, 5000);
	OK(g.error == IR_PG_PROTOCOL && strstr(g.message, "no end"), "an endless login: %s", g.message);
	g = against(tell_password, false, 2000);
	OK(g.error == IR_PG_DENIED && strcmp(g.state, "28P01") == 0, "denied: %s", g.message);
	OK(strstr(g.message, "***") && !strstr(g.message, "S3cret"), "a server that says the password");
	OK(!strchr(g.message, '\x1b'), "and what a terminal would obey is escaped");
}

static void
test_bad_answers(void)
{
	struct got g = against(no_rows, true, 200);

	IS_STR(g.message, "no answer within 200ms: connected, waiting for the rows", "no answer to the query");
	g = against(half_rows, true, 200);
	OK(g.error == IR_PG_TIMEOUT && g.phase == IR_PG_ROWS && strstr(g.message, "not complete after 2"),
	    "half an answer: %s", g.message);
	g = against(close_rows, true, 2000);
	OK(g.error == IR_PG_PROTOCOL && strstr(g.message, "closed in the middle"), "the end in between: %s", g.message);
	g = against(endless_rows, true, 5000);
	OK(g.error == IR_PG_TOO_BIG, "rows without end: %s", g.message);
	g = against(endless_row, true, 5000);
	OK(g.error == IR_PG_TOO_BIG, "a row without end: %s", g.message);
	g = against(copy_out, true, 2000);
	OK(g.error == IR_PG_PROTOCOL, "no rows: %s", g.message);
	g = against(too_many, true, 2000);
	OK(g.error == IR_PG_PROTOCOL && strstr(g.message, "more answers"), "more than asked for: %s", g.message);
	g = against(too_few, true, 2000);
	OK(g.error == IR_PG_PROTOCOL && strstr(g.message, "fewer answers"), "fewer: %s", g.message);
	g = against(no_rollback, true, 300);
	OK(g.error == IR_PG_SERVER && strcmp(g.state, "42P01") == 0,
	    "an error is told although its transaction cannot be ended: %s", g.message);
}

static struct got
against_peer(const char *mode, const char *more)
{
	struct peer p = peer_start(mode, NULL, NULL);
	struct got g = only_open(url("postgres://u:planted-S3cret@127.0.0.1:%d/db%s", p.port, more), 200);

	peer_stop(&p);
	return g;
}

static void
test_peers(void)
{
	struct got g = against_peer("silent", "");

	IS_STR(g.message, "no answer within 200ms: connected, waiting for the greeting", "silent");
	OK(g.error == IR_PG_TIMEOUT && g.info.connect_us >= 0 && g.info.dns_us == 0, "how far it got");
	g = against_peer("silent", "?sslmode=disable");
	IS_STR(g.message, "no answer within 200ms: connected, waiting for the greeting", "silent without TLS");
	g = against_peer("full", "");
	OK(g.error == IR_PG_TIMEOUT && strstr(g.message, "200ms: connecting to 127.0.0.1:"), "full: %s", g.message);
	g = against_peer("garbage", "");
	OK(g.error == IR_PG_PROTOCOL, "garbage: %s", g.message);
	g = against_peer("garbage", "?sslmode=disable");
	OK(g.error == IR_PG_PROTOCOL, "garbage without TLS: %s", g.message);
	g = against_peer("banner", "");
	OK(g.error == IR_PG_PROTOCOL && strstr(g.message, "not PostgreSQL"), "a mail server: %s", g.message);
	g = against_peer("close", "");
	OK(g.error == IR_PG_PROTOCOL, "close: %s", g.message);
	g = against_peer("reset", "");
	OK(g.error == IR_PG_PROTOCOL || g.error == IR_PG_REFUSED, "reset: %s", g.message);
	g = only_open(url("postgres://u@127.0.0.1:%d/db", postgres_free_port()), 1000);
	OK(g.error == IR_PG_REFUSED && strcmp(g.message, "connection refused") == 0, "refused: %s", g.message);
	g = only_open("postgres://u@%2Fnonexistent/db", 1000);
	OK(g.error == IR_PG_REFUSED && strstr(g.message, "no such file"), "no such socket: %s", g.message);
	g = only_open("postgres://u@none.test/db", 1000);
	IS_STR(g.message, "cannot resolve 'none.test': no such host", "no such host");
	g = only_open("postgres://u@stuck.test/db", 200);
	OK(g.error == IR_PG_TIMEOUT && g.phase == IR_PG_DNS, "a resolver that is silent: %s", g.message);
	g = only_open("postgres://u@127.0.0.1/db?gssencmode=nonsense", 1000);
	OK(g.error == IR_PG_LOCAL, "an option's value that is none: %s", g.message);
}

/* Several hosts: one that refuses, is silent, not up, has no name; then one that denies. */
static void
test_hosts(void)
{
	struct script up = script_start(not_up), last = script_start(tell_password);
	struct peer silent = peer_start("silent", NULL, NULL);
	int refused = postgres_free_port();
	struct got g =
	    only_open(url("postgres://u:planted-S3cret@127.0.0.1:%d,none.test:1,127.0.0.1:%d,127.0.0.1:%d/db?"
			  "sslmode=disable",
			  refused, up.port, last.port),
		2000);
	struct talk t;

	OK(g.error == IR_PG_DENIED && g.info.host == 3, "the last one is reached: %s", g.message);
	g = only_open(
	    url("postgres://u:x@127.0.0.1:%d,none.test:1,127.0.0.1:%d/db?sslmode=disable", refused, up.port), 2000);
	OK(g.error == IR_PG_SERVER && strcmp(g.state, "57P03") == 0 && strstr(g.message, "wait a bit (3 tried)"),
	    "of all that failed the most telling: %s", g.message);
	g = only_open(
	    url("postgres://u:xxxx@127.0.0.1:%d,127.0.0.1:%d/db?sslmode=disable", silent.port, last.port), 2000);
	OK(g.error == IR_PG_DENIED && g.info.host == 1, "a silent one has its share only: %s", g.message);
	talk_open(&t, url("postgres://u:x@127.0.0.1:%d,127.0.0.1:%d/db?sslmode=disable", refused, up.port), 2, 2000);
	OK(strcmp(t.got.state, "57P03") == 0 && t.got.info.host == 1, "only the second: %s", t.got.message);
	talk_end(&t);
	script_stop(&up);
	script_stop(&last);
	peer_stop(&silent);
}

static void
test_gate(void)
{
	struct ir_err err = IR_ERR_INIT;
	struct script s = script_start(no_rows);
	struct ir_pg_open open = { .effect = IR_WRITE };
	struct ir_pg *pg = NULL;
	struct talk t;
	const struct ir_pg_query read = { .effect = IR_READ }, raw = { .effect = IR_READ, .raw = true },
				 write = { .effect = IR_WRITE };

	talk_open(&t, url("postgres://u@127.0.0.1:%d/db?sslmode=disable", s.port), 0, 2000);
	open.target = &t.target;
	OK(ir_pg_open(t.loop, &open, on_got, &t.got, &pg, &err) < 0 && err.code == IR_REFUSED, "no writing: %s",
	    err.msg);
	open.effect = IR_READ;
	open.host = 2;
	OK(ir_pg_open(t.loop, &open, on_got, &t.got, &pg, &err) < 0 && err.code == IR_USAGE, "no such host: %s",
	    err.msg);
	OK(strstr(talk_query(&t, write, "DELETE FROM x", NULL)->message, "may not change"), "no DELETE");
	OK(strstr(talk_query(&t, read, "DELETE FROM x", NULL)->message, "begins with SELECT"), "not as a read either");
	OK(strstr(talk_query(&t, read, "SELECT 1; COMMIT; DROP TABLE x", NULL)->message, "';'"), "one statement");
	OK(strstr(talk_query(&t, read, "SELECT 1", "COMMIT")->message, "begins with"),
	    "nor the end of the transaction");
	OK(strstr(talk_query(&t, read, "selection", NULL)->message, "begins with"), "a word is a whole word");
	OK(strstr(talk_query(&t, read, " ; ", NULL)->message, "empty"), "not an empty one");
	OK(strstr(talk_query(&t, raw, "SELECT 1", NULL)->message, "begins with SHOW"), "raw: SHOW only");
	OK(strstr(talk_query(&t, raw, "SHOW a", "SHOW b")->message, "more than one"), "and one");
	struct ir_pg_query asked = read, script = read;
	ir_list_add(&arena, &asked.params, "1");
	script.script = true;
	OK(strstr(talk_query(&t, asked, "SELECT $1", NULL)->message, "not for reading"), "no parameters to read with");
	OK(strstr(talk_query(&t, script, "SELECT 1; SELECT 2", NULL)->message, "not for reading"), "nor a script");
	OK(ir_pg_usable(t.pg), "the connection has not been touched");
	talk_end(&t);
	script_stop(&s);
}

static void
on_never(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	(void)arg, (void)pg, (void)res;
	OK(false, "a cancelled one is not told");
}

static void
test_break_off(void)
{
	struct peer silent = peer_start("silent", NULL, NULL);
	struct ir_err err = IR_ERR_INIT;
	struct ir_pg_open open = { .effect = IR_READ };
	struct ir_pg *pg[3];
	struct talk t;
	const char *where[] = { url("postgres://u@127.0.0.1:%d/db", silent.port), "postgres://u@stuck.test/db" };

	ir_pg_close(NULL);
	for (int i = 0; i < 2; i++) {
		talk_open(&t, where[i], 0, 1);
		ir_pg_close(t.pg);
		open.target = &t.target;
		ir_pg_open(t.loop, &open, on_never, NULL, &pg[0], &err);
		ir_pg_close(pg[0]);
		ir_pg_open(t.loop, &open, on_never, NULL, &pg[0], &err);
		ir_loop_sleep_until(t.loop, ir_mono_us() + 20000);
		ir_pg_close(pg[0]);
		IS_INT(ir_loop_run(t.loop, NULL, NULL), 0, "cancelled ones hold nothing");
		memset(&t.got, 0, sizeof(t.got));
		ir_pg_open(t.loop, &open, on_got, &t.got, &t.pg, &err);
		ir_loop_sleep_until(t.loop, ir_mono_us() + 20000);
		ir_pg_stop(t.pg);
		OK(t.got.error == IR_PG_STOPPED && strncmp(t.got.message, "stopped: ", 9) == 0, "%s", t.got.message);
		ir_pg_stop(t.pg);
		IS_INT(t.got.called, 1, "told once");
		talk_end(&t);
	}
	peer_stop(&silent);
}

/* The real one */

static const char *
here(const char *user, const char *database, const char *more)
{
	return url("postgres://%s@127.0.0.1:%d/%s%s", user, db.port, database, more);
}

#define ADMIN "admin:" POSTGRES_PASSWORD

/* A name that only a container network knows, published on another port. */
static void
test_overrides(void)
{
	struct ir_list l = { 0 };
	struct talk t;

	ir_list_add(&arena, &l, "db.test:1:127.0.0.1:2");
	ir_list_add(&arena, &l, url("shop_db:5432:127.0.0.1:%d", db.port));
	talk_open_by(&t, "postgres://" ADMIN "@shop_db/postgres", &l, 0, 10000);
	OK(t.got.error == IR_PG_OK, "by an address and a port that were given by hand: %s", t.got.message);
	IS_STR(t.got.address, url("127.0.0.1:%d", db.port), "which are told");
	talk_end(&t);
	l.n = 1;
	talk_open_by(&t, "postgres://" ADMIN "@none.test/postgres", &l, 0, 10000);
	OK(t.got.error == IR_PG_RESOLVE, "those of others are not for it: %s", t.got.message);
	talk_end(&t);
}

static void
test_login(void)
{
	struct talk t;
	struct got g;

	talk_open(&t, here(ADMIN, "postgres", ""), 0, 10000);
	g = t.got;
	OK(g.error == IR_PG_OK && g.phase == IR_PG_READY && ir_pg_usable(t.pg), "in: %s", g.message);
	OK(g.info.version >= 120000 && g.server[0], "version %d", g.info.version);
	OK(g.info.superuser == 1 && g.info.backend_pid > 0, "facts without a query");
	if (g.info.version >= 140000)
		OK(g.info.standby == 0 && g.info.read_only == 0, "and those of newer ones");
	OK(g.info.dns_us == 0 && g.info.connect_us >= 0 && g.info.auth_us > 0 && g.info.total_us >= g.info.auth_us,
	    "times");
	OK(!db.tls || (g.info.tls_us > 0 && strncmp(g.tls, "TLSv1", 5) == 0), "TLS where it is offered: %s", g.tls);
	IS_STR(g.address, url("127.0.0.1:%d", db.port), "address");
	talk_end(&t);
	g = only_open(url("postgres://" ADMIN "@/postgres?host=%s&port=%d", db.dir, db.port), 10000);
	OK(g.error == IR_PG_OK && g.tls[0] == '\0', "by its unix socket: %s", g.message);
	IS_STR(g.address, url("%s/.s.PGSQL.%d", db.dir, db.port), "address");
	g = only_open(url("postgres://" ADMIN "@both.test:%d/postgres", db.port), 10000);
	OK(g.error == IR_PG_OK && g.info.dns_us > 0, "by a name of which only one address answers: %s", g.message);
	g = only_open(here("admin:wrong-S3cret", "postgres", ""), 10000);
	OK(g.error == IR_PG_DENIED && strcmp(g.state, "28P01") == 0, "a wrong password: %s %s", g.state, g.message);
	g = only_open(here("admin", "postgres", ""), 10000);
	OK(g.error == IR_PG_DENIED && strstr(g.message, "there is none"), "none: %s", g.message);
	g = only_open(here(ADMIN, "nowhere", ""), 10000);
	OK(g.error == IR_PG_SERVER && strcmp(g.state, "3D000") == 0, "no such database: %s", g.message);
	IS_STR(g.message, "database \"nowhere\" does not exist", "in the server's words");
}

static void
test_tls(void)
{
	struct got g;

	if (!db.tls) {
		SKIP("openssl", "TLS");
		return;
	}
	g = only_open(
	    url("postgres://" ADMIN "@db.test:%d/postgres?sslmode=verify-full&sslrootcert=%s/ca.pem", db.port, db.dir),
	    10000);
	OK(g.error == IR_PG_OK && g.tls[0], "verified: %s", g.message);
	g = only_open(url("postgres://" ADMIN "@good.test:%d/postgres?sslmode=verify-full&sslrootcert=%s/ca.pem",
			  db.port, db.dir),
	    10000);
	OK(g.error == IR_PG_TLS_FAILED && strstr(g.message, "does not match"), "a wrong name: %s", g.message);
	g = only_open(url("postgres://" ADMIN "@db.test:%d/postgres?sslmode=verify-ca&sslrootcert=%s/server.pem",
			  db.port, db.dir),
	    10000);
	OK(g.error == IR_PG_TLS_FAILED, "not trusted: %s", g.message);
	g = only_open(
	    url("postgres://" ADMIN "@db.test:%d/postgres?sslmode=verify-full&sslrootcert=/nonexistent", db.port),
	    10000);
	OK(g.error == IR_PG_TLS_FAILED, "no root certificate: %s", g.message);
}

static void
test_queries(void)
{
	struct talk t;
	struct got *g;
	const struct ir_pg_query read = { .effect = IR_READ, .statement_ms = 5000, .lock_ms = 5000 },
				 own = { .effect = IR_JOURNAL, .statement_ms = 5000, .lock_ms = 5000 };
	struct ir_pg_query small = read;

	talk_open(&t, here(ADMIN, "postgres", ""), 0, 10000);
	g = talk_query(&t, read, "SELECT 1, NULL, 'a' -- and no more", "VALUES (2), (3);");
	IS_STR(g->text, "1|NULL|a/;2/3/;", "two sets in one go");
	OK(g->error == IR_PG_OK && g->sets == 2 && g->query_us > 0 && g->phase == IR_PG_READY, "with its time");
	IS_STR(talk_query(&t, read, "SELECT 1 WHERE false", NULL)->text, ";", "no rows");
	IS_STR(talk_query(&t, read, "SHOW transaction_read_only", "SHOW statement_timeout")->text, "on/;5s/;",
	    "read only, bounded");
	IS_STR(talk_query(&t, read, "SHOW client_encoding", "SHOW application_name")->text, "UTF8/;ir-test/;",
	    "who we are");
	g = talk_query(&t, read, "SELECT 1", "SELECT * FROM nothing");
	OK(g->error == IR_PG_SERVER && strcmp(g->state, "42P01") == 0 && g->sets == 1, "one fails: %s", g->message);
	OK(ir_pg_usable(t.pg), "the connection goes on");
	g = talk_query(&t, own, "CREATE TABLE jobs (id int)", "INSERT INTO jobs VALUES (1), (2)");
	OK(g->error == IR_PG_OK && g->sets == 2, "our own memory may be written: %s", g->message);
	g = talk_query(&t, read, "WITH x AS (DELETE FROM jobs RETURNING id) SELECT * FROM x", NULL);
	IS_STR(g->state, "25006", "what reads cannot write");
	g = talk_query(&t, read, "SELECT set_config('transaction_read_only', 'off', true)",
	    "WITH x AS (DELETE FROM jobs RETURNING id) SELECT * FROM x");
	OK(g->error == IR_PG_SERVER, "nor talk itself out of it: %s", g->message);
	IS_STR(talk_query(&t, read, "SELECT count(*) FROM jobs", NULL)->text, "2/;", "nothing was lost");
	small.statement_ms = 50;
	g = talk_query(&t, small, "SELECT pg_sleep(20)", NULL);
	OK(g->error == IR_PG_SERVER && strcmp(g->state, "57014") == 0, "the statement's time: %s", g->message);
	small.statement_ms = 20000;
	small.max_rows = 10;
	OK(ir_pg_usable(t.pg), "goes on");
	g = talk_query(&t, small, "SELECT generate_series(1, 10)", NULL);
	OK(g->error == IR_PG_OK, "as many rows as may be: %s", g->message);
	g = talk_query(&t, small, "SELECT generate_series(1, 11)", NULL);
	OK(g->error == IR_PG_TOO_BIG && !ir_pg_usable(t.pg), "one more: %s", g->message);
	g = talk_query(&t, read, "SELECT 1", NULL);
	OK(g->called == 0 && strstr(g->message, "not usable"), "then no more");
	talk_end(&t);
	talk_open(&t, here(ADMIN, "postgres", ""), 0, 10000);
	small.max_bytes = 1000;
	OK(talk_query(&t, small, "SELECT repeat('x', 2000)", NULL)->error == IR_PG_TOO_BIG, "bytes are bounded too");
	talk_end(&t);
	talk_open(&t, here(ADMIN, "postgres", ""), 0, 10000);
	small.timeout_us = 100000;
	g = talk_query(&t, small, "SELECT pg_sleep(20)", NULL);
	OK(g->error == IR_PG_TIMEOUT && strstr(g->message, "waiting for the rows"), "our own time: %s", g->message);
	talk_end(&t);
}

/* The server takes its time to see that a caller has gone. */
static void
await_room(void)
{
	bool room = false;

	for (int i = 0; i < 500 && !room; i++) {
		struct talk a, b;

		talk_open(&a, here(ADMIN, "postgres", ""), 0, 10000);
		talk_open(&b, here(ADMIN, "postgres", ""), 0, 10000);
		room = !a.got.error && !b.got.error;
		talk_end(&b);
		talk_end(&a);
	}
}

static void
test_locks_and_limits(void)
{
	enum { MANY = 10 };
	struct talk t, more[MANY];
	struct ir_pg_query q = { .effect = IR_JOURNAL, .statement_ms = 20000, .lock_ms = 20 };
	struct got *g = NULL;
	struct ir_list sql = { 0 };
	struct ir_err err = IR_ERR_INIT;
	int n = 0;

	talk_open(&t, here(ADMIN, "postgres", ""), 0, 10000);
	ir_list_add(&arena, &sql, "LOCK jobs");
	ir_list_add(&arena, &sql, "SELECT pg_sleep(20)");
	q.sql = sql;
	OK(ir_pg_query(t.pg, &q, on_never, NULL, &err) == 0, "a lock is held");
	talk_open(&more[0], here(ADMIN, "postgres", ""), 0, 10000);
	for (int i = 0; i < 200 && (!g || g->error == IR_PG_OK); i++)
		g = talk_query(&more[0], q, "SELECT * FROM jobs", NULL);
	OK(strcmp(g->state, "55P03") == 0, "a lock is not waited for: %s", g->message);
	talk_end(&more[0]);
	talk_end(&t);
	do
		talk_open(&more[n], here(ADMIN, "postgres", ""), 0, 10000);
	while (!more[n++].got.error && n < MANY);
	g = &more[n - 1].got;
	OK(g->error == IR_PG_SERVER && strcmp(g->state, "53300") == 0, "too many connections: %s %s", g->state,
	    g->message);
	while (n--) {
		ir_pg_close(more[n].pg);
		ir_loop_free(more[n].loop);
		ir_pg_target_done(&more[n].target);
	}
	await_room();
}

/* Rounds: each answer asks the next question, and the last one closes. */
struct rounds {
	int n;
	bool good;
};

static void
on_round(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	struct rounds *r = arg;
	struct ir_pg_query q = { .effect = IR_READ };
	struct ir_err err = IR_ERR_INIT;
	char expect[16];

	ir_list_add(&arena, &q.sql, url("SELECT %d", ++r->n));
	snprintf(expect, sizeof(expect), "%d", r->n - 1);
	if (r->n == 5) {
		ir_pg_close(pg);
	} else if (ir_pg_query(pg, &q, on_round, r, &err) < 0) {
		r->good = false;
		ir_pg_close(pg);
	}
	/* the answer is still there */
	r->good &= res->error == IR_PG_OK;
	if (r->n > 1)
		r->good &= res->sets_n == 1 && strcmp(ir_pg_cell(&res->sets[0], 0, 0), expect) == 0 &&
			   !ir_pg_cell(&res->sets[0], 0, 1) && !ir_pg_cell(&res->sets[0], 1, 0);
}

static void
test_rounds(void)
{
	struct rounds r = { 0, true };
	struct ir_err err = IR_ERR_INIT;
	struct ir_pg_open open = { .effect = IR_READ };
	struct ir_pg *pg;
	struct talk t;

	talk_open(&t, here(ADMIN, "postgres", ""), 0, 10000);
	open.target = &t.target;
	ir_pg_open(t.loop, &open, on_round, &r, &pg, &err);
	ir_loop_run(t.loop, NULL, NULL);
	OK(r.n == 5 && r.good, "several rounds on one connection");
	talk_end(&t);
}

static void
test_gone(void)
{
	struct ir_pg_query q = { .effect = IR_READ };
	struct talk t, killer;
	struct got *g;

	talk_open(&t, here(ADMIN, "postgres", ""), 0, 10000);
	talk_open(&killer, here(ADMIN, "postgres", ""), 0, 10000);
	g = talk_query(&killer, q, url("SELECT pg_terminate_backend(%d, 5000)", t.got.info.backend_pid), NULL);
	IS_STR(g->text, "t/;", "an idle connection is ended by the server");
	talk_end(&killer);
	g = talk_query(&t, q, "SELECT 1", NULL);
	OK(g->error != IR_PG_OK && g->called == 1 && !ir_pg_usable(t.pg), "and that is said: %s", g->message);
	talk_end(&t);
}

/* Values that are no part of the statement. */
static void
test_params(void)
{
	struct ir_pg_query q = { .effect = IR_JOURNAL }, two = { .effect = IR_JOURNAL },
			   script = { .effect = IR_JOURNAL, .script = true };
	char *big = ir_arena_alloc(&arena, (5 << 20) + 1);
	struct talk t;
	struct got *g;

	talk_open(&t, here(ADMIN, "postgres", ""), 0, 10000);
	ir_list_add(&arena, &q.params, "'; DROP TABLE x; -- \\ $2 \xc3\xa4");
	IS_STR(talk_query(&t, q, "SELECT $1::text", NULL)->text, "'; DROP TABLE x; -- \\ $2 \xc3\xa4/;",
	    "a value comes back as it was");
	OK(strstr(talk_query(&t, q, "SELECT $1", "SELECT 2")->message, "more than one"), "one statement");
	OK(strstr(talk_query(&t, q, "SELECT $1; SELECT 2", NULL)->message, "';'"), "really one");
	g = talk_query(&t, q, "SELECT $1::int", NULL);
	IS_STR(g->state, "22P02", "what it is not, it is not");
	memset(big, 'x', 5 << 20);
	ir_list_add(&arena, &two.params, big);
	ir_list_add(&arena, &two.params, "7");
	IS_STR(talk_query(&t, two, "SELECT length($1), $2::int + 1", NULL)->text, "5242880|8/;",
	    "five MiB of it, and a second");
	g = talk_query(
	    &t, script, "CREATE TABLE p (a int); INSERT INTO p VALUES (1); SELECT 1; INSERT INTO p VALUES (2)", NULL);
	OK(!g->error && ir_pg_usable(t.pg), "a script of many statements: %s", g->message);
	IS_STR(talk_query(&t, script, "INSERT INTO p VALUES (3); SELECT 1/0", NULL)->state, "22012", "one that fails");
	IS_STR(talk_query(&t, (struct ir_pg_query){ .effect = IR_READ }, "SELECT count(*) FROM p", NULL)->text, "2/;",
	    "does nothing of it");
	talk_end(&t);
}

struct notes {
	struct got got;
	size_t n;
};

static void
on_notes(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	struct notes *n = arg;

	n->n = res->notes;
	on_got(&n->got, pg, res);
}

static struct notes
await(struct talk *t, int64_t ms)
{
	struct notes n = { .n = 0 };
	struct ir_err err = IR_ERR_INIT;

	if (ir_pg_await(t->pg, ms * 1000, on_notes, &n, &err) < 0)
		snprintf(n.got.message, sizeof(n.got.message), "%.500s", err.msg);
	if (n.got.called)
		OK(false, "called from inside ir_pg_await()");
	ir_loop_run(t->loop, NULL, NULL);
	return n;
}

static void
test_notes(void)
{
	const struct ir_pg_query raw = { .effect = IR_JOURNAL, .raw = true }, q = { .effect = IR_READ };
	struct talk t, other;
	struct notes n;

	talk_open(&t, here(ADMIN, "postgres", ""), 0, 10000);
	talk_open(&other, here(ADMIN, "postgres", ""), 0, 10000);
	OK(!talk_query(&t, raw, "LISTEN somewhere", NULL)->error, "listening");
	n = await(&t, 30);
	OK(n.got.called == 1 && !n.got.error && n.n == 0 && ir_pg_usable(t.pg),
	    "nothing comes: told, and still usable");
	talk_query(&other, raw, "NOTIFY somewhere, 'a'", NULL);
	n = await(&t, 10000);
	OK(!n.got.error && n.n == 1, "a notification");
	talk_query(&other, raw, "NOTIFY somewhere, 'b'", NULL);
	talk_query(&other, raw, "NOTIFY elsewhere, 'c'", NULL);
	talk_query(&t, q, "SELECT 1", NULL);
	n = await(&t, 10000);
	OK(!n.got.error && n.n == 1, "one that came with the answer to a question");
	IS_STR(talk_query(&t, q, "SELECT 1", NULL)->text, "1/;", "questions in between");
	talk_query(&other, q, url("SELECT pg_terminate_backend(%d, 5000)", t.got.info.backend_pid), NULL);
	talk_end(&other);
	n = await(&t, 10000);
	OK(n.got.error && !ir_pg_usable(t.pg), "a connection that is lost meanwhile: %s", n.got.message);
	n = await(&t, 10);
	OK(strstr(n.got.message, "not usable"), "nobody waits on it then");
	talk_end(&t);
}

static void
test_bouncer(void)
{
	struct ir_pg_query q = { .effect = IR_READ, .statement_ms = 123 }, raw = { .effect = IR_READ, .raw = true };
	struct talk t;
	struct got *g, one;
	const char *base = url("postgres://" ADMIN "@127.0.0.1:%d", db.bouncer_port);

	talk_open(&t, url("%s/postgres", base), 0, 10000);
	OK(t.got.error == IR_PG_OK, "through PgBouncer: %s", t.got.message);
	g = talk_query(&t, q, "SHOW statement_timeout", "SHOW transaction_read_only");
	IS_STR(g->text, "123ms/;on/;", "bounded and read only");
	talk_query(&t, q, "SELECT pg_sleep(20)", NULL);
	IS_STR(t.got.state, "57014", "the time is kept");
	g = talk_query(&t, q, "SELECT 1/0", NULL);
	IS_STR(g->state, "22012", "a failure is told");
	g = talk_query(&t, raw, "SHOW statement_timeout", NULL);
	IS_STR(g->text, "0/;", "nothing of it is left on the pooled connection");
	IS_STR(talk_query(&t, raw, "SHOW transaction_read_only", NULL)->text, "off/;", "nor the transaction");
	talk_end(&t);
	talk_open(&t, url("%s/pgbouncer", base), 0, 10000);
	OK(strstr(t.got.server, "bouncer"), "its console: %s", t.got.server);
	g = talk_query(&t, raw, "SHOW POOLS", NULL);
	OK(g->error == IR_PG_OK && strstr(g->text, "postgres|admin|"), "tells its pools: %s", g->message);
	talk_end(&t);
	one = only_open(url("%s/nowhere", base), 10000);
	OK(one.error != IR_PG_OK, "no such pool: %s %s", one.state, one.message);
	talk_open(&t, url("%s/down", base), 0, 1000);
	if (!t.got.error)
		talk_query(&t, (struct ir_pg_query){ .timeout_us = 1000000 }, "SELECT 1", NULL);
	OK(t.got.error != IR_PG_OK, "a pool whose server is down is not fine: %s", t.got.message);
	talk_end(&t);
}

static void
test_real(void)
{
	if (!postgres_up(&db, &arena)) {
		SKIP("postgresql", "a real server");
		return;
	}
	test_login();
	test_overrides();
	test_tls();
	test_queries();
	test_locks_and_limits();
	test_rounds();
	test_gone();
	test_params();
	test_notes();
	if (postgres_bouncer(&db))
		test_bouncer();
	else
		SKIP("pgbouncer", "a pooler");
	postgres_down(&db);
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	for (const char *const *e = (const char *const[]){ "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE",
		 "PGSERVICE", "PGSSLMODE", "PGHOSTADDR", "PGPASSFILE", NULL };
	     *e; e++)
		unsetenv(*e);
	setenv("HOME", "/nonexistent", 1);
	test_targets();
	test_target_parts();
	test_bad_targets();
	test_peers();
	test_bad_logins();
	test_bad_answers();
	test_hosts();
	test_gate();
	test_break_off();
	test_real();
	ir_arena_done(&arena);
	return tap_done();
}
