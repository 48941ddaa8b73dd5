/* target - targets from ir.conf and from operands, and what is refused */

#include "probe/target.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx = { .arena = &arena };

static int
conf(const char *text, const struct ir_list *services, const struct ir_list *names, struct ir_targets *ts,
    struct ir_list *unmatched, struct ir_err *err)
{
	*err = (struct ir_err)IR_ERR_INIT;
	*ts = (struct ir_targets){ .v = NULL };
	*unmatched = (struct ir_list){ .n = 0 };
	ctx.conf = IR_NEW(&arena, struct ir_conf);
	if (ir_conf_parse(&arena, ctx.conf, "ir.conf", text, strlen(text), err) < 0)
		return -1;
	return ir_targets_conf(&ctx, services, names, ts, unmatched, err);
}

static void
is_url(const char *url, const char *scheme, const char *host, int64_t port)
{
	struct ir_url u;

	ir_url_split(&arena, url, &u);
	IS_STR(u.scheme, scheme, "scheme of %s", url);
	IS_STR(u.host, host, "host of %s", url);
	IS_INT(u.port, port, "port of %s", url);
}

static void
test_url(void)
{
	is_url("http://a.example/x?y#z", "http", "a.example", 0);
	is_url("HTTPS://u:p@[::1]:8443/", "https", "::1", 8443);
	is_url("tcp://db:5432", "tcp", "db", 5432);
	is_url("tcp://db:0", "tcp", "db", -1);
	is_url("tcp://db:65536", "tcp", "db", -1);
	is_url("tcp://db:x", "tcp", "db", -1);
	is_url("tcp://:80", "tcp", "", 80);
	is_url("tcp://[::1", "tcp", "::1", 0);
	is_url("http://a@b@c/", "http", "c", 0);
	is_url("http://", "http", "", 0);
	is_url("nothing", "", "nothing", 0);
}

static const char three[] =
    "[check \"a\"]\nservice = web\nurl = http://h/\n[check \"b\"]\ncommand = true\n[check \"c\"]\nurl = tls://h:443\n"
    "timeout = 3s\nretries = 2\n[service \"units\"]\nunit = x.service\n[check \"d\"]\nunit = x.service\n";

static void
test_conf(void)
{
	struct ir_list services = { 0 }, names = { 0 }, unmatched;
	struct ir_targets ts;
	struct ir_err err;

	IS_INT(conf(three, NULL, NULL, &ts, &unmatched, &err), 0, "four checks: %s", err.msg);
	IS_INT(ts.n, 4, "are four targets");
	IS_STR(ts.v[0].ops->name, "http", "told by its scheme");
	IS_STR(ts.v[1].ops->name, "command", "told by its key");
	IS_STR(ts.v[2].ops->name, "tls", "told by its scheme");
	IS_STR(ts.v[0].service, "web", "service");
	IS_STR(ts.v[1].service, "", "none");
	IS_STR(ts.v[3].service, "units", "that of its unit");
	IS_INT(ts.v[2].timeout_ms, 3000, "time");
	IS_INT(ts.v[2].retries, 2, "attempts");
	IS_INT(ts.v[0].retries, INT64_MIN, "not said");
	IS_STR(ts.v[0].host, "h", "host");
	IS_STR(ts.v[2].subject, "tls://h:443", "subject");
	ir_list_add(&arena, &services, "web");
	IS_INT(conf(three, &services, NULL, &ts, &unmatched, &err), 0, "of one service");
	IS_INT(ts.n, 1, "one");
	ir_list_add(&arena, &names, "b");
	ir_list_add(&arena, &names, "web");
	ir_list_add(&arena, &names, "nope");
	IS_INT(conf(three, NULL, &names, &ts, &unmatched, &err), 0, "by name of check or service");
	IS_INT(ts.n, 2, "two");
	IS_INT(unmatched.n, 1, "and one that is nothing");
	IS_STR(unmatched.v[0], "nope", "which is told");
}

static void
test_refused(void)
{
	static const struct {
		const char *text, *where;
	} bad[] = {
		{ "[check \"x\"]\nservice = y\n", "ir.conf:1" },
		{ "[check \"x\"]\ntype = tcp\nurl = http://h/\n", "ir.conf:3" },
		{ "[check \"x\"]\nurl = tcp://h\n", "ir.conf:2" },
		{ "[check \"x\"]\nurl = gopher://h/\n", "ir.conf:2" },
		{ "[check \"x\"]\ncommand = a\nunit = b\n", "ir.conf:3" },
		{ "[check \"x\"]\nunit = a b\n", "ir.conf:2" },
		{ "[check \"x\"]\nurl = http://h/\nexpect-regex = (\n", "ir.conf:3" },
		{ "[check \"x\"]\nurl = http://h/\nclient-key = /k\n", "ir.conf:3" },
		{ "[check \"x\"]\nurl = http://h/\nproxy = http://p:1\nunix-socket = /s\n", "ir.conf:3" },
		{ "[check \"x\"]\nurl = http://h/\nresolve = h:80\n", "ir.conf:3" },
		{ "[check \"container\"]\nurl = http://h/\n", "ir.conf:1" },
		{ "[check \"container/2\"]\nurl = http://h/\n", "ir.conf:1" },
		{ "[check \"x\"]\nurl = http://h/\nresolve = h:80:nowhere\n", "ir.conf:3" },
	};
	struct ir_list unmatched;
	struct ir_targets ts;
	struct ir_err err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		IS_INT(conf(bad[i].text, NULL, NULL, &ts, &unmatched, &err), -1, "refused: %s", bad[i].where);
		IS_INT(err.code, IR_CONFIG, "a matter of configuration");
		OK(strstr(err.msg, bad[i].where), "told with its line: %s", err.msg);
	}
}

static void
test_operand(void)
{
	static const char *const bad[] = { "http://u:pw@h/", "x://y", "http:///", "tcp://h", "tls://h",
		"unit:", "unit:-x", "http://h:0/" };
	struct ir_targets ts = { .v = NULL };
	struct ir_err err = IR_ERR_INIT;

	IS_INT(ir_targets_operand(&ctx, "https://h/?token=abc", &ts, &err), 0, "a URL");
	OK(!strstr(ts.v[0].name, "abc") && !strstr(ts.v[0].subject, "abc"), "no secret in its name: %s", ts.v[0].name);
	IS_STR(ts.v[0].url, "https://h/?token=abc", "it is asked for as it is");
	IS_STR(ts.v[0].origin, "operand", "origin");
	IS_INT(ir_targets_operand(&ctx, "unit:nginx", &ts, &err), 0, "a unit");
	IS_STR(ts.v[1].subject, "unit:nginx", "subject");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		IS_INT(ir_targets_operand(&ctx, bad[i], &ts, &err), -1, "refused: %s", bad[i]);
		IS_INT(err.code, IR_USAGE, "a matter of usage");
		OK(!strstr(err.msg, "pw"), "no password in: %s", err.msg);
	}
}

int
main(void)
{
	test_url();
	test_conf();
	test_refused();
	test_operand();
	ir_arena_done(&arena);
	return tap_done();
}
