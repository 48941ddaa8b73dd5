/* asked - operands: files, services, sections, records, standard input */
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "conf/suggest.h"
#include "logs/find.h"
#include "logs/peek.h"
#include "rec/emit.h"
#include "rec/read.h"
#include "service/service.h"

struct ask {
	struct ir_ctx *ctx;
	const struct ir_place *place;
	struct ir_logs_asked *ret;
};

/* ---- names */

static void
know(struct ask *a, const char *name)
{
	if (name && *name)
		ir_list_add_once(a->ctx->arena, &a->ret->known, name);
}

static bool
is_section(const struct ask *a, const char *name)
{
	return a->ctx->conf && ir_conf_section(a->ctx->conf, "logs", name);
}

/* Services that are known without asking anybody. */
static void
know_services(struct ask *a)
{
	const struct ir_conf *conf = a->ctx->conf;

	for (size_t i = 0; conf && i < conf->n; i++) {
		const struct ir_section *s = &conf->v[i];

		if (strcmp(s->type->name, "service") == 0)
			know(a, s->name);
		if (strcmp(s->type->name, "logs") != 0)
			continue;
		know(a, s->name);
		know(a, ir_conf_str(s, "logs", "service"));
	}
	for (size_t i = 0; a->place->has_compose && i < a->place->compose.n; i++)
		know(a, ir_service_of_compose(conf, a->place->compose.v[i].name));
}

static void
add_service(struct ask *a, const char *name)
{
	ir_list_add_once(a->ctx->arena, &a->ret->services, name);
	ir_list_add_once(a->ctx->arena, &a->ret->named, name);
}

static bool
is_path(const char *s)
{
	return strchr(s, '/') || strpbrk(s, "*?[") || access(s, F_OK) == 0;
}

/* A name with a dot in it that nothing bears is a file that is not there. */
static bool
looks_like_file(const struct ask *a, const char *s)
{
	return strchr(s, '.') && !ir_suggest(s, a->ret->known.v) && !a->place->project;
}

static void
take_name(struct ask *a, const char *s)
{
	if (is_section(a, s))
		ir_list_add_once(a->ctx->arena, &a->ret->sections, s);
	else if (ir_list_has(&a->ret->known, s))
		add_service(a, s);
	else if (is_path(s) || looks_like_file(a, s))
		ir_list_add_once(a->ctx->arena, &a->ret->paths, s);
	else
		add_service(a, s);
}

/* ---- records */

static void
take_record(void *arg, const struct ir_rec *rec)
{
	struct ask *a = arg;
	struct ir_arena *arena = a->ctx->arena;
	const char *service = ir_rec_str(rec, "service");

	if (rec->kind == &ir_kind_pattern)
		ir_list_add_once(arena, &a->ret->patterns, ir_strdup(arena, ir_rec_str(rec, "id")));
	if (*service)
		ir_list_add_once(arena, &a->ret->services, ir_strdup(arena, service));
	else if (rec->kind != &ir_kind_pattern)
		ir_trace(a->ctx, 0, "warning: %s is of no service: it says nothing about which logs to read",
		    ir_rec_str(rec, "id"));
}

static int
take_one(struct ask *a, const char *s, struct ir_err *err)
{
	if (strcmp(s, "-") == 0 && !ir_logs_peek(a->ctx, STDIN_FILENO)) {
		a->ret->lines = true;
		return 0;
	}
	if (strcmp(s, "-") == 0)
		return ir_in_each(a->ctx, NULL, take_record, a, err);
	if (*s == '\0')
		return ir_fail(err, IR_USAGE, "an empty operand names nothing");
	if (ir_id_valid(s, strlen(s)))
		return ir_in_each(a->ctx, s, take_record, a, err);
	take_name(a, s);
	return 0;
}

/* Patterns of a file or of standard input have no service: their handles say what to print, and not what to read. */
static int
check(const struct ask *a, struct ir_err *err)
{
	const struct ir_logs_asked *r = a->ret;

	if (r->patterns.n == 0 || r->services.n > 0 || r->paths.n > 0 || r->sections.n > 0 || r->lines)
		return 0;
	ir_fail(err, IR_USAGE, "pattern %s is of no service, so it does not say which log to read", r->patterns.v[0]);
	return ir_hint(err, "name the file, too: ir-logs %s FILE", r->patterns.v[0]);
}

int
ir_logs_ask(struct ir_ctx *ctx, const struct ir_place *place, const struct ir_list *services, char **operands,
    struct ir_logs_asked *ret, struct ir_err *err)
{
	struct ask a = { .ctx = ctx, .place = place, .ret = ret };

	*ret = (struct ir_logs_asked){ .lines = false };
	know_services(&a);
	for (size_t i = 0; i < services->n; i++)
		add_service(&a, services->v[i]);
	for (; *operands; operands++) {
		if (take_one(&a, *operands, err) < 0)
			return -1;
	}
	return check(&a, err);
}
