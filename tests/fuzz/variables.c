/* variables - any environment, a variable a line: what is found has a name and a URL, what is not is never shown */
#include "dep/variables.h"

#include "dep/find.h"
#include "fuzz.h"

enum { MAX = 40 };

static struct ir_arena *arena_now;

static void
check_name(const char *s)
{
	HOLDS(*s);
	for (; *s; s++)
		HOLDS((unsigned char)*s > ' ' || *s < 0);
}

static void
on_found(void *arg, struct ir_variable_dep *v)
{
	struct ir_dep_host hosts[IR_DEP_HOSTS_MAX];
	size_t n = ir_deps_hosts(arena_now, ir_secret_reveal(&v->url), hosts, IR_DEP_HOSTS_MAX);

	(void)arg;
	HOLDS(ir_variable_wanted(v->variable));
	HOLDS(v->name && *v->type);
	HOLDS(v->url.len || (v->backend && strcmp(v->backend, "postgres") == 0));
	HOLDS(n <= IR_DEP_HOSTS_MAX);
	for (size_t i = 0; i < n; i++)
		HOLDS(*hosts[i].host && !strpbrk(hosts[i].host, "@/"));
	if (!v->backend && v->url.len)
		check_name(ir_secret_reveal(&v->url));
}

static void
on_unusable(void *arg, int level, const struct ir_variable *v, const char *why)
{
	(void)arg;
	HOLDS((level == 0 || level == 1) && v->name && *why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct ir_variables_to to = { on_found, on_unusable, NULL };
	struct ir_variable v[MAX];
	struct ir_arena arena = { NULL };
	char *text = fuzz_string(data, n), *s = text;
	size_t count = 0;

	arena_now = &arena;
	for (size_t len; *s && count < MAX; s += len) {
		size_t eq = strcspn(s, "=\n");

		len = strcspn(s, "\n");
		if (s[eq] == '=')
			v[count++] = (struct ir_variable){ ir_strndup(&arena, s, eq),
				ir_strndup(&arena, s + eq + 1, len - eq - 1), 1 };
		len += s[len] == '\n';
	}
	ir_variables_read(&arena, v, count, n % 2, &to);
	ir_arena_done(&arena);
	free(text);
	return 0;
}
