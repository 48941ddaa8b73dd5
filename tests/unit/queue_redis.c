/*
 * queue_redis - job systems in a real Redis, with the keys that they write, written by hand after their sources: kombu 5.2 transport/redis.py, rq 1.13 queue.py registry.py,
 * sidekiq 7 and 8 client.rb launcher.rb, resque 2 data_store.rb worker.rb, bullmq 5 and bull 4 addJob, huey 2 storage.py, dramatiq 1.13 redis/dispatch.lua, arq 0.25
 * constants.py worker.py
 */
#include "queue/queue.h"

#include "base/clock.h"
#include "net/loop.h"
#include "queue_look.h"
#include "redis_server.h"
#include "tap.h"

/* 2026-02-01T02:12:00Z */
#define NOW "1769911920"

static struct ir_arena arena;
static uint16_t port;

/* Commands as redis-cli reads them, a line each. */
static bool
write_keys(const char *commands)
{
	int status = -1;
	pid_t pid;

	scratch_file("commands", commands);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execlp("sh", "sh", "-c", "exec redis-cli -s server/s -e <commands >said 2>&1", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status == 0;
}

/* A connection holds the loop until it is closed. */
struct asking {
	struct queue_look look;
	struct ir_redis *redis;
};

static void
on_told(void *arg, const struct ir_queue_res *res)
{
	struct asking *a = arg;

	queue_look_take(&a->look, res);
	ir_redis_close(a->redis);
	a->redis = NULL;
}

static struct queue_look
look_as(const char *user, const char *password, struct ir_queue_ask ask)
{
	struct ir_ctx ctx = { .command = "ir-test", .arena = &arena, .deadline_us = ir_mono_us() + 20000000 };
	struct ir_err err = IR_ERR_INIT;
	struct ir_secret secret = { .bytes = NULL };
	struct ir_redis_req req = { .host = "127.0.0.1", .port = port, .user = user, .password = &secret };
	struct asking a = { .redis = NULL };

	if (password)
		ir_secret_set(&secret, password, strlen(password));
	ctx.loop = ir_loop_new(&ctx, &err);
	a.redis = ir_redis_open(ctx.loop, &req);
	if (!ir_queue_redis(&ctx, a.redis, &ask, on_told, &a, &err)) {
		snprintf(a.look.troubles, sizeof(a.look.troubles), "%s\n", err.msg);
		ir_redis_close(a.redis);
	}
	if (a.look.called)
		OK(false, "not told from inside the call");
	ir_loop_run(ctx.loop, NULL, NULL);
	ir_loop_free(ctx.loop);
	ir_secret_done(&secret);
	return a.look;
}

static struct queue_look
look(struct ir_queue_ask ask)
{
	return look_as(NULL, NULL, ask);
}

static const struct layout {
	const char *name, *keys, *want;
} layouts[] = {
	{ "an empty database", "", "" },
	{ "celery: bindings, priorities, what a worker holds, who talks to whom is no queue",
	    "SADD _kombu.binding.celery \"celery\\x06\\x16\\x06\\x16celery\"\n"
	    "SADD _kombu.binding.mail \"mail\\x06\\x16\\x06\\x16mail\"\n"
	    "SADD _kombu.binding.celery.pidbox \"\\x06\\x16\\x06\\x16celery@a.celery.pidbox\"\n"
	    "SADD _kombu.binding.celeryev \"worker.#\\x06\\x16\\x06\\x16celeryev.1\"\n"
	    "LPUSH celery '{\"properties\":{\"delivery_tag\":\"t1\"}}' '{\"properties\":{\"delivery_tag\":\"t2\"}}'\n"
	    "LPUSH \"celery\\x06\\x163\" x\n"
	    "HSET unacked t9 x\n"
	    "ZADD unacked_index 1769911800.5 t9\n",
	    "celery/celery p=3 c=0 next=t1 # lists of other priorities are counted in\n"
	    "celery/mail p=0 c=0\n"
	    "celery/unacked p=0 r=1 c=0 run=110 # taken by workers from all queues\n" },
	{ "rq",
	    "SADD rq:queues rq:queue:default rq:queue:low\n"
	    "RPUSH rq:queue:default j1 j2\n"
	    "HSET rq:job:j1 enqueued_at 2026-02-01T02:10:00.000000Z\n"
	    "ZADD rq:wip:default 1769912000 j3\n"
	    "ZADD rq:scheduled:default 1769999999 j4\n"
	    "ZADD rq:deferred:default 1 j5\n"
	    "ZADD rq:failed:default 1 j6 2 j7\n"
	    "SADD rq:workers rq:worker:w1\n"
	    "HSET rq:worker:w1 queues default,low last_heartbeat 2026-02-01T02:11:59.000000Z\n",
	    "rq/default p=2 r=1 s=2 f=2 c=0 old=120 next=j1,j2\n"
	    "rq/low p=0 r=0 s=0 f=0 c=0\n" },
	{ "sidekiq 7",
	    "SADD queues default\n"
	    "LPUSH queue:default '{\"class\":\"A\",\"jid\":\"a1\",\"enqueued_at\":1769911860.5}' "
	    "'{\"class\":\"A\",\"jid\":\"a2\",\"enqueued_at\":1769911900.5}'\n"
	    "ZADD schedule 1769999999 s\nZADD retry 1769999999 t\nZADD dead 1 u\n"
	    "SET stat:processed 40\n"
	    "SADD processes h:1:x h:2:y\n"
	    "HSET h:1:x info '{\"queues\":[\"default\"]}' busy 1 beat 1769911915 quiet false\n"
	    "HSET h:1:x:work t1 '{\"queue\":\"default\",\"run_at\":1769911890}'\n",
	    "sidekiq/default p=2 r=1 s=2 f=1 c=1 old=50 run=30 next=a1\n" },
	{ "sidekiq 8: milliseconds, a paused queue",
	    "SADD queues mail\n"
	    "SADD paused mail\n"
	    "LPUSH queue:mail '{\"class\":\"A\",\"jid\":\"a1\",\"enqueued_at\":1769911860500}'\n",
	    "sidekiq/mail p=1 r=0 s=0 f=0 c=0 old=50 next=a1 paused\n" },
	{ "a set called queues is not Sidekiq's", "SADD queues default\nLPUSH queue:default x\n", "" },
	{ "nor is a counter", "SET stat:processed 5\n", "" },
	{ "nor is a Resque without a namespace",
	    "SADD queues low\nSET stat:processed 5\nSADD workers h:1:low\nRPUSH queue:low "
	    "'{\"class\":\"A\",\"args\":[]}'\n",
	    "" },
	{ "resque",
	    "SADD resque:queues a:b c\n"
	    "RPUSH resque:queue:a:b '{\"class\":\"A\",\"args\":[]}'\n"
	    "SADD resque:workers h:1:a:b h2:3:c\n"
	    "HSET resque:workers:heartbeat h:1:a:b 2026-02-01T02:11:50Z h2:3:c 2026-02-01T02:11:50Z\n"
	    "SET resque:worker:h2:3:c '{\"queue\":\"c\",\"run_at\":\"2026-02-01T02:11:00Z\"}'\n"
	    "RPUSH resque:failed x\nSET resque:stat:processed 7\n",
	    "resque/ p=1 f=1 c=2\n"
	    "resque/a:b p=1 r=0 c=1\n"
	    "resque/c p=0 r=1 c=1 run=60\n" },
	{ "bullmq 5",
	    "HSET bull:mail:meta opts.maxLenEvents 10000 version bullmq:5.1.0\nSET bull:mail:id 9\n"
	    "LPUSH bull:mail:wait 1 2\n"
	    "HSET bull:mail:1 timestamp 1769911800000 delay 0\n"
	    "ZADD bull:mail:prioritized 5 3\n"
	    "LPUSH bull:mail:active 4\nHSET bull:mail:4 processedOn 1769911890000\n"
	    "ZADD bull:mail:delayed 7250000000000000 5\nZADD bull:mail:failed 1 6\n",
	    "bullmq/mail p=3 r=1 s=1 f=1 own=0 sent=9 old=120 run=30 next=1,2,3\n" },
	{ "bullmq before it had a key for its marker",
	    "HSET bull:mail:meta opts.maxLenEvents 10000\nLPUSH bull:mail:wait 0:1700000000000\nZADD bull:mail:delayed "
	    "1 7\n",
	    "bullmq/mail p=0 r=0 s=1 f=0 own=0\n" },
	{ "bull 4, a colon in its name, paused",
	    "SET bull:acme:mail:id 2\nLPUSH bull:acme:mail:paused 1\nSET bull:acme:mail:meta-paused 1\n"
	    "HSET bull:acme:mail:1 timestamp 1769911800000\n",
	    "bullmq/acme:mail p=1 r=0 s=0 f=0 own=0 sent=2 paused\n" },
	{ "huey", "LPUSH huey.redis.shop x y\nZADD huey.schedule.shop 1 z\n",
	    "huey/shop p=2 s=1 next=2d711642b726b044\n" },
	{ "dramatiq",
	    "ZADD dramatiq:__heartbeats__ 1769911910000 0a0a0a0a-0000-4000-8000-000000000001 1769911000000 "
	    "0a0a0a0a-0000-4000-8000-000000000002\n"
	    "RPUSH dramatiq:default m1\n"
	    "HSET dramatiq:default.msgs m1 '{\"message_timestamp\":1769911860000,\"options\":{}}'\n"
	    "RPUSH dramatiq:default.DQ m2\nZADD dramatiq:default.XQ 1 m3\n"
	    "SADD dramatiq:__acks__.0a0a0a0a-0000-4000-8000-000000000002.default m4\n",
	    "dramatiq/default p=1 r=1 s=1 f=1 old=60 run=920 next=m1\n" },
	{ "arq", "ZADD arq:queue 1769911860000 a 1769911900000 b 1769999999000 c\nSET arq:in-progress:a 1\n",
	    "arq/arq:queue p=1 r=1 s=1 c=0 old=20 next=b\n" },
	{ "laravel: a prefix of the application's, a cluster's braces",
	    "RPUSH shop_database_queues:default "
	    "'{\"id\":\"x1\",\"job\":\"CallQueuedHandler@call\",\"createdAt\":1769911800}' y\n"
	    "ZADD shop_database_queues:default:reserved 1769912000 z\n"
	    "ZADD shop_database_queues:default:delayed 1769911900 a 1769999999 b\n"
	    "ZADD queues:{mail}:delayed 1769999999 c\n",
	    "laravel/default p=3 r=1 s=1 old=120 next=x1\n"
	    "laravel/mail p=0 r=0 s=1\n" },
	{ "a list of that name that is not Laravel's", "RPUSH queues:default x\n", "" },
	{ "a name like any other",
	    "SADD rq:queues \"rq:queue:a \\\"b\\\" \\xf0\\x9f\\x98\\x80\\r\\n\"\nRPUSH \"rq:queue:a \\\"b\\\" "
	    "\\xf0\\x9f\\x98\\x80\\r\\n\" j\n",
	    "rq/a \"b\" \xf0\x9f\x98\x80\r\n p=1 r=0 s=0 f=0 c=0 next=j\n" },
};

static void
test_layouts(void)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		struct queue_look l;

		OK(write_keys(ir_asprintf(&arena, "FLUSHALL\n%s", layouts[i].keys)), "%s: keys", layouts[i].name);
		l = look((struct ir_queue_ask){ .type = NULL });
		IS_STR(l.text, layouts[i].want, "%s", layouts[i].name);
		IS_STR(l.troubles, "", "%s: no trouble", layouts[i].name);
	}
}

static void
test_asked(void)
{
	struct queue_look l;

	write_keys("FLUSHALL\nSADD rq:queues rq:queue:default rq:queue:low\nRPUSH rq:queue:low j\n");
	l = look((struct ir_queue_ask){ .type = "celery" });
	IS_STR(l.text, "celery/celery p=0 r=0 c=0\n", "what is asked for is told, empty");
	l = look((struct ir_queue_ask){ .type = "rq", .names = { (const char *[]){ "low", NULL }, 1, 0 } });
	IS_STR(l.text, "rq/low p=1 r=0 s=0 f=0 c=0 next=j\n", "one queue");
	write_keys("FLUSHALL\nSADD shop:queues shop:queue:a\nRPUSH shop:queue:a j\n");
	l = look((struct ir_queue_ask){ .type = "rq", .prefix = "shop:" });
	IS_STR(l.text, "rq/a p=1 r=0 s=0 f=0 c=0 next=j\n", "another prefix");
	l = look((struct ir_queue_ask){ .type = "oban" });
	IS_STR(l.troubles, "oban keeps no jobs in Redis\n", "one that is not kept here");
}

static void
test_trouble(void)
{
	struct queue_look l;

	write_keys("FLUSHALL\nSADD rq:queues rq:queue:default\nSET rq:queue:default x\n");
	l = look((struct ir_queue_ask){ .type = NULL });
	OK(strstr(l.troubles, "rq: key rq:queue:default is of another type"), "a key of another type: %s", l.troubles);
	write_keys(
	    "FLUSHALL\nSADD rq:queues rq:queue:default\nACL SETUSER few on >few-S3cret ~* +ping +smembers +llen\n");
	l = look_as("few", "few-S3cret", (struct ir_queue_ask){ .type = NULL });
	OK(strncmp(l.troubles, "! -: job queues: no right to ", 29) == 0 && strstr(l.troubles, "sscan") &&
		strstr(l.troubles, "ACL SETUSER USER ~* +"),
	    "what may not be run is one trouble: %s", l.troubles);
	OK(!strchr(l.troubles, '\n')[1], "and no more than one");
	write_keys("FLUSHALL\nEVAL \"for i=1,100000 do redis.call('set','k:'..i,'x') end\" 0\nSADD rq:queues "
		   "rq:queue:default\n");
	l = look((struct ir_queue_ask){ .type = NULL });
	IS_STR(l.text, "rq/default p=0 r=0 s=0 f=0 c=0\n", "among 100,000 keys that are nobody's");
	IS_STR(l.troubles, "", "without trouble");
}

/* A job of two megabytes is not read, and what else is there is. */
static void
test_huge(void)
{
	struct queue_look l;

	write_keys(
	    "FLUSHALL\nEVAL \"redis.call('lpush','queue:big',string.rep('x',2000000))\" 0\nSADD queues big small\n"
	    "LPUSH queue:small '{\"class\":\"A\",\"jid\":\"a1\",\"enqueued_at\":1769911860}'\n"
	    "SADD rq:queues rq:queue:default\nRPUSH rq:queue:default j\n");
	l = look((struct ir_queue_ask){ .type = NULL });
	IS_STR(l.text,
	    "rq/default p=1 r=0 s=0 f=0 c=0 next=j\n"
	    "sidekiq/ p=2 s=0 f=0 c=0\n"
	    "sidekiq/big p=1 r=0 c=0\n"
	    "sidekiq/small p=1 r=0 c=0 old=60 next=a1\n",
	    "all but what is too large");
	IS_STR(l.troubles, "sidekiq: lindex queue:big: the reply is too large to be looked at ()\n", "which is told");
}

/* Many queues: as many as are told, and it is said that there are more. */
static void
test_many(void)
{
	struct queue_look l;
	size_t lines = 0;

	write_keys("FLUSHALL\nEVAL \"for i=1,500 do redis.call('sadd','rq:queues','rq:queue:q'..i) end\" 0\n");
	l = look((struct ir_queue_ask){ .type = NULL });
	for (const char *s = l.text; (s = strchr(s, '\n')); s++)
		lines++;
	OK(l.cut && lines <= IR_QUEUES_MAX && lines > 100, "%zu queues of 500, and that there are more", lines);
}

int
main(void)
{
	struct peer server;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	setenv("IR_TEST_NOW", NOW, 1);
	scratch_new(&arena);
	port = redis_free_port();
	server = redis_server_start(&arena, "server", port, "");
	if (!server.pid) {
		SKIP("redis", "job systems in Redis");
		return tap_done();
	}
	if (chdir(scratch_top) < 0)
		scratch_die("chdir");
	test_layouts();
	test_asked();
	test_trouble();
	test_huge();
	test_many();
	peer_stop(&server);
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
