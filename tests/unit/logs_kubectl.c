/*
 * logs_kubectl - pods, through a kubectl of our own
 *
 * No Kubernetes can be had here: what it prints is written by hand after the documents of kubectl logs (--prefix, --timestamps, --ignore-errors).
 */
#include <sys/stat.h>
#include <unistd.h>

#include "logs_reader.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx;
static struct logs_reader r;
static struct ir_logs_source src;
static struct ir_logs_query query;
static struct ir_conf conf;
static struct ir_list services;
static volatile sig_atomic_t stop_flag;

static const char *
in_scratch(const char *name)
{
	return ir_asprintf(&arena, "%s/%s", scratch_top, name);
}

static void
kubectl(const char *script)
{
	scratch_file("kubectl", ir_asprintf(&arena, "#!/bin/sh\necho \"$@\" >'%s/args'\n%s\n", scratch_top, script));
	chmod(in_scratch("kubectl"), 0700);
	unlink(in_scratch("args"));
}

static void
prints(const char *lines)
{
	scratch_file("lines", lines);
	kubectl(ir_asprintf(&arena, "cat '%s/lines'", scratch_top));
}

static const char *
arguments(void)
{
	static char buf[4096];
	FILE *f = fopen(in_scratch("args"), "re");
	size_t n = f ? fread(buf, 1, sizeof(buf) - 1, f) : 0;

	buf[n] = '\0';
	if (f)
		fclose(f);
	return buf;
}

static void
on_seen(void *arg, struct logs_got *g)
{
	(void)arg;
	if (g->idle && g->lines == 1)
		stop_flag = 2;
}

static int
go(const char *lines, struct ir_err *err)
{
	const char *text = ir_asprintf(&arena, "[logs \"x\"]\ntype = kubectl\n%s\n", lines);
	int rc;

	*err = (struct ir_err)IR_ERR_INIT;
	conf = (struct ir_conf){ .root = scratch_top };
	if (ir_conf_parse(&arena, &conf, "ir.conf", text, strlen(text), err) < 0)
		printf("# %s\n", err->msg);
	logs_reader_done(&r);
	logs_reader_init(&r, 100);
	r.seen = query.follow ? on_seen : NULL;
	stop_flag = 0;
	src = (struct ir_logs_source){ .name = "x",
		.origin = "ir.conf:1",
		.section = ir_conf_section(&conf, "logs", "x"),
		.ops = &ir_logs_kubectl,
		.query = &query,
		.services = &services,
		.reader = &r.reader,
		.ctx = &ctx };
	if (src.ops->prepare(&ctx, &src, err) < 0)
		return -1;
	ctx.deadline_us = ir_mono_us() + 30 * 1000000;
	rc = logs_run(&src, err);
	query = logs_query();
	return rc;
}

static void
test_lines(void)
{
	struct ir_err err;

	prints("[pod/web-7d4/app] 2024-05-03T01:02:03.123456789Z one\n[pod/web-9x1/app] 2024-05-03T01:02:04Z "
	       "[two]\n[pod/web-7d4/app] 2024-05-03T01:02:05Z \n");
	IS_INT(go("selector = app=web\nservice = web", &err), 0, "pods");
	IS_STR(logs_text(&r, "kubernetes://-/-/web-7d4/app"),
	    "2024-05-03T01:02:03.123456789Z one\n2024-05-03T01:02:05Z \n", "a stream for each container");
	IS_STR(logs_text(&r, "web-9x1/app"), "2024-05-03T01:02:04Z [two]\n", "and one for the other");
	IS_STR(r.v[0].stream->service, "web", "of the section's service");
	IS_INT(r.v[0].stream->stamped, 1, "each line has its time before it");
	IS_INT(r.v[0].ended, 1, "and there is an end");
	IS_INT(src.n_faults, 0, "all is well");
	IS_STR(arguments(),
	    "logs --selector=app=web --all-containers --prefix --timestamps --ignore-errors --tail=-1\n",
	    "what is asked");
	query.since_ms = 1714700000123;
	query.tail = 200;
	go("selector = app=web\ncontext = prod\nnamespace = shop\ncontainer = app", &err);
	IS_STR(arguments(),
	    "logs --context=prod --namespace=shop --selector=app=web --container=app --prefix --timestamps "
	    "--ignore-errors --since-time=2024-05-03T01:33:20.123Z --tail=-1\n",
	    "more is asked");
	OK(logs_stream(&r, "kubernetes://prod/shop/web-7d4/app") != NULL, "its subject tells where");
	query.tail = 200;
	go("selector = app=web", &err);
	OK(strstr(arguments(), " --tail=200\n") != NULL, "the last lines");
	ir_list_add(&arena, &services, "db");
	unlink(in_scratch("args"));
	IS_INT(go("selector = app=web\nservice = web", &err), 0, "another service is asked for");
	IS_STR(arguments(), "", "nothing is run");
	services.n = 0;
}

static void
test_faults(void)
{
	struct ir_err err;

	IS_INT(go("namespace = shop", &err), -1, "no selector");
	IS_STR(err.msg, "ir.conf:1: type = kubectl needs a selector", "is told");
	kubectl("echo 'error: context \"prod\" does not exist' >&2; exit 1");
	go("selector = a", &err);
	IS_STR(src.faults[0].err.msg, "kubectl exited with status 1: error: context \"prod\" does not exist",
	    "its words when it fails");
	kubectl("echo 'No resources found in default namespace.' >&2");
	go("selector = app=nobody", &err);
	IS_STR(src.faults[0].err.msg, "no pod has the labels app=nobody", "no pods");
	IS_INT(src.faults[0].err.code, IR_FINDING, "is what matches nothing");
	prints("error: container \"app\" in pod \"web\" is waiting to start: ImagePullBackOff\n[pod/a/b] "
	       "2024-05-03T01:02:03Z x\nwhat\n[pod/");
	go("selector = app=web", &err);
	IS_STR(src.faults[0].err.msg, "kubectl: container \"app\" in pod \"web\" is waiting to start: ImagePullBackOff",
	    "a container that has no log");
	IS_STR(src.faults[1].err.msg, "lines of kubectl that do not say whose they are: 2", "what it cannot be");
	IS_STR(logs_text(&r, NULL), "2024-05-03T01:02:03Z x\n", "the others are read");
	kubectl("echo 'W0503 01:02:03 warning.go:70] certificate expires' >&2");
	go("selector = app=web", &err);
	IS_INT(src.n_faults, 0, "a warning is none");
	kubectl("i=0; while [ $i -lt 2000 ]; do echo \"[pod/$i/x] 2024-05-03T01:02:03Z x\"; i=$((i+1)); done");
	IS_INT(go("selector = a", &err), 0, "two thousand containers");
	IS_INT(r.n, 512, "are some hundred streams");
	unlink(in_scratch("kubectl"));
	setenv("PATH", in_scratch("nowhere"), 1);
	IS_INT(go("selector = a", &err), -1, "no kubectl");
	IS_STR(err.msg, "'kubectl' was not found in PATH", "is told");
}

static void
test_follow(void)
{
	struct ir_err err = IR_ERR_INIT;

	scratch_file("lines", "[pod/a/b] 2024-05-03T01:02:03Z x\n");
	kubectl(ir_asprintf(&arena, "cat '%s/lines'; exec sleep 1000", scratch_top));
	query.follow = true;
	IS_INT(go("selector = app=web", &err), 2, "they are followed until it is stopped");
	OK(strstr(arguments(), " --tail=-1 --follow --max-log-requests=1000\n") != NULL, "as kubectl does");
}

int
main(void)
{
	struct ir_err err = IR_ERR_INIT;

	scratch_new(&arena);
	setenv("PATH", ir_asprintf(&arena, "%s:%s", scratch_top, getenv("PATH")), 1);
	ctx = (struct ir_ctx){ .command = "ir-logs", .arena = &arena, .conf = &conf, .stop = &stop_flag };
	if (!ir_loop_new(&ctx, &err))
		return 1;
	query = logs_query();
	test_lines();
	test_follow();
	test_faults();
	logs_reader_done(&r);
	ir_loop_free(ctx.loop);
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
