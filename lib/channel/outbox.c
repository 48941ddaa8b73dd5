/* outbox - posts that wait to be sent, a file a post and channel */
#include "channel/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/utf8.h"

enum {
	NAME_LEN = 10 + 1 + 13 + 1 + 8 + 1 + 8 + 5,
	FILE_MAX = 1 << 20,
	LOCK_MS = 2000,
	STEP_MS = 10,
	ENTRIES_MAX = IR_CHANNEL_MAX * IR_OUTBOX_MAX + 1000
};

void
ir_outbox_phase(const struct ir_outbox *o, enum ir_outbox_phase phase)
{
	if (o->test && o->test->phase)
		o->test->phase(o->test->arg, phase);
}

static void
json_done(json_t **j)
{
	json_decref(*j);
}

static int
fail_io(const struct ir_outbox *o, const char *name, struct ir_err *err)
{
	return ir_fail(err, IR_IO, "outbox '%s%s%s': %s", o->dir, *name ? "/" : "", name, strerror(errno));
}

/* ---- the directory */

int
ir_outbox_make_dirs(const char *path, bool last)
{
	char buf[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(buf))
		return errno = ENAMETOOLONG, -1;
	memcpy(buf, path, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (buf[i] != '/' && (buf[i] != '\0' || !last))
			continue;
		buf[i] = '\0';
		if (mkdir(buf, 0700) < 0 && errno != EEXIST && errno != EISDIR)
			return -1;
		buf[i] = path[i];
	}
	return 0;
}

/* What is kept there is told to people: nobody else may put something in. */
static int
judge(struct ir_outbox *o, struct ir_err *err)
{
	struct stat st;

	if (fstat(o->fd, &st) < 0)
		return fail_io(o, "", err);
	if (st.st_uid != geteuid())
		return ir_fail(err, IR_IO, "outbox '%s': belongs to another user", o->dir);
	if (st.st_mode & 022) {
		ir_fail(err, IR_IO, "outbox '%s': others may write to it", o->dir);
		return ir_hint(err, "look at what is in it, then run chmod 700 '%s'", o->dir);
	}
	if ((st.st_mode & 077) && fchmod(o->fd, 0700) < 0)
		return fail_io(o, "", err);
	return 0;
}

int
ir_outbox_open(struct ir_outbox *o, const char *dir, bool create, const struct ir_outbox_test *test, struct ir_err *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

	*o = (struct ir_outbox){ .dir = dir, .fd = open(dir, flags), .test = test };
	if (o->fd < 0 && errno == ENOENT && !create)
		return 1;
	if (o->fd < 0 && errno == ENOENT && ir_outbox_make_dirs(dir, true) == 0 && (o->fd = open(dir, flags)) >= 0) {
		IR_CLOSE int up = openat(o->fd, "..", flags);

		if (up >= 0)
			fsync(up);
	}
	if (o->fd < 0)
		return fail_io(o, "", err);
	if (judge(o, err) == 0)
		return 0;
	ir_outbox_close(o);
	return -1;
}

void
ir_outbox_close(struct ir_outbox *o)
{
	if (o->fd >= 0)
		close(o->fd);
	o->fd = -1;
}

/* ---- names */

static void
short_hash(const char *a, const char *b, char out[static IR_ID_CHARS + 1])
{
	char text[512];
	uint8_t sum[IR_SHA_BYTES];
	int n = snprintf(text, sizeof(text), "%s%c%s", a, '\n', b);

	ir_sha256(text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1, sum);
	ir_base32(sum, out);
}

static void
name_of(char out[static NAME_LEN + 1], uint64_t number, const char *channel, const char *key)
{
	char chan[IR_ID_CHARS + 1], post[IR_ID_CHARS + 1];
	int64_t now = ir_now_ms();

	short_hash(channel, "", chan);
	short_hash(channel, key, post);
	now = now < 0 ? 0 : now % INT64_C(10000000000000);
	snprintf(out, NAME_LEN + 1, "%010" PRIu64 "-%013" PRId64 "-%s-%s.json", number % UINT64_C(10000000000), now,
	    chan, post);
}

static bool
is_name(const char *s)
{
	return strlen(s) == NAME_LEN && strspn(s, "0123456789") == 10 && s[10] == '-' &&
	       strspn(s + 11, "0123456789") == 13 && s[24] == '-' && s[33] == '-' &&
	       strcmp(s + NAME_LEN - 5, ".json") == 0;
}

int64_t
ir_outbox_since(const char *name)
{
	return (int64_t)strtoull(name + 11, NULL, 10);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static DIR *
open_list(struct ir_outbox *o)
{
	int fd = openat(o->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (!d && fd >= 0)
		close(fd);
	return d;
}

int
ir_outbox_list(
    struct ir_outbox *o, struct ir_arena *arena, const char *channel, struct ir_list *ret, struct ir_err *err)
{
	char chan[IR_ID_CHARS + 1];
	const size_t most = channel ? 2 * IR_OUTBOX_MAX : ENTRIES_MAX;
	DIR *d = open_list(o);
	size_t seen = 0;

	*ret = (struct ir_list){ 0 };
	if (!d)
		return fail_io(o, "", err);
	short_hash(channel ? channel : "", "", chan);
	for (const struct dirent *e; seen++ < ENTRIES_MAX && ret->n < most && (e = readdir(d));)
		if (is_name(e->d_name) && (!channel || memcmp(e->d_name + 25, chan, IR_ID_CHARS) == 0))
			ir_list_add(arena, ret, ir_strdup(arena, e->d_name));
	closedir(d);
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_name);
	return 0;
}

const char *
ir_outbox_find(struct ir_outbox *o, struct ir_arena *arena, const char *channel, const char *key)
{
	char name[NAME_LEN + 1];
	struct ir_list all;

	if (ir_outbox_list(o, arena, channel, &all, NULL) < 0)
		return NULL;
	name_of(name, 0, channel, key);
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(all.v[i] + 25, name + 25) == 0)
			return all.v[i];
	return NULL;
}

/* ---- the directory's lock */

static int
lock_dir(struct ir_outbox *o, struct ir_err *err)
{
	int fd = openat(o->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		fail_io(o, "lock", err);
		return -1;
	}
	for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += STEP_MS) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || waited >= LOCK_MS) {
			ir_fail(err, IR_IO, "outbox '%s': its lock cannot be had: %s", o->dir, strerror(errno));
			close(fd);
			return -1;
		}
		nanosleep(&(struct timespec){ .tv_nsec = STEP_MS * 1000000 }, NULL);
	}
	return fd;
}

/* Under the lock: what others were killed over. Others' names are left alone. */
static void
sweep(struct ir_outbox *o)
{
	DIR *d = open_list(o);
	size_t seen = 0;

	if (!d)
		return;
	for (const struct dirent *e; seen++ < ENTRIES_MAX && (e = readdir(d));) {
		size_t n = strlen(e->d_name);

		if (n == NAME_LEN + 4 && strcmp(e->d_name + NAME_LEN, ".tmp") == 0)
			unlinkat(o->fd, e->d_name, 0);
	}
	closedir(d);
}

/* ---- a post as JSON */

static json_t *
text_json(const char *s)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b = { 0 };

	if (!s)
		return json_null();
	ir_buf_init(&b, 4 * IR_CHANNEL_TEXT);
	ir_utf8_clean(&b, s, strnlen(s, IR_CHANNEL_TEXT));
	return json_stringn(b.data, ir_utf8_cut(b.data, b.len, IR_CHANNEL_TEXT));
}

static json_t *
list_json(const struct ir_list *l)
{
	json_t *a = json_array();

	for (size_t i = 0; l && i < l->n; i++)
		json_array_append_new(a, text_json(l->v[i]));
	return a;
}

static char *
encode(const struct ir_outbox_post *p)
{
	IR_CLEANUP(json_done) json_t *o = json_object();
	const struct ir_channel_msg *m = &p->msg;

	json_object_set_new(o, "v", json_integer(1));
	json_object_set_new(o, "channel", text_json(p->channel));
	json_object_set_new(o, "key", text_json(m->key));
	json_object_set_new(o, "title", text_json(m->title));
	json_object_set_new(o, "text", text_json(m->text));
	json_object_set_new(o, "severity", text_json(m->severity));
	json_object_set_new(o, "incident", text_json(m->incident));
	json_object_set_new(o, "env", text_json(m->env));
	json_object_set_new(o, "footer", text_json(m->footer));
	json_object_set_new(o, "time_ms", json_integer(m->time_ms));
	json_object_set_new(o, "first", json_boolean(m->first));
	json_object_set_new(o, "repeat", json_boolean(m->repeat));
	json_object_set_new(o, "threads", list_json(m->threads));
	json_object_set_new(o, "tries", json_integer(p->tries));
	json_object_set_new(o, "refused", json_integer(p->refused));
	json_object_set_new(o, "unclear", json_integer(p->unclear));
	json_object_set_new(o, "first_tried_ms", json_integer(p->first_tried_ms));
	json_object_set_new(o, "not_before_ms", json_integer(p->not_before_ms));
	json_object_set_new(o, "sending", json_boolean(p->sending));
	json_object_set_new(o, "aside", json_boolean(p->aside));
	json_object_set_new(o, "why", text_json(p->why));
	return json_dumps(o, JSON_COMPACT);
}

static const char *
get_text(struct ir_arena *arena, const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s && *s ? ir_strdup(arena, s) : NULL;
}

static int
get_count(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n < 0 ? 0 : n > 1000000 ? 1000000 : (int)n;
}

static int
decode(struct ir_arena *arena, const char *text, size_t n, struct ir_outbox_post *p)
{
	IR_CLEANUP(json_done) json_t *o = json_loadb(text, n, 0, NULL);
	struct ir_channel_msg *m = &p->msg;
	const json_t *threads = json_object_get(o, "threads");

	if (!json_is_object(o) || json_integer_value(json_object_get(o, "v")) != 1)
		return -1;
	p->channel = get_text(arena, o, "channel");
	*m = (struct ir_channel_msg){ .title = get_text(arena, o, "title"), .text = get_text(arena, o, "text") };
	m->key = get_text(arena, o, "key");
	m->severity = get_text(arena, o, "severity");
	m->incident = get_text(arena, o, "incident");
	m->env = get_text(arena, o, "env");
	m->footer = get_text(arena, o, "footer");
	m->time_ms = json_integer_value(json_object_get(o, "time_ms"));
	m->first = json_is_true(json_object_get(o, "first"));
	m->repeat = json_is_true(json_object_get(o, "repeat"));
	for (size_t i = 0; i < json_array_size(threads) && i < 2 * IR_CHANNEL_MAX; i++)
		if (json_string_value(json_array_get(threads, i)))
			ir_list_add(
			    arena, &p->threads, ir_strdup(arena, json_string_value(json_array_get(threads, i))));
	p->tries = get_count(o, "tries");
	p->refused = get_count(o, "refused");
	p->unclear = get_count(o, "unclear");
	p->first_tried_ms = json_integer_value(json_object_get(o, "first_tried_ms"));
	p->not_before_ms = json_integer_value(json_object_get(o, "not_before_ms"));
	p->sending = json_is_true(json_object_get(o, "sending"));
	p->aside = json_is_true(json_object_get(o, "aside"));
	p->why = get_text(arena, o, "why");
	m->title = m->title ? m->title : "";
	m->text = m->text ? m->text : "";
	return p->channel && m->key ? 0 : -1;
}

/* ---- files */

static int
write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		p += put;
		n -= (size_t)put;
	}
	return fsync(fd);
}

static const char *
tmp_of(char out[static NAME_LEN + 5], const char *name)
{
	snprintf(out, NAME_LEN + 5, "%s.tmp", name);
	return out;
}

/* Written, synced, not renamed. Returns it, locked; -1. */
static int
write_tmp(struct ir_outbox *o, const struct ir_outbox_post *p, struct ir_err *err)
{
	char tmp[NAME_LEN + 5];
	IR_FREE char *text = encode(p);
	int fd = openat(o->fd, tmp_of(tmp, p->name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		fail_io(o, tmp, err);
		return -1;
	}
	if (text && flock(fd, LOCK_EX | LOCK_NB) == 0 && write_all(fd, text, strlen(text)) == 0)
		return fd;
	fail_io(o, tmp, err);
	unlinkat(o->fd, tmp, 0);
	close(fd);
	return -1;
}

static int
rename_tmp(struct ir_outbox *o, const char *name, struct ir_err *err)
{
	char tmp[NAME_LEN + 5];

	if (renameat(o->fd, tmp_of(tmp, name), o->fd, name) == 0)
		return 0;
	fail_io(o, name, err);
	unlinkat(o->fd, tmp, 0);
	return -1;
}

/* ---- keeping */

static bool
is_there(const struct ir_list *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i] + 25, name + 25) == 0)
			return true;
	return false;
}

static bool
is_full(const struct ir_list *all, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		n += memcmp(all->v[i] + 25, name + 25, IR_ID_CHARS) == 0;
	return n >= IR_OUTBOX_MAX;
}

/* Names for those that are not there yet, and have room. */
static int
plan(struct ir_outbox *o, struct ir_arena *arena, const struct ir_channel_msg *msg, const char *const *channels,
    size_t n, struct ir_outbox_post *v, size_t *ret, bool *full, struct ir_err *err)
{
	struct ir_list all;
	uint64_t number = 0;

	*ret = 0;
	if (ir_outbox_list(o, arena, NULL, &all, err) < 0)
		return -1;
	if (all.n)
		number = strtoull(all.v[all.n - 1], NULL, 10);
	for (size_t i = 0; i < n; i++) {
		char name[NAME_LEN + 1];

		name_of(name, number + 1, channels[i], msg->key);
		full[i] = false;
		if (is_there(&all, name))
			continue;
		full[i] = is_full(&all, name);
		if (full[i])
			continue;
		number++;
		v[(*ret)++] = (struct ir_outbox_post){
			.name = ir_strdup(arena, name), .channel = channels[i], .fd = -1, .msg = *msg
		};
	}
	return 0;
}

static int
add_all(struct ir_outbox *o, struct ir_outbox_post *v, size_t n, struct ir_err *err)
{
	size_t named = 0;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = v[i].fd = write_tmp(o, &v[i], err);
		rc = rc < 0 ? -1 : 0;
		ir_outbox_phase(o, IR_OUTBOX_WRITTEN);
	}
	for (; named < n && rc == 0; named += rc == 0) {
		rc = rename_tmp(o, v[named].name, err);
		ir_outbox_phase(o, IR_OUTBOX_NAMED);
	}
	if (rc == 0 && fsync(o->fd) < 0)
		rc = fail_io(o, "", err);
	for (size_t i = 0; i < n; i++) {
		char tmp[NAME_LEN + 5];

		if (rc < 0 && v[i].fd >= 0)
			unlinkat(o->fd, i < named ? v[i].name : tmp_of(tmp, v[i].name), 0);
		ir_outbox_release(&v[i]);
	}
	return rc;
}

int
ir_outbox_add(struct ir_outbox *o, const struct ir_channel_msg *msg, const char *const *channels, size_t n, bool *full,
    struct ir_err *err)
{
	IR_CLEANUP(ir_arena_done) struct ir_arena arena = { 0 };
	struct ir_outbox_post *v = IR_NEW_N(&arena, struct ir_outbox_post, n);
	IR_CLOSE int lock = lock_dir(o, err);
	int rc;

	if (lock < 0)
		return -1;
	ir_outbox_phase(o, IR_OUTBOX_KEEPING);
	sweep(o);
	rc = plan(o, &arena, msg, channels, n, v, &n, full, err);
	if (rc == 0)
		rc = add_all(o, v, n, err);
	if (rc == 0)
		ir_outbox_phase(o, IR_OUTBOX_KEPT);
	return rc;
}

/* ---- sending */

/* Is it still the file of that name? */
static bool
is_current(const struct ir_outbox *o, const char *name, int fd)
{
	struct stat mine, named;

	return fstat(fd, &mine) == 0 && fstatat(o->fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

static int
read_post(struct ir_outbox *o, struct ir_arena *arena, struct ir_outbox_post *p, struct ir_err *err)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	char part[8192];
	ssize_t n;

	ir_buf_init(&b, FILE_MAX);
	while ((n = read(p->fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno != EINTR)
			return fail_io(o, p->name, err);
		if (n > 0)
			ir_buf_add(&b, part, (size_t)n);
	}
	if (!b.full && decode(arena, b.data, b.len, p) == 0)
		return 1;
	ir_fail(err, IR_DATA, "outbox '%s/%s' is damaged: it is no post", o->dir, p->name);
	return ir_hint(err, "look at it, then remove it");
}

static int
lock_post(struct ir_outbox *o, const char *name, struct ir_err *err)
{
	int fd = openat(o->fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? -2 : fail_io(o, name, err);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	return errno == EWOULDBLOCK || errno == EINTR ? -3 : fail_io(o, name, err);
}

int
ir_outbox_take(
    struct ir_outbox *o, struct ir_arena *arena, const char *name, struct ir_outbox_post *p, struct ir_err *err)
{
	int rc;

	*p = (struct ir_outbox_post){ .name = name, .fd = lock_post(o, name, err) };
	if (p->fd < 0) {
		rc = p->fd == -2 ? 0 : p->fd == -3 ? 2 : -1;
		p->fd = -1;
		return rc;
	}
	/* it was written anew, or removed, between its opening and its lock */
	if (!is_current(o, name, p->fd)) {
		ir_outbox_release(p);
		return 2;
	}
	rc = read_post(o, arena, p, err);
	if (rc < 0)
		ir_outbox_release(p);
	p->msg.threads = &p->threads;
	if (rc == 1)
		ir_outbox_phase(o, IR_OUTBOX_TAKEN);
	return rc;
}

int
ir_outbox_write(struct ir_outbox *o, struct ir_outbox_post *p, struct ir_err *err)
{
	IR_CLOSE int lock = lock_dir(o, err);
	int fd;

	if (lock < 0)
		return -1;
	sweep(o);
	fd = write_tmp(o, p, err);
	if (fd < 0)
		return -1;
	if (rename_tmp(o, p->name, err) < 0) {
		close(fd);
		return -1;
	}
	close(p->fd);
	p->fd = fd;
	return fsync(o->fd) < 0 ? fail_io(o, p->name, err) : 0;
}

int
ir_outbox_remove(struct ir_outbox *o, struct ir_outbox_post *p, struct ir_err *err)
{
	int rc = unlinkat(o->fd, p->name, 0) < 0 && errno != ENOENT ? fail_io(o, p->name, err) : 0;

	if (rc == 0 && fsync(o->fd) < 0)
		rc = fail_io(o, "", err);
	ir_outbox_release(p);
	return rc;
}

void
ir_outbox_release(struct ir_outbox_post *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}
