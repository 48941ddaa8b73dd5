/* find - from what was asked for, ir.conf and the place to sources */
#include "logs/find.h"

#include <string.h>

#include "rec/kinds.h"
#include "service/service.h"

/* ---- sources */

static const struct ir_logs_ops *
ops_of(const char *type)
{
	for (size_t i = 0; ir_logs_backends[i]; i++) {
		if (strcmp(ir_logs_backends[i]->name, type) == 0)
			return ir_logs_backends[i];
	}
	return NULL;
}

struct find {
	struct ir_ctx *ctx;
	struct ir_place *place;
	const struct ir_logs_asked *asked;
	const struct ir_logs_query *query;
	struct ir_logs_sources *ret;
};

/* Add it, prepared. */
static int
add(struct find *f, const char *type, struct ir_logs_source s, struct ir_err *err)
{
	struct ir_logs_sources *all = f->ret;
	struct ir_logs_source *added;

	s.ops = ops_of(type);
	s.query = f->query;
	s.services = &f->asked->services;
	s.place = f->place;
	s.ctx = f->ctx;
	if (!s.ops)
		return ir_fail(err, IR_CONFIG, "%s: logs of type '%s' cannot be read", s.origin, type);
	added = memcpy(IR_NEW(f->ctx->arena, struct ir_logs_source), &s, sizeof(s));
	if (added->ops->prepare(f->ctx, added, err) < 0)
		return -1;
	if (all->n == all->size) {
		struct ir_logs_source **v =
		    IR_NEW_N(f->ctx->arena, struct ir_logs_source *, all->size = 2 * all->size + 8);

		if (all->n)
			memcpy(v, all->v, all->n * sizeof(*v));
		all->v = v;
	}
	all->v[all->n++] = added;
	all->engines |= strcmp(type, "file") != 0 && strcmp(type, "stdin") != 0;
	return 0;
}

/* ---- sections */

static const char *
engine_of(const struct ir_section *s)
{
	static const char *const ports[][2] = { { ":8123", "clickhouse" }, { ":3100", "loki" },
		{ ":9428", "victorialogs" } };
	const char *url = ir_conf_str(s, "logs", "url");

	if (ir_conf_value(s, "table"))
		return "clickhouse";
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		const char *at = strstr(url, ports[i][0]);

		if (at && strspn(at + 1, "0123456789") == strlen(ports[i][0]) - 1)
			return ports[i][1];
	}
	return NULL;
}

const char *
ir_logs_type(struct ir_arena *arena, const struct ir_section *s, struct ir_err *err)
{
	static const char *const tells[][2] = { { "path", "file" }, { "unit", "journald" }, { "command", "command" },
		{ "selector", "kubectl" }, { "namespace", "kubectl" }, { "context", "kubectl" },
		{ "container", "docker" }, { "project", "docker" } };
	const char *type = ir_conf_str(s, "logs", "type");

	if (!type && ir_conf_value(s, "url"))
		type = engine_of(s);
	for (size_t i = 0; !type && !ir_conf_value(s, "url") && i < sizeof(tells) / sizeof(tells[0]); i++) {
		if (ir_conf_value(s, tells[i][0]))
			type = tells[i][1];
	}
	if (!type) {
		ir_fail(err, IR_CONFIG, "%s: [logs \"%s\"] does not tell of which type it is",
		    ir_conf_origin(arena, s->file, s->line), s->name);
		ir_hint(err, "add to the section: type = file, or another that ir.conf(5) lists");
	}
	return type;
}

/* Could any of its lines be asked for? */
static bool
may_have(const struct ir_logs_asked *asked, const struct ir_section *s)
{
	const char *service = ir_conf_str(s, "logs", "service");

	if (asked->sections.n > 0)
		return ir_list_has(&asked->sections, s->name);
	return !service || ir_service_wanted(&asked->services, service);
}

static int
add_section(struct find *f, const struct ir_section *s, struct ir_err *err)
{
	const char *type = ir_logs_type(f->ctx->arena, s, err);

	if (!type)
		return -1;
	return add(f, type,
	    (struct ir_logs_source){
		.name = s->name,
		.service = ir_conf_str(s, "logs", "service"),
		.origin = ir_conf_origin(f->ctx->arena, s->file, s->line),
		.section = s,
	    },
	    err);
}

static int
add_sections(struct find *f, struct ir_err *err)
{
	const struct ir_conf *conf = f->ctx->conf;

	for (size_t i = 0; conf && i < conf->n; i++) {
		const struct ir_section *s = &conf->v[i];

		if (strcmp(s->type->name, "logs") == 0 && may_have(f->asked, s) && add_section(f, s, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- without sections */

static int
nothing(const struct find *f, struct ir_err *err)
{
	const struct ir_place *p = f->place;

	if (p->project)
		ir_fail(err, IR_BACKEND,
		    "there are no logs to read: no [logs] in ir.conf, and no container engine is installed here for %s",
		    p->project);
	else
		ir_fail(err, IR_BACKEND,
		    "there are no logs to read: no [logs] in ir.conf, no compose project here, no LOKI_ADDR");
	return ir_hint(err, "name a file: ir-logs /var/log/app.log, or write [logs \"app\"] in ir.conf");
}

static int
add_place(struct find *f, struct ir_err *err)
{
	const char *loki = getenv("LOKI_ADDR");
	bool others = false;

	for (size_t i = 0; f->ctx->conf && i < f->ctx->conf->n; i++)
		others |= strcmp(f->ctx->conf->v[i].type->name, "logs") == 0;

	if (f->place->project && ir_place_expects_engine(f->ctx, f->place))
		return add(f, "docker",
		    (struct ir_logs_source){
			.name = f->place->project, .origin = f->place->said ? "operand" : "compose" },
		    err);
	if (loki && *loki)
		return add(
		    f, "loki", (struct ir_logs_source){ .name = "loki", .what = loki, .origin = "LOKI_ADDR" }, err);
	return others ? 0 : nothing(f, err); /* none of them is of the services that are asked for */
}

static int
add_operands(struct find *f, struct ir_err *err)
{
	const struct ir_logs_asked *asked = f->asked;

	if (asked->paths.n > 0 &&
	    add(f, "file", (struct ir_logs_source){ .name = "operand", .paths = &asked->paths, .origin = "operand" },
		err) < 0)
		return -1;
	if (asked->lines && add(f, "stdin", (struct ir_logs_source){ .name = "stdin", .origin = "operand" }, err) < 0)
		return -1;
	return 0;
}

int
ir_logs_find(struct ir_ctx *ctx, struct ir_place *place, const struct ir_logs_asked *asked,
    const struct ir_logs_query *query, struct ir_logs_sources *ret, struct ir_err *err)
{
	struct find f = { ctx, place, asked, query, ret };

	*ret = (struct ir_logs_sources){ .n = 0 };
	if (add_operands(&f, err) < 0)
		return -1;
	if (ret->n > 0 && asked->sections.n == 0 && asked->named.n == 0)
		return 0;
	if (!place->said && add_sections(&f, err) < 0)
		return -1;
	return ret->n > 0 ? 0 : add_place(&f, err);
}

const char *
ir_logs_check(struct ir_ctx *ctx, struct ir_place *place, const struct ir_section *s, struct ir_err *err)
{
	const struct ir_logs_asked asked = { .lines = false };
	const struct ir_logs_query query = { .now_ms = ctx->start_ms, .tail = -1 };
	struct ir_logs_sources all = { .n = 0 };
	struct find f = { ctx, place, &asked, &query, &all };

	return add_section(&f, s, err) < 0 ? NULL : all.v[0]->subject;
}

/* ---- reading */

static void
on_done(struct ir_logs_source *s)
{
	s->over = true;
}

void
ir_logs_start(struct ir_logs_sources *all, struct ir_logs_reader *reader)
{
	for (size_t i = 0; i < all->n; i++) {
		struct ir_logs_source *s = all->v[i];
		struct ir_err err = IR_ERR_INIT;

		s->reader = reader;
		if (s->ops->start(s, on_done, &err) == 0)
			continue;
		s->over = true;
		ir_logs_fault(s, s->subject, &err);
	}
}

void
ir_logs_stop(struct ir_logs_sources *all)
{
	for (size_t i = 0; i < all->n; i++) {
		if (!all->v[i]->over)
			all->v[i]->ops->stop(all->v[i]);
	}
}
