/* level_guess - how bad a message sounds that names no level */
#include <stdbool.h>
#include <string.h>

#include "logs/level.h"
#include "logs/skeleton.h"

enum { WORD_MAX = 12 };

/* `next`: only with this behind it, after one byte. */
#define GUESS(word, next, level) \
	{ \
		word, next, sizeof(word) - 1, level \
	}
static const struct guess {
	char word[WORD_MAX + 1], next[WORD_MAX + 1];
	unsigned char n, level;
} guesses[] = {
	GUESS("error", "", IR_LEVEL_ERROR),
	GUESS("errors", "", IR_LEVEL_ERROR),
	GUESS("failed", "", IR_LEVEL_ERROR),
	GUESS("failure", "", IR_LEVEL_ERROR),
	GUESS("failures", "", IR_LEVEL_ERROR),
	GUESS("failing", "", IR_LEVEL_ERROR),
	GUESS("fails", "", IR_LEVEL_ERROR),
	GUESS("fail", "", IR_LEVEL_ERROR),
	GUESS("exception", "", IR_LEVEL_ERROR),
	GUESS("exceptions", "", IR_LEVEL_ERROR),
	GUESS("traceback", "", IR_LEVEL_ERROR),
	GUESS("refused", "", IR_LEVEL_ERROR),
	GUESS("denied", "", IR_LEVEL_ERROR),
	GUESS("rejected", "", IR_LEVEL_ERROR),
	GUESS("unreachable", "", IR_LEVEL_ERROR),
	GUESS("unable", "", IR_LEVEL_ERROR),
	GUESS("cannot", "", IR_LEVEL_ERROR),
	GUESS("can", "t", IR_LEVEL_ERROR),
	GUESS("could", "not", IR_LEVEL_ERROR),
	GUESS("couldn", "t", IR_LEVEL_ERROR),
	GUESS("timed", "out", IR_LEVEL_ERROR),
	GUESS("timeout", "", IR_LEVEL_ERROR),
	GUESS("aborted", "", IR_LEVEL_ERROR),
	GUESS("aborting", "", IR_LEVEL_ERROR),
	GUESS("corrupt", "", IR_LEVEL_ERROR),
	GUESS("corrupted", "", IR_LEVEL_ERROR),
	GUESS("crash", "", IR_LEVEL_ERROR),
	GUESS("crashed", "", IR_LEVEL_ERROR),
	GUESS("killed", "", IR_LEVEL_ERROR),
	GUESS("unhandled", "", IR_LEVEL_ERROR),
	GUESS("uncaught", "", IR_LEVEL_ERROR),
	GUESS("broken", "pipe", IR_LEVEL_ERROR),
	GUESS("no", "space left", IR_LEVEL_ERROR),
	GUESS("not", "permitted", IR_LEVEL_ERROR),
	GUESS("panic", "", IR_LEVEL_FATAL),
	GUESS("panicked", "", IR_LEVEL_FATAL),
	GUESS("fatal", "", IR_LEVEL_FATAL),
	GUESS("critical", "", IR_LEVEL_FATAL),
	GUESS("segfault", "", IR_LEVEL_FATAL),
	GUESS("segmentation", "fault", IR_LEVEL_FATAL),
	GUESS("core", "dumped", IR_LEVEL_FATAL),
	GUESS("out", "of memory", IR_LEVEL_FATAL),
	GUESS("oom", "", IR_LEVEL_FATAL),
	GUESS("warning", "", IR_LEVEL_WARN),
	GUESS("deprecated", "", IR_LEVEL_WARN),
	GUESS("retrying", "", IR_LEVEL_WARN),
};

static bool
letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static bool
alnum(char c)
{
	return letter(c) || (unsigned char)(c - '0') < 10;
}

/* Does the text begin with the word, in any case? */
static bool
begins(const char *p, size_t n, const char *word)
{
	size_t i = 0;

	for (; i < n && word[i]; i++) {
		if (p[i] != word[i] && (!letter(p[i]) || (p[i] | 0x20) != word[i]))
			return false;
	}
	return !word[i];
}

/* "ConnectionRefusedError", "NullPointerException". */
static bool
names_error(const char *p, size_t n)
{
	return (n > 5 && memcmp(p + n - 5, "Error", 5) == 0) || (n > 9 && memcmp(p + n - 9, "Exception", 9) == 0) ||
	       (n > 7 && memcmp(p + n - 7, "Failure", 7) == 0);
}

/* What a word says by itself; rest are the bytes from it to the end of the message. */
static enum ir_log_level
weigh(const char *p, size_t n, size_t rest)
{
	for (size_t i = 0; n <= WORD_MAX && i < sizeof guesses / sizeof *guesses; i++) {
		const struct guess *g = &guesses[i];

		if (g->n != n || (p[0] | 0x20) != g->word[0] || !begins(p, n, g->word))
			continue;
		if (g->next[0] == 't' && (rest < n + 2 || p[n] != '\'' || (rest > n + 2 && alnum(p[n + 2]))))
			continue; /* can't */
		if (!g->next[0] || (rest > n + 1 && begins(p + n + 1, rest - n - 1, g->next)))
			return g->level;
	}
	return names_error(p, n) ? IR_LEVEL_ERROR : IR_LEVEL_NONE;
}

/* Part of a name: error.log, error_count, fail-over, /errors. */
static bool
part_of_name(const char *p, size_t at, size_t end, size_t n)
{
	if (at && p[at - 1] == '/')
		return true;
	return n - end >= 2 && strchr("._-/", p[end]) && p[end] && alnum(p[end + 1]);
}

/* "no error", "0 errors"; "errors: 0", "error=null". */
static bool
denied(const char *before, size_t n_before, const char *after, size_t n_after)
{
	static const char none[][8] = { "no", "0", "zero", "without", "non" };
	static const char nothing[][6] = { "0", "null", "none", "nil", "false", "\"\"" };
	size_t i = 0;

	for (size_t k = 0; k < sizeof none / sizeof *none; k++) {
		if (n_before == strlen(none[k]) && begins(before, n_before, none[k]))
			return true;
	}
	while (i < n_after && i < 3 && strchr(" :=\"", after[i]) && after[i])
		i++;
	for (size_t k = 0; i && k < sizeof nothing / sizeof *nothing; k++) {
		size_t len = strlen(nothing[k]);

		if (begins(after + i, n_after - i, nothing[k]) &&
		    (i + len == n_after || (!alnum(after[i + len]) && after[i + len] != '.')))
			return true;
	}
	return false;
}

/* A number stands before it, or what could be one behind it. */
static bool
is_counted(const char *before, size_t n_before, const char *after, size_t n_after)
{
	size_t i = 0, len;

	if (n_before > 0 && ir_skeleton_number(before, n_before, &len) && len == n_before)
		return true;
	while (i < n_after && i < 3 && strchr(" :=\"", after[i]) && after[i])
		i++;
	return i && ir_skeleton_number(after + i, n_after - i, &len);
}

enum ir_log_level
ir_level_guess(const char *p, size_t n, bool *counted)
{
	enum ir_log_level worst = IR_LEVEL_NONE, level;
	size_t before = 0, n_before = 0, at;

	for (size_t i = 0; i < n; before = at, n_before = i - at) {
		while (i < n && !alnum(p[i]))
			i++;
		for (at = i; i < n && alnum(p[i]);)
			i++;
		if (i == at || !letter(p[at]))
			continue;
		if (before + n_before + 1 != at) /* of something else: "[12.0] Out of memory" */
			n_before = 0;
		level = weigh(p + at, i - at, n - at);
		if (level <= worst || part_of_name(p, at, i, n))
			continue;
		*counted |= is_counted(p + before, n_before, p + i, n - i);
		if (!denied(p + before, n_before, p + i, n - i))
			worst = level;
	}
	return worst;
}
