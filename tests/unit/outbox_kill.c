/*
 * Kills at every step of keeping and sending posts.
 *
 * A child keeps two posts for two channels and sends them, and is killed (SIGKILL) at the nth step that it comes to, for every n there is. What a channel got is its file, written by the channel
 * `command` before it ends, so that it is outside of what is tested. Then another run sends what is left. Each post that was acknowledged as kept must have arrived at each channel: once, or when it was killed
 * between sending and removing, once more with the word that it may be a repetition. Nothing is left behind.
 *
 * Control: with a removal before it is sent the same test has to find losses.
 */
#include <dirent.h>
#include <sys/mman.h>

#include "channel_run.h"

enum { STEPS_MAX = 200 };

static struct shared {
	_Atomic int steps;
	_Atomic int kept; /* posts that were acknowledged */
	_Atomic int last; /* enum ir_outbox_phase */
} * shared;

static int die_at;

static void
enter(void *arg, enum ir_outbox_phase phase)
{
	(void)arg;
	shared->last = (int)phase;
	if (++shared->steps == die_at)
		kill(getpid(), SIGKILL);
}

static const char *
conf(void)
{
	const char *text = "";

	for (char c = 'a'; c <= 'b'; c++)
		text = ir_asprintf(&run.arena, "%s[channel \"%c\"]\ncommand = cat >>%s/got-%c\n", text, c, run.dir, c);
	return text;
}

static _Noreturn void
live(bool forget)
{
	run.test = (struct ir_outbox_test){ .phase = enter, .forget = forget };
	channel_new(conf());
	for (int i = 1; i <= 2; i++) {
		channel_keep(i == 1 ? "k-1" : "k-2", i == 1 ? "one" : "two", "");
		shared->kept = i;
	}
	channel_flush();
	_exit(run.rc == 0 ? 0 : 1);
}

/* True: it was killed. */
static bool
child(bool forget)
{
	int status = 0;
	pid_t pid;

	*shared = (struct shared){ .kept = 0 };
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		live(forget);
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		channel_die();
	return WIFSIGNALED(status);
}

struct verdict {
	int lost, twice, unsaid, left, kills;
	unsigned phases; /* in which it was killed */
};

/* Files in the outbox but its lock. */
static int
left_behind(void)
{
	DIR *d = opendir(run.all.outbox);
	int n = 0;

	for (const struct dirent *e; d && (e = readdir(d));)
		n += e->d_name[0] != '.' && strcmp(e->d_name, "lock") != 0;
	if (d)
		closedir(d);
	return n;
}

static void
judge(struct verdict *v)
{
	for (char c = 'a'; c <= 'b'; c++) {
		const char *got = channel_slurp(ir_asprintf(&run.arena, "got-%c", c));

		for (int i = 1; i <= 2; i++) {
			int n = channel_count(got, i == 1 ? "\"key\":\"k-1\"" : "\"key\":\"k-2\"");

			v->lost += i <= shared->kept && n == 0;
			v->twice += n > 1;
		}
		v->unsaid += channel_count(got, "\"v\":1") - channel_count(got, "\"repeat\":true") > 3;
	}
	v->left += left_behind();
}

/* Killed at its nth step, then another run. False: it came to its end before. */
static bool
kill_at(int n, bool forget, struct verdict *v)
{
	bool killed;

	channel_scratch();
	die_at = n;
	killed = child(forget);
	v->kills += killed;
	if (killed)
		v->phases |= 1U << shared->last;
	run.test = (struct ir_outbox_test){ .phase = NULL };
	channel_new(conf());
	channel_flush();
	/* what a killed one was about to write is swept by who writes next */
	channel_keep("k-3", "three", "");
	channel_flush();
	judge(v);
	channel_end();
	return killed;
}

static struct verdict
kill_everywhere(bool forget)
{
	struct verdict v = { 0 };
	int n = 1;

	while (n < STEPS_MAX && kill_at(n, forget, &v))
		n++;
	OK(n < STEPS_MAX, "%d steps", n - 1);
	return v;
}

int
main(void)
{
	struct verdict v;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		scratch_die("mmap");
	v = kill_everywhere(false);
	IS_INT(v.phases, (1U << IR_OUTBOX_PHASES) - 1, "it was killed in every phase, %d times in all", v.kills);
	IS_INT(v.lost, 0, "no post that was acknowledged as kept is lost");
	IS_INT(v.left, 0, "nothing is left behind");
	OK(v.twice > 0, "a kill between sending and removing makes a repetition, %d times", v.twice);
	IS_INT(v.unsaid, 0, "which says that it may be one");
	v = kill_everywhere(true);
	OK(v.lost > 0, "control: removed before it was sent, %d are lost", v.lost);
	return tap_done();
}
