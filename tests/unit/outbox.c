/* outbox - posts that are kept: names, order, limits, what is damaged, what another run has */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "channel_run.h"

static struct ir_outbox box;
static const char *const ab[] = { "a", "b" };

static void
begin(void)
{
	channel_scratch();
	channel_new("");
	IS_INT(ir_outbox_open(&box, ir_asprintf(&run.arena, "%s/deep/er/outbox", run.dir), false, NULL, &run.err), 1,
	    "one that is not there is no error to who looks");
	IS_INT(ir_outbox_open(&box, ir_asprintf(&run.arena, "%s/deep/er/outbox", run.dir), true, NULL, &run.err), 0,
	    "and is made by who keeps");
}

static void
end(void)
{
	ir_outbox_close(&box);
	channel_end();
}

static bool full[2];

static int
add(const char *key, size_t n)
{
	struct ir_channel_msg m = channel_msg(key, "title", "text");

	return ir_outbox_add(&box, &m, ab, n, full, &run.err);
}

static struct ir_list
names(const char *channel)
{
	struct ir_list l;

	if (ir_outbox_list(&box, &run.arena, channel, &l, &run.err) < 0)
		channel_die();
	return l;
}

static void
test_keep(void)
{
	struct stat st;
	struct ir_outbox_post p;
	struct ir_list l;

	begin();
	ir_list_add(&run.arena, &run.threads, "a=12.5");
	IS_INT(add("k-1", 2), 0, "a post is kept for two channels");
	IS_INT(add("k-2", 2), 0, "and another one");
	IS_INT(add("k-1", 2), 0, "the same again is no error");
	IS_INT(names(NULL).n, 4, "and is there once for each");
	l = names("a");
	IS_INT(l.n, 2, "those of one channel can be listed");
	OK(strncmp(l.v[0], "0000000001-1769911964918-", 25) == 0 && strncmp(l.v[1], "0000000003-", 11) == 0,
	    "in their order: %s", l.v[0]);
	IS_INT(ir_outbox_since(l.v[0]), INT64_C(1769911964918), "a name says since when");
	fstat(box.fd, &st);
	IS_INT(st.st_mode & 0777, 0700, "the directory is ours alone");
	fstatat(box.fd, l.v[0], &st, 0);
	IS_INT(st.st_mode & 0777, 0600, "and so is a file");
	IS_INT(ir_outbox_take(&box, &run.arena, l.v[0], &p, &run.err), 1, "it can be taken");
	OK(strcmp(p.channel, "a") == 0 && strcmp(p.msg.key, "k-1") == 0 && strcmp(p.msg.title, "title") == 0 &&
		strcmp(p.msg.severity, "sev1") == 0 && strcmp(p.msg.incident, "inc-7k3f2q8m") == 0 &&
		p.msg.time_ms == INT64_C(1769911964918) && p.threads.n == 1 && !p.msg.repeat && !p.sending,
	    "with all that was put in");
	ir_outbox_release(&p);
	end();
}

static void
test_taken(void)
{
	struct ir_outbox_post mine, theirs;
	struct ir_list l;

	begin();
	add("k-1", 1);
	l = names("a");
	IS_INT(ir_outbox_take(&box, &run.arena, l.v[0], &mine, &run.err), 1, "who takes it has it");
	IS_INT(ir_outbox_take(&box, &run.arena, l.v[0], &theirs, &run.err), 2, "and nobody else");
	mine.tries = 7;
	mine.sending = true;
	mine.why = "so";
	IS_INT(ir_outbox_write(&box, &mine, &run.err), 0, "its state is written anew");
	IS_INT(ir_outbox_take(&box, &run.arena, l.v[0], &theirs, &run.err), 2, "and it stays taken");
	ir_outbox_release(&mine);
	IS_INT(ir_outbox_take(&box, &run.arena, l.v[0], &theirs, &run.err), 1, "until it is let go of");
	OK(theirs.tries == 7 && theirs.sending && strcmp(theirs.why, "so") == 0, "with the state that was written");
	IS_INT(ir_outbox_remove(&box, &theirs, &run.err), 0, "it is removed");
	IS_INT(ir_outbox_take(&box, &run.arena, l.v[0], &theirs, &run.err), 0, "then it is gone");
	end();
}

static void
put(const char *name, const char *text)
{
	IR_CLOSE int fd = openat(box.fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (write(fd, text, strlen(text)) < 0)
		scratch_die(name);
}

static void
test_damaged(void)
{
	static const char *const bad[] = { "", "{", "[]", "{\"v\":2,\"channel\":\"a\",\"key\":\"k\"}",
		"{\"v\":1,\"channel\":\"a\"}" };
	struct ir_outbox_post p;
	struct ir_list l;

	begin();
	add("k-1", 1);
	l = names("a");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put(l.v[0], bad[i]);
		IS_INT(ir_outbox_take(&box, &run.arena, l.v[0], &p, &run.err), -1, "'%s' is no post", bad[i]);
	}
	OK(run.err.code == IR_DATA && strstr(run.err.msg, l.v[0]), "which names the file: %s", run.err.msg);
	put("stranger.json", "{}");
	put(ir_asprintf(&run.arena, "%s.tmp", l.v[0]), "half");
	IS_INT(names(NULL).n, 1, "what is not ours is not listed, nor what was not finished");
	add("k-2", 1);
	OK(faccessat(box.fd, "stranger.json", F_OK, 0) == 0 &&
		faccessat(box.fd, ir_asprintf(&run.arena, "%s.tmp", l.v[0]), F_OK, 0) < 0,
	    "who keeps the next one sweeps what was not finished, and nothing else");
	end();
}

static void
test_limits(void)
{
	IR_CLOSE int lock = -1;
	char *big;
	struct ir_outbox_post p;

	begin();
	big = ir_arena_alloc(&run.arena, 300001);
	memset(big, '"', 300000);
	struct ir_channel_msg m = channel_msg("k-big", "t", big);
	IS_INT(ir_outbox_add(&box, &m, ab, 1, full, &run.err), 0, "a text that is too long is cut");
	IS_INT(ir_outbox_take(&box, &run.arena, names("a").v[0], &p, &run.err), 1, "and can be read again");
	IS_INT(strlen(p.msg.text), IR_CHANNEL_TEXT, "as much as a post may have");
	ir_outbox_release(&p);
	const char *of_a = names("a").v[0] + 25;
	for (int i = 2; i <= IR_OUTBOX_MAX; i++)
		put(ir_asprintf(&run.arena, "%010d-1769911964918-%.8s-%08d.json", i, of_a, i), "{}");
	IS_INT(add("k-more", 2), 0, "a channel that is full takes no more, and is no trouble of the other's");
	OK(full[0] && !full[1], "and is told");
	IS_INT(names("a").n, IR_OUTBOX_MAX, "nothing was added for it");
	IS_INT(names("b").n, 1, "for the other, it was");
	lock = openat(box.fd, "lock", O_RDWR);
	flock(lock, LOCK_EX);
	int64_t start = ir_mono_us();
	IS_INT(add("k-more", 1), -1, "a lock that is never let go of");
	OK(strstr(run.err.msg, "its lock cannot be had") && ir_mono_us() - start < 4000000,
	    "is not waited for for ever");
	fchmod(box.fd, 0777);
	struct ir_outbox other;
	IS_INT(ir_outbox_open(&other, box.dir, true, NULL, &run.err), -1,
	    "a directory that others may write to is refused");
	end();
}

static void
test_place(void)
{
	begin();
	IS_STR(run.all.outbox, ir_asprintf(&run.arena, "%s/state/ir/outbox", run.dir), "the outbox is with our state");
	setenv("IR_JOURNAL", ir_asprintf(&run.arena, "%s/j", run.dir), 1);
	channel_again();
	IS_STR(run.all.outbox, ir_asprintf(&run.arena, "%s/j/outbox", run.dir), "or in the journal's directory");
	channel_keep("k", "t", "x");
	IS_INT(channel_waiting(), 1, "which is made for it");
	unsetenv("IR_JOURNAL");
	run.text = ir_asprintf(&run.arena, "[journal]\ndir = %s/k\n", run.dir);
	channel_again();
	IS_STR(run.all.outbox, ir_asprintf(&run.arena, "%s/k/outbox", run.dir), "also in the one that is configured");
	setenv("IR_JOURNAL", "off", 1);
	channel_again();
	IS_STR(run.all.outbox, ir_asprintf(&run.arena, "%s/state/ir/outbox", run.dir),
	    "without a journal it is with our state");
	end();
}

/* Two runs at once: each post goes once. */
static void
test_two_runs(void)
{
	pid_t pid[3];
	int status, bad = 0;

	channel_scratch();
	channel_new(ir_asprintf(&run.arena, "[channel \"a\"]\ncommand = cat >>%s/got; sleep 0.05\n", run.dir));
	for (int i = 0; i < 6; i++)
		channel_keep(ir_asprintf(&run.arena, "k-%d", i), "t", "");
	fflush(NULL);
	for (int i = 0; i < 3; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			channel_again();
			channel_flush();
			_exit(run.rc != 0);
		}
	}
	for (int i = 0; i < 3; i++)
		bad += waitpid(pid[i], &status, 0) < 0 || status != 0;
	const char *got = channel_slurp("got");
	IS_INT(bad, 0, "three runs at once end well");
	IS_INT(channel_count(got, "\"v\":1"), 6, "each post goes once");
	OK(strstr(got, "k-0") && strstr(got, "k-0") < strstr(got, "k-1") && strstr(got, "k-1") < strstr(got, "k-5"),
	    "and in order");
	IS_INT(channel_waiting(), 0, "and none is left");
	channel_end();
}

int
main(void)
{
	test_keep();
	test_taken();
	test_damaged();
	test_limits();
	test_place();
	test_two_runs();
	return tap_done();
}
