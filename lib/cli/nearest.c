/* nearest - the word that was probably meant: optimal string alignment, so that swapped letters cost one */
#include <stddef.h>
#include <string.h>

#include "cli/nearest.h"

enum { WORD_MAX = 48, FAR = 1000 };

static unsigned
min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

static unsigned
distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= n; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	}
	return d[n][m];
}

/* A beginning of the word is near too: --time for --timeout. */
static unsigned
cost_of(const char *word, const char *candidate)
{
	size_t n = strlen(word), m = strlen(candidate);

	if (n > WORD_MAX || m > WORD_MAX || n == 0)
		return FAR;
	if (n >= 2 && n < m && memcmp(word, candidate, n) == 0)
		return 1;
	return distance(word, n, candidate, m);
}

void
ir_nearest_try(struct ir_nearest *near, const char *candidate)
{
	unsigned cost = cost_of(near->word, candidate);
	unsigned limit = 1 + (unsigned)strlen(near->word) / 4;

	if (cost > limit || (near->best && cost >= near->cost))
		return;
	near->best = candidate;
	near->cost = cost;
}

const char *
ir_nearest_of(const char *word, const char *const *candidates)
{
	struct ir_nearest near = { .word = word };

	for (; *candidates; candidates++)
		ir_nearest_try(&near, *candidates);
	return near.best;
}
