/* variables - what variables of an environment say about dependencies */
#include "dep/variables.h"

#include <ctype.h>
#include <strings.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "base/percent.h"

enum { VALUE_MAX = 8192, URLS_MAX = 8, POINTERS_MAX = 4 };

enum form {
	A_URL,
	A_POINTER, /* the name of another variable */
	HOSTS,     /* "host:port,host" or URLs, of which only the port is tried */
};

/* "*_DATABASE_URL" is named after what stands for the '*'. */
static const struct known {
	const char *variable, *name, *type;
	enum form form;
	int port; /* of HOSTS that do not say */
} known[] = {
	{ "DATABASE_URL", "database", "database", A_URL, 0 },
	{ "POSTGRES_URL", "postgres", "database", A_URL, 0 },
	{ "POSTGRESQL_URL", "postgres", "database", A_URL, 0 },
	{ "*_DATABASE_URL", NULL, "database", A_URL, 0 },
	{ "REDIS_URL", "redis", "cache", A_URL, 0 },
	{ "REDIS_TLS_URL", "redis-tls", "cache", A_URL, 0 },
	{ "VALKEY_URL", "valkey", "cache", A_URL, 0 },
	{ "CACHE_URL", "cache", "cache", A_URL, 0 },
	{ "CELERY_BROKER_URL", "broker", "queue", A_URL, 0 },
	{ "BROKER_URL", "broker", "queue", A_URL, 0 },
	{ "CELERY_RESULT_BACKEND", "results", "cache", A_URL, 0 },
	{ "RQ_REDIS_URL", "rq", "queue", A_URL, 0 },
	{ "SIDEKIQ_REDIS_URL", "sidekiq", "queue", A_URL, 0 },
	{ "REDIS_PROVIDER", "sidekiq", "queue", A_POINTER, 0 },
	{ "RABBITMQ_URL", "rabbitmq", "queue", A_URL, 0 },
	{ "CLOUDAMQP_URL", "rabbitmq", "queue", A_URL, 0 },
	{ "AMQP_URL", "rabbitmq", "queue", A_URL, 0 },
	{ "KAFKA_BROKERS", "kafka", "queue", HOSTS, 9092 },
	{ "MEMCACHED_SERVERS", "memcached", "cache", HOSTS, 11211 },
	{ "ELASTICSEARCH_URL", "elasticsearch", "database", HOSTS, 9200 },
};

/* Servers whose place is told by several variables; the first one has to be there. */
static const struct set {
	const char *name, *type, *scheme;
	const char *host[4], *port, *user[3], *password, *base[4];
} sets[] = {
	{ "postgres", "database", "postgresql", { "PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE" }, "PGPORT",
	    { "PGUSER" }, "PGPASSWORD", { "PGDATABASE" } },
	{ "postgres", "database", "postgresql", { "POSTGRES_HOST" }, "POSTGRES_PORT", { "POSTGRES_USER" },
	    "POSTGRES_PASSWORD", { "POSTGRES_DB" } },
	{ "db", "database", "postgresql", { "DB_HOST" }, "DB_PORT", { "DB_USERNAME", "DB_USER" }, "DB_PASSWORD",
	    { "DB_DATABASE", "DB_NAME" } },
	{ "redis", "cache", "redis", { "REDIS_HOST" }, "REDIS_PORT", { "REDIS_USERNAME" }, "REDIS_PASSWORD",
	    { "REDIS_DB" } },
};
enum { SET_LIBPQ, SET_POSTGRES, SET_DB, SET_REDIS };

/* What DB_HOST is of. */
static const char *const kinds[] = { "DB_CONNECTION", "DB_ENGINE" };

struct reading {
	struct ir_arena *arena;
	const struct ir_variable *v;
	size_t n;
	bool ours;
	const struct ir_variables_to *to;
	struct ir_list names; /* given */
};

/* ---- names */

/* What '*' stands for; NULL: it does not fit. */
static const char *
fits(const char *pattern, const char *name, size_t *n)
{
	size_t len = strlen(name), tail = strlen(pattern + 1);

	if (pattern[0] != '*') {
		*n = len;
		return strcmp(pattern, name) == 0 ? name : NULL;
	}
	*n = len > tail ? len - tail : 0;
	return *n && strcmp(name + *n, pattern + 1) == 0 ? name : NULL;
}

static bool
in_set(const struct set *s, const char *name)
{
	const char *all[] = { s->host[0], s->host[1], s->host[2], s->host[3], s->port, s->user[0], s->user[1],
		s->password, s->base[0], s->base[1] };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] && strcmp(all[i], name) == 0)
			return true;
	return false;
}

bool
ir_variable_wanted(const char *name)
{
	size_t n;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (fits(known[i].variable, name, &n))
			return true;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (in_set(&sets[i], name))
			return true;
	return strcmp(name, kinds[0]) == 0 || strcmp(name, kinds[1]) == 0;
}

const char *
ir_variable_name(size_t i)
{
	size_t n = sizeof(known) / sizeof(known[0]);

	if (i < n)
		return known[i].variable;
	i -= n;
	for (size_t k = 0; k < sizeof(sets) / sizeof(sets[0]); k++) {
		for (size_t m = 0; m < sizeof(sets[k].host) / sizeof(sets[k].host[0]) && sets[k].host[m]; m++) {
			if (i-- == 0)
				return sets[k].host[m];
		}
	}
	return NULL;
}

/* "ANALYTICS" -> "analytics", "BIG_DATA" -> "big-data" */
static const char *
lower(struct ir_arena *arena, const char *s, size_t n)
{
	char *name = ir_strndup(arena, s, n);

	for (char *p = name; *p; p++)
		*p = *p == '_' ? '-' : (char)tolower((unsigned char)*p);
	return name;
}

/* One that nothing else of this environment has. */
static const char *
unique(struct reading *r, const char *name)
{
	const char *given = name;

	for (int i = 2; ir_list_has(&r->names, given); i++)
		given = ir_asprintf(r->arena, "%s-%d", name, i);
	ir_list_add(r->arena, &r->names, given);
	return given;
}

/* ---- values */

static const struct ir_variable *
find(const struct reading *r, const char *name)
{
	const struct ir_variable *found = NULL;

	for (size_t i = 0; name && i < r->n; i++)
		if (strcmp(r->v[i].name, name) == 0 && r->v[i].value[0])
			found = &r->v[i];
	return found;
}

/* "$OTHER" "${OTHER}": the variable that has the value; NULL: none does. */
static const struct ir_variable *
follow(const struct reading *r, const struct ir_variable *v)
{
	for (int i = 0; v && v->value[0] == '$'; i++) {
		const char *s = v->value + 1 + (v->value[1] == '{');
		size_t n = strcspn(s, "}");
		IR_FREE char *name = strndup(s, n);

		v = i < POINTERS_MAX && name ? find(r, name) : NULL;
	}
	return v;
}

static void
complain(const struct reading *r, int level, const struct ir_variable *v, const char *why)
{
	if (r->to->unusable)
		r->to->unusable(r->to->arg, level, v, why);
}

static size_t
scheme_length(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || (s[n] && strchr("+.-", s[n])))
		n++;
	return n && isalpha((unsigned char)*s) && strncmp(s + n, "://", 3) == 0 ? n : 0;
}

/* NULL: a value that can be a URL, or several. */
static const char *
wrong_with(const char *value)
{
	if (strlen(value) > VALUE_MAX)
		return "is too long";
	for (const char *s = value; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			return "has blanks or control characters in it";
	return scheme_length(value + (strncasecmp(value, "jdbc:", 5) == 0 ? 5 : 0)) ? NULL : "is no URL";
}

/* Backends of frameworks that are no server ("django-db", "memory://", "sqlite:///x"). */
static bool
is_no_server(const char *value)
{
	static const char *const words[] = { "sqlite:", "memory:", "file:", "django-db", "django-cache", "cache", "rpc",
		"disabled", "null", "none", "dummy", "locmem", "db", NULL };

	for (size_t i = 0; words[i]; i++) {
		size_t n = strlen(words[i]);

		if (strncasecmp(value, words[i], n) == 0 && (words[i][n - 1] == ':' || value[n] == '\0'))
			return true;
	}
	return false;
}

static void
give(struct reading *r, struct ir_variable_dep *dep)
{
	dep->name = unique(r, dep->name);
	r->to->found(r->to->arg, dep);
	ir_secret_done(&dep->url);
	ir_secret_done(&dep->password);
}

/* What a URL of that type may not be: http is RabbitMQ's management, and many another thing. */
static bool
is_foreign(const struct known *k, const char *url)
{
	return strncasecmp(url, "http", 4) == 0 && strcmp(k->name ? k->name : "", "rabbitmq") != 0;
}

/* A broker may have several, by ';' before a scheme. Those of sentinels are one. */
static size_t
one_url(const char *s)
{
	size_t n = 0;
	bool sentinel = strncasecmp(s, "sentinel", 8) == 0;

	while (s[n] && (sentinel || s[n] != ';' || !scheme_length(s + n + 1)))
		n++;
	return n;
}

static void
take_url(struct reading *r, const struct known *k, const struct ir_variable *said, const char *name)
{
	const struct ir_variable *v = follow(r, said);
	const char *wrong = v ? wrong_with(v->value) : "points to a variable that is not there", *s;

	if (wrong) {
		complain(r, v && is_no_server(v->value), said, wrong);
		return;
	}
	s = v->value;
	for (size_t i = 0, n; i < URLS_MAX && *s; i++, s += n + (s[n] == ';')) {
		struct ir_variable_dep dep = { said->name, said->line, name, k->type, NULL, { NULL, 0 }, { NULL, 0 } };
		/* SQLAlchemy's of Celery, JDBC's */
		size_t prefix = strncasecmp(s, "db+", 3) == 0 ? 3 : strncasecmp(s, "jdbc:", 5) == 0 ? 5 : 0;

		n = one_url(s);
		if (is_foreign(k, s + prefix)) {
			complain(r, 1, said, "is a URL of something that is not known here");
			continue;
		}
		ir_secret_set(&dep.url, s + prefix, n - prefix);
		give(r, &dep);
	}
}

/* The name of the variable that has the URL. */
static void
take_pointer(struct reading *r, const struct known *k, const struct ir_variable *v)
{
	const struct ir_variable *other = v->value[0] == '$' ? v : find(r, v->value);

	if (other)
		take_url(r, k, &(struct ir_variable){ v->name, other->value, v->line }, k->name);
	else
		complain(r, 0, v, "points to a variable that is not there");
}

/* A name, an IPv4 address, or an IPv6 one in brackets. */
static bool
is_plain_host(const char *s, const char *end)
{
	bool six = end - s > 2 && *s == '[' && end[-1] == ']';

	for (const char *p = s + six; p < end - six; p++) {
		if (!isalnum((unsigned char)*p) && !strchr(six ? ".:%-_" : "._-", *p))
			return false;
	}
	return s < end;
}

/* One of "http://user:password@host:port/path", "host:port", "host". */
static bool
take_one_host(struct reading *r, const struct known *k, const struct ir_variable *said, const char *s, size_t n)
{
	struct ir_variable_dep dep = { said->name, said->line, k->name, k->type, "tcp", { NULL, 0 }, { NULL, 0 } };
	const char *end = s + n, *at, *colon;
	size_t scheme = scheme_length(s);
	int64_t port = k->port;
	const char *url;

	if (scheme && scheme < n) {
		port = strncasecmp(s, "https:", 6) == 0 ? 443 : strncasecmp(s, "http:", 5) == 0 ? 80 : port;
		s += scheme + 3;
	}
	for (const char *p = s; p < end; p++)
		end = strchr("/?#", *p) ? p : end;
	at = memrchr(s, '@', (size_t)(end - s));
	s = at ? at + 1 : s;
	colon = memrchr(s, ':', (size_t)(end - s));
	if (colon && memchr(colon, ']', (size_t)(end - colon)))
		colon = NULL;
	if (colon) {
		IR_FREE char *text = strndup(colon + 1, (size_t)(end - colon - 1));

		if (!text || ir_parse_int(text, 1, 65535, &port, NULL) < 0)
			return false;
	}
	if (!is_plain_host(s, colon ? colon : end))
		return false;
	url = ir_asprintf(r->arena, "tcp://%.*s:%d", (int)((colon ? colon : end) - s), s, (int)port);
	ir_secret_set(&dep.url, url, strlen(url));
	give(r, &dep);
	return true;
}

static void
take_hosts(struct reading *r, const struct known *k, const struct ir_variable *said)
{
	const struct ir_variable *v = follow(r, said);
	const char *s = v ? v->value : "";

	if (!v)
		complain(r, 0, said, "points to a variable that is not there");
	for (size_t i = 0, n; i < URLS_MAX && *s; i++) {
		n = strcspn(s, ",; ");
		if (n && !take_one_host(r, k, said, s, n))
			complain(r, 0, said, "is no host:port, or several by comma");
		s += n;
		s += strspn(s, ",; ");
	}
}

static void
take_known(struct reading *r, const struct known *k, const struct ir_variable *v)
{
	size_t n;
	const char *star = fits(k->variable, v->name, &n);

	if (!star || !v->value[0])
		return;
	/* the last one of its name counts */
	if (find(r, v->name) != v)
		return;
	for (size_t i = 0; k->variable[0] == '*' && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].variable, v->name) == 0)
			return;
	if (k->form == HOSTS)
		take_hosts(r, k, v);
	else if (k->form == A_POINTER)
		take_pointer(r, k, v);
	else
		take_url(r, k, v, k->name ? k->name : lower(r->arena, star, n));
}

/* ---- sets */

static const struct ir_variable *
first_of(const struct reading *r, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct ir_variable *v = find(r, names[i]);

		if (v)
			return v;
	}
	return NULL;
}

/* NULL: none, also where that is written out. */
static const char *
value_of(const struct ir_variable *v)
{
	return v && strcasecmp(v->value, "null") != 0 && strlen(v->value) <= VALUE_MAX ? v->value : NULL;
}

/* "6379", or what a linked container gets: "tcp://172.17.0.2:6379". -1: neither. 0: none. */
static int
port_of(const char *s)
{
	int64_t n = 0;

	if (s && strncmp(s, "tcp://", 6) == 0)
		s = strrchr(s, ':') + 1;
	if (s && ir_parse_int(s, 1, 65535, &n, NULL) < 0)
		return -1;
	return (int)n;
}

/* Is DB_HOST of a PostgreSQL? NULL: yes. */
static const char *
foreign_db(const struct reading *r, int port, int *level)
{
	const char *kind = value_of(first_of(r, kinds, 2));

	*level = 1;
	if (kind ? strcasestr(kind, "pgsql") || strcasestr(kind, "postg") : port == 5432)
		return NULL;
	return kind ? "is of a database that is not known here" : "is of a database whose kind no DB_CONNECTION says";
}

static bool
is_host(const char *s)
{
	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-:[]", *p))
			return *s == '/' && (unsigned char)*p > ' ';
	return *s && strlen(s) < 256;
}

static void
add_url(const struct reading *r, const struct set *s, const char *host, int port, struct ir_buf *b)
{
	const char *user = value_of(first_of(r, s->user, 3)), *base = value_of(first_of(r, s->base, 4));
	bool six = strchr(host, ':') && *host != '[', local = *host == '/';

	ir_buf_addf(b, "%s://", s->scheme);
	if (user) {
		ir_percent_add(b, user);
		ir_buf_addc(b, '@');
	}
	if (!local)
		ir_buf_addf(b, "%s%s%s", six ? "[" : "", host, six ? "]" : "");
	if (!local && port)
		ir_buf_addf(b, ":%d", port);
	if (base) {
		ir_buf_addc(b, '/');
		ir_percent_add(b, base);
	}
	if (!local)
		return;
	ir_buf_addf(b, "%s?host=", base ? "" : "/");
	ir_percent_add(b, host);
	if (port)
		ir_buf_addf(b, "&port=%d", port);
}

static void
set_url(const struct reading *r, const struct set *s, const char *host, int port, struct ir_secret *url)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, (size_t)8 * VALUE_MAX);
	add_url(r, s, host, port, &b);
	ir_secret_set(url, b.data, b.len);
}

/* libpq's own in another environment than ours: a service file is not there. */
static void
take_set(struct reading *r, const struct set *s)
{
	size_t which = (size_t)(s - sets);
	const struct ir_variable *v = first_of(r, s->host, 4);
	struct ir_variable_dep dep = { NULL, 0, s->name, s->type, "postgres", { NULL, 0 }, { NULL, 0 } };
	const char *host, *password, *wrong = NULL;
	int port, level = 0;

	if (!v)
		return;
	dep.variable = v->name;
	dep.line = v->line;
	if (which == SET_LIBPQ && r->ours) {
		give(r, &dep);
		return;
	}
	host = value_of(v);
	port = port_of(value_of(find(r, s->port)));
	if (which == SET_LIBPQ && v != find(r, s->host[0]) && v != find(r, s->host[1]))
		return;
	if (!host || !is_host(host))
		wrong = "is neither a host nor a directory";
	else if (port < 0)
		wrong = "has no port beside it that is a number from 1 to 65535";
	else if (which == SET_DB)
		wrong = foreign_db(r, port, &level);
	if (wrong) {
		complain(r, level, v, wrong);
		return;
	}
	dep.backend = NULL;
	set_url(r, s, host, port, &dep.url);
	password = value_of(find(r, s->password));
	if (password)
		ir_secret_set(&dep.password, password, strlen(password));
	give(r, &dep);
}

void
ir_variables_read(
    struct ir_arena *arena, const struct ir_variable *v, size_t n, bool ours, const struct ir_variables_to *to)
{
	struct reading r = { .arena = arena, .v = v, .n = n, .ours = ours, .to = to };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		for (size_t k = 0; k < n; k++)
			take_known(&r, &known[i], &v[k]);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		take_set(&r, &sets[i]);
}
