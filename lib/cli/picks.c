/* picks - what a source was asked to look at: names, services, handles, records on standard input, URLs */
#include "cli/picks.h"

#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "conf/conf.h"
#include "conf/suggest.h"
#include "rec/emit.h"
#include "rec/read.h"

static void
add(struct ir_picks *p, struct ir_pick pick)
{
	if (p->n == p->size) {
		struct ir_pick *v = IR_NEW_N(p->ctx->arena, struct ir_pick, p->size = 2 * p->size + 16);

		if (p->n)
			memcpy(v, p->v, p->n * sizeof(*v));
		p->v = v;
	}
	p->v[p->n++] = pick;
}

static void
add_name(struct ir_picks *p, const char *service, const char *name)
{
	const char *slash = p->kind->dependencies ? strchr(name, '/') : NULL;

	add(p, (struct ir_pick){
		   .service = service,
		   .name = slash ? ir_strndup(p->ctx->arena, name, (size_t)(slash - name)) : name,
		   .whole = slash ? name : NULL,
	       });
}

/* Said twice, it is still one. */
static void
add_url(struct ir_picks *p, const char *url)
{
	if (!ir_list_has(&p->urls, url))
		ir_list_add(p->ctx->arena, &p->urls, url);
}

static bool
is_ours(const struct ir_picks *p, const struct ir_rec *rec)
{
	return rec->kind == &ir_kind_check && (*ir_rec_str(rec, "dependency") != '\0') == p->kind->dependencies;
}

static void
take_record(struct ir_picks *p, const struct ir_rec *rec)
{
	struct ir_arena *arena = p->ctx->arena;
	const char *service = ir_strdup(arena, ir_rec_str(rec, "service"));
	const char *origin = ir_rec_str(rec, "origin"), *subject = ir_rec_str(rec, "subject");

	if (!is_ours(p, rec)) {
		if (*service)
			add(p, (struct ir_pick){ .name = service, .of_record = true });
		return;
	}
	/* a URL with a secret in it was not kept whole; of a queue or a measure it goes on with "#celery/default" */
	if (strcmp(origin, "operand") == 0 && p->kind->is_url(subject) && !strstr(subject, "***"))
		add_url(p, ir_strndup(arena, subject, p->kind->dependencies ? strcspn(subject, "#") : strlen(subject)));
	else
		add_name(p, service, ir_strdup(arena, ir_rec_str(rec, "name")));
}

static void
take_records(struct ir_picks *p, const struct ir_in *in)
{
	for (size_t i = 0; i < in->n; i++)
		take_record(p, &in->v[i].rec);
	if (!in->incomplete)
		return;
	ir_trace(p->ctx, 0, "what was read is not complete: %s", in->why);
	ir_out_incomplete(p->ctx->out);
}

static int
take_one(struct ir_picks *p, const char *s, struct ir_err *err)
{
	struct ir_in in = { 0 };
	bool dash = strcmp(s, "-") == 0;

	if (p->kind->is_url(s)) {
		add_url(p, s);
		return 0;
	}
	p->picky = true;
	if (!dash && !ir_id_valid(s, strlen(s))) {
		add_name(p, NULL, s);
		return 0;
	}
	if ((dash ? ir_in_read(p->ctx, STDIN_FILENO, &in, err) : ir_in_handle(p->ctx, s, &in, err)) < 0)
		return -1;
	take_records(p, &in);
	ir_in_done(&in);
	return 0;
}

int
ir_picks_take(struct ir_picks *p, char **operands, struct ir_err *err)
{
	for (; *operands; operands++) {
		if (take_one(p, *operands, err) < 0)
			return -1;
	}
	return 0;
}

static bool
fits(const struct ir_pick *p, const char *service, const char *name, const char *alias)
{
	if (strcmp(p->name, name) == 0)
		return !p->service || strcmp(p->service, service) == 0;
	if (p->service || p->whole)
		return false;
	return strcmp(p->name, service) == 0 || (alias && strcmp(p->name, alias) == 0);
}

bool
ir_picks_want(struct ir_picks *p, const char *service, const char *name, const char *alias)
{
	bool yes = !p->picky;

	for (size_t i = 0; i < p->n; i++) {
		if (!fits(&p->v[i], service, name, alias))
			continue;
		p->v[i].found = true;
		yes = true;
	}
	return yes;
}

bool
ir_picks_named(struct ir_picks *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->v[i].whole && strcmp(p->v[i].whole, name) == 0)
			return true;
	}
	return false;
}

bool
ir_picks_only_urls(const struct ir_picks *p)
{
	return p->urls.n > 0 && !p->picky;
}

/* ---- names that nothing bears */

static void
know(struct ir_picks *p, struct ir_list *list, const char *name)
{
	if (name && *name && !ir_list_has(list, name))
		ir_list_add(p->ctx->arena, list, ir_strdup(p->ctx->arena, name));
}

void
ir_picks_know(struct ir_picks *p, const char *service, const char *name)
{
	know(p, &p->services, service);
	know(p, &p->names, name);
}

static void
know_conf(struct ir_picks *p)
{
	const struct ir_conf *conf = p->ctx->conf;

	for (size_t i = 0; conf && i < conf->n; i++) {
		const struct ir_section *s = &conf->v[i];

		if (strcmp(s->type->name, "service") == 0)
			ir_picks_know(p, s->name, NULL);
		if (ir_name_index(p->kind->sections, s->type->name) >= 0)
			ir_picks_know(p, ir_conf_str(s, s->type->name, "service"), s->name);
	}
}

static const char *
nearest(const struct ir_picks *p, const char *name, bool any)
{
	struct ir_list all = { 0 };

	for (size_t i = 0; i < p->services.n; i++)
		ir_list_add(p->ctx->arena, &all, p->services.v[i]);
	for (size_t i = 0; any && i < p->names.n; i++)
		ir_list_add(p->ctx->arena, &all, p->names.v[i]);
	return ir_suggest(name, all.v);
}

static const char *
advice(const struct ir_picks *p, const char *name, bool any)
{
	const char *near = nearest(p, name, any), *colon = strchr(name, ':');

	if (near && strcmp(near, name) == 0)
		return any ? "it is of none of the services that -s names" : p->kind->lacks;
	if (near)
		return ir_asprintf(p->ctx->arena, "did you mean '%s'?", near);
	if (any && colon && colon[1] >= '0' && colon[1] <= '9')
		return ir_asprintf(p->ctx->arena, "write %s://%s", p->kind->scheme(name), name);
	if (any && strncmp(name, "chk-", 4) == 0)
		return "it looks like a handle, but those have eight characters after the hyphen";
	return any ? "without names, everything is looked at" : "without -s, everything is looked at";
}

/* any: it could be of a service or of what is looked at; else only a service. */
static int
tell_none(const struct ir_picks *p, const char *name, bool any)
{
	struct ir_err err = IR_ERR_INIT;

	if (any)
		ir_fail(&err, IR_FINDING, "nothing is called '%s': %s", name, p->kind->what);
	else
		ir_fail(&err, IR_FINDING, "nothing to look at is of service '%s'", name);
	ir_hint(&err, "%s", advice(p, name, any));
	ir_say(p->ctx, &err);
	return IR_FINDING;
}

static bool
has_service(struct ir_check *const *rows, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i]->h.service && strcmp(rows[i]->h.service, name) == 0)
			return true;
	}
	return false;
}

/* Records of many services may go in when something of some of them is looked at; nothing at all is told. */
static int
tell_pick(const struct ir_picks *p, const struct ir_pick *pick, size_t n_rows)
{
	if (pick->found || (pick->of_record && n_rows > 0))
		return IR_OK;
	return tell_none(p, pick->whole ? pick->whole : pick->name, !pick->of_record);
}

int
ir_picks_unmatched(struct ir_picks *p, const struct ir_list *services, struct ir_check *const *rows, size_t n)
{
	int ret = IR_OK;

	know_conf(p);
	for (size_t i = 0; i < services->n; i++) {
		if (!has_service(rows, n, services->v[i]))
			ret = tell_none(p, services->v[i], false);
	}
	for (size_t i = 0; i < p->n; i++) {
		if (tell_pick(p, &p->v[i], n) != IR_OK)
			ret = IR_FINDING;
	}
	return ret;
}
