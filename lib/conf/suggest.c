/* suggest - the word that was probably meant */
#include "conf/suggest.h"

#include <ctype.h>
#include <stdbool.h>

enum { WORD_MAX = 48 };

static bool
same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* How many letters to put in, take out, change or swap (optimal string alignment). Both fit in WORD_MAX. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *now = rows[2], *spare;
	size_t n = strlen(b);

	for (unsigned j = 0; j <= n; j++)
		last[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (!same(a[i - 1], b[j - 1])));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[n];
}

const char *
ir_suggest(const char *word, const char *const *words)
{
	size_t len = strlen(word);
	unsigned best = (unsigned)len / 3 + 1;
	const char *near = NULL;

	if (len > WORD_MAX)
		return NULL;
	for (size_t i = 0; words && words[i]; i++) {
		unsigned d = strlen(words[i]) <= WORD_MAX ? distance(word, words[i]) : best;

		if (d < best) {
			best = d;
			near = words[i];
		}
	}
	return near;
}
