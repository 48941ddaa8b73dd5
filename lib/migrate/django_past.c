/* django_past - what each migration means, with what all before it made: the definitions of fields are kept along the way */
#include <string.h>

#include "migrate/django.h"

enum { FIELDS = 300 }; /* of a model; one with more is not looked at */

struct field {
	const char *name;
	const struct ir_django_field *is; /* NULL: gone */
	struct field *next;
};

struct model {
	struct field *fields;
	size_t n;
	const char *table;            /* db_table, or NULL */
	const struct ir_list *unique; /* unique_together; NULL: not known */
	bool unmanaged;
};

struct past {
	struct ir_migrate_set *set;
	struct ir_byname models; /* "app\1model" */
};

static struct model *
model_of(struct past *p, const char *app, const char *name, bool add)
{
	const char *key = ir_django_key(p->set->arena, app, name ? name : "");
	void **at = ir_byname_at(p->set->arena, &p->models, key, add);

	if (at && !*at && add)
		*at = IR_NEW(p->set->arena, struct model);
	return at ? *at : NULL;
}

static struct field *
field_of(struct past *p, struct model *m, const char *name, bool add)
{
	struct field *f;

	if (!m || !name)
		return NULL;
	for (f = m->fields; f; f = f->next)
		if (strcasecmp(f->name, name) == 0)
			return f;
	if (!add || m->n >= FIELDS)
		return NULL;
	f = IR_NEW(p->set->arena, struct field);
	f->name = name;
	f->next = m->fields;
	m->fields = f;
	m->n++;
	return f;
}

static void
begin_model(struct past *p, const char *app, const struct ir_django_step *s)
{
	struct model *m = model_of(p, app, s->model, true);

	*m = (struct model){ .table = s->to, .unique = s->sets, .unmanaged = s->unmanaged };
}

static void
rename_model(struct past *p, const char *app, const struct ir_django_step *s)
{
	struct model *m = model_of(p, app, s->model, false);

	if (!m || !s->to)
		return;
	*model_of(p, app, s->to, true) = *m;
	*m = (struct model){ 0 };
}

static void
rename_field(struct past *p, struct model *m, const struct ir_django_step *s)
{
	struct field *f = field_of(p, m, s->name, false), *to;

	if (!f || !s->to)
		return;
	to = field_of(p, m, s->to, true);
	if (to)
		to->is = f->is;
	f->is = NULL;
}

/* What the step makes of the models. */
static void
go_on(struct past *p, const char *app, const struct ir_django_step *s)
{
	struct model *m = model_of(p, app, s->model, s->kind == IR_DJANGO_FIELD || s->kind == IR_DJANGO_ALTER);
	struct field *f;

	if (s->kind == IR_DJANGO_MODEL) {
		begin_model(p, app, s);
	} else if (s->kind == IR_DJANGO_RENAME_MODEL) {
		rename_model(p, app, s);
	} else if (s->kind == IR_DJANGO_RENAME_FIELD) {
		rename_field(p, m, s);
	} else if (s->kind == IR_DJANGO_DELETE_MODEL && m) {
		*m = (struct model){ 0 };
	} else if (s->kind == IR_DJANGO_UNIQUE && m) {
		m->unique = s->sets;
	} else if (s->kind == IR_DJANGO_TABLE && m) {
		m->table = s->to;
	} else if (s->kind == IR_DJANGO_FIELD || s->kind == IR_DJANGO_ALTER || s->kind == IR_DJANGO_DROP_FIELD) {
		if ((f = field_of(p, m, s->name, s->kind != IR_DJANGO_DROP_FIELD)))
			f->is = s->kind == IR_DJANGO_DROP_FIELD ? NULL : s->field;
	}
}

static bool
adds_unique(const struct ir_list *old, const struct ir_list *new)
{
	for (size_t i = 0; i < new->n; i++)
		if (!old || !ir_list_has(old, new->v[i]))
			return true;
	return false;
}

/* The verdict of a step, where it depends on what was before. */
static void
settle(struct past *p, struct ir_django_step *s, struct model *m)
{
	const struct field *f = field_of(p, m, s->name, false);

	if (s->fresh || s->opaque)
		return;
	if (s->kind == IR_DJANGO_ALTER) {
		s->verdict = ir_django_field_altered(f ? f->is : NULL, s->field, &s->reason, &s->locks);
	} else if (s->kind == IR_DJANGO_DELETE_MODEL && m && m->unmanaged) {
		s->verdict = IR_MIGRATE_SAFE;
		s->drops = false;
	} else if (s->kind == IR_DJANGO_UNIQUE && s->sets && !adds_unique(m ? m->unique : NULL, s->sets)) {
		s->verdict = IR_MIGRATE_SAFE;
		s->locks = false;
	} else if (s->kind == IR_DJANGO_RENAME_FIELD && f && f->is && f->is->column) {
		s->verdict = IR_MIGRATE_UNKNOWN;
		s->reason = "its column keeps its name, as db_column says";
	} else if (s->kind == IR_DJANGO_RENAME_MODEL && m && m->table) {
		s->verdict = IR_MIGRATE_UNKNOWN;
		s->reason = "its table keeps its name, as db_table says, but columns of join tables may not";
	}
}

static const char *
worded(struct ir_arena *arena, const char *app, const struct ir_django_step *s)
{
	if (!s->model)
		return ir_asprintf(arena, "%s%s%s: %s", s->op, s->name ? " " : "", s->name ? s->name : "", s->reason);
	return ir_asprintf(
	    arena, "%s %s.%s%s%s: %s", s->op, app, s->model, s->name ? "." : "", s->name ? s->name : "", s->reason);
}

static void
judge_file(struct past *p, struct ir_migrate_file *file, struct ir_django_file *f)
{
	file->judgement = (struct ir_migrate_judgement){ .verdict = IR_MIGRATE_SAFE, .reversible = f->reversible };
	for (struct ir_django_step *s = f->first; s; s = s->next) {
		settle(p, s, s->model ? model_of(p, file->app, s->model, false) : NULL);
		if (s->model)
			go_on(p, file->app, s);
		if (s->state)
			continue;
		file->judgement.locks |= s->locks;
		file->judgement.drops |= s->drops;
		if (s->verdict != IR_MIGRATE_SAFE)
			ir_migrate_worsen(&file->judgement, s->verdict, worded(p->set->arena, file->app, s), s->line);
	}
}

void
ir_django_judge(struct ir_migrate_set *set)
{
	struct past p = { .set = set };

	for (size_t i = 0; i < set->n; i++) {
		struct ir_django_file *f = ir_byname(&ir_django(set)->files, set->v[i].path);

		if (f)
			judge_file(&p, &set->v[i], f);
	}
}
