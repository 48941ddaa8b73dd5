/* pg_target - a connection string and all that libpq adds to it, taken apart */
#include "net/pg.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "net/libpq.h"
#include "net/pguri.h"

enum { TEXT_MAX = 16 * 1024, HOSTS_MAX = 16, DEFAULT_PORT = 5432 };

/* What libpq says of a bad string quotes pieces of it, so it is said in our words. */
static const struct {
	const char *libpq, *words;
} faults[] = {
	{ "invalid percent-encoded token", "a '%' is not followed by two hexadecimal digits" },
	{ "forbidden value %00", "it holds a NUL byte (%00)" },
	{ "missing \"=\"", "it is neither a URL nor a list of key=value" },
	{ "unterminated quoted string", "a quote is not closed" },
	{ "invalid connection option", "it holds a key that libpq does not know" },
	{ "invalid URI query parameter", "it holds a parameter that libpq does not know" },
	{ "extra key/value separator", "a parameter has more than one '='" },
	{ "missing key/value separator", "a parameter has no '='" },
	{ "end of string reached", "the address in [] is not closed" },
	{ "IPv6 host address may not be empty", "the address in [] is empty" },
	{ "unexpected character", "something follows the address in [] that does not belong there" },
	{ "definition of service", "its service is not in the service file" },
	{ "service file", "there is no such service file" },
	{ "syntax error", "the service file cannot be read" },
	{ "could not match", "hosts, addresses and ports are not equal in number" },
	{ "invalid sslmode value", "sslmode is none that libpq knows" },
	{ "sslmode value", "this libpq was built without TLS" },
	{ "invalid channel_binding value", "channel_binding is none that libpq knows" },
	{ "out of memory", "out of memory" },
};

static int
fail_string(struct ir_err *err, const char *libpq)
{
	const char *words = "libpq does not take it";

	for (size_t i = 0; libpq && i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (strncmp(libpq, faults[i].libpq, strlen(faults[i].libpq)) == 0) {
			words = faults[i].words;
			break;
		}
	}
	ir_fail(err, IR_CONFIG, "bad connection string: %s", words);
	return ir_hint(err, "write postgresql://user@host:port/database, percent-encoded where needed");
}

static void
options_free(const struct ir_libpq *q, PQconninfoOption *v)
{
	for (PQconninfoOption *o = v; o && o->keyword; o++)
		if (o->val && o->dispchar[0] == '*')
			explicit_bzero(o->val, strlen(o->val));
	q->conninfo_free(v);
}

static const char *
option(const PQconninfoOption *v, const char *keyword)
{
	for (; v->keyword; v++)
		if (strcmp(v->keyword, keyword) == 0)
			return v->val && *v->val ? v->val : NULL;
	return NULL;
}

static bool
is_one_of(const char *const *v, const char *word)
{
	for (; *v; v++)
		if (strcmp(*v, word) == 0)
			return true;
	return false;
}

static int
parse_text(const struct ir_libpq *q, const char *text, PQconninfoOption **ret, struct ir_err *err)
{
	char *message = NULL;

	*ret = q->conninfo_parse(text, &message);
	if (*ret)
		return 0;
	fail_string(err, message);
	if (message)
		explicit_bzero(message, strlen(message));
	q->freemem(message);
	return -1;
}

static int
parse_url(struct ir_arena *arena, const char *text, struct ir_pg_target *t, PQconninfoOption **ret, struct ir_err *err)
{
	PQconninfoOption *all = t->lib->conndefaults();
	struct ir_list known = { 0 };
	char *url = NULL;
	int rc;

	if (!all)
		return ir_fail(err, IR_INTERNAL, "libpq does not tell its options");
	for (PQconninfoOption *o = all; o->keyword; o++)
		ir_list_add(arena, &known, ir_strdup(arena, o->keyword));
	options_free(t->lib, all);
	rc = ir_pguri_normalise(arena, text, known.v, &url, &t->dropped, err);
	if (rc == 0)
		rc = parse_text(t->lib, url, ret, err);
	if (url)
		explicit_bzero(url, strlen(url));
	free(url);
	return rc;
}

/* Keep what was written; secrets apart, hosts not at all: each is tried by itself. */
static void
keep_written(struct ir_arena *arena, struct ir_pg_target *t, const PQconninfoOption *v)
{
	static const char *const not_kept[] = { "host", "hostaddr", "port", "replication", "client_encoding",
		"target_session_attrs", NULL };

	for (; v->keyword; v++) {
		if (!v->val || !*v->val || is_one_of(not_kept, v->keyword))
			continue;
		if (strcmp(v->keyword, "password") == 0) {
			ir_secret_set(&t->password, v->val, strlen(v->val));
		} else if (strcmp(v->keyword, "sslpassword") == 0) {
			ir_secret_set(&t->sslpassword, v->val, strlen(v->val));
		} else {
			ir_list_add(arena, &t->keys, ir_strdup(arena, v->keyword));
			ir_list_add(arena, &t->values, ir_strdup(arena, v->val));
		}
	}
}

/* The field at *s of a comma-separated list, which is moved on; NULL when there is none or it is empty. */
static char *
next_field(struct ir_arena *arena, const char **s)
{
	size_t n;
	char *field;

	if (!*s)
		return NULL;
	n = strcspn(*s, ",");
	field = n ? ir_strndup(arena, *s, n) : NULL;
	*s = (*s)[n] ? *s + n + 1 : NULL;
	return field;
}

static size_t
count_fields(const char *s)
{
	size_t n = s != NULL;

	for (; s && *s; s++)
		n += *s == ',';
	return n;
}

/* One that holds an '@' is the end of a password that was not encoded. No piece of it is shown. */
static int
check_host(const char *name, struct ir_err *err)
{
	if (name[0] == '/' || name[0] == '@')
		return 0;
	for (const char *s = name; *s; s++) {
		if (isalnum((unsigned char)*s) || *s & 0x80 || strchr(".-_:%", *s))
			continue;
		ir_fail(err, IR_CONFIG, "bad connection string: the host is not a name or address");
		return ir_hint(err, "percent-encode '@' '/' ':' in user and password (%%40 %%2F %%3A)");
	}
	return 0;
}

static int
take_host(struct ir_pg_host *h, const char *other, const char *port, struct ir_err *err)
{
	struct ir_addr numeric;
	int64_t n = DEFAULT_PORT;

	if (!h->name)
		h->name = h->addr ? h->addr : other;
	if (check_host(h->name, err) < 0)
		return -1;
	if (port && ir_parse_int(port, 1, 65535, &n, NULL) < 0) {
		ir_fail(err, IR_CONFIG, "bad connection string: the port is not a number from 1 to 65535");
		return ir_hint(err, "percent-encode '@' '/' ':' in user and password (%%40 %%2F %%3A)");
	}
	h->port = (uint16_t)n;
	if (h->addr && ir_addr_parse(h->addr, h->port, &numeric) < 0)
		return ir_fail(err, IR_CONFIG, "bad connection string: hostaddr is not a numeric address");
	return 0;
}

/* As libpq pairs them: one port may serve all hosts. */
static int
take_hosts(
    struct ir_arena *arena, struct ir_pg_target *t, const PQconninfoOption *v, const char *other, struct ir_err *err)
{
	const char *names = option(v, "host"), *addrs = option(v, "hostaddr"), *ports = option(v, "port");
	size_t n = addrs ? count_fields(addrs) : count_fields(names), ports_n = count_fields(ports);
	char *port = NULL;

	n = n ? n : 1;
	if (n > HOSTS_MAX)
		return ir_fail(err, IR_CONFIG, "more than %d hosts", HOSTS_MAX);
	t->hosts = IR_NEW_N(arena, struct ir_pg_host, n);
	t->hosts_n = n;
	for (size_t i = 0; i < n; i++) {
		t->hosts[i].name = next_field(arena, &names);
		t->hosts[i].addr = next_field(arena, &addrs);
		if (i == 0 || ports_n > 1)
			port = next_field(arena, &ports);
		if (take_host(&t->hosts[i], other, port, err) < 0)
			return -1;
	}
	return 0;
}

static void
add_host(struct ir_buf *b, const struct ir_pg_host *h)
{
	bool v6 = strchr(h->name, ':') != NULL;

	ir_buf_addf(b, "%s%s%s", v6 ? "[" : "", h->name, v6 ? "]" : "");
	if (h->port != DEFAULT_PORT)
		ir_buf_addf(b, ":%u", h->port);
}

static void
make_label(struct ir_arena *arena, struct ir_pg_target *t)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	bool local = t->hosts[0].name[0] == '/' || t->hosts[0].name[0] == '@';

	ir_buf_init(&b, TEXT_MAX);
	ir_buf_adds(&b, "postgresql://");
	for (size_t i = 0; i < t->hosts_n && !local; i++) {
		ir_buf_adds(&b, i ? "," : "");
		add_host(&b, &t->hosts[i]);
	}
	ir_buf_addf(&b, "/%s", t->dbname);
	if (local)
		ir_buf_addf(&b, "?host=%s", t->hosts[0].name);
	if (local && t->hosts[0].port != DEFAULT_PORT)
		ir_buf_addf(&b, "&port=%u", t->hosts[0].port);
	t->label = ir_strdup(arena, b.data);
}

/*
 * What libpq would do with all of it: service file, PG*, defaults. Only a connection tells, and this one ends before it begins, by a value that is none;
 * libpq has read all else by then.
 */
static PGconn *
effective(const struct ir_pg_target *t, const PQconninfoOption *written)
{
	static const char poison[] = "ssl_min_protocol_version";
	const char *keys[80], *values[80];
	size_t n = 0;

	for (; written && written->keyword && n < 78; written++) {
		if (!written->val || strcmp(written->keyword, poison) == 0 || written->dispchar[0] == '*')
			continue;
		keys[n] = written->keyword;
		values[n++] = written->val;
	}
	keys[n] = poison;
	values[n++] = "none";
	keys[n] = values[n] = NULL;
	return t->lib->connect_start(keys, values, 0);
}

static int
take_effective(struct ir_arena *arena, struct ir_pg_target *t, PGconn *conn, struct ir_err *err)
{
	const struct ir_libpq *q = t->lib;
	const char *why = q->error_message(conn), *s, *host = q->host(conn);
	PQconninfoOption *all;
	int rc;

	if (q->status(conn) != CONNECTION_BAD || !strstr(why, "ssl_min_protocol_version"))
		return fail_string(err, why);
	all = q->conninfo(conn);
	if (!all)
		ir_oom();
	s = option(all, "user");
	t->user = ir_strdup(arena, s ? s : "");
	s = option(all, "dbname");
	t->dbname = ir_strdup(arena, s ? s : t->user);
	s = option(all, "sslmode");
	t->sslmode = ir_strdup(arena, s ? s : "prefer");
	s = option(all, "target_session_attrs");
	t->session_attrs = ir_strdup(arena, s ? s : "any");
	rc = take_hosts(arena, t, all, ir_strdup(arena, host && *host ? host : "localhost"), err);
	options_free(q, all);
	return rc;
}

/* "user:pass/word@host/db" makes a database "word@host/db". */
static int
check_database(const struct ir_pg_target *t, bool url, struct ir_err *err)
{
	if (!url || !strchr(t->dbname, '@') || ir_list_has(&t->keys, "user"))
		return 0;
	ir_fail(err, IR_CONFIG, "bad connection string: an '@' follows the '/' before the database");
	return ir_hint(err, "percent-encode '@' '/' ':' in user and password (%%40 %%2F %%3A)");
}

static int
parse(struct ir_arena *arena, const char *text, struct ir_pg_target *t, struct ir_err *err)
{
	PQconninfoOption *written = NULL;
	PGconn *conn;
	bool url = ir_pguri_is(text);
	int rc = url ? parse_url(arena, text, t, &written, err) : parse_text(t->lib, text, &written, err);

	if (rc < 0)
		return -1;
	keep_written(arena, t, written);
	conn = effective(t, written);
	options_free(t->lib, written);
	if (!conn)
		ir_oom();
	rc = take_effective(arena, t, conn, err);
	t->lib->finish(conn);
	if (rc == 0)
		rc = check_database(t, url, err);
	if (rc == 0)
		make_label(arena, t);
	return rc;
}

int
ir_pg_target_parse(struct ir_arena *arena, const char *text, struct ir_pg_target *ret, struct ir_err *err)
{
	struct ir_libpq *lib = IR_NEW(arena, struct ir_libpq);

	memset(ret, 0, sizeof(*ret));
	text = text ? text : "";
	if (strlen(text) > TEXT_MAX / 4)
		return ir_fail(err, IR_CONFIG, "bad connection string: longer than %d bytes", TEXT_MAX / 4);
	if (ir_libpq_load(lib, err) < 0)
		return -1;
	ret->lib = lib;
	if (parse(arena, text, ret, err) == 0)
		return 0;
	ir_pg_target_done(ret);
	return -1;
}

void
ir_pg_target_done(struct ir_pg_target *t)
{
	ir_secret_done(&t->password);
	ir_secret_done(&t->sslpassword);
	memset(t, 0, sizeof(*t));
}
