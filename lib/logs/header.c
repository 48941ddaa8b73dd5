/* header - what loggers put between the time and the message, taken off piece by piece */
#include "logs/header.h"

#include "logs/fold.h"
#include "logs/fold_kind.h"
#include "logs/skeleton.h"

enum { PIECES = 12, BRACKET_MAX = 200, AHEAD = 4 };

struct reader {
	const char *p;
	size_t n, at;
	struct ir_header *h;
	bool tagged; /* a program's name and a colon were there: only a level may follow */
	bool logger;
	size_t brackets;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_name_char(char c)
{
	return is_digit(c) || is_upper(c) || is_lower(c) || strchr("_.-/$@#+", c);
}

static size_t
skip_blanks(const char *p, size_t n, size_t i)
{
	while (i < n && is_blank(p[i]))
		i++;
	return i;
}

static size_t
word_end(const char *p, size_t n, size_t i)
{
	while (i < n && !is_blank(p[i]))
		i++;
	return i;
}

static bool
all_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(p[i]))
			return false;
	}
	return n > 0;
}

/* ---- levels */

static size_t
letters_end(const char *p, size_t n, size_t i)
{
	while (i < n && (is_upper(p[i]) || is_lower(p[i])))
		i++;
	return i;
}

/* A level word at i, as a word of its own: how sure depends on how it is written. Returns its end, or 0. */
static size_t
level_word(const char *p, size_t n, size_t i, enum ir_log_level *level)
{
	size_t end = letters_end(p, n, i);

	if (end == i || (end < n && (is_digit(p[end]) || p[end] == '_' || p[end] == '.')))
		return 0;
	*level = ir_level_word(p + i, end - i);
	return *level ? end : 0;
}

static bool
all_upper(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_upper(p[i]))
			return false;
	}
	return n > 1;
}

static void
set_logger(struct reader *r, size_t from, size_t end)
{
	if (!r->h->logger.p)
		r->h->logger = (struct ir_span){ r->p + from, end - from };
	r->logger = true;
}

/* What begins there decided. */
static void
saw(const struct reader *r, size_t at)
{
	if (r->h->seen <= at)
		r->h->seen = at + 1;
}

static bool
something_left(const struct reader *r, size_t i)
{
	return skip_blanks(r->p, r->n, i) < r->n;
}

/* "KeyError: x", "Caused by: x", "panic: x": a stack trace begins so, and these words are the message's own. */
static bool
begins_trace(const struct reader *r)
{
	switch (ir_fold_class(r->p + r->at, r->n - r->at) & IR_FOLD_KIND) {
	case IR_KIND_STRONG:
	case IR_KIND_WEAK:
	case IR_KIND_THREAD:
	case IR_KIND_UNHANDLED:
	case IR_KIND_CAUSE:
	case IR_KIND_SUPPRESSED:
	case IR_KIND_PY_FATAL:
	case IR_KIND_PY_GROUP:
	case IR_KIND_GO_PANIC:
	case IR_KIND_GOROUTINE:
	case IR_KIND_RUST_PANIC:
	case IR_KIND_RUST_OLD:
	case IR_KIND_RAILS_ERROR:
	case IR_KIND_PHP_FATAL:
		return true;
	}
	return false;
}

/* "ERROR", "error:", "Error -", "info  ": a level that stands there as one. */
static bool
take_level(struct reader *r)
{
	enum ir_log_level level;
	const char *p = r->p;
	size_t end = level_word(p, r->n, r->at, &level), after;
	bool sure;

	if (end == 0 || r->h->level || !something_left(r, end))
		return false;
	after = end < r->n ? (size_t)(unsigned char)p[end] : 0;
	sure = all_upper(p + r->at, end - r->at) &&
	       (is_blank((char)after) || after == ':' || after == '|' || after == '/' || after == '[' || after == '-' ||
		   after == ']' || after == ',');
	if (!sure && after == ':' && end + 1 < r->n && is_blank(p[end + 1]))
		sure = true;
	if (!sure && is_blank((char)after) && end + 1 < r->n &&
	    (is_blank(p[end + 1]) || p[end + 1] == '[' || p[end + 1] == '|' || p[end + 1] == '-' || p[end] == '\t'))
		sure = true;
	if (!sure)
		return false;
	/* Go's own word, as the exception of other languages. */
	if (!all_upper(p + r->at, end - r->at) && begins_trace(r))
		return false;
	/* "error: x" is the message's own word where nothing stands before it. */
	if (r->at == 0 && !all_upper(p, end))
		return false;
	r->h->level = level;
	while (end < r->n && (p[end] == ':' || p[end] == '|' || p[end] == ']' || p[end] == '/' || p[end] == ','))
		end++;
	r->at = end;
	return true;
}

/* ---- brackets */

static size_t
bracket_end(const struct reader *r)
{
	char close = r->p[r->at] == '[' ? ']' : r->p[r->at] == '(' ? ')' : r->p[r->at] == '<' ? '>' : '\0';
	size_t depth = 0, stop = r->n < r->at + BRACKET_MAX ? r->n : r->at + BRACKET_MAX;

	for (size_t i = r->at; close && i < stop; i++) {
		if (r->p[i] == r->p[r->at])
			depth++;
		else if (r->p[i] == close && --depth == 0)
			return i;
	}
	if (close && stop < r->n)
		saw(r, stop); /* with shorter numbers it may end */
	return 0;
}

/* A UUID may be without a digit, and is as others all the same. */
static bool
has_digit_or_dash(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_digit(p[i]) || (p[i] == '-' && i >= 8 && ir_skeleton_uuid(p, n, i - 8, 8)))
			return true;
	}
	return n == 1 && p[0] == '-';
}

/* Blank-separated words that all hold digits, or a dash; or one word; or "pid 12:tid 34". */
static bool
is_context(const char *p, size_t n)
{
	size_t words = 0, plain = 0;

	for (size_t i = skip_blanks(p, n, 0); i < n; i = skip_blanks(p, n, i)) {
		size_t end = word_end(p, n, i);

		words++;
		plain += !has_digit_or_dash(p + i, end - i);
		i = end;
	}
	if (words <= 1)
		return true;
	return plain == 0 || (words <= 3 && n > 4 && memcmp(p, "pid ", 4) == 0);
}

static enum ir_log_level
level_inside(const char *p, size_t n)
{
	size_t from = skip_blanks(p, n, 0);

	for (size_t i = n; i > from; i--) {
		if (p[i - 1] == ':' || p[i - 1] == '=') {
			from = i;
			break;
		}
	}
	while (n > from && is_blank(p[n - 1]))
		n--;
	return ir_level_word(p + from, n - from);
}

static bool
take_bracket(struct reader *r)
{
	size_t end = bracket_end(r), from = r->at + 1;
	enum ir_log_level level;

	if (end == 0 || !something_left(r, end + 1) || r->brackets == 4)
		return false;
	level = level_inside(r->p + from, end - from);
	if (level && r->h->level)
		level = IR_LEVEL_NONE;
	if (level) {
		r->h->level = level;
	} else {
		if (r->tagged || r->p[r->at] == '<' || !is_context(r->p + from, end - from))
			return false;
		/* Without a time, a bracket is a header only when a level comes with it. */
		if (!r->h->stamped && !r->h->level)
			return false;
		if (r->p[r->at] == '(' && !r->h->level)
			return false;
	}
	r->brackets++;
	r->at = end + 1;
	while (r->at < r->n && r->p[r->at] == ':')
		r->at++;
	return true;
}

/* ---- names */

/* "sshd[123]:" "kernel:" "crond(pam_unix)[12]:" at i. Returns the end, past the colon, or 0. bare: only letters before the colon. */
static size_t
tag_end(const struct reader *r, size_t i, size_t *name_end, bool *has_pid)
{
	const char *p = r->p;
	size_t k = i;

	*has_pid = false;
	while (k < r->n && (is_name_char(p[k]) || (p[k] == ':' && k + 1 < r->n && p[k + 1] == ':' && k > i)))
		k += p[k] == ':' ? 2 : 1;
	*name_end = k;
	if (k == i)
		return 0;
	if (k < r->n && p[k] == '(') {
		while (k < r->n && p[k] != ')' && !is_blank(p[k]))
			k++;
		if (k < r->n && p[k] == ')')
			k++;
	}
	if (k < r->n && p[k] == '[') {
		size_t from = ++k;
		bool number = true;

		for (; k < r->n && (is_name_char(p[k]) || p[k] == ':'); k++)
			number &= is_digit(p[k]) || p[k] == ':' || p[k] == '.';
		if (k == from || k == r->n || p[k] != ']')
			return 0;
		*has_pid = is_digit(p[from]) && number; /* Celery's tasks: shop.charge[0f5e…] */
		saw(r, from);
		k++;
	}
	if (*has_pid && (k == r->n || is_blank(p[k])))
		return k;
	if (k >= r->n || p[k] != ':' || (k + 1 < r->n && !is_blank(p[k + 1])))
		return 0;
	saw(r, i);
	return is_digit(p[i]) && !*has_pid ? 0 : k + 1;
}

/* syslog: a host, perhaps a bare word, the program and its process. */
static bool
take_tag(struct reader *r)
{
	size_t i = r->at;

	for (size_t words = 0; words < 3 && i < r->n; words++) {
		size_t name_end;
		bool has_pid;
		size_t end = tag_end(r, i, &name_end, &has_pid);

		if (end > 0 && something_left(r, end) &&
		    (has_pid || words <= (r->h->level && r->h->level_at < 0 ? 0u : 1u))) {
			enum ir_log_level level = ir_level_word(r->p + i, name_end - i);

			if (!has_pid && (level || begins_trace(r)))
				return false;
			set_logger(r, i, name_end);
			r->at = end;
			r->tagged = true;
			return true;
		}
		i = skip_blanks(r->p, r->n, word_end(r->p, r->n, i));
	}
	return false;
}

/* A number, or hex digits that a skeleton does not tell from one. */
static bool
is_number(const char *p, size_t n)
{
	size_t len;

	return n > 0 && (is_digit(p[0]) || ir_skeleton_number(p, n, &len));
}

/* A name that looks like a logger's: with dots or colons inside, or CamelCase. */
static bool
is_logger_name(const char *p, size_t n)
{
	bool inner = false, camel = false;

	for (size_t i = 0; i < n; i++) {
		if (!is_name_char(p[i]) && p[i] != ':' && p[i] != '[' && p[i] != ']')
			return false;
		/* A host and its port. */
		if (p[i] == ':' && is_number(p + i + 1, n - i - 1))
			return false;
		inner |= i > 0 && i + 1 < n && (p[i] == '.' || p[i] == ':' || p[i] == '$') &&
			 !is_number(p + i + 1, n - i - 1);
		camel |= i > 0 && is_upper(p[i]) && is_lower(p[i - 1]);
	}
	return (inner || camel) && !is_digit(p[0]) && p[0] != '/' && p[0] != '[';
}

/* "c.e.App - x" "c.e.App : x" "c.e.App: x"; after a level a dotted name alone is one, too. */
static bool
take_logger(struct reader *r)
{
	const char *p = r->p;
	size_t end = word_end(p, r->n, r->at), next = skip_blanks(p, r->n, end), stop = end;
	bool marked;

	if (r->logger || r->tagged || end == r->at || next >= r->n)
		return false;
	if (p[stop - 1] == ':' || p[stop - 1] == ',')
		stop--;
	marked = next + 1 < r->n && (p[next] == '-' || p[next] == ':' || p[next] == '|') && is_blank(p[next + 1]);
	if (marked) {
		for (size_t i = r->at; i < end; i++) {
			if (!is_name_char(p[i]) && p[i] != ':' && p[i] != '[' && p[i] != ']')
				return false;
		}
		if (!r->h->stamped && !r->h->level)
			return false;
		set_logger(r, r->at, end);
		r->at = next + 1;
		return true;
	}
	if (!r->h->level || !is_logger_name(p + r->at, stop - r->at) || begins_trace(r))
		return false;
	set_logger(r, r->at, stop);
	r->at = end;
	r->tagged = p[end - 1] == ':';
	return true;
}

static bool
is_source_file(const char *ext, size_t n)
{
	static const char *const known[] = { "c", "cc", "cpp", "cxx", "h", "hpp", "go", "py", "rb", "js", "ts", "java",
		"kt", "scala", "rs", "php", "cs", "ex", "erl", "m", "mm", "swift", "pl", "lua", "tsx", "mjs", NULL };

	for (const char *const *k = known; *k; k++) {
		if (strlen(*k) == n && memcmp(*k, ext, n) == 0)
			return true;
	}
	return false;
}

/* "file.go:12]" "main.c:33:" "(app.py:12)" at i: where it ends, or 0. */
static size_t
place_end(const struct reader *r, size_t i)
{
	const char *p = r->p;
	size_t dot = 0;

	for (; i < r->n && is_name_char(p[i]); i++) {
		if (p[i] == '.')
			dot = i;
	}
	if (dot == 0 || i + 1 >= r->n || p[i] != ':' || !is_digit(p[i + 1]) ||
	    !is_source_file(p + dot + 1, i - dot - 1))
		return 0;
	for (i++; i < r->n && is_digit(p[i]); i++)
		;
	if (i < r->n && (p[i] == ']' || p[i] == ':' || p[i] == ')'))
		i++;
	return i < r->n && !is_blank(p[i]) ? 0 : i;
}

static bool
take_place(struct reader *r)
{
	size_t end = place_end(r, r->at);

	if (end == 0 || !something_left(r, end) || (!r->h->stamped && !r->h->level))
		return false;
	r->at = end;
	return true;
}

/* ---- what leads to a level */

/* Numbers and short upper-case words, up to a level in capitals: "12345 INFO", "RAS KERNEL INFO", "user@db ERROR:", "1702 2395 D Tag". */
static bool
take_to_level(struct reader *r)
{
	const char *p = r->p;
	size_t i = r->at;

	if (r->h->level || r->tagged)
		return false;
	for (size_t words = 0; words < AHEAD && i < r->n; words++) {
		size_t end = word_end(p, r->n, i);
		enum ir_log_level level = IR_LEVEL_NONE;
		size_t stop = level_word(p, r->n, i, &level);

		if (words > 0 && stop > 0 && all_upper(p + i, stop - i) &&
		    (stop == end || p[stop] == ':' || p[stop] == '|' || p[stop] == '/')) {
			if (!all_digits(r->p + r->at, word_end(p, r->n, r->at) - r->at))
				set_logger(r, r->at, word_end(p, r->n, r->at));
			r->at = i;
			return take_level(r);
		}
		if (words > 0 && end == i + 1 && is_upper(p[i]) && ir_level_letter(p[i]) && is_digit(p[r->at])) {
			r->h->level = ir_level_letter(p[i]);
			r->at = end;
			return true;
		}
		if (is_lower(p[i])) {
			bool marked = false;

			for (size_t k = i; k < end; k++)
				marked |= is_digit(p[k]) || p[k] == '@' || p[k] == '.' || p[k] == '_';
			if (words > 0 || (!marked && !(r->h->stamped))) {
				saw(r, i); /* an id, and others begin with a digit? */
				return false;
			}
		}
		i = skip_blanks(p, r->n, end);
	}
	return false;
}

/* A process id before a bracket or dashes: "123 --- [main]". */
static bool
take_pid(struct reader *r)
{
	size_t end = word_end(r->p, r->n, r->at), next = skip_blanks(r->p, r->n, end);

	if (!r->h->stamped || !all_digits(r->p + r->at, end - r->at) || next + 2 >= r->n)
		return false;
	if (r->p[next] != '[' && memcmp(r->p + next, "---", 3) != 0 && place_end(r, next) == 0)
		return false;
	r->at = end;
	return true;
}

/* "stdout F " of CRI. */
static bool
take_cri(struct reader *r)
{
	const char *s = r->p + r->at;
	size_t left = r->n - r->at;

	if (left < 9 || (memcmp(s, "stdout ", 7) != 0 && memcmp(s, "stderr ", 7) != 0) ||
	    (s[7] != 'F' && s[7] != 'P') || !is_blank(s[8]))
		return false;
	r->at += 8;
	return true;
}

static bool
take_separator(struct reader *r)
{
	const char *p = r->p;
	size_t i = r->at;

	while (i < r->n && (p[i] == '-' || p[i] == '|' || p[i] == ':' || p[i] == '>'))
		i++;
	if (i == r->at || i >= r->n || (!is_blank(p[i]) && p[r->at] != '|') || !(r->h->stamped || r->h->level))
		return false;
	if (i - r->at > 1 && p[r->at] == '-' && r->tagged)
		return false;
	r->at = i;
	return true;
}

/* Redis: "12:M 03 May 2024 01:02:03.123 * x". */
static bool
take_mark(struct reader *r)
{
	enum ir_log_level level;

	if (r->h->level || r->h->stamp_at < 4 || r->at + 2 >= r->n || !is_blank(r->p[r->at + 1]) ||
	    !strchr(".-*#", r->p[r->at]))
		return false;
	level = ir_level_letter(r->p[r->at]);
	if (!level || r->p[r->h->stamp_at - 3] != ':' || !is_upper(r->p[r->h->stamp_at - 2]))
		return false;
	r->h->level = level;
	r->at++;
	return true;
}

/* "chrome.exe - x", "chrome.exe *64 - x": a program, and a dash. */
static bool
take_program(struct reader *r)
{
	const char *p = r->p;
	size_t i = r->at;

	if (!r->h->stamped || r->logger || r->h->level || r->tagged)
		return false;
	for (size_t words = 0; words < 2; words++) {
		size_t end = word_end(p, r->n, i);

		i = skip_blanks(p, r->n, end);
		if (end == i || i + 2 >= r->n)
			return false;
		if (p[i] == '-' && is_blank(p[i + 1])) {
			set_logger(r, r->at, end);
			r->at = i + 1;
			return true;
		}
	}
	return false;
}

/* "web_1  | ", which docker compose puts before each line. */
static size_t
take_compose(const char *p, size_t n, struct ir_header *h)
{
	size_t i = 0, digits, bar;

	while (i < n && i < 64 && is_name_char(p[i]) && p[i] != '/')
		i++;
	for (digits = i; digits > 0 && is_digit(p[digits - 1]); digits--)
		;
	bar = skip_blanks(p, n, i);
	if (digits == i || digits < 2 || (p[digits - 1] != '_' && p[digits - 1] != '-') || bar == i || bar + 2 >= n ||
	    p[bar] != '|' || p[bar + 1] != ' ')
		return 0;
	h->logger = (struct ir_span){ p, i };
	return bar + 2;
}

static void
take_pieces(struct reader *r)
{
	for (size_t pieces = 0; pieces < PIECES; pieces++) {
		size_t before = r->at;
		bool took;

		r->at = skip_blanks(r->p, r->n, r->at);
		if (r->at >= r->n) {
			r->at = before;
			break;
		}
		took = take_mark(r) || take_cri(r) || take_level(r) ||
		       (strchr("[(<", r->p[r->at]) ? take_bracket(r) : false) || take_separator(r) || take_place(r) ||
		       take_pid(r);
		if (!took && !r->tagged)
			took = take_to_level(r) || take_logger(r) || (r->h->stamped && take_tag(r)) || take_program(r);
		if (!took) {
			r->at = before;
			break;
		}
	}
}

/* ---- before the time */

static size_t
take_priority(const char *p, size_t n, struct ir_header *h)
{
	long pri = 0;
	size_t i = 1;

	if (n < 3 || p[0] != '<')
		return 0;
	for (; i < n && i < 4 && is_digit(p[i]); i++)
		pri = pri * 10 + (p[i] - '0');
	if (i == 1 || i >= n || p[i] != '>' || pri > 191)
		return 0;
	h->level = ir_level_pri(pri);
	h->level_at = 1;
	i++;
	if (i + 1 < n && p[i] == '1' && is_blank(p[i + 1]))
		i += 2;
	return i;
}

/* Levels that stand before the time: "ERROR 2024-…", "[INFO] 2024-…", klog's letter. */
static void
level_before(const char *p, struct ir_header *h)
{
	size_t n = h->stamp_at;

	if (n > 0 && is_upper(p[n - 1]) && (n == 1 || is_blank(p[n - 2]))) {
		h->level = ir_level_letter(p[n - 1]);
		return;
	}
	for (size_t i = 0; i < n && !h->level; i++) {
		enum ir_log_level level;
		size_t end = is_upper(p[i]) || is_lower(p[i]) ? level_word(p, n, i, &level) : 0;

		if (end > 0 && (all_upper(p + i, end - i) || (i > 0 && (p[i - 1] == '[' || p[i - 1] == '<'))))
			h->level = level;
		if (end > 0 || is_upper(p[i]) || is_lower(p[i]))
			i = letters_end(p, n, i);
	}
}

/* Of .NET's console: "info: Microsoft.Hosting.Lifetime[14]", and what it says comes on the lines below. */
static bool
take_category(struct reader *r)
{
	static const struct {
		char word[7];
		unsigned char level;
	} levels[] = { { "trce: ", IR_LEVEL_TRACE }, { "dbug: ", IR_LEVEL_DEBUG }, { "info: ", IR_LEVEL_INFO },
		{ "warn: ", IR_LEVEL_WARN }, { "fail: ", IR_LEVEL_ERROR }, { "crit: ", IR_LEVEL_FATAL } };
	size_t from = skip_blanks(r->p, r->n, r->at), i, end;

	for (i = 0; i < 6 && (r->n - from < 10 || memcmp(r->p + from, levels[i].word, 6) != 0); i++)
		;
	if (i == 6)
		return false;
	from += 6;
	for (end = from; end < r->n && is_name_char(r->p[end]); end++)
		;
	if (end == from || end + 2 >= r->n || r->p[end] != '[' || r->p[r->n - 1] != ']' ||
	    !is_number(r->p + end + 1, r->n - end - 2) || memchr(r->p + end, ' ', r->n - end))
		return false;
	r->h->level = levels[i].level;
	set_logger(r, from, end);
	r->at = from;
	return true;
}

static bool
is_web(const char *p, const struct ir_header *h)
{
	return h->stamp_at > 6 && p[h->stamp_at - 1] == '[' && p[h->stamp_at + 2] == '/';
}

void
ir_header_read(const char *p, size_t n, struct ir_stamp_base *base, struct ir_header *ret)
{
	struct reader r = { .p = p, .n = n, .h = ret };
	size_t from;

	*ret = (struct ir_header){ .level_at = -1 };
	from = take_priority(p, n, ret);
	if (from == 0)
		from = take_compose(p, n, ret);
	ret->stamped =
	    ir_header_stamp(p + from, n - from, base, &ret->stamp, &ret->stamp_at, &ret->stamp_n, &ret->seen);
	ret->seen += from;
	r.at = from;
	if (ret->stamped) {
		ret->stamp_at += from;
		r.at = ret->stamp_at + ret->stamp_n;
		while (r.at < n && strchr("])\"'>|,:", p[r.at]))
			r.at++;
		if (!ret->level)
			level_before(p, ret);
		ret->web = is_web(p, ret);
	}
	if (!take_category(&r))
		take_pieces(&r);
	from = skip_blanks(p, n, r.at);
	if (from < n && (is_digit(p[from]) || is_lower(p[from]) || is_upper(p[from])))
		saw(&r, from);
	ret->message = r.at;
}
