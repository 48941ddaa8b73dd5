/*
 * journal - any bytes as a segment and its index: looked through without a crash, with the index as without it; and
 * what verifies can be appended to and verifies again
 *
 * Input: a byte (bit 0: append on the day after), two bytes (length of the index), the index, the segment.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "rec/journal.h"

#define DAY "2026-02-01"
#define ID "chk-00000000"
#define NEW "chk-7k3f2q8m"

static char dir[256];

static void
clear(void)
{
	DIR *d = opendir(dir);

	for (struct dirent *e; d && (e = readdir(d));)
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
}

static void
leave(void)
{
	clear();
	rmdir(dir);
}

static void
make_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/ir-fuzz.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	HOLDS(mkdtemp(dir));
	atexit(leave);
}

static void
put(const char *name, const uint8_t *data, size_t n)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	HOLDS(fd >= 0 && write(fd, data, n) == (ssize_t)n && close(fd) == 0);
}

static void
take_away(const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	HOLDS(unlink(path) == 0);
}

static int
show(void *arg, const char *record, size_t len)
{
	(void)arg;
	HOLDS(strnlen(record, len) <= len && record[len] == '\0');
	return 0;
}

static struct ir_journal *
open_it(bool readonly)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal *j = ir_journal_open(&(struct ir_journal_opts){ .dir = dir, .readonly = readonly }, &err);

	HOLDS(j);
	return j;
}

static int
find(struct ir_journal *j, const char *id)
{
	struct ir_arena arena = { .blocks = NULL };
	struct ir_err err = IR_ERR_INIT;
	struct ir_found *f;
	int n = ir_journal_find(j, &arena, id, 1000, &f, &err);

	for (int i = 0; i < n; i++)
		HOLDS(f[i].record[f[i].len] == '\0' &&
		      (i == 0 || f[i].seq != f[i - 1].seq || f[i].record != f[i - 1].record));
	ir_arena_done(&arena);
	return n;
}

static int
verify(struct ir_journal *j)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal_state st;
	int rc = ir_journal_verify(j, &st, &err);

	HOLDS(rc == 0 || err.code == IR_DATA);
	return rc;
}

/* Only looking. 0 when the chain holds. */
static int
look(int *found)
{
	struct ir_journal *j = open_it(true);
	struct ir_err err = IR_ERR_INIT;
	int rc = verify(j);

	*found = find(j, ID);
	HOLDS(*found >= 0 && ir_journal_recent(j, NULL, 100, show, NULL, &err) == 0);
	ir_journal_close(j);
	return rc;
}

static void
append(bool sound, int found)
{
	static const char record[] = "{\"kind\":\"check\",\"v\":1,\"id\":\"" NEW "\",\"run\":\"run-00000001\"}";
	struct ir_entry e = { .record = record, .len = sizeof(record) - 1, .kind = "check", .id = NEW, .key = "" };
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal *j = open_it(false);
	int rc = ir_journal_append(j, &e, 1, false, NULL, &err);

	HOLDS(rc == 0 ? find(j, NEW) >= 1 : err.code == IR_IO);
	if (sound)
		HOLDS(rc == 0 && verify(j) == 0 && find(j, ID) == found);
	ir_journal_close(j);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t flags = fuzz_number(&data, &size, 1), n = fuzz_number(&data, &size, 2);
	int with, without;

	if (!*dir)
		make_dir();
	clear();
	if (n > size)
		n = size;
	setenv("IR_TEST_NOW", flags & 1 ? "2026-02-02T12:00:00Z" : "2026-02-01T12:00:00Z", 1);
	put(DAY ".jsonl", data + n, size - n);
	put(DAY ".idx", data, n);
	int rc = look(&with);
	take_away(DAY ".idx");
	/* Of a segment that was changed behind its index, the index may know what cannot be seen any more. */
	HOLDS(look(&without) == rc && (rc != 0 || with == without));
	put(DAY ".idx", data, n);
	append(rc == 0, with);
	return 0;
}
