/* url - any bytes as a URL: what is shown of it has no password */
#include "conf/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_arena arena = { .blocks = NULL };
	char *url = ir_strndup(&arena, (const char *)data, n), *shown = ir_url_redact(&arena, url);

	if (ir_url_has_password(shown))
		abort();
	/* a password that is sure to be one */
	if (!strpbrk(url, "/?#") &&
	    strcmp(ir_url_redact(&arena, ir_asprintf(&arena, "https://u:%s@h/", url)), "https://***@h/") != 0)
		abort();
	ir_arena_done(&arena);
	return 0;
}
