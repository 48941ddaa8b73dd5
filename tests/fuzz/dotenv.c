/* dotenv - any bytes as a .env file; the first line is the key to look for */
#include "conf/discover.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

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
	ir_arena_done(&arena);
	return 0;
}
