/* text - rows for people: tab-separated in a pipe, aligned and cut to the width on a terminal */
#include "base/clock.h"
#include "base/num.h"
#include "base/utf8.h"
#include "rec/render.h"
#include "rec/when.h"

#define GAP "  "
#define CUT "…"
enum {
	GAP_WIDTH = 2,
	SUMMARY_AMPLE = 56, /* beyond it, the end of a summary gives way before a subject does */
	SUMMARY_GOOD = 40,  /* what a summary should keep */
	SUMMARY_FAIR = 24,
	SUMMARY_LEAST = 10,
	SUBJECT_LONG = 24, /* a longer subject gives way before the summary does */
	SUBJECT_FAIR = 16,
	SUBJECT_LEAST = 12,
	TEXT_LEAST = 8, /* what any other text keeps */
};

/* in a pipe */

static void
line_in_pipe(struct ir_render *r, const struct ir_rec *rec)
{
	for (size_t i = 0; r->columns[i]; i++) {
		const char *sgr =
		    strcmp(r->columns[i], "status") == 0 ? ir_term_status(&r->term, ir_rec_str(rec, "status")) : "";

		if (i)
			ir_buf_addc(&r->buf, '\t');
		ir_buf_adds(&r->buf, sgr);
		ir_rec_cell(rec, r->columns[i], 0, &r->buf);
		ir_buf_adds(&r->buf, *sgr ? ir_term_reset(&r->term) : "");
	}
	ir_buf_addc(&r->buf, '\n');
}

/* on a terminal */

struct column {
	const char *key, *head; /* key NULL: the age of the time before it */
	size_t width, whole;    /* as it is shown; as it would be uncut */
	bool right;             /* all numbers */
	bool text;              /* may be cut */
	bool off;               /* there is no room for it */
};

struct cell {
	size_t off, len, width; /* in table.text */
};

struct table {
	struct ir_arena arena;
	struct column *cols;
	size_t ncols, n;
	struct cell *cells; /* n times ncols */
	struct ir_buf text;
};

static const char *
heading(const char *key)
{
	const struct ir_col *c = ir_kind_col(NULL, key);

	for (size_t i = 0; !c && ir_kinds[i]; i++)
		c = ir_kind_col(ir_kinds[i], key);
	return c ? c->head : key;
}

static void
add_column(struct table *t, const char *key, const char *head, bool right, bool text)
{
	size_t width = ir_utf8_width(head, strlen(head));

	t->cols[t->ncols++] = (struct column){ key, head, width, width, right, text, false };
}

static bool
all_numbers(const struct ir_rec *recs, size_t n, const char *key)
{
	bool some = false;

	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_object_get(recs[i].obj, key);

		if (v && !json_is_null(v) && !json_is_number(v))
			return false;
		some |= json_is_number(v);
	}
	return some;
}

static void
make_columns(struct table *t, const struct ir_render *r, const struct ir_rec *recs, size_t n)
{
	size_t count = 0;

	while (r->columns[count])
		count++;
	t->cols = IR_NEW_N(&t->arena, struct column, 2 * count + 1);
	for (size_t i = 0; i < count; i++) {
		const char *key = r->columns[i];
		bool right = all_numbers(recs, n, key);
		bool fixed = right || strcmp(key, "id") == 0 || strcmp(key, "time") == 0 ||
			     strcmp(key, "status") == 0 || strcmp(key, "counts") == 0;

		add_column(t, key, heading(key), right, !fixed);
		if (strcmp(key, "time") == 0)
			add_column(t, NULL, "AGE", true, false);
	}
}

static void
add_cell_text(struct table *t, const struct ir_render *r, const struct ir_rec *rec, const char *key)
{
	int64_t ms = IR_TIME_NONE;
	char word[IR_WHEN_MAX], age[IR_NUM_MAX];

	if (!key || strcmp(key, "time") == 0)
		ms = ir_rec_time(rec);
	if (!key)
		ir_buf_adds(&t->text, ms == IR_TIME_NONE ? "-" : ir_format_age(age, r->now_ms - ms));
	else if (ms != IR_TIME_NONE)
		ir_buf_adds(&t->text, ir_when(word, ms, r->now_ms));
	else
		ir_rec_cell(rec, key, 1, &t->text);
}

static void
make_cells(struct table *t, const struct ir_render *r, const struct ir_rec *recs, size_t n)
{
	t->n = n;
	t->cells = IR_NEW_N(&t->arena, struct cell, n * t->ncols);
	for (size_t i = 0; i < n * t->ncols; i++) {
		struct column *col = &t->cols[i % t->ncols];
		struct cell *c = &t->cells[i];

		c->off = t->text.len;
		add_cell_text(t, r, &recs[i / t->ncols], col->key);
		c->len = t->text.len - c->off;
		c->width = ir_utf8_width(t->text.data + c->off, c->len);
		if (c->width > col->width)
			col->width = col->whole = c->width;
	}
}

static size_t
total_width(const struct table *t)
{
	size_t sum = 0;

	for (size_t i = 0; i < t->ncols; i++)
		sum += t->cols[i].off ? 0 : t->cols[i].width + (i ? GAP_WIDTH : 0);
	return sum;
}

/* Take from the columns named key (NULL: every other text) what is too much, down to least. */
static void
give_way(struct table *t, size_t width, const char *key, size_t least)
{
	for (size_t i = 0; i < t->ncols; i++) {
		struct column *c = &t->cols[i];
		size_t sum = total_width(t), over = sum > width ? sum - width : 0;

		if (!c->text || c->width <= least)
			continue;
		if (key ? strcmp(c->key, key) != 0 : !strcmp(c->key, "summary") || !strcmp(c->key, "subject"))
			continue;
		c->width -= over < c->width - least ? over : c->width - least;
	}
}

/* What went gave more than was needed: the summary says most. */
static void
take_back(struct table *t, size_t width)
{
	for (size_t i = 0; i < t->ncols; i++) {
		struct column *c = &t->cols[i];
		size_t sum = total_width(t), left = sum < width ? width - sum : 0;

		if (c->text && c->width < c->whole && strcmp(c->key, "summary") == 0)
			c->width += left < c->whole - c->width ? left : c->whole - c->width;
	}
}

/* The age says again what the time says. */
static void
drop_age(struct table *t, size_t width)
{
	for (size_t i = 0; i < t->ncols; i++)
		t->cols[i].off |= !t->cols[i].key && total_width(t) > width;
}

/* What is there to be glanced at goes before the words do. */
static void
drop_counts(struct table *t, size_t width)
{
	for (size_t i = 0; i < t->ncols; i++) {
		if (t->cols[i].key && strcmp(t->cols[i].key, "counts") == 0)
			t->cols[i].off = total_width(t) > width;
	}
}

static void
fit(struct table *t, size_t width, bool given)
{
	give_way(t, width, "summary", SUMMARY_AMPLE);
	give_way(t, width, "subject", SUBJECT_LONG);
	give_way(t, width, "summary", SUMMARY_GOOD);
	give_way(t, width, NULL, SUBJECT_LONG);
	drop_age(t, width);
	if (!given)
		drop_counts(t, width);
	give_way(t, width, "subject", SUBJECT_FAIR);
	give_way(t, width, NULL, TEXT_LEAST);
	give_way(t, width, "summary", SUMMARY_FAIR);
	give_way(t, width, "subject", SUBJECT_LEAST);
	give_way(t, width, "summary", SUMMARY_LEAST);
	give_way(t, width, "subject", TEXT_LEAST);
	take_back(t, width);
}

static void
pad(struct ir_buf *b, size_t n)
{
	static const char spaces[] = "                ";

	for (; n > sizeof(spaces) - 1; n -= sizeof(spaces) - 1)
		ir_buf_add(b, spaces, sizeof(spaces) - 1);
	ir_buf_add(b, spaces, n);
}

/* The end of s, at most width of its columns; *used gets how many. */
static const char *
tail_of(const char *s, size_t n, size_t width, size_t *used)
{
	*used = ir_utf8_width(s, n);
	while (*used > width) {
		size_t len = ir_utf8_len(s, n);

		*used -= ir_utf8_width(s, len);
		s += len;
		n -= len;
	}
	return s;
}

/* Add s cut to max columns: at its end, or in its middle, where a subject says least (a short one: at its beginning, where all say the same).
 * Returns the columns taken. */
static size_t
add_cut(struct ir_buf *b, const char *s, size_t n, size_t max, bool middle)
{
	size_t head, tail = 0, len;
	const char *rest = s + n;

	if (max == 0)
		return 0;
	if (middle)
		rest = tail_of(s, n, max > SUBJECT_FAIR ? 2 * (max - 1) / 3 : max - 1, &tail);
	len = ir_utf8_fit(s, n, max - 1 - tail, &head);
	ir_buf_add(b, s, len);
	ir_buf_adds(b, CUT);
	ir_buf_add(b, rest, (size_t)(s + n - rest));
	return head + 1 + tail;
}

/* One cell of text at column *at, never beyond width. */
static void
put_cell(struct ir_buf *b, const struct column *col, const char *text, const struct cell *c, bool last, size_t width,
    size_t *at)
{
	size_t room = width > *at ? width - *at : 0, max = col->width < room ? col->width : room;
	size_t fill = c->width < max ? max - c->width : 0, w = c->width;

	if (col->right)
		pad(b, fill);
	if (c->width <= max)
		ir_buf_add(b, text + c->off, c->len);
	else
		w = add_cut(b, text + c->off, c->len, max, col->key && strcmp(col->key, "subject") == 0);
	*at += col->right ? fill + w : w;
	if (!last && !col->right && max > w) {
		pad(b, max - w);
		*at += max - w;
	}
}

static void
put_gap(struct ir_buf *b, size_t width, size_t *at)
{
	if (*at + GAP_WIDTH < width)
		ir_buf_adds(b, GAP);
	*at += GAP_WIDTH;
}

static void
put_header(struct ir_render *r, const struct table *t)
{
	size_t at = 0;

	ir_buf_adds(&r->buf, ir_term_bold(&r->term));
	for (size_t i = 0; i < t->ncols; i++) {
		const char *head = t->cols[i].head;
		struct cell c = { 0, strlen(head), ir_utf8_width(head, strlen(head)) };

		if (t->cols[i].off)
			continue;
		if (i)
			put_gap(&r->buf, r->term.width, &at);
		put_cell(&r->buf, &t->cols[i], head, &c, i + 1 == t->ncols, r->term.width, &at);
	}
	ir_buf_adds(&r->buf, ir_term_reset(&r->term));
	ir_buf_addc(&r->buf, '\n');
}

static const char *
color_of(const struct ir_render *r, const struct column *col, const struct ir_rec *rec)
{
	if (!col->key)
		return ir_term_dim(&r->term);
	return strcmp(col->key, "status") == 0 ? ir_term_status(&r->term, ir_rec_str(rec, "status")) : "";
}

static void
put_row(struct ir_render *r, const struct table *t, size_t row, const struct ir_rec *rec)
{
	size_t at = 0;

	for (size_t i = 0; i < t->ncols; i++) {
		const struct cell *c = &t->cells[row * t->ncols + i];
		const char *sgr = color_of(r, &t->cols[i], rec);

		if (t->cols[i].off)
			continue;
		if (i)
			put_gap(&r->buf, r->term.width, &at);
		ir_buf_adds(&r->buf, sgr);
		put_cell(&r->buf, &t->cols[i], t->text.data, c, i + 1 == t->ncols, r->term.width, &at);
		ir_buf_adds(&r->buf, *sgr ? ir_term_reset(&r->term) : "");
	}
	ir_buf_addc(&r->buf, '\n');
}

/* No column gets narrower than it was in the rows before. */
static void
keep_widths(struct ir_render *r, struct table *t, bool done)
{
	for (size_t i = 0; i < t->ncols && i < IR_RENDER_WIDTHS; i++) {
		if (done)
			r->widths[i] = t->cols[i].width;
		else if (t->cols[i].width < r->widths[i])
			t->cols[i].width = r->widths[i];
	}
}

static void
on_terminal(struct ir_render *r, const struct ir_rec *recs, size_t n)
{
	struct table t = { 0 };

	ir_buf_init(&t.text, r->buf.cap);
	make_columns(&t, r, recs, n);
	make_cells(&t, r, recs, n);
	keep_widths(r, &t, false);
	fit(&t, r->term.width, r->columns_given);
	keep_widths(r, &t, true);
	if (r->header && !r->header_done)
		put_header(r, &t);
	r->header_done = true;
	for (size_t i = 0; i < n; i++)
		put_row(r, &t, i, &recs[i]);
	ir_buf_done(&t.text);
	ir_arena_done(&t.arena);
}

static void
text_recs(struct ir_render *r, const struct ir_rec *recs, size_t n)
{
	if (r->term.width) {
		on_terminal(r, recs, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		line_in_pipe(r, &recs[i]);
}

const struct ir_renderer ir_render_text = {
	.name = "text",
	.doc = "aligned columns on a terminal, tab-separated ones in a pipe",
	.recs = text_recs,
};
