/* loop - order of timers, removal while dispatching, ends of a run */
#include "net/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "tap.h"

static volatile sig_atomic_t stop_flag;

static struct ir_loop *
fresh(struct ir_ctx *ctx, int64_t deadline_ms)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_loop *l;

	memset(ctx, 0, sizeof(*ctx));
	stop_flag = 0;
	ctx->stop = &stop_flag;
	ctx->deadline_us = ir_mono_us() + deadline_ms * 1000;
	l = ir_loop_new(ctx, &err);
	if (!l)
		printf("Bail out! %s\n", err.msg);
	return l;
}

struct step {
	struct ir_loop *loop;
	char *out; /* the names of those called, in order */
	char name;
	struct ir_timer *other;
	bool again, release;
};

static void
on_step(void *arg)
{
	struct step *s = arg;
	size_t n = strlen(s->out);

	s->out[n] = s->name;
	s->out[n + 1] = '\0';
	ir_timer_cancel(s->other);
	if (s->again) {
		s->again = false;
		ir_loop_at(s->loop, 0, on_step, s);
	}
	if (s->release)
		ir_loop_release(s->loop);
}

static void
test_timers(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx, 2000);
	char out[32] = "";
	struct step a = { l, out, 'a', NULL, false, false }, b = a, c = a, d = a, z = a;
	int64_t now = ir_mono_us();

	b.name = 'b';
	c.name = 'c';
	d.name = 'd';
	z.name = 'z';
	z.release = true;
	ir_loop_hold(l);
	ir_loop_at(l, now + 20000, on_step, &z);
	ir_loop_at(l, now + 10000, on_step, &c);
	ir_loop_at(l, now + 5000, on_step, &a);
	ir_loop_at(l, now + 5000, on_step, &b);
	c.other = ir_loop_at(l, now + 15000, on_step, &d);
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "run ends when nothing is held");
	IS_STR(out, "abcz", "timers come in order, equal ones as they were made, a cancelled one never");

	out[0] = '\0';
	a.again = true;
	z.release = true;
	ir_loop_hold(l);
	ir_loop_at(l, 1, on_step, &a);
	ir_loop_at(l, 2, on_step, &z);
	ir_loop_run(l, NULL, NULL);
	IS_STR(out, "az", "a timer made by a timer waits for the next turn");
	ir_loop_free(l);
	OK(!ctx.loop, "a freed loop is taken out of the context");
}

struct many {
	struct ir_loop *loop;
	int64_t last, at[2000];
	int called, wrong;
};

static struct many many;

static void
on_many(void *arg)
{
	int64_t at = *(int64_t *)arg;

	many.wrong += at < many.last;
	many.last = at;
	if (++many.called == 1000)
		ir_loop_release(many.loop);
}

static void
test_heap(void)
{
	struct ir_ctx ctx;
	struct ir_timer *t[2000];
	uint32_t x = 1;

	many.loop = fresh(&ctx, 5000);
	ir_loop_hold(many.loop);
	for (int i = 0; i < 2000; i++) {
		x = x * 1664525 + 1013904223;
		many.at[i] = 1000 + x % 500;
		t[i] = ir_loop_at(many.loop, many.at[i], on_many, &many.at[i]);
	}
	for (int i = 0; i < 2000; i += 2)
		ir_timer_cancel(t[i]);
	ir_loop_run(many.loop, NULL, NULL);
	IS_INT(many.called, 1000, "of 2,000 timers, half of them cancelled, the rest is called");
	IS_INT(many.wrong, 0, "in order");
	ir_loop_free(many.loop);
}

struct pair {
	struct ir_loop *loop;
	int fd[2], calls;
	bool replace;
	uint32_t events;
};

static void
on_pair(void *arg, int fd, uint32_t events)
{
	struct pair *p = arg;
	int other = p->fd[0] == fd ? p->fd[1] : p->fd[0];

	p->calls++;
	p->events = events;
	ir_loop_del(p->loop, fd);
	ir_loop_del(p->loop, other);
	if (p->replace) {
		/* the same number, another file, not readable: the event that is already here is not its */
		int efd = eventfd(0, 0);

		p->replace = dup2(efd, other) == other && ir_loop_add(p->loop, other, EPOLLIN, on_pair, p, NULL) == 0;
		close(efd);
	}
}

static void
on_release(void *arg)
{
	ir_loop_release(arg);
}

static void
run_for(struct ir_loop *l, int64_t ms)
{
	ir_loop_hold(l);
	ir_loop_at(l, ir_mono_us() + ms * 1000, on_release, l);
	ir_loop_run(l, NULL, NULL);
}

static void
test_removal(bool replace)
{
	struct ir_ctx ctx;
	struct pair p = { fresh(&ctx, 2000), { eventfd(1, 0), eventfd(1, 0) }, 0, replace, 0 };

	ir_loop_add(p.loop, p.fd[0], EPOLLIN, on_pair, &p, NULL);
	ir_loop_add(p.loop, p.fd[1], EPOLLIN, on_pair, &p, NULL);
	run_for(p.loop, 20);
	IS_INT(p.calls, 1, "a descriptor %s while dispatching is not called for the old event",
	    replace ? "replaced by another of its number" : "removed");
	OK(p.replace == replace, "the replacement was made");
	ir_loop_free(p.loop);
	close(p.fd[0]);
	close(p.fd[1]);
}

static void
test_descriptors(void)
{
	struct ir_ctx ctx;
	struct ir_err err = IR_ERR_INIT;
	struct pair p = { fresh(&ctx, 2000), { -1, -1 }, 0, false, 0 };
	int file = open("/proc/self/exe", O_RDONLY), pipes[2];

	OK(pipe(pipes) == 0, "a pipe");
	p.fd[0] = pipes[0];
	OK(ir_loop_add(p.loop, file, EPOLLIN, on_pair, &p, &err) < 0 && err.code, "a plain file is refused");
	OK(ir_loop_add(p.loop, -1, EPOLLIN, on_pair, &p, &err) < 0, "descriptor -1 is refused");
	OK(ir_loop_mod(p.loop, pipes[0], EPOLLIN) < 0, "what was not added can't be changed");
	ir_loop_del(p.loop, pipes[0]);
	ir_loop_del(p.loop, 100000);
	IS_INT(ir_loop_add(p.loop, pipes[0], 0, on_pair, &p, &err), 0, "wait for nothing but a hang-up");
	OK(write(pipes[1], "x", 1) == 1, "write to it");
	run_for(p.loop, 10);
	IS_INT(p.calls, 0, "not called for what was not asked for");
	close(pipes[1]);
	run_for(p.loop, 10);
	OK(p.calls == 1 && p.events & EPOLLHUP, "a hang-up is delivered");
	close(pipes[0]);
	close(file);
	ir_loop_free(p.loop);
}

static void
on_signal(int sig)
{
	stop_flag = sig;
}

static void
test_ends(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx, 50);
	struct itimerval soon = { { 0, 0 }, { 0, 30000 } };
	struct sigaction sa = { .sa_handler = on_signal };
	int64_t start = ir_mono_us();

	ir_loop_hold(l);
	IS_INT(ir_loop_run(l, NULL, NULL), 1, "the deadline ends a run");
	OK(ir_mono_us() >= ctx.deadline_us && ir_mono_us() - start < 1000000, "when it has come, not before");
	IS_INT(ir_loop_run(l, NULL, NULL), 1, "and once more, at once");

	ctx.deadline_us = ir_mono_us() + 5000000;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	IS_INT(ir_loop_run(l, NULL, NULL), 2, "a signal ends a run");
	OK(ir_mono_us() < ctx.deadline_us - 3000000, "soon");
	IS_INT(ir_loop_sleep_until(l, ir_mono_us() + 1000000), 2, "no sleep after a signal");
	stop_flag = 0;
	ctx.deadline_us = 1;
	start = ir_mono_us();
	IS_INT(ir_loop_sleep_until(l, start + 20000), 0, "a sleep ends at its instant, whatever the deadline");
	OK(ir_mono_us() >= start + 20000, "not before");
	ir_loop_free(l);
}

static void
on_deadline(void *arg)
{
	*(int *)arg += 1;
}

static void
test_timers_at_deadline(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx, 20);
	int calls = 0;

	ir_loop_hold(l);
	for (int i = 0; i < 10; i++)
		ir_loop_at(l, ctx.deadline_us, on_deadline, &calls);
	IS_INT(ir_loop_run(l, NULL, NULL), 1, "the deadline again");
	IS_INT(calls, 10, "timers due at the deadline are called first");
	ir_loop_free(l);
}

static void
on_burn(void *arg)
{
	int64_t until = ir_mono_us() + 30000;

	while (ir_mono_us() < until)
		;
	ir_loop_release(arg);
}

static void
test_lag(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx, 2000);
	int calls = 0;

	IS_INT(ir_loop_lag_us(l), 0, "no lag before");
	ir_loop_hold(l);
	ir_loop_at(l, 0, on_burn, l);
	IS_INT(ir_loop_run(l, on_deadline, &calls), 0, "a callback that works for 30 ms");
	OK(ir_loop_lag_us(l) >= 30000, "is told as our own lag");
	IS_INT(calls, 0, "no progress is shown for a short run");
	ir_loop_hold(l);
	ir_loop_at(l, ir_mono_us() + 350000, on_release, l);
	ir_loop_run(l, on_deadline, &calls);
	IS_INT(calls, 1, "once for a longer one");
	ir_loop_free(l);
}

static void
test_limit(void)
{
	struct ir_ctx ctx;
	struct rlimit before, after;
	struct ir_loop *l;

	getrlimit(RLIMIT_NOFILE, &before);
	before.rlim_cur = before.rlim_max < 512 ? before.rlim_max : 256;
	setrlimit(RLIMIT_NOFILE, &before);
	l = fresh(&ctx, 10);
	getrlimit(RLIMIT_NOFILE, &after);
	OK(after.rlim_cur == after.rlim_max, "the limit of descriptors is raised as far as it goes");
	ir_loop_free(l);
}

int
main(void)
{
	test_limit();
	test_timers();
	test_heap();
	test_removal(false);
	test_removal(true);
	test_descriptors();
	test_ends();
	test_timers_at_deadline();
	test_lag();
	return tap_done();
}
