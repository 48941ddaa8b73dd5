/* conf - which files are read, and what their values say */
#include "conf/conf.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "conf/discover.h"
#include "conf/file.h"

enum { CONF_MAX = 1 << 20, FILES_MAX = 4 };

/* Files that were read, so that one that is found twice is read once. */
struct seen {
	dev_t dev[FILES_MAX];
	ino_t ino[FILES_MAX];
	size_t n;
};

static bool
seen_before(struct seen *s, const struct stat *st)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->dev[i] == st->st_dev && s->ino[i] == st->st_ino)
			return true;
	if (s->n < FILES_MAX) {
		s->dev[s->n] = st->st_dev;
		s->ino[s->n++] = st->st_ino;
	}
	return false;
}

/* root's own files are trusted, ours, and under sudo those of who called it. */
static bool
trusted_owner(uid_t owner)
{
	const char *sudo = getenv("SUDO_UID");
	int64_t uid;

	if (owner == 0 || owner == geteuid())
		return true;
	return geteuid() == 0 && sudo && ir_parse_int(sudo, 1, UINT_MAX, &uid, NULL) == 0 && owner == (uid_t)uid;
}

/* A configuration can name commands to run: nobody else may have written it. */
static int
check_trust(struct ir_arena *arena, const char *path, const struct stat *st, struct ir_err *err)
{
	const char *shown = ir_conf_origin(arena, path, 0);

	if (!trusted_owner(st->st_uid)) {
		ir_fail(err, IR_CONFIG, "%s: belongs to user %u, so it is not used", shown, (unsigned)st->st_uid);
		return ir_hint(err, "make it yours with chown, or name another file in IR_CONF");
	}
	if (st->st_mode & (S_IWGRP | S_IWOTH)) {
		ir_fail(err, IR_CONFIG, "%s: others may write it (mode %03o), so it is not used", shown,
		    (unsigned)st->st_mode & 0777);
		return ir_hint(err, "run: chmod go-w %s", shown);
	}
	return 0;
}

/* 1 when it is there and was read, 0 when it is not there. */
static int
read_file(
    struct ir_arena *arena, struct ir_conf *c, struct seen *seen, const char *path, bool found, struct ir_err *err)
{
	struct ir_file f;
	int there = ir_file_read(arena, path, CONF_MAX, &f, err);

	if (there <= 0)
		return there;
	if (seen_before(seen, &f.st))
		return 1;
	if (found && check_trust(arena, path, &f.st, err) < 0)
		return -1;
	return ir_conf_parse(arena, c, path, f.text, f.n, err) < 0 ? -1 : 1;
}

static const char *
join(struct ir_arena *arena, const char *dir, const char *name)
{
	return ir_asprintf(arena, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", name);
}

/* dir/ir.conf, upwards as far as top. */
static int
read_project(struct ir_arena *arena, struct ir_conf *c, struct seen *seen, const char *dir, struct ir_err *err)
{
	char *at = ir_strdup(arena, dir);
	size_t top = strlen(c->root);
	int there;

	for (;;) {
		there = read_file(arena, c, seen, join(arena, at, "ir.conf"), true, err);
		if (there || strlen(at) <= top)
			return there;
		*strrchr(at, '/') = '\0';
		if (!*at)
			at = ir_strdup(arena, "/");
	}
}

static const char *
working_dir(struct ir_arena *arena)
{
	char dir[PATH_MAX];

	return getcwd(dir, sizeof dir) && *dir == '/' ? ir_strdup(arena, dir) : NULL;
}

static int
read_only(struct ir_arena *arena, struct ir_conf *c, const char *path, struct ir_err *err)
{
	struct seen seen = { .n = 0 };
	int there = read_file(arena, c, &seen, path, false, err);

	return there ? (there > 0 ? 0 : -1) : ir_fail(err, IR_CONFIG, "IR_CONF: %s: %s", path, strerror(ENOENT));
}

int
ir_conf_read(struct ir_arena *arena, struct ir_conf **ret, struct ir_err *err)
{
	struct ir_conf *c = IR_NEW(arena, struct ir_conf);
	const char *dir = working_dir(arena), *only = getenv("IR_CONF"), *own = ir_discover_dir(arena, "config");
	struct seen seen = { .n = 0 };

	c->root = dir ? ir_discover_root(arena, dir) : NULL;
	if (!c->root)
		c->root = dir ? dir : ".";
	*ret = c;
	if (only && *only)
		return read_only(arena, c, only, err);
	if (dir && read_project(arena, c, &seen, dir, err) < 0)
		return -1;
	if (own && read_file(arena, c, &seen, join(arena, own, "ir.conf"), true, err) < 0)
		return -1;
	return read_file(arena, c, &seen, "/etc/ir.conf", true, err) < 0 ? -1 : 0;
}

/* FNV-1a */
uint32_t
ir_conf_hash(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h;
}

const struct ir_section *
ir_conf_section(const struct ir_conf *c, const char *type, const char *name)
{
	uint32_t hash = ir_conf_hash(name);

	for (size_t i = 0; c && i < c->n; i++)
		if (c->v[i].hash == hash && strcmp(c->v[i].name, name) == 0 && strcmp(c->v[i].type->name, type) == 0)
			return &c->v[i];
	return NULL;
}

const struct ir_value *
ir_conf_value(const struct ir_section *s, const char *key)
{
	for (size_t i = 0; s && i < s->n; i++)
		if (strcmp(s->v[i].key->name, key) == 0)
			return &s->v[i];
	return NULL;
}

static const struct ir_key *
table_key(const char *type, const char *key)
{
	const struct ir_section_type *t = ir_section_types;

	while (t->name && strcmp(t->name, type) != 0)
		t++;
	for (const struct ir_key *k = t->keys; k && k->name; k++)
		if (strcmp(k->name, key) == 0)
			return k;
	return NULL;
}

const char *
ir_conf_str(const struct ir_section *s, const char *type, const char *key)
{
	const struct ir_value *v = ir_conf_value(s, key);
	const struct ir_key *k = v ? v->key : table_key(type, key);

	return v ? v->text : k ? k->def : NULL;
}

int64_t
ir_conf_int(const struct ir_section *s, const char *type, const char *key)
{
	const struct ir_value *v = ir_conf_value(s, key);
	const struct ir_key *k = v ? v->key : table_key(type, key);
	const char *text = v ? v->text : k ? k->def : NULL;
	int64_t n = INT64_MIN;
	int b, bad = -1;

	if (!text)
		return INT64_MIN;
	if (k->type == IR_KEY_INT)
		bad = ir_parse_int(text, k->min, k->max, &n, NULL);
	else if (k->type == IR_KEY_MS)
		bad = ir_parse_duration(text, &n, NULL);
	else if (k->type == IR_KEY_SIZE)
		bad = ir_parse_size(text, &n, NULL);
	else if (k->type == IR_KEY_BOOL && (bad = ir_parse_bool(text, &b, NULL)) == 0)
		n = b;
	return bad ? INT64_MIN : n;
}

const struct ir_list *
ir_conf_list(const struct ir_section *s, const char *key)
{
	static const struct ir_list none;
	const struct ir_value *v = ir_conf_value(s, key);

	return v ? &v->list : &none;
}

const char *
ir_conf_origin(struct ir_arena *arena, const char *file, unsigned line)
{
	const char *dir = *file == '/' ? working_dir(arena) : NULL;
	size_t n = dir ? strlen(dir) : 0;

	if (n > 1 && strncmp(file, dir, n) == 0 && file[n] == '/')
		file += n + 1;
	return line ? ir_asprintf(arena, "%s:%u", file, line) : file;
}
