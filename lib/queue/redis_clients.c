/* redis_clients - who is connected to a Redis: its workers, when they are alive */
#include "base/num.h"
#include "queue/redis_type.h"

enum {
	CLIENTS_ASKED = 2000, /* about 400 bytes each */
	CLIENTS_MAX = 4000,
};

/* The value of "name=value" in a line; "" when there is none. */
static const char *
member(struct ir_arena *arena, const char *line, size_t n, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = line, *end = line + n; s < end;) {
		size_t word = 0;

		while (s + word < end && s[word] != ' ')
			word++;
		if (word > len && s[len] == '=' && strncmp(s, name, len) == 0)
			return ir_strndup(arena, s + len + 1, word - len - 1);
		s += word + 1;
	}
	return "";
}

static int64_t
number(const char *s)
{
	int64_t n;

	return ir_parse_int(s, 0, INT64_MAX, &n, NULL) == 0 ? n : 0;
}

static void
take_list(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	const char *s = ir_redis_str(r);
	struct ir_redis_client *v = IR_NEW_N(p->arena, struct ir_redis_client, CLIENTS_MAX);
	size_t n = 0;

	(void)arg;
	if (!s)
		return;
	while (*s && n < CLIENTS_MAX) {
		size_t len = strcspn(s, "\n");

		v[n++] = (struct ir_redis_client){ .name = member(p->arena, s, len, "name"),
			.cmd = member(p->arena, s, len, "cmd"),
			.flags = member(p->arena, s, len, "flags"),
			.db = number(member(p->arena, s, len, "db")),
			.psub = number(member(p->arena, s, len, "psub")) };
		s += len + (s[len] == '\n');
	}
	p->got_clients(p, v, n);
}

static void
take_info(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	static const char name[] = "connected_clients:";
	const char *s = ir_redis_str(r), *at = s ? strstr(s, name) : NULL;

	(void)arg;
	if (!at)
		return;
	at += strlen(name);
	if (number(ir_strndup(p->arena, at, strspn(at, "0123456789"))) <= CLIENTS_ASKED)
		IR_REDIS_WANT(p, take_list, 0, "CLIENT", "LIST");
}

void
ir_redis_ask_clients(struct ir_redis_place *p, ir_redis_got_clients *got)
{
	if (p->got_clients)
		return;
	p->got_clients = got;
	IR_REDIS_WANT(p, take_info, 0, "INFO", "clients");
}
