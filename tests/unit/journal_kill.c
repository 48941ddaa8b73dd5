/*
 * Kills and lost power during appends to rec/journal.
 *
 * Eight writers append without end, one of them at a time is killed (SIGKILL) at a random instant, a thousand times. A writer notes in
 * shared memory where in an append it is, which records it is about to give, and which were acknowledged (the append returned).
 * At the end every acknowledged record must be there exactly once, under the number that it was acknowledged with, found through the index;
 * no other more than once; and the chain must hold. The kills must have hit every phase of an append. To widen the short ones, writers rest
 * for a random moment in a random phase. The kernel seldom stops a write(2) half way, so some writes are made in two halves: then
 * kills tear lines for real.
 *
 * A kill loses nothing that is in the page cache, so syncing is tested by another loss: fdatasync(2) and fsync(2) below note what
 * was made durable, and "the power fails" cuts each segment back to that, and takes those away whose name was not made durable.
 *
 * Controls: without the lock, the same test has to find the chain broken; without the sync, records that were acknowledged as
 * synced have to be lost.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "rec/journal.h"
#include "rec/rec.h"
#include "scratch.h"
#include "tap.h"

enum {
	WRITERS = 8,
	TOKENS = 1 << 16, /* of one writer, over all its lives */
	BATCH = 4,
	KILLS = 1000,
	KILLS_MOST = 8000, /* to hit each phase often enough */
	EACH_PHASE = 5,
	DAYS = 4,
};

static const char *const days[DAYS] = { "2026-02-01", "2026-02-02", "2026-02-03", "2026-02-04" };

/* A record is known by its token: writer and number. */
struct writer {
	_Atomic int phase;
	_Atomic uint32_t given; /* tokens used so far */
	uint64_t seq[TOKENS];   /* acknowledged under this number; 0: not */
	bool synced[TOKENS];    /* and acknowledged as being on disk */
};

static struct shared {
	struct writer w[WRITERS];
	_Atomic int64_t durable[DAYS]; /* bytes of the segment */
	_Atomic bool named[DAYS];
	_Atomic int64_t syncs, looks;
} * shared;

static struct ir_arena arena;
static const char *dir;

/* In place of libc's: note what is made durable, and do it. */

int
fdatasync(int fd)
{
	struct stat st, day;
	long rc;

	fstat(fd, &st);
	rc = syscall(SYS_fdatasync, fd);
	for (int i = 0; rc == 0 && i < DAYS; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s.jsonl", dir, days[i]);
		if (stat(path, &day) == 0 && day.st_ino == st.st_ino)
			shared->durable[i] = st.st_size;
	}
	shared->syncs++;
	return (int)rc;
}

int
fsync(int fd)
{
	long rc = syscall(SYS_fsync, fd);

	for (int i = 0; rc == 0 && i < DAYS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%s.jsonl", days[i]);
		if (faccessat(fd, name, F_OK, 0) == 0)
			shared->named[i] = true;
	}
	return (int)rc;
}

/* Records. */

static void
pause_us(long us)
{
	nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
}

struct made {
	char id[IR_ID_MAX], key[IR_SHA_HEX], text[12000];
};

static struct ir_entry
make(struct made *m, int writer, uint32_t n, size_t pad)
{
	char name[64];
	int len;

	snprintf(name, sizeof(name), "w%d-%u", writer, n);
	ir_id_make("chk", name, strlen(name), m->id, m->key);
	len = snprintf(m->text, sizeof(m->text),
	    "{\"kind\":\"check\",\"v\":1,\"id\":\"%s\",\"time\":\"2026-02-01T12:00:00.000Z\",\"source\":\"ir-health\","
	    "\"run\":\"run-00000001\","
	    "\"status\":\"ok\",\"env\":\"\",\"service\":\"\",\"subject\":\"%s\",\"summary\":\"%*s\",\"refs\":[]}",
	    m->id, name, (int)pad, "");
	return (struct ir_entry){ .record = m->text, .len = (size_t)len, .kind = "check", .id = m->id, .key = m->key };
}

/* A writer's life. */

struct life {
	struct writer *w;
	int number;
	unsigned seed;
	struct ir_journal_test test;
};

/* How seldom to rest in a phase, and how long at most: more in those that are rare. */
static const struct {
	int seldom, us;
} rests[IR_JOURNAL_PHASES] = {
	[IR_JOURNAL_UNLOCKED] = { 24, 400 },
	[IR_JOURNAL_LOCKED] = { 24, 400 },
	[IR_JOURNAL_SET_ASIDE] = { 2, 4000 },
	[IR_JOURNAL_CUT] = { 2, 4000 },
	[IR_JOURNAL_WRITING] = { 24, 400 },
	[IR_JOURNAL_HALF] = { 4, 1000 },
	[IR_JOURNAL_WRITTEN] = { 24, 400 },
	[IR_JOURNAL_SYNCED] = { 8, 400 },
	[IR_JOURNAL_INDEXED] = { 24, 400 },
};

static void
enter(void *arg, enum ir_journal_phase phase)
{
	struct life *l = arg;

	l->w->phase = (int)phase;
	if (rand_r(&l->seed) % rests[phase].seldom == 0)
		pause_us(rand_r(&l->seed) % rests[phase].us);
}

/* Where to part a write in two: mostly nowhere; anywhere; before its last newline. */
static size_t
split(unsigned *seed)
{
	switch (rand_r(seed) % 6) {
	case 0:
		return SIZE_MAX;
	case 1:
	case 2:
		return 1 + (size_t)rand_r(seed) % 1000;
	default:
		return 0;
	}
}

static void
acknowledge(struct writer *w, uint32_t first, size_t n, uint64_t seq, bool synced)
{
	for (size_t i = 0; i < n; i++) {
		w->synced[first + i] = synced;
		w->seq[first + i] = seq + i;
	}
}

/* One append of one to four records, long ones now and then. False when the journal refused. */
static bool
append_some(struct ir_journal *j, struct life *l, bool sync)
{
	static struct made m[BATCH];
	struct ir_entry v[BATCH];
	struct ir_err err = IR_ERR_INIT;
	size_t n = 1 + (size_t)rand_r(&l->seed) % BATCH, pad = rand_r(&l->seed) % 16 ? 300 : 10000;
	uint32_t first = atomic_fetch_add(&l->w->given, (uint32_t)n);
	uint64_t seq;

	for (size_t i = 0; i < n; i++)
		v[i] = make(&m[i], l->number, first + (uint32_t)i, pad);
	if (ir_journal_append(j, v, n, sync, &seq, &err) < 0) {
		if (!l->test.no_lock)
			fprintf(stderr, "# writer %d: %s\n", l->number, err.msg);
		return false;
	}
	acknowledge(l->w, first, n, seq, sync);
	return true;
}

static struct ir_journal *
open_it(const struct ir_journal_test *test)
{
	struct ir_journal_opts o = { .dir = dir, .keep_days = -1, .lock_ms = 20000, .test = test };
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal *j = ir_journal_open(&o, &err);

	if (!j)
		printf("Bail out! %s\n", err.msg), exit(1);
	return j;
}

/* For those who are born from now on. */
static void
set_day(size_t i)
{
	setenv("IR_TEST_NOW", ir_asprintf(&arena, "%sT12:00:00Z", days[i]), 1);
}

static bool
may_go_on(const struct writer *w, uint32_t most)
{
	return w->given + BATCH <= (most < TOKENS ? most : TOKENS);
}

/* Append until killed, or until so many tokens are used. */
static _Noreturn void
live(int number, unsigned seed, bool no_lock, uint32_t most)
{
	struct life l = { .w = &shared->w[number], .number = number, .seed = seed };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	l.test = (struct ir_journal_test){ .phase = enter, .arg = &l, .no_lock = no_lock };
	struct ir_journal *j = open_it(&l.test);
	while (may_go_on(l.w, most)) {
		l.test.split = split(&l.seed);
		if (!append_some(j, &l, rand_r(&l.seed) % 4 == 0))
			_exit(1);
	}
	while (most == UINT32_MAX)
		pause();
	_exit(0);
}

static pid_t
begin(int number, unsigned seed, bool no_lock, uint32_t most)
{
	fflush(NULL);
	shared->w[number].phase = IR_JOURNAL_UNLOCKED;
	pid_t pid = fork();

	if (pid < 0)
		scratch_die("fork");
	if (pid == 0)
		live(number, seed, no_lock, most);
	return pid;
}

/* What is in the journal at the end. */

struct tally {
	uint32_t seen[WRITERS][TOKENS];
	uint64_t seq[WRITERS][TOKENS];
	size_t lines, errors;
};

static void
tally_line(struct tally *t, const char *line)
{
	const char *subject = strstr(line, "\"subject\":\"w");
	unsigned writer, n;
	unsigned long long seq;

	t->lines++;
	t->errors += strstr(line, "\"record\":{\"kind\":\"error\"") != NULL;
	if (!subject || sscanf(subject, "\"subject\":\"w%u-%u\"", &writer, &n) != 2 || writer >= WRITERS ||
	    n >= TOKENS || sscanf(line, "{\"seq\":%llu,", &seq) != 1)
		return;
	t->seen[writer][n]++;
	t->seq[writer][n] = seq;
}

static struct tally *
tally(void)
{
	struct tally *t = calloc(1, sizeof(*t));
	char *line = NULL;
	size_t size = 0;

	for (int i = 0; t && i < DAYS; i++) {
		FILE *f = fopen(ir_asprintf(&arena, "%s/%s.jsonl", dir, days[i]), "r");

		while (f && getline(&line, &size, f) > 0)
			tally_line(t, line);
		if (f)
			fclose(f);
	}
	free(line);
	if (!t)
		scratch_die("memory");
	return t;
}

struct verdict {
	size_t acknowledged, lost, misplaced, twice, unacknowledged;
};

/* Compare with what was acknowledged; as on disk, when `synced`. */
static struct verdict
compare(const struct tally *t, bool synced)
{
	struct verdict v = { .lost = 0 };

	for (int w = 0; w < WRITERS; w++) {
		for (uint32_t n = 0; n < TOKENS; n++) {
			uint64_t seq = synced && !shared->w[w].synced[n] ? 0 : shared->w[w].seq[n];

			v.acknowledged += seq != 0;
			v.lost += seq && t->seen[w][n] == 0;
			v.misplaced += seq && t->seen[w][n] == 1 && t->seq[w][n] != seq;
			v.twice += t->seen[w][n] > 1;
			v.unacknowledged += !seq && t->seen[w][n] > 0;
		}
	}
	return v;
}

/* Every hundredth acknowledged record by its id. Returns how many are not found, once and through the index. */
static size_t
not_found(void)
{
	struct ir_journal *j = open_it(NULL);
	size_t missing = 0, k = 0;

	for (int w = 0; w < WRITERS; w++) {
		for (uint32_t n = 0; n < TOKENS; n++) {
			struct made m;
			struct ir_found *f;

			if (!shared->w[w].seq[n] || k++ % 100)
				continue;
			make(&m, w, n, 0);
			int found = ir_journal_find(j, &arena, m.id, 10, &f, NULL);
			missing += found != 1 || f[0].seq != shared->w[w].seq[n];
		}
	}
	ir_journal_close(j);
	return missing;
}

static int
verify(struct ir_journal_state *st)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal *j = open_it(NULL);
	int rc = ir_journal_verify(j, st, &err);

	ir_journal_close(j);
	if (rc < 0)
		printf("# %s\n", err.msg);
	return rc;
}

static void
fresh(const char *name)
{
	dir = scratch_dir(&arena, name);
	memset(shared, 0, sizeof(*shared));
}

/* Another writer, whom nobody kills: it mends what the last kill left. */
static void
append_last(void)
{
	struct ir_journal *j = open_it(NULL);
	static struct made m;
	struct ir_entry e = make(&m, 99, 0, 0);
	struct ir_err err = IR_ERR_INIT;

	OK(ir_journal_append(j, &e, 1, false, NULL, &err) == 0, "who comes next can append: %s", err.msg);
	ir_journal_close(j);
}

/* Lose all that was not made durable. */
static void
power_fails(void)
{
	for (int i = 0; i < DAYS; i++) {
		const char *base = ir_asprintf(&arena, "%s/%s", dir, days[i]),
			   *path = ir_asprintf(&arena, "%s.jsonl", base);
		struct stat st;

		if (stat(path, &st) < 0)
			continue;
		if (!shared->named[i])
			remove(path);
		else if (st.st_size > shared->durable[i] && truncate(path, shared->durable[i]) < 0)
			scratch_die(path);
	}
}

/* A thousand kills. */

static const char *const phase_names[IR_JOURNAL_PHASES] = {
	[IR_JOURNAL_UNLOCKED] = "without the lock",
	[IR_JOURNAL_LOCKED] = "looking at the tail",
	[IR_JOURNAL_SET_ASIDE] = "torn line set aside",
	[IR_JOURNAL_CUT] = "torn line cut off",
	[IR_JOURNAL_WRITING] = "before the write",
	[IR_JOURNAL_HALF] = "in the midst of the write",
	[IR_JOURNAL_WRITTEN] = "written, not synced",
	[IR_JOURNAL_SYNCED] = "synced, not in the index",
	[IR_JOURNAL_INDEXED] = "before the lock is let go",
};

struct killing {
	pid_t pid[WRITERS];
	unsigned seed;
	size_t kills, wanted, hit[IR_JOURNAL_PHASES];
	bool died; /* of something else */
};

static bool
every_phase(const struct killing *k)
{
	for (int i = 0; i < IR_JOURNAL_PHASES; i++) {
		if (k->hit[i] < EACH_PHASE)
			return false;
	}
	return true;
}

/* Anyone; mostly the one who has the lock just now, since the others only wait. */
static int
choose(struct killing *k)
{
	int i = rand_r(&k->seed) % WRITERS;

	for (int n = 0; n < WRITERS && rand_r(&k->seed) % 64; n++, i = (i + 1) % WRITERS) {
		if (shared->w[i].phase != IR_JOURNAL_UNLOCKED)
			break;
	}
	return i;
}

static void
kill_one(struct killing *k, bool replace)
{
	int i, status;

	if (replace)
		pause_us(rand_r(&k->seed) % 1500);
	i = choose(k);
	for (int n = 0; n < WRITERS && !k->pid[i]; n++)
		i = (i + 1) % WRITERS;
	kill(k->pid[i], SIGKILL);
	if (waitpid(k->pid[i], &status, 0) != k->pid[i] || !WIFSIGNALED(status))
		k->died = true;
	k->kills++;
	k->hit[shared->w[i].phase]++;
	k->pid[i] = replace ? begin(i, (unsigned)rand_r(&k->seed), false, UINT32_MAX) : 0;
}

static void
kill_many(struct killing *k)
{
	set_day(0);
	for (int i = 0; i < WRITERS; i++)
		k->pid[i] = begin(i, (unsigned)rand_r(&k->seed), false, UINT32_MAX);
	while (!k->died && (k->kills < k->wanted || (!every_phase(k) && k->kills < KILLS_MOST + k->wanted))) {
		kill_one(k, true);
		if (k->kills < k->wanted && k->kills % (k->wanted / DAYS) == 0)
			set_day(k->kills / (k->wanted / DAYS));
	}
	for (int i = 0; i < WRITERS; i++)
		kill_one(k, false);
}

static void
judge(const struct verdict *v, const char *after)
{
	OK(v->acknowledged > 0, "%s: %zu records were acknowledged", after, v->acknowledged);
	IS_INT((int64_t)v->lost, 0, "%s: none of them is lost", after);
	IS_INT((int64_t)v->misplaced, 0, "%s: each has the number it was given", after);
	IS_INT((int64_t)v->twice, 0, "%s: none is there twice", after);
	printf("# %zu more were written and not acknowledged\n", v->unacknowledged);
}

static void
test_kills(size_t kills, unsigned seed)
{
	struct killing k = { .seed = seed, .wanted = kills };
	struct ir_journal_state st;

	printf("# seed %u\n", seed);
	fresh("kills");
	kill_many(&k);
	OK(!k.died, "writers end by being killed, and by nothing else");
	OK(k.kills >= kills, "%zu kills", k.kills);
	for (int i = 0; i < IR_JOURNAL_PHASES; i++)
		OK(k.hit[i] >= EACH_PHASE, "of them %zu %s", k.hit[i], phase_names[i]);
	append_last();
	IS_INT(verify(&st), 0, "the chain holds");
	OK(st.torn > 0, "over %" PRIu64 " records in %zu segments, with %zu torn lines", st.records, st.segments,
	    st.torn);

	struct tally *t = tally();
	struct verdict v = compare(t, false);
	judge(&v, "after the kills");
	IS_INT((int64_t)t->lines, (int64_t)st.records, "each line was looked at");
	OK(t->errors >= st.torn, "the chain knows of each torn line");
	IS_INT((int64_t)not_found(), 0, "acknowledged records are found by their ids");
	free(t);

	power_fails();
	append_last();
	IS_INT(verify(&st), 0, "the chain holds when the power fails after the last kill");
	t = tally();
	v = compare(t, true);
	judge(&v, "after the power failed");
	OK(shared->syncs > 0, "there were %" PRId64 " syncs", (int64_t)shared->syncs);
	free(t);
}

/* Controls: what the test sees when the lock or the sync is taken out. */

/* Looks on while others write; what it sees must always be sound. */
static pid_t
begin_looking(void)
{
	fflush(NULL);
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		struct ir_journal_opts o = { .dir = dir, .readonly = true, .lock_ms = 20000 };
		struct ir_journal *j = ir_journal_open(&o, NULL);
		struct ir_journal_state st;
		struct ir_err err = IR_ERR_INIT;

		if (!j || ir_journal_verify(j, &st, &err) < 0) {
			fprintf(stderr, "# looking on: %s\n", err.msg);
			_exit(1);
		}
		ir_journal_close(j);
		shared->looks++;
	}
}

static bool
end_looking(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
}

static int
crowd(bool no_lock, struct verdict *v)
{
	struct ir_journal_state st;
	int status;
	pid_t pid[WRITERS];

	fresh(no_lock ? "no-lock" : "with-lock");
	set_day(0);
	pid_t looker = no_lock ? 0 : begin_looking();
	for (int i = 0; i < WRITERS; i++)
		pid[i] = begin(i, (unsigned)i + 1, no_lock, 200);
	for (int i = 0; i < WRITERS; i++)
		waitpid(pid[i], &status, 0);
	if (looker)
		OK(end_looking(looker) && shared->looks > 0,
		    "whoever looks on sees a chain that holds, %" PRId64 " times", (int64_t)shared->looks);
	int rc = verify(&st);
	struct tally *t = tally();
	*v = compare(t, false);
	free(t);
	return rc;
}

static void
test_lock(void)
{
	struct verdict v;

	IS_INT(crowd(false, &v), 0, "with the lock, the chain of a crowd holds");
	OK(v.acknowledged >= WRITERS * (200 - BATCH) && v.lost == 0 && v.misplaced == 0 && v.twice == 0,
	    "and all %zu records are there", v.acknowledged);
	IS_INT(crowd(true, &v), -1, "control: without the lock it does not hold");
	OK(v.lost + v.misplaced > 0, "control: %zu records are lost, %zu have another number", v.lost, v.misplaced);
}

static struct verdict
outage(const char *name, bool no_sync)
{
	struct life l = { .w = &shared->w[0], .seed = 7, .test = { .no_sync = no_sync } };
	struct ir_journal_state st;

	fresh(name);
	for (size_t d = 0; d < DAYS; d++) {
		set_day(d);
		struct ir_journal *j = open_it(&l.test);
		for (int i = 0; i < 25; i++)
			append_some(j, &l, i % 3 == 0);
		ir_journal_close(j);
	}
	power_fails();
	append_last();
	OK(no_sync || verify(&st) == 0, "%s: the chain holds", name);
	struct tally *t = tally();
	struct verdict v = compare(t, true);
	free(t);
	return v;
}

static void
test_sync(void)
{
	struct verdict v = outage("power", false);

	OK(v.acknowledged > 0 && v.lost == 0, "of %zu records acknowledged as synced none is lost with the power",
	    v.acknowledged);
	v = outage("power-no-sync", true);
	OK(v.lost > 0, "control: without the sync %zu of %zu are", v.lost, v.acknowledged);
}

int
main(void)
{
	const char *soak = getenv("IR_SOAK");
	size_t times = soak && *soak ? (size_t)strtoul(soak, NULL, 10) : 1;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		scratch_die("mmap");
	setlinebuf(stdout);
	scratch_new(&arena);
	test_kills(KILLS * (times ? times : 1), (unsigned)ir_mono_us());
	test_lock();
	test_sync();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
