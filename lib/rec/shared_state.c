/* shared_state - who this journal is, and what of it was pushed */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "rec/shared_priv.h"

enum { FILE_MAX = 64 << 10, RAW_ID = (SHARED_ID - 1) / 2, LOCK_MS = 500 };

static int
put_failed(const struct ir_shared *s, const char *name, struct ir_err *err)
{
	return ir_fail(err, IR_IO, "journal '%s/%s': %s", s->j->dir, name, strerror(errno));
}

static int
write_whole(int fd, const char *text, size_t n, bool sync)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = write(fd, text + done, n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		done += (size_t)got;
	}
	return sync ? fsync(fd) : 0;
}

int
shared_put(struct ir_shared *s, const char *name, const char *text, size_t n, bool sync, struct ir_err *err)
{
	char tmp[JOURNAL_NAME];

	snprintf(tmp, sizeof(tmp), "%s.tmp-%ld", name, (long)getpid());
	unlinkat(s->j->dirfd, tmp, 0);
	IR_CLOSE int fd = openat(s->j->dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return put_failed(s, name, err);
	if (write_whole(fd, text, n, sync) < 0 || renameat(s->j->dirfd, tmp, s->j->dirfd, name) < 0 ||
	    (sync && fsync(s->j->dirfd) < 0)) {
		put_failed(s, name, err);
		unlinkat(s->j->dirfd, tmp, 0);
		return -1;
	}
	return 0;
}

char *
shared_get(struct ir_shared *s, struct ir_arena *arena, const char *name, size_t max, size_t *ret_n)
{
	struct stat st;
	IR_CLOSE int fd =
	    s->j->dirfd < 0 ? -1 : openat(s->j->dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < 0 || (size_t)st.st_size > max)
		return NULL;
	char *text = ir_arena_alloc(arena, (size_t)st.st_size + 1);
	if (journal_pread(fd, text, (size_t)st.st_size, 0) < 0)
		return NULL;
	*ret_n = (size_t)st.st_size;
	return text;
}

static json_t *
get_object(struct ir_shared *s, const char *name)
{
	struct ir_arena arena = { 0 };
	size_t n;
	const char *text = shared_get(s, &arena, name, FILE_MAX, &n);
	json_t *o = text ? json_loadb(text, n, 0, NULL) : NULL;

	ir_arena_done(&arena);
	return o;
}

static const char *
member(const json_t *o, const char *name)
{
	const char *v = json_string_value(json_object_get(o, name));

	return v ? v : "";
}

static uint64_t
count(const json_t *o, const char *name)
{
	json_int_t n = json_integer_value(json_object_get(o, name));

	return n > 0 ? (uint64_t)n : 0;
}

static int
put_object(struct ir_shared *s, const char *name, json_t *o, bool sync, struct ir_err *err)
{
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;

	if (!text)
		ir_oom();
	int rc = shared_put(s, name, text, strlen(text), sync, err);
	free(text);
	json_decref(o);
	return rc;
}

/* identity */

/* 1, 0 when there is none, -1 */
static int
read_identity(struct ir_shared *s, struct ir_err *err)
{
	json_t *o = get_object(s, "identity");
	const char *id = member(o, "journal");
	bool good = strlen(id) == SHARED_ID - 1 && strspn(id, "0123456789abcdef") == SHARED_ID - 1;
	struct stat st;

	if (good)
		memcpy(s->id, id, SHARED_ID);
	json_decref(o);
	if (good)
		return 1;
	if (s->j->dirfd < 0 || (fstatat(s->j->dirfd, "identity", &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT))
		return 0;
	ir_fail(err, IR_IO, "journal '%s/identity': is not what ir wrote there", s->j->dir);
	return ir_hint(err, "put it back as it was; without it, this journal begins anew in the shared one");
}

static int
make_identity(struct ir_shared *s, struct ir_err *err)
{
	unsigned char raw[RAW_ID];

	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return ir_fail(err, IR_INTERNAL, "no random bytes: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(raw); i++)
		snprintf(s->id + 2 * i, 3, "%02x", raw[i]);
	json_t *o =
	    json_pack("{s:s, s:s, s:s}", "journal", s->id, "host", s->host, "user", s->run->who ? s->run->who : "");
	int rc = put_object(s, "identity", o, true, err);
	if (rc < 0)
		s->id[0] = '\0';
	return rc;
}

int
shared_identity(struct ir_shared *s, bool make, struct ir_err *err)
{
	int rc = s->id[0] ? 1 : read_identity(s, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (!make)
		return -1;
	if (journal_lock(s->j, LOCK_MS, err) < 0)
		return -1;
	rc = read_identity(s, err);
	if (rc == 0)
		rc = make_identity(s, err);
	journal_unlock(s->j);
	return rc < 0 ? -1 : 0;
}

/* what was pushed */

static const char *
server(const struct ir_shared *s)
{
	return ir_conf_str(s->section, "journal", "url");
}

void
shared_state_read(struct ir_shared *s)
{
	if (s->read)
		return;
	s->read = true;
	json_t *o = get_object(s, "shared");
	shared_identity(s, false, NULL);
	/* of another server nothing is known */
	if (strcmp(member(o, "server"), server(s)) == 0) {
		s->pushed = count(o, "pushed");
		s->pushed_known = json_is_integer(json_object_get(o, "pushed"));
		s->began = strcmp(member(o, "journal"), s->id) == 0 ? count(o, "began") : s->pushed;
		s->seen = count(o, "seen");
		s->failed_ms = (int64_t)count(o, "failed");
		snprintf(s->why, sizeof(s->why), "%s", member(o, "why"));
		snprintf(s->hint, sizeof(s->hint), "%s", member(o, "hint"));
	}
	json_decref(o);
}

void
shared_state_write(struct ir_shared *s)
{
	json_t *o = json_pack("{s:s, s:s, s:I}", "server", server(s), "journal", s->id, "seen", (json_int_t)s->seen);

	if (s->began)
		json_object_set_new(o, "began", json_integer((json_int_t)s->began));
	if (s->pushed_known)
		json_object_set_new(o, "pushed", json_integer((json_int_t)s->pushed));
	if (s->failed_ms) {
		json_object_set_new(o, "failed", json_integer(s->failed_ms));
		json_object_set_new(o, "why", json_string(s->why));
		json_object_set_new(o, "hint", json_string(s->hint));
	}
	put_object(s, "shared", o, false, NULL);
}
