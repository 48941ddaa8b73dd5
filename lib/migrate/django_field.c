/* django_field - a field's definition, and what adding or altering it means to code that does not know */
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "migrate/django.h"

/* What the database has of each class. rank: integers, by width; a smaller one fits into a greater one of the same sort. */
static const struct class
{
	const char *name, *type;
	long length;
	int rank;
	bool positive, index;
} classes[] = {
	{ "CharField", "varchar", -1, 0, false, false },
	{ "EmailField", "varchar", 254, 0, false, false },
	{ "SlugField", "varchar", 50, 0, false, true },
	{ "URLField", "varchar", 200, 0, false, false },
	{ "FileField", "varchar", 100, 0, false, false },
	{ "ImageField", "varchar", 100, 0, false, false },
	{ "FilePathField", "varchar", 100, 0, false, false },
	{ "CommaSeparatedIntegerField", "varchar", -1, 0, false, false },
	{ "TextField", "text", -1, 0, false, false },
	{ "SmallIntegerField", "integer", -1, 2, false, false },
	{ "IntegerField", "integer", -1, 4, false, false },
	{ "BigIntegerField", "integer", -1, 8, false, false },
	{ "PositiveSmallIntegerField", "integer", -1, 2, true, false },
	{ "PositiveIntegerField", "integer", -1, 4, true, false },
	{ "PositiveBigIntegerField", "integer", -1, 8, true, false },
	{ "SmallAutoField", "serial", -1, 2, false, false },
	{ "AutoField", "serial", -1, 4, false, false },
	{ "BigAutoField", "serial", -1, 8, false, false },
	{ "BooleanField", "boolean", -1, 0, false, false },
	{ "NullBooleanField", "boolean", -1, 0, false, false },
	{ "DateField", "date", -1, 0, false, false },
	{ "DateTimeField", "timestamp", -1, 0, false, false },
	{ "TimeField", "time", -1, 0, false, false },
	{ "DurationField", "interval", -1, 0, false, false },
	{ "DecimalField", "numeric", -1, 0, false, false },
	{ "FloatField", "float", -1, 0, false, false },
	{ "UUIDField", "uuid", -1, 0, false, false },
	{ "BinaryField", "bytea", -1, 0, false, false },
	{ "JSONField", "jsonb", -1, 0, false, false },
	{ "GenericIPAddressField", "inet", -1, 0, false, false },
	{ "ForeignKey", "key", -1, 0, false, true },
	{ "OneToOneField", "key", -1, 0, false, true },
	{ "ManyToManyField", "join", -1, 0, false, false },
	{ "GeneratedField", "generated", -1, 0, false, false },
	{ "ArrayField", "array", -1, 0, false, false },
	{ "HStoreField", "hstore", -1, 0, false, false },
	{ "CICharField", "citext", -1, 0, false, false },
	{ "CIEmailField", "citext", -1, 0, false, false },
	{ "CITextField", "citext", -1, 0, false, false },
	{ "SearchVectorField", "tsvector", -1, 0, false, false },
	{ "IntegerRangeField", "int4range", -1, 0, false, false },
	{ "BigIntegerRangeField", "int8range", -1, 0, false, false },
	{ "DecimalRangeField", "numrange", -1, 0, false, false },
	{ "DateTimeRangeField", "tstzrange", -1, 0, false, false },
	{ "DateRangeField", "daterange", -1, 0, false, false },
	{ "PointField", "point", -1, 0, false, false },
	{ "LineStringField", "linestring", -1, 0, false, false },
	{ "PolygonField", "polygon", -1, 0, false, false },
	{ "MultiPolygonField", "multipolygon", -1, 0, false, false },
};

/* Columns of other packages, none of which is a key into another table. */
static const char *const others[] = {
	"phonenumber_field.modelfields.PhoneNumberField",
	"django_countries.fields.CountryField",
	"timezone_field.fields.TimeZoneField",
	"colorfield.fields.ColorField",
	"autoslug.fields.AutoSlugField",
	"django_extensions.db.fields.AutoSlugField",
	"django_extensions.db.fields.CreationDateTimeField",
	"django_extensions.db.fields.ModificationDateTimeField",
	"django_extensions.db.fields.RandomCharField",
	"model_utils.fields.AutoCreatedField",
	"model_utils.fields.AutoLastModifiedField",
	"model_utils.fields.StatusField",
	"model_utils.fields.MonitorField",
	"model_utils.fields.UUIDField",
	"djmoney.models.fields.MoneyField",
	"djmoney.models.fields.CurrencyField",
	"ckeditor.fields.RichTextField",
	"tinymce.models.HTMLField",
	"wagtail.fields.RichTextField",
	"wagtail.fields.StreamField",
	"wagtail.core.fields.RichTextField",
	"wagtail.core.fields.StreamField",
};

/* Arguments that the database does not see. */
static const char *const unseen[] = { "verbose_name", "blank", "choices", "default", "help_text", "editable",
	"error_messages", "validators", "auto_now", "auto_now_add", "on_delete", "related_name", "related_query_name",
	"limit_choices_to", "upload_to", "storage", "serialize", "swappable", "parent_link", "unique_for_date",
	"unique_for_month", "unique_for_year", "allow_unicode", "width_field", "height_field", "encoder", "decoder",
	"unpack_ipv4", "path", "match", "recursive", "allow_files", "allow_folders", "symmetrical", "db_comment",
	"auto_created" };

static bool
is_among(const char *s, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i], s) == 0)
			return true;
	return false;
}
#define AMONG(s, v) is_among((s), (v), sizeof(v) / sizeof((v)[0]))

static const struct class *
class_of(const struct ir_django_field *f)
{
	for (size_t i = 0; f->known && i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcmp(classes[i].name, f->class) == 0)
			return &classes[i];
	return NULL;
}

static bool
is_type(const struct ir_django_field *f, const char *type)
{
	const struct class *c = class_of(f);

	return c && strcmp(c->type, type) == 0;
}

static void
set_class(struct ir_arena *arena, struct ir_django_field *f, const char *dotted)
{
	static const char *const ours[] = { "django.db.models.", "django.contrib.postgres.fields.",
		"django.contrib.postgres.search.", "django.contrib.gis.db.models." };
	const struct class *c;

	f->class = ir_strdup(arena, dotted);
	f->known = AMONG(dotted, others);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (strncmp(dotted, ours[i], strlen(ours[i])) != 0)
			continue;
		f->class = ir_strdup(arena, strrchr(dotted, '.') + 1);
		f->known = true;
		f->known = class_of(f) != NULL;
	}
	f->length = f->digits = f->places = -1;
	if ((c = class_of(f))) {
		f->length = c->length;
		f->index = c->index;
	}
	f->relation = is_type(f, "key");
	f->many = is_type(f, "join") || strcmp(dotted, "taggit.managers.TaggableManager") == 0;
	f->generated = is_type(f, "generated");
	f->null = strcmp(f->class, "NullBooleanField") == 0;
	f->unique = strcmp(f->class, "OneToOneField") == 0;
}

static void
set_bool(struct ir_django_field *f, bool *ret, const struct ir_py_node *n)
{
	*ret = ir_py_is(n, "True");
	if (!*ret && !ir_py_is(n, "False"))
		f->opaque = true;
}

static void
set_long(struct ir_django_field *f, long *ret, const struct ir_py_node *n)
{
	int64_t v = -1;

	if (!ir_py_is(n, "None") && (n->kind != IR_PY_NUMBER || ir_parse_int(n->text, 0, INT32_MAX, &v, NULL) < 0))
		f->opaque = true;
	*ret = (long)v;
}

static void
set_default(struct ir_arena *arena, struct ir_django_field *f, const struct ir_py_module *m, const struct ir_py_node *n)
{
	static const char functions[] = "django.db.models.functions.";
	const char *name;

	if (ir_py_is(n, "None"))
		return;
	if (!ir_py_literal(n)) {
		name = n->kind == IR_PY_CALL ? ir_py_resolve(arena, m, n->text) : "";
		if (strncmp(name, functions, sizeof(functions) - 1) != 0)
			f->opaque = true;
	}
	f->db_default = ir_py_written(arena, m, n);
	if (!f->db_default)
		f->opaque = true;
}

static void
set_text(struct ir_arena *arena, struct ir_django_field *f, const char **ret, const struct ir_py_node *n)
{
	const char *s = ir_py_word(n);

	if (s)
		*ret = ir_strdup(arena, s);
	else if (!ir_py_is(n, "None"))
		f->opaque = true;
}

/* One that is compared as it is written. */
static void
set_other(struct ir_arena *arena, struct ir_django_field *f, const struct ir_py_module *m, const struct ir_py_node *n)
{
	const char *s = ir_py_written(arena, m, n);

	f->rest = s && f->rest ? ir_asprintf(arena, "%s%s;", f->rest, s) : NULL;
}

static void
set_to(struct ir_arena *arena, struct ir_django_field *f, const struct ir_py_module *m, const struct ir_py_node *n)
{
	struct ir_py_node bare = *n;
	const char *s;
	char *to;

	bare.key = NULL;
	s = ir_py_written(arena, m, &bare);
	f->relation |= !f->many;
	if (!s) {
		f->opaque = true;
		return;
	}
	to = ir_strdup(arena, s);
	for (char *c = to; n->kind == IR_PY_STRING && *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 32) : *c;
	f->to = to;
}

/* Of what a package brings all may count, as its class may make of it what it likes. */
static bool
is_unseen(const struct ir_django_field *f, const char *key)
{
	if (!f->known && strcmp(key, "verbose_name") != 0 && strcmp(key, "help_text") != 0 && strcmp(key, "blank") != 0)
		return false;
	return AMONG(key, unseen);
}

static void
set_keyword(struct ir_arena *arena, struct ir_django_field *f, const struct ir_py_module *m, const struct ir_py_node *n)
{
	const char *key = n->key;

	if (strcmp(key, "*") == 0)
		f->opaque = true;
	else if (strcmp(key, "null") == 0)
		set_bool(f, &f->null, n);
	else if (strcmp(key, "unique") == 0)
		set_bool(f, &f->unique, n);
	else if (strcmp(key, "db_index") == 0)
		set_bool(f, &f->index, n);
	else if (strcmp(key, "primary_key") == 0)
		set_bool(f, &f->primary, n);
	else if (strcmp(key, "max_length") == 0)
		set_long(f, &f->length, n);
	else if (strcmp(key, "max_digits") == 0)
		set_long(f, &f->digits, n);
	else if (strcmp(key, "decimal_places") == 0)
		set_long(f, &f->places, n);
	else if (strcmp(key, "db_column") == 0)
		set_text(arena, f, &f->column, n);
	else if (strcmp(key, "db_default") == 0)
		set_default(arena, f, m, n);
	else if (strcmp(key, "to") == 0)
		set_to(arena, f, m, n);
	else if (!is_unseen(f, key))
		set_other(arena, f, m, n);
}

static void
set_position(
    struct ir_arena *arena, struct ir_django_field *f, const struct ir_py_module *m, const struct ir_py_node *n, int i)
{
	if (i == 0 && (f->relation || f->many))
		set_to(arena, f, m, n);
	else if (i == 0 && is_type(f, "array"))
		set_other(arena, f, m, n);
	else if (!(i == 0 && f->known && n->kind != IR_PY_OPAQUE) && !(i == 1 && f->relation))
		f->opaque = true;
}

const struct ir_django_field *
ir_django_field(struct ir_arena *arena, const struct ir_py_module *m, const struct ir_py_node *n)
{
	struct ir_django_field *f = IR_NEW(arena, struct ir_django_field);
	int i = 0;

	f->class = "";
	f->rest = "";
	f->length = f->digits = f->places = -1;
	if (!n || n->kind != IR_PY_CALL) {
		f->opaque = true;
		return f;
	}
	set_class(arena, f, ir_py_resolve(arena, m, n->text));
	for (const struct ir_py_node *a = n->first; a; a = a->next) {
		if (a->key)
			set_keyword(arena, f, m, a);
		else
			set_position(arena, f, m, a, i++);
	}
	return f;
}

/* Where its null cannot be known, it is not asked. */
static enum ir_migrate_verdict
key_added(const struct ir_django_field *f, const char **why)
{
	*why = f->null ? "a foreign key: what old code deletes may still be pointed to"
		       : "NOT NULL without a database default, so inserts of old code fail";
	if (!f->null && f->db_default)
		*why = "a foreign key: what old code deletes may still be pointed to";
	return f->null || f->db_default ? IR_MIGRATE_UNKNOWN : IR_MIGRATE_UNSAFE;
}

enum ir_migrate_verdict
ir_django_field_added(const struct ir_django_field *f, const char **why)
{
	if (f->many)
		return *why =
			   "a new table with foreign keys into old ones: what old code deletes may still be pointed to",
		       IR_MIGRATE_UNKNOWN;
	if (f->opaque)
		return *why = "not all of its definition is understood", IR_MIGRATE_UNKNOWN;
	if (f->relation)
		return key_added(f, why);
	if (!f->known)
		return *why = "its class is not known here", IR_MIGRATE_UNKNOWN;
	if (f->primary || is_type(f, "serial"))
		return *why = "a primary key", IR_MIGRATE_UNKNOWN;
	if (f->unique && (f->db_default || f->generated))
		return *why = "unique, with a value that the database gives: a second insert of old code may fail",
		       IR_MIGRATE_UNSAFE;
	if (f->null || f->db_default || f->generated)
		return IR_MIGRATE_SAFE;
	*why = "NOT NULL without a database default, so inserts of old code fail";
	return IR_MIGRATE_UNSAFE;
}

/* ---- altered */

struct answer {
	enum ir_migrate_verdict verdict;
	const char *why;
	bool locks;
};

static void
worse(struct answer *a, bool if_so, enum ir_migrate_verdict v, const char *why)
{
	if (!if_so || a->verdict == IR_MIGRATE_UNSAFE || a->verdict == v)
		return;
	a->verdict = v;
	a->why = why;
}

static bool
same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void
numbers(struct answer *a, const struct ir_django_field *old, const struct ir_django_field *new)
{
	bool wider = new->digits - new->places >= old->digits - old->places;

	if (old->digits == new->digits && old->places == new->places)
		return;
	a->locks = true;
	worse(a, old->digits < 0 || new->digits < 0 || !wider || new->places < old->places, IR_MIGRATE_UNSAFE,
	    "it becomes narrower");
	worse(a, new->places > old->places, IR_MIGRATE_UNKNOWN, "it gets more decimal places than old code knows");
}

static void
integers(struct answer *a, const struct class *was, const struct class *is)
{
	a->locks = was->rank != is->rank;
	worse(a, is->rank < was->rank, IR_MIGRATE_UNSAFE, "it becomes narrower");
	worse(a, is->positive && !was->positive, IR_MIGRATE_UNSAFE, "negative numbers become forbidden");
}

/* Both classes are known. */
static void
types(struct answer *a, const struct ir_django_field *old, const struct ir_django_field *new)
{
	const struct class *was = class_of(old), *is = class_of(new);
	bool alike = strcmp(was->type, is->type) == 0;

	if (alike && was->rank) {
		integers(a, was, is);
	} else if (alike) {
		if (strcmp(is->type, "numeric") == 0)
			numbers(a, old, new);
		worse(a,
		    strcmp(is->type, "varchar") == 0 && new->length >= 0 &&
			(old->length < 0 || new->length < old->length),
		    IR_MIGRATE_UNSAFE, "it becomes narrower");
		worse(a, !same(old->to, new->to), IR_MIGRATE_UNSAFE, "it points to another table");
	} else if (strcmp(was->type, "varchar") != 0 || strcmp(is->type, "text") != 0) {
		a->locks = true;
		worse(a, true, IR_MIGRATE_UNSAFE, "its type changes");
	}
}

static void
details(struct answer *a, const struct ir_django_field *old, const struct ir_django_field *new)
{
	worse(a, old->null && !new->null, IR_MIGRATE_UNSAFE, "it becomes NOT NULL, so inserts of old code may fail");
	worse(a, new->unique && !old->unique, IR_MIGRATE_UNSAFE, "it becomes unique");
	worse(a, old->primary != new->primary, IR_MIGRATE_UNSAFE, "the primary key changes");
	worse(a, old->db_default && !new->db_default, IR_MIGRATE_UNSAFE,
	    "its database default goes, so inserts of old code may fail");
	worse(a, !same(old->column, new->column), IR_MIGRATE_UNSAFE, "its column is renamed");
	worse(a, new->null && !old->null, IR_MIGRATE_UNKNOWN, "NULL becomes allowed, and old code may read one");
	worse(a, !same(old->rest, new->rest), IR_MIGRATE_UNKNOWN, "what changes is not understood");
	a->locks |= (new->index && !old->index) || (new->unique && !old->unique) || (old->null && !new->null);
}

enum ir_migrate_verdict
ir_django_field_altered(
    const struct ir_django_field *old, const struct ir_django_field *new, const char **why, bool *locks)
{
	struct answer a = { IR_MIGRATE_SAFE, NULL, false };

	*why = "what it was before is not known";
	*locks = !old;
	if (!old)
		return IR_MIGRATE_UNKNOWN;
	worse(&a, old->opaque || new->opaque || !old->rest || !new->rest, IR_MIGRATE_UNKNOWN,
	    "not all of its definition is understood");
	worse(&a, old->many || new->many,
	    old->many && new->many &&same(old->to, new->to) ? IR_MIGRATE_SAFE : IR_MIGRATE_UNKNOWN,
	    "its join table changes");
	if (class_of(old) && class_of(new))
		types(&a, old, new);
	else
		worse(&a, !same(old->class, new->class) || !same(old->to, new->to), IR_MIGRATE_UNKNOWN,
		    "its class changes, and what that means is not known");
	details(&a, old, new);
	*why = a.why;
	*locks = a.locks;
	return a.verdict;
}
