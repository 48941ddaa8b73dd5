/* redis - a real server: commands, logins, TLS, rounds on one connection; peers that are none; breaking off */
#include "net/redis.h"

#include <dirent.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "names.h"
#include "peer.h"
#include "redis_server.h"
#include "scratch.h"
#include "tap.h"

#define SECRET "pl4nted-s3cret"

enum { ROUNDS = 3, COMMANDS = 4 };

static struct ir_arena arena;
static uint16_t open_port, tls_port, closed_port; /* of the two servers */
static const char *open_path;

/* What to send, one round after another, and what came of the last one. */
struct talk {
	struct ir_redis_cmd rounds[ROUNDS][COMMANDS];
	int64_t pause_us; /* before each but the first */
	enum ir_effect effect;
	struct ir_loop *loop;
	struct ir_redis *redis;
	int called, run;
	int64_t took_us;
	struct ir_redis_res res; /* of the last */
	const char *text;        /* its replies */
	const char *code, *tls_version;
};

static void
render(struct ir_buf *b, const struct ir_redis_reply *r)
{
	switch (r->type) {
	case IR_REDIS_NIL:
		ir_buf_adds(b, "nil");
		break;
	case IR_REDIS_INTEGER:
		ir_buf_addf(b, "%" PRId64, r->i);
		break;
	case IR_REDIS_ARRAY:
		ir_buf_adds(b, "[");
		for (size_t i = 0; i < r->n; i++) {
			ir_buf_adds(b, i ? " " : "");
			render(b, &r->v[i]);
		}
		ir_buf_adds(b, "]");
		break;
	case IR_REDIS_STRING:
	case IR_REDIS_STATUS:
	case IR_REDIS_ERROR:
		ir_buf_adds(b, r->type == IR_REDIS_STATUS ? "+" : r->type == IR_REDIS_ERROR ? "-" : "");
		ir_utf8_escape(b, r->s, r->len);
		break;
	}
}

static const char *
text_of(const struct ir_redis_res *res)
{
	struct ir_buf b;
	const char *text;

	ir_buf_init(&b, 4096);
	for (size_t i = 0; i < res->n; i++) {
		ir_buf_adds(&b, i ? " " : "");
		render(&b, &res->replies[i]);
	}
	text = ir_strdup(&arena, b.data);
	ir_buf_done(&b);
	return text;
}

static void on_got(void *arg, const struct ir_redis_res *res);

static void
next_round(void *arg)
{
	struct talk *t = arg;
	struct ir_err err = IR_ERR_INIT;
	size_t n = 0;

	while (n < COMMANDS && t->rounds[t->called][n].argv)
		n++;
	if (ir_redis_send(t->redis, t->effect, t->rounds[t->called], n, on_got, t, &err) == 0)
		return;
	printf("# not sent: %s\n", err.msg);
	ir_redis_close(t->redis);
	t->redis = NULL;
}

static void
on_got(void *arg, const struct ir_redis_res *res)
{
	struct talk *t = arg;

	t->called++;
	t->res = *res;
	t->text = text_of(res);
	t->code = ir_strdup(&arena, res->code);
	t->tls_version = ir_strdup(&arena, res->tls_version);
	if (t->called == ROUNDS || !t->rounds[t->called][0].argv) {
		ir_redis_close(t->redis);
		t->redis = NULL;
	} else if (t->pause_us) {
		ir_loop_at(t->loop, ir_mono_us() + t->pause_us, next_round, t);
	} else {
		next_round(t);
	}
}

static struct ir_loop *
fresh(struct ir_ctx *ctx)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_loop *l;

	memset(ctx, 0, sizeof(*ctx));
	ctx->arena = &arena;
	ctx->deadline_us = ir_mono_us() + 10000000;
	l = ir_loop_new(ctx, &err);
	if (!l)
		printf("Bail out! %s\n", err.msg), exit(1);
	return l;
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

static void
talk(struct talk *t, struct ir_redis_req req)
{
	struct ir_ctx ctx;
	int before = count_fds();
	int64_t start = ir_mono_us();

	if (!req.host && !req.unix_path)
		req.host = "127.0.0.1";
	t->loop = fresh(&ctx);
	t->text = "";
	t->redis = ir_redis_open(t->loop, &req);
	next_round(t);
	if (t->called)
		OK(false, "called from inside the send");
	t->run = ir_loop_run(t->loop, NULL, NULL);
	t->took_us = ir_mono_us() - start;
	ir_loop_free(t->loop);
	if (t->run != 0 || t->called == 0 || count_fds() != before)
		OK(false, "run %d, called %d, %d descriptors left", t->run, t->called, count_fds() - before);
	if (strstr(t->res.message, SECRET))
		OK(false, "a secret in: %s", t->res.message);
}

/* One round. */
static struct talk
ask(struct ir_redis_req req, struct ir_redis_cmd a, struct ir_redis_cmd b)
{
	struct talk t = { .rounds = { { a, b } } };

	talk(&t, req);
	return t;
}

/* What ends by itself has time to; only what does not waits for the timeout. */
static struct ir_redis_req
with_time(struct ir_redis_req req, enum ir_redis_end end, int64_t ms)
{
	req.timeout_us = end == IR_REDIS_TIMEOUT ? ms * 1000 : 8000000;
	return req;
}

#define NO_CMD ((struct ir_redis_cmd){ NULL, NULL })

static int
make_certificates(void)
{
	static const char script[] =
	    "exec >/dev/null 2>&1; K='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes' && "
	    "openssl req -x509 $K -keyout ca.key -out ca.pem -days 3650 -subj /CN=TestCA && "
	    "openssl req $K -keyout key.pem -out req.csr -subj /CN=tls.test && echo subjectAltName=DNS:tls.test >ext "
	    "&& "
	    "openssl x509 -req -in req.csr -CA ca.pem -CAkey ca.key -days 20 -extfile ext -out good.pem";
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (chdir(scratch_top) == 0)
			execlp("sh", "sh", "-c", script, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void
test_replies(void)
{
	struct ir_redis_req req = { .port = open_port };
	struct talk t = { 0 };
	const char *binary[] = { "ECHO", "a\0b", NULL };
	size_t lens[] = { 4, 3 };
	char want[IR_ADDR_MAX];

	snprintf(want, sizeof(want), "127.0.0.1:%d", open_port);
	t = ask(req, IR_REDIS_CMD("PING"), (struct ir_redis_cmd){ binary, lens });
	OK(t.res.error == IR_REDIS_OK && t.called == 1, "answered %s", t.res.message);
	IS_STR(t.text, "+PONG a\\x00b", "a status, and a string with a NUL");
	IS_STR(t.res.address, want, "who answered");
	OK(t.res.phase == IR_REDIS_DONE && t.res.dns_us >= 0 && t.res.connect_us >= 0 && t.res.tls_us == -1 &&
		t.res.login_us == -1 && t.res.reply_us > 0 && t.res.total_us >= t.res.reply_us,
	    "the times of the phases");
	OK(t.res.bytes == 16 && !t.res.again, "bytes and a new connection");
	t = ask(req, IR_REDIS_CMD("RPUSH", "list", "x", ""), IR_REDIS_CMD("LRANGE", "list", "0", "-1"));
	IS_STR(t.text, "2 [x ]", "an integer and an array");
	t = ask(req, IR_REDIS_CMD("GET", "none"), IR_REDIS_CMD("GET", "list"));
	IS_STR(t.text, "nil -WRONGTYPE Operation against a key holding the wrong kind of value", "nil and an error");
	t = ask(req, IR_REDIS_CMD("EVAL", "return {1,{2,{'x'}},false}", "0"), NO_CMD);
	IS_STR(t.text, "[1 [2 [x]] nil]", "arrays in arrays");
	t = ask(req, IR_REDIS_CMD("NO-SUCH"), IR_REDIS_CMD("INFO", "server"));
	OK(t.res.error == IR_REDIS_OK && strstr(t.text, "-ERR unknown command") && strstr(t.text, "redis_version:"),
	    "an error is a reply as others are");
	t = ask((struct ir_redis_req){ .unix_path = open_path, .db = 3 }, IR_REDIS_CMD("CLIENT", "INFO"), NO_CMD);
	OK(t.res.error == IR_REDIS_OK && strstr(t.text, " db=3 ") && !t.res.address[0] && t.res.login_us >= 0,
	    "by a unix socket, on database 3");
	t = ask((struct ir_redis_req){ .host = "good.test", .port = open_port }, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_OK && strcmp(t.res.address, want) == 0, "by name");
}

static void
test_rounds(void)
{
	struct ir_redis_req req = { .port = open_port, .timeout_us = 1000000 };
	struct talk t = { .rounds = { { IR_REDIS_CMD("CLIENT", "ID") }, { IR_REDIS_CMD("PING") },
			      { IR_REDIS_CMD("PING"), IR_REDIS_CMD("CLIENT", "ID") } } };

	talk(&t, req);
	OK(t.called == 3 && t.res.error == IR_REDIS_OK && t.res.n == 2, "three rounds");
	OK(t.res.again && t.res.dns_us == -1 && t.res.connect_us == -1 && t.res.reply_us > 0, "on one connection");
	OK(t.res.address[0] != '\0', "whose address is known");
	t = (struct talk){ .rounds = { { IR_REDIS_CMD("PING") }, { IR_REDIS_CMD("PING") }, { IR_REDIS_CMD("PING") } } };
	t.pause_us = 600000;
	talk(&t, req);
	OK(t.called == 3 && t.res.error == IR_REDIS_OK && t.took_us >= 1200000, "samples: pauses count for no timeout");
	t = (struct talk){ .rounds = { { IR_REDIS_CMD("QUIT") }, { IR_REDIS_CMD("PING") }, { IR_REDIS_CMD("PING") } } };
	t.pause_us = 50000;
	talk(&t, req);
	OK(t.called == 3 && t.res.error == IR_REDIS_OK && !t.res.again, "after an error a send connects anew");
	t = (struct talk){ .rounds = { { IR_REDIS_CMD("QUIT") }, { IR_REDIS_CMD("PING") } }, .pause_us = 50000 };
	talk(&t, req);
	OK(t.called == 2 && t.res.error != IR_REDIS_OK && t.res.bytes == 0 && strstr(t.res.message, "closed"),
	    "closed in between: %s", t.res.message);
	t = ask(req, IR_REDIS_CMD("QUIT"), IR_REDIS_CMD("PING"));
	OK(t.res.error == IR_REDIS_PROTOCOL && strcmp(t.text, "+OK") == 0 &&
		(strcmp(t.res.message, "connection closed after 1 of 2 replies") == 0 ||
		    strcmp(t.res.message, "connection reset after 1 of 2 replies") == 0),
	    "closed after the first: %s", t.res.message);
}

static void
test_big(void)
{
	struct ir_redis_req req = { .port = open_port, .max_bytes = 10000, .max_elements = 100 };
	static char word[900000];
	struct talk t;

	t = ask(req, IR_REDIS_CMD("EVAL", "return string.rep('x', 9900)", "0"), NO_CMD);
	OK(t.res.error == IR_REDIS_OK && t.res.bytes == 9909, "a reply within the cap");
	t = ask(req, IR_REDIS_CMD("PING"), IR_REDIS_CMD("EVAL", "return string.rep('x', 12000)", "0"));
	OK(t.res.error == IR_REDIS_TOO_BIG && t.res.n == 1 &&
		strncmp(t.res.message, "the reply to EVAL is too big: a string of 11.7 KiB", 50) == 0,
	    "one beyond it: %s", t.res.message);
	t = ask(req, IR_REDIS_CMD("EVAL", "local t = {} for i = 1, 100 do t[i] = i end return t", "0"), NO_CMD);
	OK(t.res.error == IR_REDIS_TOO_BIG && strstr(t.res.message, "an array of 100 elements, 99 are left"),
	    "too many elements: %s", t.res.message);
	memset(word, 'w', sizeof(word) - 1);
	req.max_bytes = 0;
	t = ask(req, IR_REDIS_CMD("ECHO", word), NO_CMD);
	OK(t.res.error == IR_REDIS_OK && t.res.bytes > 900000, "what does not go out at once: %s", t.res.message);
}

static void
test_refused(void)
{
	static char word[IR_REDIS_SEND_MAX];
	struct ir_redis_cmd empty = IR_REDIS_CMD(NULL), ping = IR_REDIS_CMD("PING"), big;
	struct ir_redis_req req = { .host = "127.0.0.1", .port = open_port }, nowhere = { 0 };
	struct ir_err err = IR_ERR_INIT;
	struct talk t = { 0 };
	struct ir_ctx ctx;
	struct ir_redis *r, *n;

	memset(word, 'w', sizeof(word) - 1);
	big = IR_REDIS_CMD("ECHO", word);
	t.loop = fresh(&ctx);
	r = ir_redis_open(t.loop, &req);
	n = ir_redis_open(t.loop, &nowhere);
	OK(ir_redis_send(r, IR_WRITE, &ping, 1, on_got, &t, &err) < 0 && err.code == IR_REFUSED, "no actor: %s",
	    err.msg);
	OK(ir_redis_send(r, IR_READ, &ping, 0, on_got, &t, &err) < 0 && err.code == IR_USAGE, "%s", err.msg);
	OK(ir_redis_send(r, IR_READ, &empty, 1, on_got, &t, &err) < 0 && err.code == IR_USAGE, "%s", err.msg);
	OK(ir_redis_send(r, IR_READ, &big, 1, on_got, &t, &err) < 0 && err.code == IR_USAGE, "%s", err.msg);
	OK(ir_redis_send(n, IR_READ, &ping, 1, on_got, &t, &err) < 0 && err.code == IR_USAGE, "%s", err.msg);
	OK(ir_redis_send(r, IR_READ, &ping, 1, on_got, &t, &err) == 0, "one is sent");
	OK(ir_redis_send(r, IR_READ, &ping, 1, on_got, &t, &err) < 0 && err.code == IR_INTERNAL, "%s", err.msg);
	ir_redis_close(r);
	ir_redis_close(n);
	ir_redis_close(NULL);
	IS_INT(ir_loop_run(t.loop, NULL, NULL), 0, "closed, they hold nothing");
	IS_INT(t.called, 0, "and nothing was told");
	ir_loop_free(t.loop);
}

static void
test_login(void)
{
	struct ir_secret good = { NULL, 0 }, bad = { NULL, 0 };
	struct ir_redis_req req = { .port = closed_port };
	struct talk t;

	ir_secret_set(&good, SECRET, strlen(SECRET));
	ir_secret_set(&bad, SECRET "-not", strlen(SECRET) + 4);
	t = ask(req, IR_REDIS_CMD("PING"), IR_REDIS_CMD("INFO"));
	OK(t.res.error == IR_REDIS_DENIED && strcmp(t.code, "NOAUTH") == 0 && t.res.phase == IR_REDIS_REPLY,
	    "no password: %s", t.res.message);
	req.password = &good;
	t = ask(req, IR_REDIS_CMD("ACL", "WHOAMI"), NO_CMD);
	OK(t.res.error == IR_REDIS_OK && strcmp(t.text, "default") == 0 && t.res.login_us > 0, "the password alone");
	req.user = "reader";
	req.db = 2;
	t = ask(req, IR_REDIS_CMD("GET", "x"), IR_REDIS_CMD("CONFIG", "GET", "*"));
	OK(t.res.error == IR_REDIS_OK && strncmp(t.text, "nil -NOPERM", 11) == 0, "a user who may not do all: %s",
	    t.text);
	req.db = 99;
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_DENIED && t.res.phase == IR_REDIS_LOGIN && t.res.n == 0, "no such database");
	IS_STR(t.res.message, "SELECT refused: there is no such database", "in words");
	req.user = "nobody-may-select";
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_DENIED && strcmp(t.code, "NOPERM") == 0, "%s", t.res.message);
	req.password = &bad;
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_DENIED && strcmp(t.code, "WRONGPASS") == 0, "a wrong password");
	IS_STR(t.res.message, "AUTH refused: wrong user or password, or the user is off", "in words");
	req.password = NULL;
	req.user = "open";
	req.db = 0;
	t = ask(req, IR_REDIS_CMD("ACL", "WHOAMI"), NO_CMD);
	IS_STR(t.text, "open", "a user without a password");
	t = ask((struct ir_redis_req){ .port = open_port, .password = &good }, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_DENIED && strcmp(t.code, "ERR") == 0, "a server without one: %s", t.res.message);
	ir_secret_done(&good);
	ir_secret_done(&bad);
}

/* A server that says back what it was sent. */
static void
test_login_hostile(void)
{
	static const struct {
		const char *mode;
		enum ir_redis_end error;
		const char *message;
	} cases[] = {
		{ "rawend/0/-ERR unknown command 'AUTH', with args beginning with: '" SECRET "'%0d%0a", IR_REDIS_DENIED,
		    "AUTH refused: the server does not know it" },
		{ "rawend/0/-" SECRET "%0d%0a", IR_REDIS_DENIED,
		    "AUTH refused: in words that are not shown, for they may repeat the password" },
		{ "rawend/0/*2%0d%0a$4%0d%0aAUTH%0d%0a$3%0d%0a" SECRET, IR_REDIS_PROTOCOL,
		    "what came is no reply to AUTH: a string does not end where it should" },
		{ "rawend/0/$14%0d%0a" SECRET "%0d%0a", IR_REDIS_PROTOCOL, "what came is no reply to AUTH" },
		{ "rawend/0/+OK%0d%0a-ERR go away " SECRET "%0d%0a", IR_REDIS_PROTOCOL,
		    "the server said something that it was not asked for" },
		{ "raw/0/", IR_REDIS_TIMEOUT, "no answer within 200ms: connected, waiting for the reply to AUTH" },
		{ "raw/0/+O", IR_REDIS_TIMEOUT,
		    "no answer within 200ms: connected, the reply to AUTH began, not complete after 2 bytes" },
		{ "rawend/0/", IR_REDIS_PROTOCOL, "connection closed without a reply to AUTH" },
	};
	struct ir_secret secret = { NULL, 0 };

	ir_secret_set(&secret, SECRET, strlen(SECRET));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct peer p = peer_start(cases[i].mode, NULL, NULL);
		struct ir_redis_req req = { .port = (uint16_t)p.port, .password = &secret };
		struct talk t = ask(with_time(req, cases[i].error, 200), IR_REDIS_CMD("PING"), NO_CMD);
		/* the end, with what we sent not read, may come as a reset */
		bool reset = strcmp(t.res.message, "connection reset without a reply to AUTH") == 0;

		OK(t.res.error == cases[i].error || (reset && t.res.error == IR_REDIS_REFUSED), "login %zu ends so", i);
		OK(reset || strcmp(t.res.message, cases[i].message) == 0, "login %zu: %s", i, t.res.message);
		OK(t.res.phase == IR_REDIS_LOGIN && t.res.n == 0 && t.res.bytes == 0, "in the login");
		peer_stop(&p);
	}
	ir_secret_done(&secret);
}

static void
test_hostile(void)
{
	static const struct {
		const char *mode;
		enum ir_redis_end error;
		size_t n;
		const char *message;
	} cases[] = {
		{ "raw/0/+PONG%0d%0a:1%0d%0a", IR_REDIS_OK, 2, "" },
		{ "raw/1/+PONG%0d%0a:1%0d%0a", IR_REDIS_OK, 2, "" },
		{ "silent", IR_REDIS_TIMEOUT, 0, "no answer within 300ms: connected, waiting for the reply to PING" },
		{ "raw/0/+PONG%0d%0a", IR_REDIS_TIMEOUT, 1,
		    "no complete answer within 300ms: connected, 1 of 2 replies came, waiting for the reply to INFO" },
		{ "raw/0/$100%0d%0ahalf", IR_REDIS_TIMEOUT, 0,
		    "no complete answer within 300ms: connected, the reply to PING began, not complete after 10 "
		    "bytes" },
		{ "raw/250/+PONG%0d%0a", IR_REDIS_TIMEOUT, 0,
		    "no complete answer within 300ms: connected, the reply to PING began, not complete after *" },
		{ "rawend/0/$100%0d%0ahalf", IR_REDIS_PROTOCOL, 0, "connection * in the middle of the reply to PING" },
		{ "rawend/0/+PONG%0d%0a", IR_REDIS_PROTOCOL, 1, "connection * after 1 of 2 replies" },
		{ "rawend/0/-MISCONF no disk%0d%0a", IR_REDIS_PROTOCOL, 1,
		    "connection * after 1 of 2 replies; the last: MISCONF no disk" },
		/* before we have seen the connection, or after */
		{ "reset", IR_REDIS_REFUSED, 0, "connection reset *" },
		{ "garbage", IR_REDIS_PROTOCOL, 0, "what came is no reply to PING: it begins with byte 22" },
		{ "banner", IR_REDIS_PROTOCOL, 0, "what came is no reply to PING: it begins with '2'" },
		{ "raw/0/HTTP/1.1 400 Bad Request%0d%0a", IR_REDIS_PROTOCOL, 0,
		    "what came is no reply to PING: an HTTP server answers" },
		{ "raw/0/%15%03%01%00%02%02F", IR_REDIS_PROTOCOL, 0,
		    "what came is no reply to PING: the server wants TLS" },
		{ "raw/0/+PONG%0d%0a:1%0d%0a+more%0d%0a", IR_REDIS_PROTOCOL, 2,
		    "the server said something that it was not asked for" },
		{ "raw/0/*2147483647%0d%0a", IR_REDIS_TOO_BIG, 0,
		    "the reply to PING is too big: an array of 2147483647 elements, 65535 are left to take" },
		{ "raw/0/$9223372036854775807%0d%0a", IR_REDIS_TOO_BIG, 0,
		    "the reply to PING is too big: a string of *" },
		{ "rawmore/0/*1%0d%0a", IR_REDIS_PROTOCOL, 0,
		    "what came is no reply to PING: arrays deeper than 7 in one another" },
		{ "rawmore/0/+and more and more", IR_REDIS_TOO_BIG, 0,
		    "the reply to PING is too big: a line without end" },
		{ "rawmore/0/"
		  "*3%0d%0a$64%0d%0a0123456789012345678901234567890123456789012345678901234567890123%0d%0a:1%0d%0a"
		  ":2%0d%0a",
		    IR_REDIS_PROTOCOL, 2, "the server said something that it was not asked for" },
		{ "raw/0/-NOAUTH Authentication required.%0d%0a", IR_REDIS_DENIED, 1, "the server wants a password" },
		{ "raw/0/-DENIED Redis is running in protected mode%0d%0a", IR_REDIS_DENIED, 1,
		    "the server is in protected mode: without a password it takes local connections only" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct peer p = peer_start(cases[i].mode, NULL, NULL);
		struct ir_redis_req req = { .port = (uint16_t)p.port };
		struct talk t = ask(with_time(req, cases[i].error, 300), IR_REDIS_CMD("PING"), IR_REDIS_CMD("INFO"));
		const char *want = cases[i].message, *star = strchr(want, '*'), *rest = star ? star + 1 : "";
		size_t have = strlen(t.res.message);
		bool same = star ? strncmp(t.res.message, want, (size_t)(star - want)) == 0 && have >= strlen(rest) &&
				       strcmp(t.res.message + have - strlen(rest), rest) == 0
				 : strcmp(t.res.message, want) == 0;

		OK(t.res.error == cases[i].error && t.res.n == cases[i].n, "%s: error %d, %zu replies", cases[i].mode,
		    (int)t.res.error, t.res.n);
		OK(same, "in words: %s", t.res.message);
		OK(t.took_us < 2000000, "in time");
		peer_stop(&p);
	}
}

static void
test_unreachable(void)
{
	struct peer full = peer_start("full", NULL, NULL), p = peer_start("close", NULL, NULL);
	struct ir_redis_req req = { .port = (uint16_t)full.port, .timeout_us = 200000 };
	struct talk t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);

	OK(t.res.error == IR_REDIS_TIMEOUT && t.res.phase == IR_REDIS_CONNECT &&
		strncmp(t.res.message, "no answer within 200ms: connecting to 127.0.0.1:", 47) == 0,
	    "%s", t.res.message);
	req.port = (uint16_t)p.port;
	req.timeout_us = 0;
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(strstr(t.res.message, "without a reply to PING") != NULL, "closed at once: %s", t.res.message);
	peer_stop(&p);
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_REFUSED && strcmp(t.res.message, "connection refused") == 0, "%s", t.res.message);
	req.host = "stuck.test";
	req.timeout_us = 200000;
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_TIMEOUT && t.res.phase == IR_REDIS_DNS &&
		strcmp(t.res.message, "no answer within 200ms: resolving 'stuck.test'") == 0,
	    "%s", t.res.message);
	req.host = "none.test";
	req.timeout_us = 0;
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_RESOLVE, "%s", t.res.message);
	t = ask((struct ir_redis_req){ .unix_path = "/nonexistent/s" }, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_REFUSED && strcmp(t.res.message, "no such file or directory") == 0, "%s",
	    t.res.message);
	peer_stop(&full);
}

/* Start what stays open after its last round; wait for a result. */
static void
begin(struct talk *t, struct ir_loop *l, struct ir_redis_cmd first, struct ir_redis_cmd second)
{
	struct ir_redis_req req = { .host = "127.0.0.1", .port = open_port };

	*t = (struct talk){ .rounds = { { first }, { second } }, .loop = l, .pause_us = INT64_MAX / 2 };
	t->redis = ir_redis_open(l, &req);
	next_round(t);
}

static void
await(struct talk *t, int called)
{
	for (int i = 0; i < 1000 && t->called < called; i++)
		ir_loop_sleep_until(t->loop, ir_mono_us() + 5000);
}

/* While another has its only place. */
static void
test_full(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx);
	struct talk holder, t;

	begin(&holder, l, IR_REDIS_CMD("CONFIG", "SET", "maxclients", "1", "busy-reply-threshold", "1"),
	    IR_REDIS_CMD("CONFIG", "SET", "maxclients", "1000"));
	await(&holder, 1);
	begin(&t, l, IR_REDIS_CMD("PING"), NO_CMD);
	await(&t, 1);
	OK(t.res.error == IR_REDIS_DENIED && strcmp(t.code, "ERR") == 0, "too many clients");
	IS_STR(t.res.message, "the server takes no more clients: its maxclients is reached", "in words");
	next_round(&holder);
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "one at a time");
	OK(holder.called == 2 && strcmp(holder.text, "+OK") == 0, "healed");
	ir_loop_free(l);
}

/* While a script without end runs. */
static void
test_busy(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx);
	struct talk script, t = { .text = "" };
	struct ir_redis_req req = { .host = "127.0.0.1", .port = open_port, .db = 1 };

	begin(&script, l, IR_REDIS_CMD("EVAL", "while true do end", "0"), NO_CMD);
	for (int i = 0; i < 100 && strncmp(t.text, "-BUSY", 5) != 0; i++) {
		begin(&t, l, IR_REDIS_CMD("PING"), NO_CMD);
		t.text = "";
		await(&t, 1);
	}
	OK(t.res.error == IR_REDIS_OK && strncmp(t.text, "-BUSY", 5) == 0, "busy, says PING: %.60s", t.text);
	t = (struct talk){ .rounds = { { IR_REDIS_CMD("PING") } }, .loop = l };
	t.redis = ir_redis_open(l, &req);
	next_round(&t);
	await(&t, 1);
	OK(t.res.error == IR_REDIS_DENIED && strcmp(t.code, "BUSY") == 0, "busy, says SELECT: %s", t.res.message);
	begin(&t, l, IR_REDIS_CMD("SCRIPT", "KILL"), NO_CMD);
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "the script is ended");
	OK(strcmp(t.text, "+OK") == 0 && script.res.error == IR_REDIS_OK && strncmp(script.text, "-ERR", 4) == 0,
	    "and has its reply: %.60s", script.text);
	ir_loop_free(l);
}

static void
test_tls(void)
{
	struct ir_redis_req req = { .host = "tls.test", .port = tls_port, .tls = true, .timeout_us = 3000000 };
	struct peer p = peer_start("silent", NULL, NULL), g = peer_start("garbage", NULL, NULL);
	struct talk t = { .rounds = {
			      { IR_REDIS_CMD("PING"), IR_REDIS_CMD("CLIENT", "ID") }, { IR_REDIS_CMD("PING") } } };
	static char word[300000];

	req.ca_file = ir_asprintf(&arena, "%s/ca.pem", scratch_top);
	t.pause_us = 20000;
	talk(&t, req);
	OK(t.called == 2 && t.res.error == IR_REDIS_OK && t.res.again && strcmp(t.text, "+PONG") == 0, "two rounds: %s",
	    t.res.message);
	req.db = 1;
	t = ask(req, IR_REDIS_CMD("PING"), IR_REDIS_CMD("CLIENT", "INFO"));
	OK(t.res.error == IR_REDIS_OK && strstr(t.text, " db=1 "), "with a login: %s", t.res.message);
	OK(t.res.tls_us > 0 && t.res.connect_us >= 0 && t.res.login_us > 0 && t.tls_version &&
		strncmp(t.tls_version, "TLSv1.", 6) == 0,
	    "times and the version");
	IS_INT((t.res.cert_expires_ms - ir_now_ms()) / 86400000, 19, "the days the certificate has left");
	memset(word, 'w', sizeof(word) - 1);
	t = ask(req, IR_REDIS_CMD("ECHO", word), IR_REDIS_CMD("PING"));
	OK(t.res.error == IR_REDIS_OK && t.res.bytes > 300000, "many records: %s", t.res.message);
	t = ask(req, IR_REDIS_CMD("QUIT"), IR_REDIS_CMD("PING"));
	OK(t.res.error == IR_REDIS_PROTOCOL && t.res.n == 1, "closed half way: %s", t.res.message);

	req.host = "good.test";
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_TLS_FAILED && t.res.phase == IR_REDIS_TLS && t.res.n == 0, "a wrong name: %s",
	    t.res.message);
	req.insecure = true;
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_OK, "which does not matter when told so: %s", t.res.message);
	req = (struct ir_redis_req){ .host = "tls.test", .port = tls_port, .tls = true, .timeout_us = 3000000 };
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_TLS_FAILED && strncmp(t.res.message, "certificate not trusted: ", 25) == 0, "%s",
	    t.res.message);
	req.tls = false;
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_PROTOCOL || t.res.error == IR_REDIS_REFUSED, "plain to TLS: %s", t.res.message);
	req = (struct ir_redis_req){ .host = "127.0.0.1", .port = open_port, .tls = true, .timeout_us = 200000 };
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error != IR_REDIS_OK && t.res.phase == IR_REDIS_TLS, "TLS to plain: %s", t.res.message);
	req.port = (uint16_t)p.port;
	req.timeout_us = 200000;
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	IS_STR(t.res.message, "no answer within 200ms: connected, in the TLS handshake", "a stall");
	OK(t.res.error == IR_REDIS_TIMEOUT && t.res.phase == IR_REDIS_TLS, "in the handshake");
	req.port = (uint16_t)g.port;
	req.timeout_us = 0;
	t = ask(req, IR_REDIS_CMD("PING"), NO_CMD);
	OK(t.res.error == IR_REDIS_TLS_FAILED, "garbage: %s", t.res.message);
	peer_stop(&p);
	peer_stop(&g);
}

/* A host that would be another URL. */
static void
test_tls_host(void)
{
	static const char *const hosts[] = { "tls.test/x", "a@tls.test", "tls.test?", "tls.test#", "", "a b", "[::1]" };
	struct ir_redis_cmd ping = IR_REDIS_CMD("PING");
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx);

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct ir_redis_req req = { .host = hosts[i], .tls = true };
		struct ir_redis *r = ir_redis_open(l, &req);
		struct ir_err err = IR_ERR_INIT;

		OK(ir_redis_send(r, IR_READ, &ping, 1, on_got, NULL, &err) < 0 && err.code == IR_USAGE, "%s", err.msg);
		ir_redis_close(r);
	}
	ir_loop_free(l);
}

static void
test_break_off(void)
{
	struct peer p = peer_start("silent", NULL, NULL), full = peer_start("full", NULL, NULL);
	struct ir_redis_req reqs[] = {
		{ .host = "127.0.0.1", .port = (uint16_t)p.port },
		{ .host = "127.0.0.1", .port = (uint16_t)full.port },
		{ .host = "stuck.test", .port = (uint16_t)p.port },
		{ .host = "127.0.0.1", .port = (uint16_t)p.port, .tls = true },
	};
	static const char *const words[] = { "stopped: connected, waiting for the reply to PING",
		"stopped: connecting to ", "stopped: resolving 'stuck.test'",
		"stopped: connected, in the TLS handshake" };
	struct ir_redis_cmd ping = IR_REDIS_CMD("PING");

	for (size_t i = 0; i < 4; i++) {
		for (int how = 0; how < 3; how++) {
			struct talk t = { .rounds = { { ping } } };
			struct ir_ctx ctx;
			int before = count_fds();

			t.loop = fresh(&ctx);
			t.redis = ir_redis_open(t.loop, &reqs[i]);
			ir_redis_stop(t.redis);
			next_round(&t);
			if (how == 2)
				ctx.deadline_us = ir_mono_us() + 50000;
			else
				ir_loop_sleep_until(t.loop, ir_mono_us() + (how == 1 ? 200000 : 20000));
			if (how == 0)
				ir_redis_close(t.redis);
			else if (how == 1)
				ir_redis_stop(t.redis);
			IS_INT(ir_loop_run(t.loop, NULL, NULL), how == 2, "%zu, %d: the loop ends", i, how);
			IS_INT(t.called, how == 1, "told as often as it should be");
			if (how == 1)
				OK(t.res.error == IR_REDIS_STOPPED &&
					strncmp(t.res.message, words[i], strlen(words[i])) == 0,
				    "%s", t.res.message);
			if (how == 2)
				ir_redis_close(t.redis);
			ir_loop_free(t.loop);
			IS_INT(count_fds(), before, "no descriptor left");
		}
	}
	peer_stop(&p);
	peer_stop(&full);
}

static void
test_deadline(void)
{
	struct peer p = peer_start("silent", NULL, NULL);
	struct ir_redis_req req = { .host = "127.0.0.1", .port = (uint16_t)p.port, .timeout_us = 60000000 };
	struct talk t = { .rounds = { { IR_REDIS_CMD("PING") } } };
	struct ir_ctx ctx;

	t.loop = fresh(&ctx);
	ctx.deadline_us = ir_mono_us() + 100000;
	t.redis = ir_redis_open(t.loop, &req);
	next_round(&t);
	ir_loop_run(t.loop, NULL, NULL);
	OK(t.called == 1 && t.res.error == IR_REDIS_TIMEOUT && t.res.total_us < 1000000, "the run's deadline: %s",
	    t.res.message);
	ir_loop_free(t.loop);
	peer_stop(&p);
}

static void
test_server(void)
{
	bool tls = make_certificates() == 0;
	struct peer a, b;

	open_port = redis_free_port();
	tls_port = redis_free_port();
	a = redis_server_start(&arena, "open", open_port,
	    !tls ? ""
		 : ir_asprintf(&arena,
		       "tls-port %d\ntls-cert-file %s/good.pem\ntls-key-file %s/key.pem\ntls-auth-clients no\n",
		       tls_port, scratch_top, scratch_top));
	if (a.pid == 0) {
		SKIP("redis", "a real server, with TLS");
		return;
	}
	open_path = ir_asprintf(&arena, "%s/open/s", scratch_top);
	closed_port = redis_free_port();
	b = redis_server_start(&arena, "closed", closed_port,
	    "requirepass " SECRET "\nuser reader on >" SECRET " ~* +@read +select\nuser open on nopass ~* +acl\n"
	    "user nobody-may-select on >" SECRET " +ping\n");
	test_replies();
	test_rounds();
	test_big();
	test_refused();
	test_login();
	test_full();
	test_busy();
	if (tls)
		test_tls();
	else
		SKIP("openssl", "TLS");
	peer_stop(&a);
	peer_stop(&b);
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	scratch_new(&arena);
	test_server();
	test_hostile();
	test_login_hostile();
	test_unreachable();
	test_tls_host();
	test_break_off();
	test_deadline();
	scratch_done();
	names_free_stuck();
	ir_arena_done(&arena);
	return tap_done();
}
