/* docker_place - of an inspected container: what of its environment is wanted, and where it can be reached */
#include "base/num.h"
#include "runtime/docker_place.h"

/* "NAME=value"; what is not wanted is wiped, too. */
static void
take_variable(struct ir_arena *arena, const json_t *entry, bool (*wanted)(const char *), struct ir_container *c)
{
	const char *s = json_string_value(entry), *eq = s ? strchr(s, '=') : NULL;
	const char *name = eq && eq - s < 256 ? ir_strndup(arena, s, (size_t)(eq - s)) : NULL;

	if (name && eq[1] && wanted && wanted(name)) {
		struct ir_container_env *e = &c->env[c->env_n++];

		e->name = name;
		ir_secret_set(&e->value, eq + 1, strlen(eq + 1));
	}
	if (s)
		explicit_bzero((char *)(uintptr_t)s, json_string_length(entry));
}

void
ir_docker_take_env(struct ir_arena *arena, const json_t *list, bool (*wanted)(const char *), struct ir_container *c)
{
	size_t n = json_array_size(list);

	if (n > IR_DOCKER_VARIABLES)
		n = IR_DOCKER_VARIABLES;
	ir_docker_wipe(c);
	if (wanted && n)
		c->env = IR_NEW_N(arena, struct ir_container_env, n);
	for (size_t i = 0; i < json_array_size(list); i++)
		take_variable(arena, json_array_get(list, i), i < n ? wanted : NULL, c);
}

void
ir_docker_wipe(struct ir_container *c)
{
	for (size_t i = 0; i < c->env_n; i++)
		ir_secret_done(&c->env[i].value);
	c->env_n = 0;
}

static const char *
text_of(struct ir_arena *arena, const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s && *s ? ir_strdup(arena, s) : NULL;
}

/* "5432/tcp": [{"HostIp": "0.0.0.0", "HostPort": "15432"}] */
static void
take_port(struct ir_arena *arena, const char *key, const json_t *bindings, size_t max, struct ir_container *c)
{
	const char *slash = strchr(key, '/');
	int64_t inside, outside;

	if (slash && strcmp(slash, "/tcp") != 0)
		return;
	if (ir_parse_int(ir_strndup(arena, key, strcspn(key, "/")), 1, 65535, &inside, NULL) < 0)
		return;
	for (size_t i = 0; i < json_array_size(bindings) && c->ports_n < max; i++) {
		const json_t *b = json_array_get(bindings, i);
		const char *port = json_string_value(json_object_get(b, "HostPort"));

		if (!port || ir_parse_int(port, 1, 65535, &outside, NULL) < 0)
			continue;
		c->ports[c->ports_n++] =
		    (struct ir_container_port){ text_of(arena, b, "HostIp"), (uint16_t)inside, (uint16_t)outside };
	}
}

static void
take_names(struct ir_arena *arena, const json_t *list, struct ir_container *c)
{
	for (size_t i = 0; i < json_array_size(list) && c->aliases.n < IR_DOCKER_NAMES; i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s && *s && !ir_list_has(&c->aliases, s))
			ir_list_add(arena, &c->aliases, ir_strdup(arena, s));
	}
}

static void
take_network(struct ir_arena *arena, const json_t *network, struct ir_container *c)
{
	if (!c->address)
		c->address = text_of(arena, network, "IPAddress");
	if (!c->address)
		c->address = text_of(arena, network, "GlobalIPv6Address");
	take_names(arena, json_object_get(network, "Aliases"), c);
	take_names(arena, json_object_get(network, "DNSNames"), c);
}

void
ir_docker_take_place(struct ir_arena *arena, const json_t *settings, const json_t *host, struct ir_container *c)
{
	const char *mode = json_string_value(json_object_get(host, "NetworkMode")), *key;
	json_t *ports = json_object_get(settings, "Ports"), *networks = json_object_get(settings, "Networks"), *value;
	size_t size = 0;

	c->host_network = mode && strcmp(mode, "host") == 0;
	json_object_foreach(ports, key, value) size += json_array_size(value);
	size = size < IR_DOCKER_PORTS ? size : IR_DOCKER_PORTS;
	c->ports = IR_NEW_N(arena, struct ir_container_port, size + 1);
	c->ports_n = 0;
	c->address = NULL;
	c->aliases = (struct ir_list){ .n = 0 };
	json_object_foreach(ports, key, value) take_port(arena, key, value, size, c);
	json_object_foreach(networks, key, value) take_network(arena, value, c);
	if (!c->address)
		c->address = text_of(arena, settings, "IPAddress");
}
