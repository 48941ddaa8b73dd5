/* opt - parse a command line by its option tables */
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/num.h"
#include "cli/opt.h"
#include "conf/suggest.h"

/* An option as it stands in its table. */
struct slot {
	const struct ir_opt *opt;
	void *dest;
	size_t index; /* among all options of all tables */
};

struct parse {
	struct ir_opt_parse *in;
	struct ir_err *err;
	bool *given; /* by slot.index: a given value replaces the default, further ones add to it */
	int argc, i;
	char **argv;
};

/* Find by long name of n bytes, or by letter when name is NULL. */
static bool
find(const struct ir_opt_table *t, const char *name, size_t n, char letter, struct slot *ret)
{
	size_t index = 0;

	for (; t->opts; t++) {
		for (const struct ir_opt *o = t->opts; o->name; o++, index++) {
			if (name ? strlen(o->name) == n && memcmp(o->name, name, n) == 0 : o->letter == letter) {
				*ret = (struct slot){ o, (char *)t->dest + o->offset, index };
				return true;
			}
		}
	}
	return false;
}

const struct ir_opt *
ir_opt_find(const struct ir_opt_table *tables, const char *word)
{
	struct slot s;

	if (word[0] != '-' || word[1] == '\0')
		return NULL;
	if (word[1] == '-')
		return find(tables, word + 2, strlen(word + 2), 0, &s) ? s.opt : NULL;
	return word[2] == '\0' && find(tables, NULL, 0, word[1], &s) ? s.opt : NULL;
}

/* The name that was probably meant: a longer one that begins so (--time for --timeout), else the nearest. NULL: none.
 */
static const char *
meant(struct parse *p, const char *word)
{
	struct ir_list names = { 0 };
	size_t n = strlen(word);

	for (const struct ir_opt_table *t = p->in->tables; t->opts; t++) {
		for (const struct ir_opt *o = t->opts; o->name; o++) {
			if (n >= 2 && strncmp(o->name, word, n) == 0)
				return o->name;
			ir_list_add(p->in->arena, &names, o->name);
		}
	}
	return ir_suggest(word, names.v);
}

static int
unknown_long(struct parse *p, const char *name, size_t n)
{
	const char *word = ir_strndup(p->in->arena, name, n), *near = meant(p, word);

	ir_fail(p->err, IR_USAGE, "unknown option '--%s'", word);
	if (near)
		return ir_hint(p->err, "did you mean '--%s'?", near);
	return ir_hint(p->err, "see --help for the options");
}

static int
not_a_choice(struct parse *p, const struct ir_opt *opt, const char *value)
{
	const char *near = ir_suggest(value, opt->values->fixed);
	char *all = ir_strdup(p->in->arena, "");

	for (const char *const *f = opt->values->fixed; *f; f++)
		all = ir_asprintf(p->in->arena, "%s%s%s", all, *all ? ", " : "", *f);
	ir_fail(p->err, IR_USAGE, "'%s' is not one of %s", value, all);
	if (near)
		ir_hint(p->err, "did you mean '%s'?", near);
	return -1;
}

static int
choice_index(const struct ir_opt *opt, const char *s, size_t n)
{
	for (int i = 0; opt->values->fixed[i]; i++)
		if (strlen(opt->values->fixed[i]) == n && memcmp(opt->values->fixed[i], s, n) == 0)
			return i;
	return -1;
}

static int
set_choice(struct parse *p, const struct slot *s, const char *value)
{
	int i = choice_index(s->opt, value, strlen(value));

	if (i < 0)
		return not_a_choice(p, s->opt, value);
	*(const char **)s->dest = s->opt->values->fixed[i];
	return 0;
}

static int
set_choices(struct parse *p, const struct slot *s, const char *value)
{
	for (const char *at = value;; at++) {
		size_t n = strcspn(at, ",");
		int i = choice_index(s->opt, at, n);

		if (i < 0)
			return not_a_choice(p, s->opt, ir_strndup(p->in->arena, at, n));
		*(unsigned *)s->dest |= 1U << i;
		at += n;
		if (*at == '\0')
			return 0;
	}
}

static int
set_list(struct parse *p, const struct slot *s, const char *value)
{
	struct ir_arena *a = p->in->arena;

	if (!s->opt->comma) {
		ir_list_add(a, s->dest, ir_strdup(a, value));
		return 0;
	}
	for (const char *at = value;; at++) {
		size_t n = strcspn(at, ",");

		if (n > 0)
			ir_list_add(a, s->dest, ir_strndup(a, at, n));
		at += n;
		if (*at == '\0')
			return 0;
	}
}

static int
set_ms(struct parse *p, const struct slot *s, const char *value)
{
	char lo[IR_NUM_MAX], hi[IR_NUM_MAX];
	int64_t ms;

	if (ir_parse_duration(value, &ms, p->err) < 0)
		return -1;
	if (s->opt->max != 0 && (ms < s->opt->min || ms > s->opt->max)) {
		return ir_fail(p->err, IR_USAGE, "'%s' is not within %s and %s", value,
		    ir_format_duration(lo, s->opt->min), ir_format_duration(hi, s->opt->max));
	}
	*(int64_t *)s->dest = ms;
	return 0;
}

static int
set_time(struct parse *p, const struct slot *s, const char *word, const char *value)
{
	bool is_handle = ir_id_valid(value, strlen(value));

	/* also when it is none, so that a handle given before is forgotten */
	if (p->in->handle && p->in->handle(p->in->arg, word, is_handle ? value : NULL, s->dest, p->err) < 0)
		return -1;
	if (p->in->handle && is_handle)
		return 0;
	return ir_time_parse(value, p->in->now_ms, s->dest, p->err);
}

/* Flags have no value: NULL. */
static int
set_typed(struct parse *p, const struct slot *s, const char *word, const char *value)
{
	switch (s->opt->type) {
	case IR_OPT_FLAG:
		*(bool *)s->dest = true;
		return 0;
	case IR_OPT_COUNT:
		++*(int *)s->dest;
		return 0;
	case IR_OPT_STR:
		*(const char **)s->dest = ir_strdup(p->in->arena, value);
		return 0;
	case IR_OPT_LIST:
		return set_list(p, s, value);
	case IR_OPT_INT:
		return ir_parse_int(value, s->opt->min, s->opt->max, s->dest, p->err);
	case IR_OPT_MS:
		return set_ms(p, s, value);
	case IR_OPT_TIME:
		return set_time(p, s, word, value);
	case IR_OPT_CHOICE:
		return set_choice(p, s, value);
	case IR_OPT_CHOICES:
		return set_choices(p, s, value);
	}
	return ir_fail(p->err, IR_INTERNAL, "option of an unknown type");
}

static void
set_zero(const struct slot *s)
{
	switch (s->opt->type) {
	case IR_OPT_FLAG:
		*(bool *)s->dest = false;
		break;
	case IR_OPT_COUNT:
		*(int *)s->dest = 0;
		break;
	case IR_OPT_STR:
	case IR_OPT_CHOICE:
		*(const char **)s->dest = NULL;
		break;
	case IR_OPT_LIST:
		*(struct ir_list *)s->dest = (struct ir_list){ 0 };
		break;
	case IR_OPT_INT:
	case IR_OPT_MS:
		*(int64_t *)s->dest = 0;
		break;
	case IR_OPT_TIME:
		*(int64_t *)s->dest = IR_TIME_NONE;
		break;
	case IR_OPT_CHOICES:
		*(unsigned *)s->dest = 0;
		break;
	}
}

/* A value from the command line. word is the option as it was typed. */
static int
set(struct parse *p, const struct slot *s, const char *word, const char *value)
{
	if (!p->given[s->index] && (s->opt->type == IR_OPT_LIST || s->opt->type == IR_OPT_CHOICES))
		set_zero(s);
	p->given[s->index] = true;
	if (set_typed(p, s, word, value) == 0)
		return 0;
	p->err->code = p->err->code == IR_INTERNAL ? IR_INTERNAL : IR_USAGE;
	return ir_wrap(p->err, "option '%s'", word);
}

static int
set_defaults(struct parse *p)
{
	size_t index = 0;

	for (const struct ir_opt_table *t = p->in->tables; t->opts; t++) {
		for (const struct ir_opt *o = t->opts; o->name; o++, index++) {
			struct slot s = { o, (char *)t->dest + o->offset, index };

			set_zero(&s);
			if (o->def && set_typed(p, &s, o->name, o->def) < 0) {
				p->err->code = IR_INTERNAL;
				return ir_wrap(p->err, "default of '--%s'", o->name);
			}
		}
	}
	p->given = IR_NEW_N(p->in->arena, bool, index + 1);
	return 0;
}

static void
show(struct parse *p, const char *text)
{
	ir_list_add(p->in->arena, &p->in->shown, text);
}

static int
no_value(struct parse *p, const struct ir_opt *opt, const char *word)
{
	ir_fail(p->err, IR_USAGE, "option '%s' needs a value", word);
	return ir_hint(p->err, "give it as %s %s", word, opt->arg ? opt->arg : "VALUE");
}

/* The value is the next argument. */
static int
set_from_next(struct parse *p, const struct slot *s, const char *word)
{
	const char *value;

	if (p->i + 1 >= p->argc)
		return no_value(p, s->opt, word);
	value = p->argv[++p->i];
	show(p, s->opt->secret ? "***" : value);
	return set(p, s, word, value);
}

static int
parse_long(struct parse *p, const char *arg)
{
	size_t n = strcspn(arg + 2, "=");
	const char *value = arg[2 + n] == '=' ? arg + 3 + n : NULL;
	const char *word = value ? ir_strndup(p->in->arena, arg, n + 2) : arg;
	struct slot s;

	if (!find(p->in->tables, arg + 2, n, 0, &s)) {
		show(p, word); /* what stands behind the = may be a secret */
		return unknown_long(p, arg + 2, n);
	}
	if (value && s.opt->secret)
		show(p, ir_asprintf(p->in->arena, "%s=***", word));
	else
		show(p, arg);
	if (!s.opt->arg) {
		if (value)
			return ir_fail(p->err, IR_USAGE, "option '%s' takes no value", word);
		return set(p, &s, word, NULL);
	}
	return value ? set(p, &s, word, value) : set_from_next(p, &s, word);
}

static int
parse_letters(struct parse *p, const char *arg)
{
	for (const char *c = arg + 1; *c; c++) {
		const char *word = ir_asprintf(p->in->arena, "-%c", *c);
		struct slot s;

		if (!find(p->in->tables, NULL, 0, *c, &s)) {
			show(p, arg);
			ir_fail(p->err, IR_USAGE, "unknown option '%s'", word);
			return ir_hint(p->err, "see --help for the options");
		}
		if (!s.opt->arg) {
			if (set(p, &s, word, NULL) < 0)
				return -1;
			continue;
		}
		if (c[1] == '\0') {
			show(p, arg);
			return set_from_next(p, &s, word);
		}
		show(p, s.opt->secret ? ir_asprintf(p->in->arena, "%.*s***", (int)(c + 1 - arg), arg) : arg);
		return set(p, &s, word, c + 1);
	}
	show(p, arg);
	return 0;
}

/* -timeout is --timeout to many fingers. */
static int
parse_short(struct parse *p, const char *arg)
{
	struct slot s;
	size_t n = strcspn(arg + 1, "=");

	if (parse_letters(p, arg) == 0)
		return 0;
	if (n > 1 && find(p->in->tables, arg + 1, n, 0, &s))
		ir_hint(p->err, "did you mean '--%s'?", s.opt->name);
	return -1;
}

int
ir_opt_parse(struct ir_opt_parse *in, int argc, char **argv, struct ir_err *err)
{
	struct ir_err own;
	struct parse p = { .in = in, .err = err ? err : &own, .argc = argc, .argv = argv };
	bool ended = false;

	if (set_defaults(&p) < 0)
		return -1;
	for (p.i = 1; p.i < argc; p.i++) {
		const char *arg = argv[p.i];

		if (ended || arg[0] != '-' || arg[1] == '\0') {
			show(&p, arg);
			ir_list_add(in->arena, &in->operands, arg);
		} else if (strcmp(arg, "--") == 0) {
			show(&p, arg);
			ended = true;
		} else if ((arg[1] == '-' ? parse_long(&p, arg) : parse_short(&p, arg)) < 0) {
			return -1;
		}
	}
	return 0;
}
