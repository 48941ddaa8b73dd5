/* resolve - one thread a name, answers to all who ask, and a resolver that never answers */
#include "net/resolve.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "names.h"
#include "scratch.h"
#include "tap.h"

static struct ir_loop *
fresh(struct ir_ctx *ctx, int64_t deadline_ms)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_loop *l;

	memset(ctx, 0, sizeof(*ctx));
	ctx->deadline_us = ir_mono_us() + deadline_ms * 1000;
	l = ir_loop_new(ctx, &err);
	if (!l)
		printf("Bail out! %s\n", err.msg);
	return l;
}

struct got {
	int called;
	size_t n;
	char first[IR_ADDR_MAX], second[IR_ADDR_MAX];
	char error[128];
};

static void
on_got(void *arg, const struct ir_addr *v, size_t n, const char *error)
{
	struct got *g = arg;

	g->called++;
	g->n = n;
	if (n > 0)
		ir_addr_format(g->first, &v[0]);
	if (n > 1)
		ir_addr_format(g->second, &v[1]);
	snprintf(g->error, sizeof(g->error), "%s", error ? error : "");
}

static struct got
ask(const char *host, int family)
{
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx, 3000);
	struct got g = { 0 };

	ir_resolve(l, host, 80, family, ctx.deadline_us, on_got, &g);
	OK(g.called == 0, "'%s': the callback never comes from inside the call", host);
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "'%s': the loop ends with the answer", host);
	IS_INT(g.called, 1, "'%s': one answer", host);
	ir_loop_free(l);
	return g;
}

static void
test_text(void)
{
	static const struct {
		const char *host, *text;
	} good[] = {
		{ "127.0.0.1", "127.0.0.1:80" },
		{ "::1", "[::1]:80" },
		{ "[::1]", "[::1]:80" },
		{ "fe80::1%1", "[fe80::1%1]:80" },
		{ "fe80::1%lo", "[fe80::1%1]:80" },
		{ "::ffff:10.0.0.1", "[::ffff:10.0.0.1]:80" },
	};
	static const char *const bad[] = { "", "[]", "localhost", "127.1", "1.2.3.4.5", "256.0.0.1", "::g", "[::1",
		"::1%", "::1%nosuchif", "127.0.0.1 ",
		"11111111112222222222333333333344444444445555555555666666666677777777778888888888:" };
	struct ir_addr a;
	char text[IR_ADDR_MAX];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		IS_INT(ir_addr_parse(good[i].host, 80, &a), 0, "'%s' is an address", good[i].host);
		IS_STR(ir_addr_format(text, &a), good[i].text, "and told as %s", good[i].text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK(ir_addr_parse(bad[i], 80, &a) < 0, "'%s' is none", bad[i]);
	memset(&a, 0, sizeof(a));
	IS_STR(ir_addr_format(text, &a), "", "no address, no text");
}

static void
test_overrides(void)
{
	static const struct {
		const char *entry, *text;
	} good[] = {
		{ "db:80:127.0.0.1", "127.0.0.1:80" },
		{ "DB:80:127.0.0.1:15432", "127.0.0.1:15432" },
		{ "db:80:::1", "[::1]:80" },
		{ "db:80:[::1]", "[::1]:80" },
		{ "db:80:[::1]:15432", "[::1]:15432" },
	};
	static const char *const bad[] = { "", "db", "db:80", "db:80:", ":80:127.0.0.1", "db::127.0.0.1",
		"db:0:127.0.0.1", "db:65536:127.0.0.1", "db:80:localhost", "db:80:127.0.0.1:", "db:80:127.0.0.1:0",
		"db:80:127.0.0.1:123456789", "db:80:[::1]x", "db:80:[::1]:", "db:80:[::1:5" };
	struct ir_addr a;
	char text[IR_ADDR_MAX];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		IS_INT(ir_addr_override(good[i].entry, "db", 80, &a), 1, "'%s' is for it", good[i].entry);
		IS_STR(ir_addr_format(text, &a), good[i].text, "and told as %s", good[i].text);
		IS_INT(ir_addr_override(good[i].entry, "db", 81, &a), 0, "not for another port");
		IS_INT(ir_addr_override(good[i].entry, "db2", 80, &a), 0, "or host");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		IS_INT(ir_addr_override(bad[i], "db", 80, &a), -1, "'%s' is no such thing", bad[i]);
}

static void
test_no_thread(void)
{
	struct got g = ask("127.0.0.1", AF_UNSPEC);

	IS_STR(g.first, "127.0.0.1:80", "a numeric address is itself");
	g = ask("127.0.0.1", AF_INET6);
	OK(g.n == 0 && strcmp(g.error, "not an IPv6 address") == 0, "of the wrong family: %s", g.error);
	g = ask("LocalHost", AF_UNSPEC);
	IS_STR(g.first, "[::1]:80", "localhost");
	IS_STR(g.second, "127.0.0.1:80", "is both loopback addresses");
	g = ask("localhost", AF_INET);
	OK(g.n == 1 && strcmp(g.first, "127.0.0.1:80") == 0, "or the one of the family");
	IS_INT(names_asked, 0, "and nobody was asked");
}

static void
test_answers(void)
{
	struct got g = ask("good.test", AF_UNSPEC);

	IS_STR(g.first, "127.0.0.1:80", "a name has its address and our port");
	g = ask("both.test", AF_UNSPEC);
	IS_STR(g.second, "[::1]:80", "or several, in the resolver's order");
	g = ask("none.test", AF_UNSPEC);
	IS_STR(g.error, "no such host", "no such host");
	g = ask("again.test", AF_UNSPEC);
	IS_STR(g.error, "no answer from the resolver", "a resolver that gives up");
}

static void
test_shared(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx, 3000);
	struct got a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };
	int before = names_asked;

	ir_resolve(l, "slow.test", 80, AF_UNSPEC, ctx.deadline_us, on_got, &a);
	ir_resolve(l, "SLOW.test", 81, AF_UNSPEC, ctx.deadline_us, on_got, &b);
	ir_resolve_cancel(ir_resolve(l, "slow.test", 82, AF_UNSPEC, ctx.deadline_us, on_got, &c));
	ir_loop_run(l, NULL, NULL);
	ir_resolve(l, "slow.test", 83, AF_UNSPEC, ctx.deadline_us, on_got, &d);
	ir_loop_run(l, NULL, NULL);
	IS_INT(names_asked - before, 1, "a name is asked once for all");
	IS_STR(a.first, "127.0.0.1:80", "the first");
	IS_STR(b.first, "127.0.0.1:81", "the second, with its own port");
	IS_INT(c.called, 0, "not the one that was cancelled");
	IS_STR(d.first, "127.0.0.1:83", "and one that comes just after");
	ir_resolve(l, "slow.test", 80, AF_INET6, ctx.deadline_us, on_got, &a);
	ir_loop_run(l, NULL, NULL);
	IS_STR(a.first, "[::1]:80", "another family is another question");
	ir_loop_free(l);
}

/* A thread that never comes back holds neither the others nor the end, and may come back after the loop has gone. */
static void
test_stuck(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx, 3000);
	struct got a = { 0 }, b = { 0 }, c = { 0 };
	int64_t start = ir_mono_us();

	ir_resolve(l, "stuck.test", 80, AF_UNSPEC, start + 100000, on_got, &a);
	ir_resolve(l, "slow.test", 80, AF_UNSPEC, start + 2000000, on_got, &b);
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "the loop ends");
	OK(ir_mono_us() - start < 1000000, "in time");
	IS_STR(a.error, "no answer from the resolver", "the stuck one is told as such");
	IS_STR(b.first, "127.0.0.1:80", "the other has its answer");
	ir_resolve(l, "stuck.test", 80, AF_UNSPEC, ir_mono_us() + 20000, on_got, &c);
	ir_loop_run(l, NULL, NULL);
	OK(c.called == 1 && names_stuck == 1, "who asks again waits for the same thread");
	ctx.deadline_us = ir_mono_us() + 20000;
	ir_resolve(l, "stuck2.test", 80, AF_UNSPEC, ir_mono_us() + 5000000, on_got, &c);
	IS_INT(ir_loop_run(l, NULL, NULL), 1, "the deadline of the run ends it too");
	IS_INT(c.called, 1, "without a call");
	start = ir_mono_us();
	ir_loop_free(l);
	OK(ir_mono_us() - start < 500000, "freeing the loop does not wait");
	names_free_stuck();
	while (names_stuck)
		usleep(1000);
	usleep(20000); /* let them run into what is left of the loop, if anything is (for the sanitizer) */
	OK(true, "threads that come back late find nobody, and end");
}

static void
test_many(void)
{
	static struct got g[300];
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx, 10000);
	char name[32];
	int good = 0;

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		ir_resolve(l, name, 80, AF_UNSPEC, ctx.deadline_us, on_got, &g[i]);
	}
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "300 names at once");
	for (int i = 0; i < 300; i++)
		good += g[i].called == 1 && g[i].n == 1;
	IS_INT(good, 300, "each has its answer");
	ir_loop_free(l);
}

/* The real thing: libc's resolver, and a name server that never answers. */
static int
silent_server(void)
{
	struct ir_addr a;
	char path[600];
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	snprintf(path, sizeof(path), "%s/resolv.conf", scratch_top);
	scratch_file("resolv.conf", "nameserver 127.0.53.53\n");
	ir_addr_parse("127.0.53.53", 53, &a);
	rc = bind(udp, (struct sockaddr *)&a.sa, a.len) == 0 && unshare(CLONE_NEWNS) == 0 &&
	     mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	     mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL) == 0;
	return rc ? 0 : -1;
}

static int
ask_silent(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l;
	struct got g = { 0 };
	int64_t start, took;

	if (silent_server() < 0)
		return 77;
	l = fresh(&ctx, 300);
	start = ir_mono_us();
	ir_resolve(l, "www.example.invalid-by-silence", 80, AF_UNSPEC, start + 200000, on_got, &g);
	if (ir_loop_run(l, NULL, NULL) != 0 || strcmp(g.error, "no answer from the resolver") != 0)
		return 1;
	ir_loop_free(l);
	took = ir_mono_us() - start;
	return took >= 200000 && took < 2000000 ? 0 : 2;
}

static void
test_silent(void)
{
	struct ir_arena arena = { NULL };
	int status = 0;
	pid_t pid;

	scratch_new(&arena);
	pid = fork();
	if (pid == 0)
		_exit(ask_silent());
	waitpid(pid, &status, 0);
	scratch_done();
	ir_arena_done(&arena);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		SKIP("root", "a silent name server");
	else
		IS_INT(WIFEXITED(status) ? WEXITSTATUS(status) : 128, 0, "a silent name server holds nothing");
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_text();
	test_overrides();
	test_no_thread();
	test_answers();
	test_shared();
	test_stuck();
	test_many();
	test_silent();
	return tap_done();
}
