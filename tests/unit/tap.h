/* tap - unit tests that print TAP (testanything.org, version 13) */
#ifndef IR_TESTS_UNIT_TAP_H
#define IR_TESTS_UNIT_TAP_H

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_n, tap_bad;

__attribute__((format(printf, 2, 3))) static inline bool
tap_ok(bool ok, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("%sok %d - ", ok ? "" : "not ", ++tap_n);
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	if (!ok) { /* prove shows this */
		fprintf(stderr, "# %s, %d: not ok\n", program_invocation_short_name, tap_n);
		tap_bad++;
	}
	return ok;
}

#define OK(cond, ...) tap_ok((cond), __VA_ARGS__)

/* What is left out for want of word ("nginx"): a failure where IR_REQUIRE, comma separated, names it. */
static inline void
tap_skip(const char *word, const char *what)
{
	const char *all = getenv("IR_REQUIRE");

	for (size_t n; all && *all; all += n + (all[n] == ',')) {
		n = strcspn(all, ",");
		if (n == strlen(word) && strncmp(all, word, n) == 0) {
			tap_ok(false, "%s: no %s here, and it is required (IR_REQUIRE)", what, word);
			return;
		}
	}
	printf("ok %d # SKIP no %s here: %s\n", ++tap_n, word, what);
}

#define SKIP(word, what) tap_skip((word), (what))

#define IS_INT(got, want, ...) \
	do { \
		int64_t tap_g = (got), tap_w = (want); \
		if (!tap_ok(tap_g == tap_w, __VA_ARGS__)) \
			fprintf(stderr, "# %s:%d: got %" PRId64 ", want %" PRId64 "\n", __FILE__, __LINE__, tap_g, tap_w); \
	} while (0)

#define IS_STR(got, want, ...) \
	do { \
		const char *tap_g = (got), *tap_w = (want); \
		if (!tap_ok(tap_g && tap_w ? strcmp(tap_g, tap_w) == 0 : tap_g == tap_w, __VA_ARGS__)) \
			fprintf(stderr, "# %s:%d: got '%s', want '%s'\n", __FILE__, __LINE__, tap_g ? tap_g : "(null)", tap_w ? tap_w : "(null)"); \
	} while (0)

static inline int
tap_done(void)
{
	printf("1..%d\n", tap_n);
	return tap_bad != 0;
}

#endif
