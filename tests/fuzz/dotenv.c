/* dotenv - any bytes as a .env file; the first line is the key to look for */
#include "conf/discover.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool
is_wanted(const void *arg, const char *name, size_t n)
{
	(void)arg, (void)name;
	return n % 2;
}

/* All at once are what they are one by one. */
static void
check_all(struct ir_arena *arena, const char *text, size_t n)
{
	struct ir_dotenv all;

	ir_dotenv_parse_all(arena, text, n, is_wanted, &all);
	for (size_t i = 0; i < all.n && i < 20; i++) {
		const char *last = ir_dotenv_parse(arena, text, n, all.v[i].name);
		bool later = false;

		for (size_t k = i + 1; k < all.n; k++)
			later |= strcmp(all.v[k].name, all.v[i].name) == 0;
		if (!last || (!later && strcmp(last, all.v[i].value) != 0))
			abort();
	}
	ir_dotenv_wipe(&all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_arena arena = { .blocks = NULL };
	const char *text = (const char *)data, *nl = n ? memchr(text, '\n', n) : NULL, *value;

	if (nl) {
		char *key = ir_strndup(&arena, text, (size_t)(nl - text));

		value = ir_dotenv_parse(&arena, nl + 1, n - (size_t)(nl + 1 - text), key);
		if (value && strlen(value) > n)
			abort();
	}
	check_all(&arena, text, n);
	ir_arena_done(&arena);
	return 0;
}
