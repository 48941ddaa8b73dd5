/* pguri - a connection string from anybody: what is taken is a URL that libpq knows, what is not is refused in words without control characters */
#include "net/pguri.h"

#include "fuzz.h"
#include "net/libpq.h"
#include "net/pg.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct ir_libpq q;
static PQconninfoOption *options; /* whose keywords known has */
static const char *known[80];

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	size_t n = 0;

	(void)argc;
	(void)argv;
	if (ir_libpq_load(&q, NULL) < 0)
		abort();
	options = q.conndefaults();
	for (PQconninfoOption *o = options; o && o->keyword && n < 79; o++)
		known[n++] = o->keyword;
	setenv("HOME", "/nonexistent", 1);
	return 0;
}

static void
check_words(const char *s)
{
	for (; *s; s++)
		HOLDS((unsigned char)*s >= ' ' && *s != 0x7f);
}

static void
check_url(const char *url, size_t n)
{
	char *message = NULL;
	PQconninfoOption *o;

	HOLDS(strncmp(url, "postgresql://", 13) == 0 && strlen(url) <= 3 * n + 16);
	o = q.conninfo_parse(url, &message);
	HOLDS(o || strncmp(message, "invalid URI query parameter", 27) != 0);
	q.conninfo_free(o);
	q.freemem(message);
}

static void
check_target(const struct ir_pg_target *t)
{
	HOLDS(t->hosts_n >= 1 && t->user && t->dbname && t->label);
	for (size_t i = 0; i < t->hosts_n; i++)
		HOLDS(t->hosts[i].name && t->hosts[i].name[0] && t->hosts[i].port);
	HOLDS(!ir_list_has(&t->keys, "password") && !ir_list_has(&t->keys, "host"));
	HOLDS(t->keys.n == t->values.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_arena arena = { NULL };
	struct ir_list dropped = { 0 };
	struct ir_pg_target t;
	char *text = fuzz_string(data, n), *url;

	if (ir_pguri_normalise(&arena, text, known, &url, &dropped, &err) == 0)
		check_url(url, n);
	else
		HOLDS(!url && err.code == IR_CONFIG);
	free(url);
	check_words(err.msg);
	for (size_t i = 0; i < dropped.n; i++)
		check_words(dropped.v[i]);
	if (!strstr(text, "service") && ir_pg_target_parse(&arena, text, &t, &err) == 0) {
		check_target(&t);
		ir_pg_target_done(&t);
	}
	check_words(err.msg);
	ir_arena_done(&arena);
	free(text);
	return 0;
}
