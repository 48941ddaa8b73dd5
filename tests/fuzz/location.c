/* location - a URL and a Location from anybody: never another scheme, a user, or a way from https to http */
#include "net/url.h"

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct ir_curl c;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (ir_curl_load(&c, NULL) < 0)
		abort();
	return 0;
}

static void
check(const struct ir_url *u)
{
	const char *start = u->tls ? "https://" : "http://";

	HOLDS(strncmp(u->text, start, strlen(start)) == 0);
	HOLDS(u->host[0] && u->port && !strpbrk(u->text, "\r\n"));
}

/* The input is a URL, a newline, a Location. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_err err;
	struct ir_url from, to;
	char *text = fuzz_string(data, n), *location = strchr(text, '\n');

	if (location)
		*location++ = '\0';
	if (ir_url_parse(&c, text, &from, &err) == 0) {
		check(&from);
		if (location && ir_url_follow(&c, &from, location, &to, &err) == 0) {
			check(&to);
			HOLDS(!to.user && !to.password && (to.tls || !from.tls));
			ir_url_done(&c, &to);
		}
		ir_url_done(&c, &from);
	}
	free(text);
	return 0;
}
