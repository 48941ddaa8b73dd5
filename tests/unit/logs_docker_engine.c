/* logs_docker_engine - the docker source before an engine that lies, dies, hangs and floods; following; what is asked of it */
#include "fake_engine.h"
#include "logs_reader.h"
#include "runtime/place.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static const char *dir;
static volatile sig_atomic_t stopped;

/* One run of the source. */
struct run {
	struct ir_ctx ctx;
	struct ir_conf conf;
	struct ir_place place;
	struct ir_logs_query q;
	struct ir_logs_source s;
	struct ir_list services;
	struct logs_reader r;
	struct fake_engine e;
	struct ir_err err;
};

static void
begin(struct run *r, const char *const *names, const char *section)
{
	memset(r, 0, sizeof(*r));
	stopped = 0;
	r->ctx = (struct ir_ctx){
		.arena = &arena, .timeout_ms = 5000, .stop = &stopped, .conf = &r->conf, .start_us = ir_mono_us()
	};
	r->ctx.deadline_us = r->ctx.start_us + 60000000;
	ir_loop_new(&r->ctx, &r->err);
	fake_start(&r->e, dir, names);
	setenv("DOCKER_HOST", ir_asprintf(&arena, "unix://%s", r->e.path), 1);
	ir_place_find(&r->ctx, "shop", &r->place);
	r->q = logs_query();
	logs_reader_init(&r->r, 0);
	r->s = (struct ir_logs_source){ .name = "shop",
		.ops = &ir_logs_docker,
		.query = &r->q,
		.services = &r->services,
		.place = &r->place,
		.reader = &r->r.reader,
		.ctx = &r->ctx };
	if (section && ir_conf_parse(&arena, &r->conf, "ir.conf", section, strlen(section), &r->err) == 0)
		r->s.section = &r->conf.v[r->conf.n - 1];
	if (r->err.code)
		printf("Bail out! %s\n", r->err.msg), exit(1);
}

static int
go(struct run *r)
{
	if (ir_logs_docker.prepare(&r->ctx, &r->s, &r->err) < 0)
		return -2;
	return logs_run(&r->s, &r->err);
}

static void
end(struct run *r)
{
	logs_reader_done(&r->r);
	ir_loop_free(r->ctx.loop);
	fake_stop(&r->e);
}

static const char *
fault_of(const struct run *r, const char *subject)
{
	for (size_t i = 0; i < r->s.n_faults; i++)
		if (strcmp(r->s.faults[i].subject, subject) == 0)
			return r->s.faults[i].err.msg;
	return NULL;
}

/* What every container says. */
static void
is_both(struct run *r, const char *name)
{
	IS_STR(
	    logs_text(&r->r, ir_asprintf(&arena, "%s/stdout", name)), FAKE_AT "1Z out\n", "%s: standard output", name);
	IS_STR(
	    logs_text(&r->r, ir_asprintf(&arena, "%s/stderr", name)), FAKE_AT "2Z err\n", "%s: standard error", name);
}

static void
test_faults(void)
{
	static const char *const names[] = { "good", "die", "half", "junk", "lie", "trouble", "none", "gone", "dead",
		"angry", NULL };
	struct run r;

	begin(&r, names, NULL);
	IS_INT(go(&r), 0, "it ends, whatever some containers' logs do");
	is_both(&r, "good");
	is_both(&r, "die");
	is_both(&r, "trouble");
	IS_INT((int64_t)r.s.n_faults, 7, "seven faults");
	IS_STR(fault_of(&r, "docker://half"), "the log of container half: it ends in the middle of a message",
	    "a frame that is cut");
	IS_STR(fault_of(&r, "docker://lie"), "the log of container lie: it ends in the middle of a message",
	    "a length that lies");
	IS_STR(logs_text(&r.r, "lie/stdout"), FAKE_AT "1Z out\n" FAKE_AT "3Z lie\n", "what came before is there");
	IS_STR(
	    fault_of(&r, "docker://junk"), "the log of container junk: what the engine sends is no log", "no frames");
	IS_STR(fault_of(&r, "docker://trouble"),
	    "the log of container trouble: Error grabbing logs: invalid character '\\x00'", "the engine's own words");
	IS_STR(fault_of(&r, "docker://none"),
	    "the log of container none: configured logging driver does not support reading",
	    "a driver that cannot be read");
	OK(fault_of(&r, "docker://angry") &&
		strstr(fault_of(&r, "docker://angry"), "the engine answers 500: <b>angry</b>") &&
		strlen(fault_of(&r, "docker://angry")) < 500,
	    "an angry engine, in short: %s", fault_of(&r, "docker://angry"));
	OK(fault_of(&r, "docker://shop") &&
		strstr(fault_of(&r, "docker://shop"), "broke off the log of container die: "),
	    "an engine that dies: %s", fault_of(&r, "docker://shop"));
	OK(!fault_of(&r, "docker://gone") && !fault_of(&r, "docker://dead"),
	    "that a container was removed is no fault");
	IS_INT(logs_stream(&r.r, "good/stdout")->ended, 1, "the end is told");
	IS_STR(logs_stream(&r.r, "good/stdout")->stream->service, "good", "with its service");
	OK(logs_stream(&r.r, "good/stdout")->stream->stamped, "and that there are times");
	end(&r);
}

static void
test_hangs(void)
{
	static const char *const names[] = { "good", "hang", NULL };
	struct run r;

	begin(&r, names, NULL);
	r.ctx.deadline_us = ir_mono_us() + 1000000;
	OK(go(&r) >= 0, "the deadline ends it");
	is_both(&r, "good");
	is_both(&r, "hang");
	OK(fault_of(&r, "docker://hang") && !fault_of(&r, "docker://good"), "what was not read to its end is told: %s",
	    fault_of(&r, "docker://hang"));
	end(&r);
}

static void
stop_at_once(void *arg, struct logs_got *g)
{
	(void)g;
	ir_logs_docker.stop(&((struct run *)arg)->s);
	stopped = 2;
}

/* From inside a reader, and twice. */
static void
test_stop(void)
{
	static const char *const names[] = { "good", "flood", "hang", NULL };
	struct run r;

	begin(&r, names, NULL);
	r.r.seen = stop_at_once;
	r.r.arg = &r;
	IS_INT(go(&r), 2, "it can be stopped while it brings");
	IS_INT((int64_t)r.s.n_faults, 0, "and that is no fault");
	end(&r);
}

static long
resident_kb(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long all = 0, here = 0;

	if (!f || fscanf(f, "%ld %ld", &all, &here) != 2)
		here = -1;
	if (f)
		fclose(f);
	return here * (sysconf(_SC_PAGESIZE) / 1024);
}

struct others {
	struct run *run;
	int left;
	long before_kb;
	int64_t flood;
};

static void
stop_when_all_ended(void *arg, struct logs_got *g)
{
	struct others *o = arg;

	ir_buf_reset(&g->text);
	if (strstr(g->stream->subject, "flood"))
		o->flood = g->bytes;
	else if (g->ended)
		o->left--;
	if (o->left == 0 && o->flood > 0)
		stopped = 2;
}

/* Two hundred at once beside one that floods without end. */
static void
test_flood(void)
{
	const char *names[202] = { "flood" };
	struct others o = { .left = 200, .before_kb = resident_kb() };
	struct run r;
	int64_t bad = 0;

	for (int i = 1; i <= 200; i++)
		names[i] = ir_asprintf(&arena, "lines-%d", 2000 + i);
	begin(&r, names, NULL);
	o.run = &r;
	r.r.size = 4096; /* what is made and thrown away for each line */
	r.r.seen = stop_when_all_ended;
	r.r.arg = &o;
	IS_INT(go(&r), 2, "two hundred logs end while another one floods");
	for (size_t i = 0; i < r.r.n; i++)
		if (strstr(r.r.v[i].stream->subject, "lines-"))
			bad += r.r.v[i].lines != strtol(strstr(r.r.v[i].stream->subject, "lines-") + 6, NULL, 10);
	IS_INT(bad, 0, "each of them whole");
	OK(o.flood > 0, "the flood had its turns, too");
	printf("# %lld MB of the flood, %ld KiB more memory\n", (long long)o.flood >> 20, resident_kb() - o.before_kb);
#ifndef __SANITIZE_ADDRESS__ /* it keeps what was freed */
	OK(resident_kb() - o.before_kb < (64 << 10), "memory does not grow with what comes");
#endif
	end(&r);
}

static void
test_asked(void)
{
	static const char *const names[] = { "good", "half", NULL };
	struct run r;

	begin(&r, names, NULL);
	ir_list_add(&arena, &r.services, "good");
	IS_INT(go(&r), 0, "of one service");
	IS_INT(r.e.shared->n_asked, 1, "only its container is asked for its log");
	IS_STR(fake_asked(&r.e, "good", 0),
	    "GET /v1.41/containers/id-good/logs?stdout=1&stderr=1&timestamps=1 HTTP/1.1", "all of it");
	end(&r);

	begin(&r, names, "[service \"shop\"]\ncompose = good\n[logs \"x\"]\nservice = shop\n");
	r.s.service = "shop";
	r.q.since_ms = 1795829929570;
	r.q.tail = 200;
	IS_INT(go(&r), 0, "of a service by our name, since, and the last lines");
	IS_STR(fake_asked(&r.e, "good", 0),
	    "GET /v1.41/containers/id-good/logs?stdout=1&stderr=1&timestamps=1&since=1795829929.570000000&tail=400 "
	    "HTTP/1.1",
	    "twice the lines, for long ones are several");
	IS_INT(r.e.shared->n_asked, 1, "no other container");
	end(&r);

	begin(&r, names, "[logs \"x\"]\ncontainer = good\nservice = mine\n");
	r.s.service = "mine";
	r.q.until_ms = 1795829929570;
	r.q.tail = 200;
	IS_INT(go(&r), 0, "a container by its name, until, and the last lines");
	IS_STR(r.s.subject, "docker://good", "its source");
	IS_STR(fake_asked(&r.e, "good", 0),
	    "GET /v1.41/containers/id-good/logs?stdout=1&stderr=1&timestamps=1&until=1795829939.570000000 HTTP/1.1",
	    "the engine counts before it looks at times: so all lines until then");
	IS_STR(logs_stream(&r.r, "good/stdout")->stream->service, "mine", "of the service that the section says");
	end(&r);

	begin(&r, names, "[logs \"x\"]\ncontainer = nope\n");
	IS_INT(go(&r), 0, "a container that is not there");
	OK(fault_of(&r, "docker://nope") &&
		strstr(fault_of(&r, "docker://nope"), "there is no container 'nope' at unix://"),
	    "is told");
	end(&r);
}

static void
test_no_engine(void)
{
	static const char *const names[] = { "good", NULL };
	struct run r;

	begin(&r, names, NULL);
	r.e.shared->down = true;
	IS_INT(go(&r), 0, "an engine that does not list");
	OK(fault_of(&r, "docker://shop") && strstr(fault_of(&r, "docker://shop"), "answers 500"), "is a fault: %s",
	    fault_of(&r, "docker://shop"));
	end(&r);

	begin(&r, names, NULL);
	unlink(r.e.path);
	IS_INT(go(&r), -1, "an engine that is not there");
	OK(strstr(r.err.msg, "there is no such socket") != NULL, "cannot be started: %s", r.err.msg);
	ir_logs_docker.stop(&r.s);
	end(&r);
}

static void
test_zone(void)
{
	static const char *const names[] = { "good", "east", "local", NULL };
	struct run r;

	setenv("TZ", "UTC-3", 1);
	tzset();
	begin(&r, names, NULL);
	IS_INT(go(&r), 0, "containers in three zones");
	IS_INT(logs_stream(&r.r, "east/stdout")->stream->zone_min, 330, "one has it in its environment");
	OK(logs_stream(&r.r, "east/stdout")->stream->zone_known, "so it is known");
	IS_INT(logs_stream(&r.r, "good/stdout")->stream->zone_min, 0, "else it is UTC");
	OK(logs_stream(&r.r, "good/stdout")->stream->zone_known, "as containers have it");
	IS_INT(logs_stream(&r.r, "local/stdout")->stream->zone_min, 180, "or that of the machine");
	OK(!logs_stream(&r.r, "local/stdout")->stream->zone_known,
	    "which is a guess: the engine may be on another one");
	end(&r);

	begin(&r, names, "[logs \"x\"]\ntimezone = +02:00\nproject = shop\n");
	IS_INT(go(&r), 0, "a zone in the section");
	IS_INT(logs_stream(&r.r, "east/stdout")->stream->zone_min, 120, "comes first");
	end(&r);
}

static void
stop_when_followed(void *arg, struct logs_got *g)
{
	struct run *r = arg;
	struct logs_got *again = logs_stream(&r->r, "again/stdout"), *late = logs_stream(&r->r, "late/stderr"),
			*good = logs_stream(&r->r, "good/stderr");

	(void)g;
	if (again && again->lines == 2 && late && late->idle && good && good->idle)
		stopped = 2;
}

static void
test_follow(void)
{
	static const char *const names[] = { "good", "again", "late", "none", NULL };
	struct run r;

	begin(&r, names, NULL);
	r.q.follow = true;
	r.q.tail = 10;
	r.r.marks = true;
	r.r.seen = stop_when_followed;
	r.r.arg = &r;
	IS_INT(go(&r), 2, "following goes on until it is stopped");
	is_both(&r, "good");
	is_both(&r, "late");
	IS_STR(logs_text(&r.r, "again/stdout"), FAKE_AT "1Z first life\n\x1e" FAKE_AT "5Z second life\n",
	    "a container that runs again goes on, after a gap");
	IS_STR(fake_asked(&r.e, "again", 0),
	    "GET /v1.41/containers/id-again/logs?stdout=1&stderr=1&timestamps=1&tail=20&follow=1 HTTP/1.1",
	    "at first its last lines");
	IS_STR(fake_asked(&r.e, "again", 1),
	    "GET /v1.41/containers/id-again/logs?stdout=1&stderr=1&timestamps=1&since=1795829929.570145032&follow=1 "
	    "HTTP/1.1",
	    "then what came after them");
	IS_STR(fake_asked(&r.e, "late", 0),
	    "GET /v1.41/containers/id-late/logs?stdout=1&stderr=1&timestamps=1&follow=1 HTTP/1.1",
	    "all of one that came later");
	IS_STR(fake_asked(&r.e, "good", 1), "", "one that is being read is not asked again");
	IS_STR(fake_asked(&r.e, "none", 1), "", "nor one that cannot be read");
	IS_INT((int64_t)r.s.n_faults, 1, "which is told once");
	end(&r);
}

int
main(void)
{
	dir = scratch_new(&arena);
	signal(SIGPIPE, SIG_IGN);
	test_faults();
	test_hangs();
	test_stop();
	test_flood();
	test_asked();
	test_zone();
	test_no_engine();
	test_follow();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
