/* sql_read - one statement, read word by word */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "migrate/sql_judge.h"

enum { SHOWN = 100, NAME_PARTS = 4 };

const struct ir_sqltok *
ir_sqljudge_at(const struct ir_sqljudge *x, size_t ahead)
{
	static const struct ir_sqltok none = { .kind = IR_SQLTOK_END, .p = "" };

	return x->i + ahead < x->n ? &x->v[x->i + ahead] : &none;
}

bool
ir_sqljudge_is(const struct ir_sqljudge *x, const char *word)
{
	return ir_sqltok_is(ir_sqljudge_at(x, 0), word);
}

bool
ir_sqljudge_end(const struct ir_sqljudge *x)
{
	return x->i >= x->n;
}

bool
ir_sqljudge_eat(struct ir_sqljudge *x, const char *words)
{
	size_t ahead = 0;

	while (*words) {
		char one[40];
		size_t n = strcspn(words, " ");

		snprintf(one, sizeof(one), "%.*s", (int)n, words);
		if (!ir_sqltok_is(ir_sqljudge_at(x, ahead++), one))
			return false;
		words += n + (words[n] == ' ');
	}
	x->i += ahead;
	return true;
}

/* Quoted names lose their quotes, others their case. */
static void
fold(struct ir_buf *b, const struct ir_sqltok *t)
{
	bool quoted = t->kind == IR_SQLTOK_QUOTED && *t->p == '"';

	for (size_t i = quoted; i < t->n - quoted; i++) {
		if (quoted && t->p[i] == '"')
			i++;
		ir_buf_addc(b, quoted ? t->p[i] : (char)tolower((unsigned char)t->p[i]));
	}
}

bool
ir_sqljudge_name(struct ir_sqljudge *x, struct ir_sqljudge_name *ret)
{
	const char *from = ir_sqljudge_at(x, 0)->p;
	const struct ir_sqltok *t = ir_sqljudge_at(x, 0);
	struct ir_buf b;

	*ret = (struct ir_sqljudge_name){ .key = "", .shown = "" };
	if (t->kind != IR_SQLTOK_WORD && t->kind != IR_SQLTOK_QUOTED)
		return false;
	ir_buf_init(&b, 1024);
	for (int part = 0; part < NAME_PARTS; part++) {
		fold(&b, t);
		x->i++;
		if (!ir_sqljudge_is(x, ".") ||
		    (ir_sqljudge_at(x, 1)->kind != IR_SQLTOK_WORD && ir_sqljudge_at(x, 1)->kind != IR_SQLTOK_QUOTED))
			break;
		x->i++;
		t = ir_sqljudge_at(x, 0);
		ir_buf_addc(&b, '\1');
	}
	ret->key = ir_strndup(&x->scratch, b.data, b.len);
	ret->shown = (size_t)(t->p + t->n - from) > SHOWN ? ir_asprintf(&x->scratch, "%.*s...", SHOWN, from)
							  : ir_strndup(&x->scratch, from, (size_t)(t->p + t->n - from));
	if (b.full)
		ret->key = ""; /* too long to be told from others */
	ir_buf_done(&b);
	return true;
}

void
ir_sqljudge_skip_parens(struct ir_sqljudge *x)
{
	size_t depth = 0;

	do {
		depth += ir_sqljudge_is(x, "(");
		depth -= ir_sqljudge_is(x, ")");
		x->i++;
	} while (depth && !ir_sqljudge_end(x));
}

void
ir_sqljudge_skip_to(struct ir_sqljudge *x, const char *operators)
{
	while (!ir_sqljudge_end(x)) {
		const struct ir_sqltok *t = ir_sqljudge_at(x, 0);

		if (t->kind == IR_SQLTOK_OP && t->n == 1 && strchr(operators, *t->p))
			return;
		if (ir_sqljudge_is(x, "("))
			ir_sqljudge_skip_parens(x);
		else
			x->i++;
	}
}

static bool
one_of(const struct ir_sqltok *t, const char *const *words)
{
	for (; *words; words++)
		if (ir_sqltok_is(t, *words))
			return true;
	return false;
}

bool
ir_sqljudge_harmless(const struct ir_sqljudge *x, size_t from, size_t to)
{
	static const char *const before[] = { "(", ",", "AND", "OR", "NOT", "IN", "WHERE", "VALUES", "=", "<", ">", "|",
		"+", "-", "*", "WHEN", "THEN", "ELSE", "SELECT", "FROM", "BETWEEN", "LOWER", "UPPER", "COALESCE",
		"INCLUDE", "COUNT", "NOW", "GEN_RANDOM_UUID", "CURRENT_TIMESTAMP", "LENGTH", "NULLIF", NULL };

	for (size_t i = from; i < to && i < x->n; i++) {
		const struct ir_sqltok *t = &x->v[i];

		if (t->kind == IR_SQLTOK_BAD || t->kind == IR_SQLTOK_META || ir_sqltok_is(t, "/") ||
		    ir_sqltok_is(t, "%") || ir_sqltok_is(t, "CAST") || ir_sqltok_is(t, "WITH") ||
		    ir_sqltok_is(t, "DELETE") || ir_sqltok_is(t, "UPDATE"))
			return false;
		if (ir_sqltok_is(t, "(") && i > from && !one_of(&x->v[i - 1], before))
			return false;
		if (ir_sqltok_is(t, ".") && i + 2 < to && ir_sqltok_is(&x->v[i + 2], "("))
			return false;
		if (ir_sqltok_is(t, "::") && (i == from || x->v[i - 1].kind != IR_SQLTOK_STRING))
			return false;
	}
	return true;
}

bool
ir_sqljudge_hints_unique(const char *name)
{
	return strcasestr(name, "uniq") || strcasestr(name, "_key") || strcasestr(name, "pkey") ||
	       strcasestr(name, "_uq") || strncasecmp(name, "uq_", 3) == 0;
}

bool
ir_sqljudge_computes(const struct ir_sqljudge *x, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < x->n; i++)
		if (x->v[i].kind == IR_SQLTOK_OP && x->v[i].n == 1 && strchr("+*/%^", *x->v[i].p))
			return true;
	return false;
}
