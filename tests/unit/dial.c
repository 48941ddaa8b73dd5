/* dial - over several addresses, to peers that take nothing, and how far it got */
#include "net/dial.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/un.h>

#include "base/clock.h"
#include "names.h"
#include "peer.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;

struct got {
	int called;
	struct ir_dial_res res;
	bool open;
};

static void
on_got(void *arg, const struct ir_dial_res *res)
{
	struct got *g = arg;

	g->called++;
	g->res = *res;
	g->open = res->fd >= 0 && fcntl(res->fd, F_GETFD) == FD_CLOEXEC && fcntl(res->fd, F_GETFL) & O_NONBLOCK;
	if (res->fd >= 0)
		close(res->fd);
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

static struct ir_loop *
fresh(struct ir_ctx *ctx)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_loop *l;

	memset(ctx, 0, sizeof(*ctx));
	ctx->deadline_us = ir_mono_us() + 5000000;
	l = ir_loop_new(ctx, &err);
	if (!l)
		printf("Bail out! %s\n", err.msg);
	return l;
}

/* Dial, for ms milliseconds at the most. */
static struct got
dial(struct ir_dial_req req, int64_t ms)
{
	struct ir_ctx ctx;
	struct got g = { 0 };
	int before = count_fds();
	struct ir_loop *l = fresh(&ctx);

	req.at_us = ir_mono_us() + ms * 1000;
	ir_dial(l, &req, on_got, &g);
	OK(g.called == 0, "never from inside the call");
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "the loop ends with it");
	IS_INT(g.called, 1, "told once");
	ir_loop_free(l);
	IS_INT(count_fds(), before, "no descriptor left");
	return g;
}

static uint16_t
free_port(void)
{
	struct peer p = peer_start("ok", NULL, NULL);

	peer_stop(&p);
	return (uint16_t)p.port;
}

static void
test_one(void)
{
	struct peer p = peer_start("silent", NULL, NULL), full = peer_start("full", NULL, NULL);
	struct got g = dial((struct ir_dial_req){ .host = "127.0.0.1", .port = (uint16_t)p.port }, 2000);
	char want[IR_ADDR_MAX];

	snprintf(want, sizeof(want), "127.0.0.1:%d", p.port);
	OK(g.res.error == IR_DIAL_OK && g.open, "connected, close-on-exec and non-blocking");
	IS_STR(g.res.address, want, "to this address");
	OK(g.res.resolved && g.res.dns_us >= 0 && g.res.connect_us >= 0, "with both times");
	g = dial((struct ir_dial_req){ .host = "good.test", .port = (uint16_t)p.port }, 2000);
	OK(g.res.error == IR_DIAL_OK && g.open, "by name");
	g = dial((struct ir_dial_req){ .host = "127.0.0.1", .port = (uint16_t)p.port, .family = AF_INET6 }, 2000);
	IS_INT(g.res.error, IR_DIAL_RESOLVE, "IPv6 alone: no address");
	g = dial((struct ir_dial_req){ .host = "127.0.0.1", .port = free_port() }, 2000);
	IS_INT(g.res.error, IR_DIAL_REFUSED, "refused");
	IS_STR(g.res.message, "connection refused", "in words");
	g = dial((struct ir_dial_req){ .host = "127.0.0.1", .port = (uint16_t)full.port }, 100);
	IS_INT(g.res.error, IR_DIAL_TIMEOUT, "a full backlog: no answer");
	snprintf(want, sizeof(want), "no answer within 100ms: connecting to 127.0.0.1:%d", full.port);
	IS_STR(g.res.message, want, "in words");
	OK(g.res.connect_us >= 90000 && g.res.resolved, "as far as it got");
	peer_stop(&p);
	peer_stop(&full);
}

static void
test_names(void)
{
	struct got g = dial((struct ir_dial_req){ .host = "none.test", .port = 1 }, 2000);

	IS_INT(g.res.error, IR_DIAL_RESOLVE, "no such host");
	IS_STR(g.res.message, "cannot resolve 'none.test': no such host", "in words");
	OK(!g.res.resolved && g.res.connect_us == -1, "not even tried");
	g = dial((struct ir_dial_req){ .host = "stuck.test", .port = 1 }, 100);
	IS_INT(g.res.error, IR_DIAL_TIMEOUT, "a resolver that does not answer");
	IS_STR(g.res.message, "no answer within 100ms: resolving 'stuck.test'", "in words");
}

/* A list of addresses for a.test and a port. */
static struct ir_list
addresses(int port, const char *one, const char *two)
{
	struct ir_list l = { 0 };

	ir_list_add(&arena, &l, "other.test:1:127.0.0.9");
	ir_list_add(&arena, &l, ir_asprintf(&arena, "a.test:%d:%s", port, one));
	if (two)
		ir_list_add(&arena, &l, ir_asprintf(&arena, "A.test:%d:%s", port, two));
	return l;
}

static void
test_several(void)
{
	struct peer full = peer_start("full", "127.0.0.3:0", NULL), p;
	char where[32];
	struct ir_list l;
	struct ir_dial_req req = { .host = "a.test", .resolve = &l };
	struct got g;
	int asked = names_asked;

	req.port = (uint16_t)full.port;
	snprintf(where, sizeof(where), "127.0.0.1:%d", full.port);
	p = peer_start("silent", where, NULL);
	l = addresses(p.port, "127.0.0.2", "127.0.0.1");
	g = dial(req, 2000);
	OK(g.res.error == IR_DIAL_OK && strcmp(g.res.address, where) == 0, "the first refuses, the second takes it");
	l = addresses(p.port, "127.0.0.3", "127.0.0.1");
	g = dial(req, 2000);
	OK(g.res.error == IR_DIAL_OK && strcmp(g.res.address, where) == 0,
	    "the first does not answer, the second is tried beside it");
	OK(g.res.connect_us >= 250000 && g.res.connect_us < 2000000, "after a quarter of a second");
	l = addresses(p.port, "::1", "127.0.0.2");
	g = dial(req, 2000);
	IS_INT(g.res.error, IR_DIAL_REFUSED, "all refuse");
	IS_STR(g.res.message, "connection refused (2 addresses tried)", "in words");
	l = addresses(p.port, "127.0.0.1", "nonsense");
	g = dial(req, 2000);
	OK(g.res.error == IR_DIAL_LOCAL && strstr(g.res.message, "not host:port:address"), "a bad entry: %s",
	    g.res.message);
	IS_INT(names_asked, asked, "nobody was asked for a name that was given");
	peer_stop(&full);
	peer_stop(&p);
}

static void
test_unix(void)
{
	const char *dir = scratch_new(&arena), *path = ir_asprintf(&arena, "%s/s", dir),
		   *busy = ir_asprintf(&arena, "%s/busy", dir);
	struct peer p = peer_start("silent", NULL, path);
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0), c;
	struct got g = dial((struct ir_dial_req){ .unix_path = path }, 2000);

	OK(g.res.error == IR_DIAL_OK && g.open, "a unix socket");
	g = dial((struct ir_dial_req){ .unix_path = "/nonexistent/s" }, 2000);
	OK(g.res.error == IR_DIAL_REFUSED && strcmp(g.res.message, "no such file or directory") == 0,
	    "one that is not there: %s", g.res.message);
	g = dial((struct ir_dial_req){ .unix_path = ir_asprintf(&arena, "/%0200d", 0) }, 2000);
	IS_INT(g.res.error, IR_DIAL_LOCAL, "one with a name too long");

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", busy);
	OK(bind(s, (struct sockaddr *)&un, sizeof(un)) == 0 && listen(s, 0) == 0, "one with room for one");
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	OK(connect(c, (struct sockaddr *)&un, sizeof(un)) == 0, "which is taken");
	g = dial((struct ir_dial_req){ .unix_path = busy }, 100);
	OK(g.res.error == IR_DIAL_TIMEOUT && strstr(g.res.message, "connecting to /"),
	    "is asked until the time is over: %s", g.res.message);
	close(c);
	close(s);
	peer_stop(&p);
	scratch_done();
}

static void
test_break_off(void)
{
	struct peer p = peer_start("silent", NULL, NULL), full = peer_start("full", NULL, NULL);
	struct ir_dial_req at_once = { .host = "127.0.0.1", .port = (uint16_t)p.port, .at_us = INT64_MAX },
			   never = at_once, name = at_once;
	struct ir_ctx ctx;
	struct got g = { 0 };
	int before = count_fds();
	struct ir_loop *l = fresh(&ctx);

	never.port = (uint16_t)full.port;
	name.host = "stuck.test";
	ir_dial_cancel(NULL);
	ir_dial_cancel(ir_dial(l, &at_once, on_got, &g));
	ir_dial_cancel(ir_dial(l, &never, on_got, &g));
	ir_dial_cancel(ir_dial(l, &name, on_got, &g));
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "cancelled ones hold nothing");
	IS_INT(g.called, 0, "and tell nothing");
	ir_dial_stop(ir_dial(l, &never, on_got, &g));
	OK(g.called == 1 && g.res.error == IR_DIAL_STOPPED &&
		strstr(g.res.message, "stopped: connecting to 127.0.0.1:"),
	    "stopped: %s", g.res.message);
	ir_dial_stop(ir_dial(l, &name, on_got, &g));
	OK(g.called == 2 && g.res.error == IR_DIAL_STOPPED && !g.res.resolved, "stopped: %s", g.res.message);
	ir_dial_stop(ir_dial(l, &at_once, on_got, &g));
	OK(g.called == 3 && g.res.error == IR_DIAL_OK && g.open, "one whose result is known tells that");
	ir_loop_free(l);
	IS_INT(count_fds(), before, "no descriptor left");
	peer_stop(&p);
	peer_stop(&full);
}

static void
test_no_descriptor(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx);
	struct rlimit before, none;
	struct got g = { 0 };

	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	ir_dial(l, &(struct ir_dial_req){ .host = "127.0.0.1", .port = 1, .at_us = INT64_MAX }, on_got, &g);
	ir_loop_run(l, NULL, NULL);
	IS_INT(g.res.error, IR_DIAL_LOCAL, "no descriptor left is our fault: %s", g.res.message);
	ir_dial(l, &(struct ir_dial_req){ .host = "good.test", .port = 1, .at_us = INT64_MAX }, on_got, &g);
	ir_loop_run(l, NULL, NULL);
	OK(g.called == 2 && g.res.error != IR_DIAL_OK, "nor is there one for the resolver: %s", g.res.message);
	setrlimit(RLIMIT_NOFILE, &before);
	ir_loop_free(l);
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_one();
	test_names();
	test_several();
	test_unix();
	test_break_off();
	test_no_descriptor();
	ir_arena_done(&arena);
	return tap_done();
}
