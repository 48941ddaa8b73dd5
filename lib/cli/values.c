/* values - words for completion that only this machine's memory knows: the journal, ir.conf and the compose file */
#include <jansson.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "cli/files.h"
#include "cli/help.h"
#include "cli/setup.h"
#include "conf/discover.h"
#include "rec/journal.h"

enum { HANDLES_MAX = 200, HANDLES_SCAN = 4000, NAMES_SCAN = 500 };

typedef void add_fn(void *, const char *value, const char *doc);

struct ask {
	struct ir_ctx *ctx;
	const char *prefix;
	add_fn *add;
	void *arg;
	size_t n;            /* handles offered so far */
	struct ir_list seen; /* names offered so far */
};

static void
once(struct ask *ask, const char *name, const char *doc)
{
	if (!*name || ir_list_has(&ask->seen, name))
		return;
	name = ir_strdup(ask->ctx->arena, name);
	ir_list_add(ask->ctx->arena, &ask->seen, name);
	ask->add(ask->arg, name, doc);
}

static const char *
member(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s ? s : "";
}

static void
done_object(json_t **obj)
{
	json_decref(*obj);
}

static bool
may_match(const char *record, size_t len, const char *prefix)
{
	char want[IR_ID_MAX + sizeof("\"id\":\"")];

	if (strlen(prefix) > IR_ID_MAX)
		return false;
	snprintf(want, sizeof(want), "\"id\":\"%s", prefix);
	return memmem(record, len, want, strlen(want)) != NULL;
}

static int
add_handle(void *arg, const char *record, size_t len)
{
	struct ask *ask = arg;
	IR_CLEANUP(done_object) json_t *obj = NULL;
	const char *id, *service;

	if (!may_match(record, len, ask->prefix))
		return 0;
	obj = json_loadb(record, len, 0, NULL);
	id = member(obj, "id");
	if (!*id)
		return 0;
	service = member(obj, "service");
	ask->add(ask->arg, id,
	    ir_asprintf(ask->ctx->arena, "%s%s%s: %s", member(obj, "status"), *service ? " " : "", service,
		member(obj, "summary")));
	return ++ask->n >= HANDLES_MAX;
}

static void
recent(struct ask *ask, const char *kind, size_t max, ir_journal_cb *cb)
{
	struct ir_err err = IR_ERR_INIT;

	if (ir_setup_journal(ask->ctx, true, &err) == 0)
		ir_journal_recent(ask->ctx->journal, kind, max, cb, ask, &err);
}

static void
ask_handle_of(struct ir_ctx *ctx, const char *kind, const char *prefix, add_fn *add, void *arg)
{
	struct ask ask = { .ctx = ctx, .prefix = prefix, .add = add, .arg = arg };

	recent(&ask, kind, HANDLES_SCAN, add_handle);
}

static void
ask_handle(struct ir_ctx *ctx, const char *prefix, add_fn *add, void *arg)
{
	ask_handle_of(ctx, NULL, prefix, add, arg);
}

static void
ask_alert(struct ir_ctx *ctx, const char *prefix, add_fn *add, void *arg)
{
	ask_handle_of(ctx, "alert", prefix, add, arg);
}

static void
ask_incident(struct ir_ctx *ctx, const char *prefix, add_fn *add, void *arg)
{
	ask_handle_of(ctx, "incident", prefix, add, arg);
}

/* The beginning of one is typed. */
static bool
is_handle(const char *prefix)
{
	return strspn(prefix, "abcdefghijklmnopqrstuvwxyz") == 3 && prefix[3] == '-';
}

/* Names written in ir.conf. */
static void
add_sections(struct ask *ask, const char *type, const char *doc)
{
	struct ir_err err = IR_ERR_INIT;

	if (ir_setup_conf(ask->ctx, &err) < 0)
		return;
	for (size_t i = 0; i < ask->ctx->conf->n; i++) {
		const struct ir_section *s = &ask->ctx->conf->v[i];

		if (strcmp(s->type->name, type) == 0)
			once(ask, s->name, doc);
	}
}

static int
add_service(void *arg, const char *record, size_t len)
{
	struct ask *ask = arg;
	IR_CLEANUP(done_object) json_t *obj = json_loadb(record, len, 0, NULL);

	once(ask, member(obj, "service"), "in the journal");
	return 0;
}

static void
add_configured_services(struct ask *ask)
{
	struct ir_err err = IR_ERR_INIT;

	add_sections(ask, "service", "in ir.conf");
	if (ir_setup_conf(ask->ctx, &err) < 0)
		return;
	for (size_t i = 0; i < ask->ctx->conf->n; i++) {
		const struct ir_value *v = ir_conf_value(&ask->ctx->conf->v[i], "service");

		if (v)
			once(ask, v->text, "in ir.conf");
	}
}

static void
add_compose_services(struct ask *ask)
{
	struct ir_compose compose = { 0 };
	struct ir_err err = IR_ERR_INIT;

	if (ir_compose_find(ask->ctx->arena, ".", &compose, &err) <= 0)
		return;
	for (size_t i = 0; i < compose.n; i++)
		once(ask, compose.v[i].name,
		    ir_asprintf(ask->ctx->arena, "service of compose project %s", compose.project));
}

static void
add_services(struct ask *ask)
{
	add_configured_services(ask);
	add_compose_services(ask);
	recent(ask, "check", NAMES_SCAN, add_service);
}

static void
ask_service(struct ir_ctx *ctx, const char *prefix, add_fn *add, void *arg)
{
	struct ask ask = { .ctx = ctx, .prefix = prefix, .add = add, .arg = arg };

	add_services(&ask);
}

/* What the last look at it said is worth more than that it is configured. */
static int
add_check(void *arg, const char *record, size_t len)
{
	struct ask *ask = arg;
	IR_CLEANUP(done_object) json_t *obj = json_loadb(record, len, 0, NULL);
	const char *name = member(obj, "name");

	if (ir_conf_section(ask->ctx->conf, "check", name))
		once(ask, name, ir_asprintf(ask->ctx->arena, "%s: %s", member(obj, "status"), member(obj, "summary")));
	return 0;
}

static void
add_checks(struct ask *ask)
{
	struct ir_err err = IR_ERR_INIT;

	if (ir_setup_conf(ask->ctx, &err) < 0)
		return;
	recent(ask, "check", NAMES_SCAN, add_check);
	add_sections(ask, "check", "not looked at yet");
}

static void
ask_check(struct ir_ctx *ctx, const char *prefix, add_fn *add, void *arg)
{
	struct ask ask = { .ctx = ctx, .prefix = prefix, .add = add, .arg = arg };

	add_checks(&ask);
}

/* Of ir.conf or found elsewhere; what the last look said of it. Full names of checks once a '/' is typed. An operand has no name, but its URL. */
static int
add_dependency(void *arg, const char *record, size_t len)
{
	struct ask *ask = arg;
	IR_CLEANUP(done_object) json_t *obj = json_loadb(record, len, 0, NULL);
	const char *dependency = member(obj, "dependency"), *name = member(obj, "name"),
		   *subject = member(obj, "subject");
	bool own = strcmp(dependency, name) == 0, operand = strcmp(member(obj, "origin"), "operand") == 0;

	if (*dependency && (own || (!operand && strchr(ask->prefix, '/'))))
		once(ask, operand ? subject : name,
		    ir_asprintf(ask->ctx->arena, "%s: %s", member(obj, "status"), member(obj, "summary")));
	return 0;
}

static void
ask_dependency(struct ir_ctx *ctx, const char *prefix, add_fn *add, void *arg)
{
	static const char *const types[] = { "database", "cache", "queue" };
	struct ask ask = { .ctx = ctx, .prefix = prefix, .add = add, .arg = arg };

	recent(&ask, "check", NAMES_SCAN, add_dependency);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		add_sections(&ask, types[i], "not looked at yet");
	add_services(&ask);
	if (is_handle(prefix))
		ask_handle(ctx, prefix, add, arg);
}

/* What can be looked at: checks, services (a name that both have, once), and what a handle is about, once its beginning is typed. */
static void
ask_target(struct ir_ctx *ctx, const char *prefix, add_fn *add, void *arg)
{
	struct ask ask = { .ctx = ctx, .prefix = prefix, .add = add, .arg = arg };

	add_checks(&ask);
	add_services(&ask);
	if (is_handle(prefix))
		ask_handle(ctx, prefix, add, arg);
}

/* Whose logs can be read: services, sources of ir.conf, files once something is typed. */
static void
ask_log(struct ir_ctx *ctx, const char *prefix, add_fn *add, void *arg)
{
	struct ask ask = { .ctx = ctx, .prefix = prefix, .add = add, .arg = arg };

	if (!strchr(prefix, '/')) {
		add_sections(&ask, "logs", "source of logs");
		add_services(&ask);
	}
	if (is_handle(prefix))
		ask_handle(ctx, prefix, add, arg);
	else if (*prefix)
		ir_files_complete(ctx, prefix, add, arg);
}

static void
ask_kind(struct ir_ctx *ctx, const char *prefix, add_fn *add, void *arg)
{
	(void)ctx, (void)prefix;
	for (const struct ir_kind *const *k = ir_kinds; *k; k++)
		add(arg, (*k)->name, (*k)->doc);
}

static void
ask_time(struct ir_ctx *ctx, const char *prefix, add_fn *add, void *arg)
{
	static const char *const words[][2] = {
		{ "15m", "a quarter of an hour ago" },
		{ "1h", "an hour ago" },
		{ "24h", "a day ago" },
		{ "7d", "a week ago" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		add(arg, words[i][0], words[i][1]);
	ask_handle(ctx, prefix, add, arg);
}

const struct ir_values ir_values_handle = { .name = "handle", .ask = ask_handle };
const struct ir_values ir_values_service = { .name = "service", .ask = ask_service };
const struct ir_values ir_values_check = { .name = "check", .ask = ask_check };
const struct ir_values ir_values_dependency = { .name = "dependency", .ask = ask_dependency };
const struct ir_values ir_values_target = { .name = "target", .ask = ask_target };
const struct ir_values ir_values_log = { .name = "log", .ask = ask_log };
const struct ir_values ir_values_kind = { .name = "kind", .ask = ask_kind };
const struct ir_values ir_values_time = { .name = "time", .ask = ask_time };
const struct ir_values ir_values_alert = { .name = "alert", .ask = ask_alert };
const struct ir_values ir_values_incident = { .name = "incident", .ask = ask_incident };
