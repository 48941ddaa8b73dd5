/*
 * shared_mirror - what others wrote lately, kept here: for completion, and for when the server is away
 *
 * A line a record: its seq, its place, its id, its key ("-" for none) and the record, with a blank between two; oldest first. A line that is not of this form is passed over: it may be
 * cut, or be half of two that were written at once.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "rec/shared_priv.h"

enum {
	KEPT = 2000,
	KEPT_BYTES = 4 << 20,
	FILE_MAX = 3 * KEPT_BYTES, /* the most that is read; it is cut down long before */
	WORD_MAX = 80,
};

/* The word at *p, which is moved behind the blank that ends it. */
static bool
word(const char **p, const char *end, char out[static WORD_MAX])
{
	const char *blank = memchr(*p, ' ', (size_t)(end - *p));

	if (!blank || blank - *p >= WORD_MAX || blank == *p)
		return false;
	memcpy(out, *p, (size_t)(blank - *p));
	out[blank - *p] = '\0';
	*p = blank + 1;
	return true;
}

static bool
number(const char **p, const char *end, uint64_t *ret)
{
	char text[WORD_MAX];
	int64_t n;

	if (!word(p, end, text) || ir_parse_int(text, 0, INT64_MAX, &n, NULL) < 0)
		return false;
	*ret = (uint64_t)n;
	return true;
}

/* In place; the newline at its end becomes a NUL. */
static bool
parse(char *line, char *end, struct ir_shared_found *f)
{
	char id[WORD_MAX], key[WORD_MAX];
	const char *p = line;

	*f = (struct ir_shared_found){ .seq = 0 };
	if (!number(&p, end, &f->seq) || !number(&p, end, &f->place) || !word(&p, end, id) || !word(&p, end, key) ||
	    !ir_id_valid(id, strlen(id)) || (strcmp(key, "-") != 0 && strlen(key) != IR_SHA_HEX - 1))
		return false;
	f->record = p;
	f->len = (size_t)(end - p);
	if (f->len < 2 || p[0] != '{' || end[-1] != '}')
		return false;
	*end = '\0';
	snprintf(f->id, sizeof(f->id), "%s", id);
	snprintf(f->key, sizeof(f->key), "%s", key[0] == '-' ? "" : key);
	return true;
}

static size_t
count_lines(const char *text, size_t n)
{
	size_t lines = 0;

	for (const char *end = text + n, *nl; (nl = memchr(text, '\n', (size_t)(end - text))); text = nl + 1)
		lines++;
	return lines;
}

void
shared_mirror_read(struct ir_shared *s, struct ir_arena *arena, struct ir_shared_list *ret)
{
	size_t n = 0;
	char *text = shared_get(s, arena, "mirror", FILE_MAX, &n), *nl;

	*ret = (struct ir_shared_list){ .n = 0 };
	if (!text)
		return;
	ret->v = IR_NEW_N(arena, struct ir_shared_found, count_lines(text, n) + 1);
	for (char *end = text + n; (nl = memchr(text, '\n', (size_t)(end - text))); text = nl + 1)
		ret->n += parse(text, nl, &ret->v[ret->n]);
}

static void
add_line(struct ir_buf *b, const struct ir_shared_found *f)
{
	ir_buf_addf(b, "%llu %llu %s %s ", (unsigned long long)f->seq, (unsigned long long)f->place, f->id,
	    f->key[0] ? f->key : "-");
	ir_buf_add(b, f->record, f->len);
	ir_buf_addc(b, '\n');
}

/* Rows come newest first. */
static void
take_news(void *arg, const struct ir_pg_set *set)
{
	struct ir_buf *b = arg;
	struct ir_arena arena = { 0 };
	struct ir_shared_found f;

	for (size_t i = set->rows; i-- > 0;)
		if (shared_row(set, i, &arena, &f))
			add_line(b, &f);
	ir_arena_done(&arena);
}

/* The newest of what is there, and the new. */
static void
rewrite(struct ir_shared *s, const struct ir_buf *news)
{
	struct ir_arena arena = { 0 };
	struct ir_shared_list all;
	struct ir_buf b;
	size_t from, bytes = news->len, left = KEPT;

	shared_mirror_read(s, &arena, &all);
	for (from = all.n; from > 0 && left > 0 && bytes + all.v[from - 1].len < KEPT_BYTES; from--, left--)
		bytes += all.v[from - 1].len;
	ir_buf_init(&b, FILE_MAX);
	for (; from < all.n; from++)
		add_line(&b, &all.v[from]);
	ir_buf_add(&b, news->data, news->len);
	shared_put(s, "mirror", b.data, b.len, false, NULL);
	ir_buf_done(&b);
	ir_arena_done(&arena);
}

/* At its end, in one write; or anew, when there is too much of it. */
static void
keep(struct ir_shared *s, const struct ir_buf *news)
{
	IR_CLOSE int fd =
	    openat(s->j->dirfd, "mirror", O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (size < 0)
		return;
	if (size + (off_t)news->len > KEPT_BYTES / 2 * 3 || write(fd, news->data, news->len) != (ssize_t)news->len)
		rewrite(s, news);
}

void
shared_mirror_pull(struct ir_shared *s)
{
	struct ir_list params = { 0 };
	struct ir_arena arena = { 0 };
	struct ir_err ignored = IR_ERR_INIT;
	struct ir_buf news;

	/* shorter than it was: the server was put back */
	if (faccessat(s->j->dirfd, "mirror", F_OK, 0) < 0 || (s->last > 0 && s->last < s->seen))
		s->seen = 0;
	ir_list_add(&arena, &params, s->id);
	ir_list_add(&arena, &params, ir_asprintf(&arena, "%llu", (unsigned long long)s->seen));
	ir_list_add(&arena, &params, ir_asprintf(&arena, "%d", KEPT));
	ir_buf_init(&news, 2 * KEPT_BYTES);
	if (s->last > s->seen &&
	    shared_ask(s, "SELECT * FROM ir.news($1, $2, $3)", &params, KEPT, take_news, &news, &ignored) == 0) {
		keep(s, &news);
		s->seen = s->last;
	}
	ir_buf_done(&news);
	ir_arena_done(&arena);
}
