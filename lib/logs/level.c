/* level - how bad a line says it is: the words, letters and numbers that loggers use */
#include "logs/level.h"

#include <stdbool.h>
#include <string.h>

const char *const ir_level_names[] = { "", "trace", "debug", "info", "notice", "warn", "error", "fatal", NULL };

enum { WORD_MAX = 13 };

/* Upper: as a level it is only ever written so; in lower case it is a word like any other. */
static const struct level_word {
	char word[WORD_MAX + 1];
	unsigned char level;
	bool upper;
} words[] = {
	{ "info", IR_LEVEL_INFO, false },
	{ "warn", IR_LEVEL_WARN, false },
	{ "error", IR_LEVEL_ERROR, false },
	{ "debug", IR_LEVEL_DEBUG, false },
	{ "warning", IR_LEVEL_WARN, false },
	{ "inf", IR_LEVEL_INFO, false },
	{ "information", IR_LEVEL_INFO, false },
	{ "informational", IR_LEVEL_INFO, false },
	{ "LOG", IR_LEVEL_INFO, true },
	{ "wrn", IR_LEVEL_WARN, false },
	{ "err", IR_LEVEL_ERROR, false },
	{ "erro", IR_LEVEL_ERROR, false },
	{ "eror", IR_LEVEL_ERROR, false },
	{ "severe", IR_LEVEL_ERROR, false },
	{ "dbg", IR_LEVEL_DEBUG, false },
	{ "debu", IR_LEVEL_DEBUG, false },
	{ "debug1", IR_LEVEL_DEBUG, false },
	{ "debug2", IR_LEVEL_DEBUG, false },
	{ "debug3", IR_LEVEL_TRACE, false },
	{ "debug4", IR_LEVEL_TRACE, false },
	{ "debug5", IR_LEVEL_TRACE, false },
	{ "FINE", IR_LEVEL_DEBUG, true },
	{ "CONFIG", IR_LEVEL_DEBUG, true },
	{ "trace", IR_LEVEL_TRACE, false },
	{ "trac", IR_LEVEL_TRACE, false },
	{ "trc", IR_LEVEL_TRACE, false },
	{ "finer", IR_LEVEL_TRACE, false },
	{ "finest", IR_LEVEL_TRACE, false },
	{ "verbose", IR_LEVEL_TRACE, false },
	{ "verb", IR_LEVEL_TRACE, false },
	{ "vrb", IR_LEVEL_TRACE, false },
	{ "silly", IR_LEVEL_TRACE, false },
	{ "notice", IR_LEVEL_NOTICE, false },
	{ "note", IR_LEVEL_NOTICE, false },
	{ "ntc", IR_LEVEL_NOTICE, false },
	{ "SUCCESS", IR_LEVEL_NOTICE, true },
	{ "fatal", IR_LEVEL_FATAL, false },
	{ "fata", IR_LEVEL_FATAL, false },
	{ "ftl", IR_LEVEL_FATAL, false },
	{ "critical", IR_LEVEL_FATAL, false },
	{ "crit", IR_LEVEL_FATAL, false },
	{ "crt", IR_LEVEL_FATAL, false },
	{ "alert", IR_LEVEL_FATAL, false },
	{ "emerg", IR_LEVEL_FATAL, false },
	{ "emergency", IR_LEVEL_FATAL, false },
	{ "panic", IR_LEVEL_FATAL, false },
	{ "dpanic", IR_LEVEL_FATAL, false },
	{ "pani", IR_LEVEL_FATAL, false },
	{ "FAILURE", IR_LEVEL_FATAL, true },
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool
same_word(const char *p, size_t n, const struct level_word *w)
{
	size_t i = 0;

	for (; i < n && w->word[i]; i++) {
		if (w->upper ? p[i] != w->word[i] : lower(p[i]) != w->word[i])
			return false;
	}
	return i == n && !w->word[i];
}

enum ir_log_level
ir_level_word(const char *p, size_t n)
{
	if (n < 3 || n > WORD_MAX)
		return IR_LEVEL_NONE;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (lower(p[0]) == lower(words[i].word[0]) && same_word(p, n, &words[i]))
			return words[i].level;
	}
	return IR_LEVEL_NONE;
}

enum ir_log_level
ir_level_letter(char c)
{
	static const char letters[] = "VTD.I-N*W#EFC";
	static const unsigned char levels[] = { IR_LEVEL_TRACE, IR_LEVEL_TRACE, IR_LEVEL_DEBUG, IR_LEVEL_DEBUG,
		IR_LEVEL_INFO, IR_LEVEL_INFO, IR_LEVEL_NOTICE, IR_LEVEL_NOTICE, IR_LEVEL_WARN, IR_LEVEL_WARN,
		IR_LEVEL_ERROR, IR_LEVEL_FATAL, IR_LEVEL_FATAL };
	const char *at = c ? strchr(letters, c) : NULL;

	return at ? levels[at - letters] : IR_LEVEL_NONE;
}

enum ir_log_level
ir_level_pri(long pri)
{
	static const unsigned char levels[] = { IR_LEVEL_FATAL, IR_LEVEL_FATAL, IR_LEVEL_FATAL, IR_LEVEL_ERROR,
		IR_LEVEL_WARN, IR_LEVEL_NOTICE, IR_LEVEL_INFO, IR_LEVEL_DEBUG };

	return pri < 0 || pri > 191 ? IR_LEVEL_NONE : levels[pri % 8];
}

enum ir_log_level
ir_level_number(long value)
{
	static const unsigned char tens[] = { IR_LEVEL_TRACE, IR_LEVEL_DEBUG, IR_LEVEL_INFO, IR_LEVEL_WARN,
		IR_LEVEL_ERROR, IR_LEVEL_FATAL };

	if (value < 10)
		return value < 8 ? ir_level_pri(value) : IR_LEVEL_NONE;
	if (value < 70)
		return tens[value / 10 - 1];
	/* Monolog: 100 200 250 300 400 500 550 600. */
	if (value < 100 || value > 600)
		return IR_LEVEL_NONE;
	return value < 200   ? IR_LEVEL_DEBUG
	       : value < 250 ? IR_LEVEL_INFO
	       : value < 300 ? IR_LEVEL_NOTICE
	       : value < 400 ? IR_LEVEL_WARN
	       : value < 500 ? IR_LEVEL_ERROR
			     : IR_LEVEL_FATAL;
}

enum ir_log_level
ir_level_otel(long n)
{
	static const unsigned char fours[] = { IR_LEVEL_TRACE, IR_LEVEL_DEBUG, IR_LEVEL_INFO, IR_LEVEL_WARN,
		IR_LEVEL_ERROR, IR_LEVEL_FATAL };

	return n < 1 || n > 24 ? IR_LEVEL_NONE : fours[(n - 1) / 4];
}

enum ir_log_level
ir_level_status(long status)
{
	if (status < 100 || status > 599)
		return IR_LEVEL_NONE;
	return status >= 500 ? IR_LEVEL_ERROR : IR_LEVEL_INFO;
}
