/* redis_url - a URL from anybody: a host that can be resolved or a path, or words that show no piece of it */
#include "net/redis_url.h"

#include "fuzz.h"

static void
check_host(const char *s)
{
	HOLDS(*s && strlen(s) < 512);
	for (; *s; s++)
		HOLDS((unsigned char)*s > ' ' && (unsigned char)*s < 0x7f && !strchr("/@?#,;[]", *s));
}

static void
check_taken(const struct ir_redis_url *u)
{
	HOLDS(!u->host != !u->unix_path);
	HOLDS(u->db >= 0 && u->subject);
	if (u->host) {
		check_host(u->host);
		HOLDS(u->port && u->hosts.n);
	} else {
		HOLDS(*u->unix_path == '/');
	}
	HOLDS(u->sentinel || u->hosts.n <= 1);
	HOLDS(!u->password.bytes || strlen(u->password.bytes) == u->password.len);
	HOLDS(!strchr(u->subject, '@') || u->unix_path || u->master);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_arena arena = { NULL };
	struct ir_redis_url u;
	char *text = fuzz_string(data, n);

	if (ir_redis_url_parse(&arena, text, &u, &err) == 0) {
		HOLDS(ir_redis_url_is(text));
		check_taken(&u);
	} else {
		HOLDS(err.code == IR_CONFIG && err.hint[0] && !u.host && !u.password.bytes);
	}
	ir_redis_url_done(&u);
	ir_arena_done(&arena);
	free(text);
	return 0;
}
