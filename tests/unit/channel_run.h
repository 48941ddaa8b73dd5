/*
 * channel_run - channels of a configuration, before the fakes of tests/fakes
 *
 *	channel_new("[channel \"a\"]\n…");	a fresh scratch, an actor, its channels begun
 *	channel_keep("key-1", "title", "text");	into the outbox of all
 *	channel_flush();			then n results v[i]
 *	channel_again();			the same as another run
 *	channel_end();
 */
#ifndef IR_TESTS_UNIT_CHANNEL_RUN_H
#define IR_TESTS_UNIT_CHANNEL_RUN_H

#include "base/clock.h"
#include "channel/outbox.h"
#include "channel/channel.h"
#include "net/loop.h"
#include "peer.h"
#include "scratch.h"
#include "tap.h"

static struct channel_run {
	struct ir_arena arena;
	struct ir_ctx ctx;
	struct ir_conf *conf;
	struct ir_channels all;
	struct ir_channel_result *v;
	size_t n;
	struct ir_err err;
	const char *text;		/* of ir.conf */
	const char *dir;		/* the scratch */
	struct ir_list threads;
	struct ir_outbox_test test;
	int64_t deadline_ms;
	bool no_actor, incident_less;
	int rc;
} run;

static volatile sig_atomic_t channel_signal;

static inline void
channel_die(void)
{
	printf("Bail out! %s %s\n", run.err.msg, run.err.hint);
	exit(1);
}

/* python3 tests/fakes/NAME 0 LOG … */
static inline struct peer
channel_fake(const char *name, const char *log, const char *mode, const char *cert, const char *key)
{
	char *argv[] = { ir_strdup(&run.arena, "python3"), ir_asprintf(&run.arena, "tests/fakes/%s", name), ir_strdup(&run.arena, "0"), ir_asprintf(&run.arena, "%s/%s", run.dir, log),
		ir_strdup(&run.arena, mode), ir_strdup(&run.arena, cert), ir_strdup(&run.arena, key), NULL };

	return peer_spawn(argv, "port ");
}

/* A file of the scratch, whole. */
static inline const char *
channel_slurp(const char *name)
{
	enum { MAX = 4 << 20 };
	char *text = ir_arena_alloc(&run.arena, MAX + 1);
	FILE *f = fopen(ir_asprintf(&run.arena, "%s/%s", run.dir, name), "re");

	if (f && fread(text, 1, MAX, f) < MAX)
		fclose(f);
	return text;
}

static inline void
channel_scratch(void)
{
	run.dir = scratch_new(&run.arena);
	setenv("IR_TEST_NOW", "2026-02-01T02:12:44.918Z", 1);
	setenv("XDG_STATE_HOME", ir_asprintf(&run.arena, "%s/state", run.dir), 1);
	unsetenv("IR_JOURNAL");
	unsetenv("IR_READONLY");
	unsetenv("SLACK_WEBHOOK_URL");
}

/* A secret's file, for url-file and its like. */
static inline const char *
channel_secret(const char *name, const char *text)
{
	scratch_file(name, text);
	return ir_asprintf(&run.arena, "%s/%s", run.dir, name);
}

static inline int
channel_begin(void)
{
	run.ctx = (struct ir_ctx){ .command = "test", .arena = &run.arena, .stop = &channel_signal, .actor = !run.no_actor, .timeout_ms = 5000,
		.deadline_us = ir_mono_us() + (run.deadline_ms ? run.deadline_ms : 20000) * 1000 };
	run.conf = IR_NEW(&run.arena, struct ir_conf);
	run.ctx.conf = run.conf;
	run.err = (struct ir_err)IR_ERR_INIT;
	if (!ir_loop_new(&run.ctx, &run.err) || ir_conf_parse(&run.arena, run.conf, "ir.conf", run.text, strlen(run.text), &run.err) < 0)
		channel_die();
	run.rc = ir_channel_begin(&run.ctx, NULL, &run.all, &run.err);
	run.all.test = &run.test;
	return run.rc;
}

static inline void
channel_new(const char *text)
{
	run.text = text;
	if (channel_begin() < 0)
		channel_die();
}

static inline void
channel_stop(void)
{
	ir_channel_done(&run.all);
	ir_loop_free(run.ctx.loop);
	run.ctx.loop = NULL;
}

static inline void
channel_again(void)
{
	channel_stop();
	if (channel_begin() < 0)
		channel_die();
}

static inline struct ir_channel_msg
channel_msg(const char *key, const char *title, const char *text)
{
	return (struct ir_channel_msg){ .title = title, .text = text, .severity = "sev1", .incident = run.incident_less ? NULL : "inc-7k3f2q8m", .env = "shop", .key = key,
		.footer = "record 7 \xc2\xb7 1a453a469fe6", .time_ms = INT64_C(1769911964918), .threads = &run.threads };
}

static inline void
channel_keep_msg(const struct ir_channel_msg *m)
{
	if (ir_channel_keep(&run.all, m, &run.err) < 0)
		channel_die();
}

static inline void
channel_keep(const char *key, const char *title, const char *text)
{
	struct ir_channel_msg m = channel_msg(key, title, text);

	channel_keep_msg(&m);
}

static inline void
channel_flush(void)
{
	run.rc = ir_channel_flush(&run.all, &run.v, &run.n, &run.err);
}

/* "a sent", "b failed kept: why", a line a result */
static inline const char *
channel_told(void)
{
	static const char *const words[] = { "sent", "failed", "refused", "unclear" };
	const char *all = "";

	for (size_t i = 0; i < run.n; i++) {
		const struct ir_channel_result *r = &run.v[i];

		all = ir_asprintf(&run.arena, "%s%s %s%s%s%s%s%s\n", all, r->channel, words[r->outcome], r->kept ? " kept" : "", r->aside ? " aside" : "", r->resent ? " resent" : "", r->why ? ": " : "",
		    r->why ? r->why : "");
	}
	return all;
}

static inline size_t
channel_waiting(void)
{
	int64_t oldest;

	return ir_channel_waiting(&run.all, &oldest);
}

/* Lines of text with word in them. */
static inline int
channel_count(const char *text, const char *word)
{
	int n = 0;

	for (const char *p = text; (p = strstr(p, word)); p += strlen(word))
		n++;
	return n;
}

static inline void
channel_end(void)
{
	char top[4096];

	channel_stop();
	if (!getcwd(top, sizeof(top)))
		channel_die();
	scratch_done();
	if (chdir(top) < 0)
		channel_die();
	ir_arena_done(&run.arena);
	run = (struct channel_run){ .rc = 0 };
}

#endif
