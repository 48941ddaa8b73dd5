/* detail - one record whole, for people */
#include "rec/detail.h"

#include "base/cleanup.h"
#include "base/num.h"
#include "base/utf8.h"

enum {
	TEXT_MAX = 1 << 18, /* of one member, escaped */
	LEAST_WIDTH = 20,   /* text is not wrapped narrower */
	INDENT = 2,
	GAP = 2,
	LABEL_MAX = 24,
};

struct page {
	struct ir_buf *b;
	const struct ir_term *term;
	const struct ir_rec *rec;
	int64_t now_ms;
	ir_detail_lookup *lookup;
	void *arg;
	size_t label; /* width of the longest */
};

static void
spaces(struct ir_buf *b, size_t n)
{
	while (n--)
		ir_buf_addc(b, ' ');
}

/* How many bytes of s go on a line of width columns: all, up to a space, or what fits. */
static size_t
line_length(const char *s, size_t n, size_t width)
{
	size_t used, fits = ir_utf8_fit(s, n, width, &used);

	if (fits == n)
		return n;
	for (size_t i = fits; i > fits / 2; i--)
		if (s[i] == ' ')
			return i;
	return fits ? fits : ir_utf8_len(s, n);
}

/* One line of text from outside, escaped and wrapped; lines after the first are indented. */
static void
put_wrapped(struct page *p, const char *s, size_t n, size_t indent)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf text;
	size_t width = SIZE_MAX, at = 0;

	ir_buf_init(&text, TEXT_MAX);
	ir_utf8_escape(&text, s, n);
	if (p->term->width)
		width = p->term->width > indent + LEAST_WIDTH ? p->term->width - indent : LEAST_WIDTH;
	do {
		size_t len = line_length(text.data + at, text.len - at, width);

		if (at)
			spaces(p->b, indent);
		ir_buf_add(p->b, text.data + at, len);
		ir_buf_addc(p->b, '\n');
		at += len;
		while (at < text.len && text.data[at] == ' ')
			at++;
	} while (at < text.len);
}

/* Text with line ends in it. */
static void
put_text(struct page *p, const char *s, size_t n, size_t indent)
{
	while (n && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	for (size_t at = 0, len; at <= n; at += len + 1) {
		const char *nl = memchr(s + at, '\n', n - at);

		len = nl ? (size_t)(nl - s) - at : n - at;
		if (at)
			spaces(p->b, indent);
		put_wrapped(p, s + at, len && s[at + len - 1] == '\r' ? len - 1 : len, indent);
	}
}

static size_t
indent_of(const struct page *p)
{
	return INDENT + p->label + GAP;
}

static void
put_label(struct page *p, const char *key)
{
	struct ir_buf name;
	size_t width;

	ir_buf_init(&name, 1 << 10);
	ir_utf8_escape(&name, key, strlen(key));
	width = ir_utf8_width(name.data, name.len);
	spaces(p->b, INDENT);
	ir_buf_adds(p->b, ir_term_dim(p->term));
	ir_buf_add(p->b, name.data, name.len);
	ir_buf_adds(p->b, ir_term_reset(p->term));
	spaces(p->b, (width < p->label ? p->label - width : 0) + GAP);
	ir_buf_done(&name);
}

static void
put_time(struct page *p, const char *s, int64_t ms)
{
	char age[IR_NUM_MAX];
	int64_t ago = p->now_ms - ms;

	ir_buf_addf(p->b, "%s  %s", s, ir_term_dim(p->term));
	if (ago <= -1000)
		ir_buf_addf(p->b, "in %s", ir_format_age(age, -ago));
	else
		ir_buf_addf(p->b, "%s ago", ir_format_age(age, ago < 0 ? 0 : ago));
	ir_buf_addf(p->b, "%s\n", ir_term_reset(p->term));
}

static void
put_string(struct page *p, const json_t *v)
{
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);
	int64_t ms;

	/* what says an instant in our own form holds nothing that a terminal would obey */
	if (n == strlen("2026-02-01T02:12:44.918Z") && ir_time_parse_rfc3339(s, n, &ms) == 0)
		put_time(p, s, ms);
	else
		put_text(p, s, n, indent_of(p));
}

static void
put_list(struct page *p, const char *key, const json_t *list)
{
	bool refs = strcmp(key, "refs") == 0;
	const json_t *e;
	size_t i;

	json_array_foreach(list, i, e)
	{
		const char *s = json_string_value(e), *about = refs && s && p->lookup ? p->lookup(p->arg, s) : NULL;
		char *dump = s ? NULL : json_dumps(e, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
		struct ir_buf line;

		ir_buf_init(&line, TEXT_MAX);
		ir_buf_adds(&line, s ? s : dump ? dump : "");
		ir_buf_adds(&line, about ? "  " : "");
		ir_buf_adds(&line, about ? about : "");
		if (i)
			spaces(p->b, indent_of(p));
		put_text(p, line.data, line.len, indent_of(p));
		ir_buf_done(&line);
		free(dump);
	}
}

/* Numbers are short: side by side. */
static bool
are_numbers(const json_t *list)
{
	return json_is_integer(json_array_get(list, 0));
}

static void
put_numbers(struct page *p, const char *key)
{
	struct ir_buf line;

	ir_buf_init(&line, TEXT_MAX);
	ir_rec_cell(p->rec, key, 0, &line);
	for (size_t i = 0; i < line.len; i++)
		line.data[i] = line.data[i] == ',' ? ' ' : line.data[i];
	put_text(p, line.data, line.len, indent_of(p));
	ir_buf_done(&line);
}

static void
put_other(struct page *p, const char *key, const json_t *v)
{
	char *dump = NULL;

	if (json_is_object(v))
		dump = json_dumps(v, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (dump) {
		put_text(p, dump, strlen(dump), indent_of(p));
		free(dump);
		return;
	}
	ir_rec_cell(p->rec, key, 1, p->b);
	ir_buf_addc(p->b, '\n');
}

/* Null, "" and [] say nothing. */
static bool
says_something(const json_t *v)
{
	return v && !json_is_null(v) && !(json_is_string(v) && json_string_length(v) == 0) &&
	       !(json_is_array(v) && json_array_size(v) == 0);
}

static void
put_member(struct page *p, const char *key)
{
	const json_t *v = json_object_get(p->rec->obj, key);

	if (!says_something(v))
		return;
	put_label(p, key);
	if (json_is_string(v))
		put_string(p, v);
	else if (json_is_array(v) && are_numbers(v))
		put_numbers(p, key);
	else if (json_is_array(v))
		put_list(p, key, v);
	else
		put_other(p, key, v);
}

/* The id (of start and end: the run), the status, and the summary wrapped beside them. */
static void
put_headline(struct page *p)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf id, status;
	const char *word = ir_rec_str(p->rec, "status"), *summary = ir_rec_str(p->rec, "summary");

	ir_buf_init(&id, 1 << 10);
	ir_buf_init(&status, 1 << 10);
	ir_rec_cell(p->rec, *ir_rec_str(p->rec, "id") ? "id" : "run", 0, &id);
	ir_rec_cell(p->rec, "status", 0, &status);
	ir_buf_addf(p->b, "%s%s%s  ", ir_term_bold(p->term), id.data, ir_term_reset(p->term));
	ir_buf_addf(p->b, "%s%s%s  ", ir_term_status(p->term, word), status.data, *word ? ir_term_reset(p->term) : "");
	put_wrapped(p, summary, strlen(summary),
	    ir_utf8_width(id.data, id.len) + GAP + ir_utf8_width(status.data, status.len) + GAP);
}

static const char *const first[] = { "time", "service", "subject", "env", NULL };
static const char *const last[] = { "refs", "source", "run", "kind", "v", NULL };

/* Not of the envelope, whose members are in the headline, first or last. */
static bool
is_own(const char *key)
{
	return !ir_kind_col(NULL, key);
}

static size_t
longest_label(const struct ir_rec *rec)
{
	size_t max = strlen("subject");
	const char *key;
	json_t *v;

	json_object_foreach(rec->obj, key, v)
	{
		size_t n = is_own(key) && says_something(v) ? strlen(key) : 0;

		if (n > max)
			max = n;
	}
	return max < LABEL_MAX ? max : LABEL_MAX;
}

void
ir_detail(struct ir_buf *b, const struct ir_term *term, const struct ir_rec *rec, int64_t now_ms,
    ir_detail_lookup *lookup, void *arg)
{
	struct page p = { b, term, rec, now_ms, lookup, arg, longest_label(rec) };
	const char *key;
	json_t *v;

	put_headline(&p);
	for (size_t i = 0; first[i]; i++)
		put_member(&p, first[i]);
	json_object_foreach(rec->obj, key, v) if (is_own(key)) put_member(&p, key);
	for (size_t i = 0; last[i]; i++)
		put_member(&p, last[i]);
}
