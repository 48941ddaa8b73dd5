/* pattern - expressions on bodies of any bytes, and those that would take for ever */

#include <sys/wait.h>

#include "base/arena.h"
#include "base/clock.h"
#include "probe/pattern.h"
#include "tap.h"

enum { LONG = 1 << 20 };

static void
has(const char *re, const char *text, size_t n, int want, const char *name)
{
	int64_t begin = ir_mono_us(), took;
	regex_t r;

	if (!OK(regcomp(&r, re, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) == 0, "%s", re))
		return;
	IS_INT(ir_pattern_has(&r, text, n, begin + (want < 0 ? 200 : 10000) * 1000), want, "%s", name);
	took = ir_mono_us() - begin;
	OK(took < 10000 * 1000, "within the time, or nearly so: %lld us", (long long)took);
	regfree(&r);
}

int
main(void)
{
	static const char bytes[] = "a\0b\nneedle\0\xff";
	char *text = malloc(LONG + 2);

	if (!text)
		ir_oom();
	has("^needle", bytes, sizeof(bytes) - 1, 1, "behind a zero byte");
	has("needles", bytes, sizeof(bytes) - 1, 0, "not there");
	has("^$", "", 0, 1, "an empty body");
	memset(text, 'a', LONG);
	text[LONG] = '!'; /* not of the text */
	text[LONG + 1] = '\0';
	has("a+!", text, LONG, -1, "one that takes the square of a long body: not known");
	has("(a*)*\\1b", text, LONG, -1, "and one that takes more");
	has("b", text, LONG, 0, "a long body without");
	memcpy(text + LONG - 100, "\0\nneedle", 8);
	has("^needle", text, LONG, 1, "and with it, behind a zero byte");
	OK(waitpid(-1, NULL, WNOHANG) < 0, "no child is left");
	free(text);
	return tap_done();
}
