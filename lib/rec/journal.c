/*
 * journal - its directory, its files and its lock
 */
#include "rec/journal_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

enum { NAMES_MAX = 100000 };

/* Make path and its parents; a new directory's name is synced into the one above. */
static int
make_dirs(const char *path)
{
	char buf[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(buf))
		return errno = ENAMETOOLONG, -1;
	memcpy(buf, path, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (buf[i] != '/' && buf[i] != '\0')
			continue;
		buf[i] = '\0';
		if (mkdir(buf, 0700) < 0 && errno != EEXIST && errno != EISDIR)
			return -1;
		buf[i] = path[i];
	}
	return 0;
}

static void
sync_parent(int dirfd)
{
	IR_CLOSE int up = openat(dirfd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (up >= 0)
		fsync(up);
}

static int
judge_dir(struct ir_journal *j, struct ir_err *err)
{
	struct stat st;

	if (fstat(j->dirfd, &st) < 0)
		return ir_fail(err, IR_IO, "journal '%s': %s", j->dir, strerror(errno));
	if (st.st_mode & 022) {
		ir_fail(err, IR_IO, "journal '%s': others may write to it", j->dir);
		return ir_hint(err, "look at what is in it, then run chmod 700 '%s'", j->dir);
	}
	if (j->o.readonly)
		return 0;
	if (st.st_uid != geteuid()) {
		ir_fail(err, IR_IO, "journal '%s': belongs to another user", j->dir);
		return ir_hint(err, "set IR_JOURNAL to a directory of your own");
	}
	if ((st.st_mode & 077) && fchmod(j->dirfd, 0700) < 0)
		return ir_fail(err, IR_IO, "journal '%s': %s", j->dir, strerror(errno));
	return 0;
}

static int
open_dir(struct ir_journal *j, struct ir_err *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

	j->dirfd = open(j->dir, flags);
	if (j->dirfd < 0 && errno == ENOENT) {
		if (j->o.readonly)
			return 0;
		if (make_dirs(j->dir) == 0 && (j->dirfd = open(j->dir, flags)) >= 0)
			sync_parent(j->dirfd);
	}
	if (j->dirfd < 0) {
		ir_fail(err, IR_IO, "journal '%s': %s", j->dir, strerror(errno));
		return ir_hint(err, "set IR_JOURNAL to a directory that can be written, or to off");
	}
	return judge_dir(j, err);
}

/* Open a file of the directory, which must be a plain one and, to write to it, ours alone. */
static int
open_name(struct ir_journal *j, const char *name, int flags, struct ir_err *err)
{
	struct stat st;
	int fd = openat(j->dirfd, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);

	if (fd < 0) {
		int gone = errno == ENOENT;

		ir_fail(err, IR_IO, "journal '%s/%s': %s", j->dir, name,
		    errno == ELOOP ? "is a symbolic link" : strerror(errno));
		return gone ? JOURNAL_GONE : -1;
	}
	if (fstat(fd, &st) < 0)
		ir_fail(err, IR_IO, "journal '%s/%s': %s", j->dir, name, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		ir_fail(err, IR_IO, "journal '%s/%s': is not a regular file", j->dir, name);
	else if ((flags & O_ACCMODE) != O_RDONLY && (st.st_mode & 077) && fchmod(fd, 0600) < 0)
		ir_fail(err, IR_IO, "journal '%s/%s': others may read or write it, and it cannot be changed: %s",
		    j->dir, name, strerror(errno));
	else
		return fd;
	close(fd);
	return -1;
}

int
journal_open_file(struct ir_journal *j, const char *day, const char *what, int flags, struct ir_err *err)
{
	char name[JOURNAL_NAME];

	snprintf(name, sizeof(name), "%s.%s", day, what);
	return open_name(j, name, flags, err);
}

int64_t
journal_size(int fd, const char *day, struct ir_err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return ir_fail(err, IR_IO, "journal '%s.jsonl': %s", day, strerror(errno));
	return st.st_size;
}

int
journal_pread(int fd, void *p, size_t n, int64_t off)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(fd, (char *)p + done, n - done, off + (int64_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			if (got == 0)
				errno = ENODATA;
			return -1;
		}
		done += (size_t)got;
	}
	return 0;
}

/* The lock's file is still the one of that name: not removed while somebody waits for it. */
static bool
lock_is_named(struct ir_journal *j)
{
	struct stat a, b;

	return fstat(j->lockfd, &a) == 0 && fstatat(j->dirfd, "lock", &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	       a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int
open_lock(struct ir_journal *j, struct ir_err *err)
{
	if (j->lockfd < 0)
		j->lockfd = open_name(j, "lock", j->o.readonly ? O_RDONLY : O_RDWR | O_CREAT, err);
	if (j->lockfd < 0)
		j->lockfd = -1;
	return j->lockfd < 0 ? -1 : 0;
}

/* 1 locked, 0 somebody else has it, -1 */
static int
try_lock(struct ir_journal *j, struct ir_err *err)
{
	if (open_lock(j, err) < 0)
		return -1;
	int rc = flock(j->lockfd, LOCK_EX | LOCK_NB), code = errno;
	if (!lock_is_named(j)) {
		close(j->lockfd);
		j->lockfd = -1;
		return 0;
	}
	if (rc == 0)
		return 1;
	if (code == EWOULDBLOCK || code == EINTR)
		return 0;
	return ir_fail(err, IR_IO, "journal '%s/lock': %s", j->dir, strerror(code));
}

int
journal_lock(struct ir_journal *j, int64_t wait_ms, struct ir_err *err)
{
	int64_t deadline = ir_mono_us() + wait_ms * 1000, pause = 50;

	if (j->locked || (j->o.test && j->o.test->no_lock)) {
		j->locked++;
		return 0;
	}
	for (;;) {
		int rc = try_lock(j, err);

		if (rc < 0)
			return -1;
		if (rc > 0)
			return j->locked = 1, 0;
		int64_t left = deadline - ir_mono_us();
		if (left <= 0) {
			ir_fail(err, IR_IO, "journal '%s/lock': held by another ir command for %lld ms", j->dir,
			    (long long)wait_ms);
			return ir_hint(err, "see who has it with fuser -v '%s/lock'", j->dir);
		}
		if (pause > left)
			pause = left;
		nanosleep(&(struct timespec){ .tv_nsec = (long)pause * 1000 }, NULL);
		pause = pause < 2000 ? pause * 2 : 4000;
	}
}

void
journal_unlock(struct ir_journal *j)
{
	if (--j->locked == 0 && j->lockfd >= 0)
		flock(j->lockfd, LOCK_UN);
}

struct ir_journal *
ir_journal_open(const struct ir_journal_opts *o, struct ir_err *err)
{
	struct ir_journal *j = calloc(1, sizeof(*j));

	if (!j || !(j->dir = strdup(o->dir)))
		ir_oom();
	j->o = *o;
	j->o.dir = j->dir;
	j->dirfd = j->lockfd = -1;
	if (j->o.keep_days == 0)
		j->o.keep_days = 7;
	if (j->o.lock_ms == 0)
		j->o.lock_ms = 2000;
	if (open_dir(j, err) == 0 && (j->o.readonly || open_lock(j, err) == 0))
		return j;
	ir_journal_close(j);
	return NULL;
}

void
ir_journal_close(struct ir_journal *j)
{
	if (!j)
		return;
	if (j->share)
		j->share->done(j->share_arg);
	ir_close_p(&j->dirfd);
	ir_close_p(&j->lockfd);
	free(j->dir);
	free(j);
}

const char *
ir_journal_dir(const struct ir_journal *j)
{
	return j->dir;
}

/* "2026-02-01" and whatever follows */
static bool
begins_with_day(const char *s)
{
	for (int i = 0; i < JOURNAL_DAY; i++) {
		if (i == 4 || i == 7 ? s[i] != '-' : s[i] < '0' || s[i] > '9')
			return false;
	}
	return true;
}

uint64_t
journal_torn_seq(const char *name)
{
	const char *p = name + JOURNAL_DAY;
	uint64_t seq = 0;

	if (!begins_with_day(name) || strncmp(p, ".torn-", 6) != 0)
		return 0;
	for (p += 6; *p >= '0' && *p <= '9' && seq < UINT64_MAX / 100; p++)
		seq = seq * 10 + (uint64_t)(*p - '0');
	return *p == '\0' || *p == '.' ? seq : 0;
}

static int
compare_days(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
list_name(struct journal_list *l, const char *name)
{
	if (!begins_with_day(name))
		return;
	if (strcmp(name + JOURNAL_DAY, ".jsonl") == 0)
		ir_list_add(&l->arena, &l->days, ir_strndup(&l->arena, name, JOURNAL_DAY));
	else if (strcmp(name + JOURNAL_DAY, ".redact") == 0)
		ir_list_add(&l->arena, &l->redact, ir_strndup(&l->arena, name, JOURNAL_DAY));
	else if (journal_torn_seq(name))
		ir_list_add(&l->arena, &l->torn, ir_strdup(&l->arena, name));
}

static void
close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

int
journal_list(struct ir_journal *j, struct journal_list *l, struct ir_err *err)
{
	memset(l, 0, sizeof(*l));
	/* It was not there yet: the first command of a pipeline may be making it. */
	if (j->dirfd < 0 && open_dir(j, err) < 0)
		return -1;
	if (j->dirfd < 0)
		return 0;

	/* A descriptor of its own: the directory's offset is shared by duplicates. */
	int fd = openat(j->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	IR_CLEANUP(close_dir) DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		ir_fail(err, IR_IO, "journal '%s': %s", j->dir, strerror(errno));
		ir_close_p(&fd);
		return -1;
	}
	errno = 0;
	for (struct dirent *e; (e = readdir(d)); errno = 0) {
		list_name(l, e->d_name);
		if (l->days.n + l->torn.n > NAMES_MAX) {
			journal_list_done(l);
			return ir_fail(err, IR_IO, "journal '%s': more than %d files", j->dir, NAMES_MAX);
		}
	}
	if (errno) {
		ir_fail(err, IR_IO, "journal '%s': %s", j->dir, strerror(errno));
		journal_list_done(l);
		return -1;
	}
	if (l->days.n > 1)
		qsort(l->days.v, l->days.n, sizeof(*l->days.v), compare_days);
	return 0;
}

void
journal_list_done(struct journal_list *l)
{
	ir_arena_done(&l->arena);
	memset(l, 0, sizeof(*l));
}
