/* migrate_python - what is understood of Python, and that nothing else does harm */
#include <time.h>

#include "base/buf.h"
#include "migrate/python.h"
#include "tap.h"

static struct ir_arena arena;

static void tell_statements(struct ir_buf *, const struct ir_py_statement *);

static void
tell_node(struct ir_buf *b, const struct ir_py_node *n)
{
	static const char *const begin[] = { "?", "", "", "", "(", "[", "(", "{", "{", "sum(" }, *const end[] = { "",
		"", "", "", ")", "]", ")", "}", "}", ")" };

	if (n->key)
		ir_buf_addf(b, "%s=", n->key);
	if (n->of) {
		tell_node(b, n->of);
		ir_buf_addc(b, ':');
	}
	if (n->text)
		ir_buf_addf(b, n->kind == IR_PY_STRING ? "'%s'" : "%s", n->kind == IR_PY_OPAQUE ? "" : n->text);
	ir_buf_adds(b, begin[n->kind]);
	for (const struct ir_py_node *c = n->first; c && n->kind != IR_PY_OPAQUE; c = c->next) {
		tell_node(b, c);
		if (c->next)
			ir_buf_addc(b, ' ');
	}
	ir_buf_adds(b, end[n->kind]);
}

static void
tell_statement(struct ir_buf *b, const struct ir_py_statement *s)
{
	static const char *const says[] = { "=", "+=", "do", "class", "def", "with", "import", "pass", "raise", "block",
		"other" };

	ir_buf_addf(b, "%s", says[s->says]);
	if (s->name)
		ir_buf_addf(b, " %s", s->name);
	if (s->text && s->says == IR_PY_IMPORT)
		ir_buf_addf(b, " %s", s->text);
	if (s->value) {
		ir_buf_addc(b, ' ');
		tell_node(b, s->value);
	}
	if (s->body) {
		ir_buf_adds(b, " <");
		tell_statements(b, s->body);
		ir_buf_adds(b, ">");
	}
}

static void
tell_statements(struct ir_buf *b, const struct ir_py_statement *s)
{
	for (; s; s = s->next) {
		tell_statement(b, s);
		if (s->next)
			ir_buf_adds(b, "; ");
	}
}

static const char *
told(const char *text, size_t n)
{
	struct ir_buf b;
	struct ir_py_module *m = ir_py_parse(&arena, text, n);
	const char *s;

	ir_buf_init(&b, 1 << 20);
	tell_statements(&b, m->first);
	if (m->broken)
		ir_buf_addf(&b, " !%s in %u", m->broken, m->broken_line);
	s = ir_strndup(&arena, b.data, b.len);
	ir_buf_done(&b);
	return s;
}

static void
test_understood(void)
{
	static const struct {
		const char *text, *want;
	} v[] = {
		{ "a = 1\n", "= a 1" },
		{ "a = 'x' \"y\"\n", "= a 'xy'" },
		{ "a = ('x'\n  'y'  # why\n)\n", "= a 'xy'" },
		{ "a = '''x\n'y'\n'''", "= a 'x\n'y'\n'" },
		{ "a = r'\\d' u'\\x41\\u00e9\\101\\n'", "= a '\\dA\xc3\xa9"
							"A\n'" },
		{ "a = 'x\\\ny'\n", "= a 'xy'" },
		{ "a = b'x'\nb = f'{c}'\nc = 'd'", "= a ?; = b ?; = c 'd'" },
		{ "a: str = None\nb: Union[str, None] = ('x', 'y',)\nc: int\n", "= a None; = b ('x' 'y'); = c" },
		{ "a = (1)\nb = (1,)\nc = ()\nd = 1, 2\n", "= a 1; = b (1); = c (); = d (1 2)" },
		{ "a = {'x': [1, -2.5e-3], 'y': {}}; b = {1, 2}\n", "= a {'x':[1 -2.5e-3] 'y':{}}; = b {1 2}" },
		{ "a = models.F(1, null=True, *b, **c)\n", "= a models.F(1 null=True *=? *=?)" },
		{ "a = [x for x in y]\nb = c[1]\nd = e().f()\n", "= a [?]; = b ?; = d ?" },
		{ "a = f(lambda x, y: x, b=1)\n", "= a f(? b=1)" },
		{ "a = b + [1] + c\na += ['x']\n", "= a sum(b [1] c); += a ['x']" },
		{ "a = 'x' % b\nc = not d\ne = f if g else h\n", "= a ?; = c ?; = e ?" },
		{ "a = b = 1\nc, d = 1, 2\ne = 1\n", "= a ?; other (c d); = e 1" },
		{ "x = 1 + \\\n 2\n", "= x sum(1 2)" },
		{ "class A(b.C, metaclass=M):\n    d = 1\n\n    # why\n    def e(self):\n        pass\nf = 1\n",
		    "class A (b.C metaclass=M) <= d 1; def e <pass>>; = f 1" },
		{ "class A: pass\ndef f(): a = 1; b()\n", "class A <pass>; def f <= a 1; do b()>" },
		{ "def f(a: int = 1, *b) -> Dict[str, int]:\n\t'doc'\n\traise X('y')\n", "def f <do 'doc'; raise>" },
		{ "with op.b('t') as c:\n    c.d('e')\nwith a, b: pass\n",
		    "with c op.b('t') <do c.d('e')>; block a <pass>" },
		{ "if a:\n  b()\nelif c: d()\nelse:\n  pass\nfor x in y:\n  z()\n",
		    "block <do b()>; block <do d()>; block <pass>; block <do z()>" },
		{ "from a.b import (c as d,\n e)\nimport f.g, h.i as j\nfrom . import k\nfrom .l import m\nfrom n "
		  "import *\n",
		    "import d a.b.c; import e a.b.e; import f f; import j h.i; import k ..k; import m .l.m" },
		{ "@deco(1)\nclass A:\n  x = 1\n", "class A <= x 1>" },
		{ "async def f():\n  await g()\n", "def f <do ?>" },
		{ "return\nassert x, 'y'\na = 1\n", "other; other; = a 1" },
		{ "\xef\xbb\xbf"
		  "a = 1\r\nb = [\r\n2]\r\n",
		    "= a 1; = b [2]" },
		{ "match x:\n  case 1:\n    a = 1\nb = 2\n", "other ?; block <other ?; block <= a 1>>; = b 2" },
		{ "a = x.y.z\nb = a.\nc = 1\n", "= a x.y.z; = b ?; = c 1" },
		{ "if a:\n        b = 1\n    c = 2\nd = 3\n", "block <= b 1>; = c 2; = d 3" },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		IS_STR(told(v[i].text, strlen(v[i].text)), v[i].want, "%s", v[i].want);
}

static void
test_broken(void)
{
	IS_STR(told("a = 'x\nb = 1\n", 13), "= a ?; = b 1 !a string is not ended in 1",
	    "a string that is not ended takes its line with it");
	IS_STR(told("a = 1\nb = '''x\nc = 1\n", 21), "= a 1; = b ? !a string is not ended in 2",
	    "one with three quotes the rest");
	OK(strstr(told("a = 1\nb = [1,\nc = 2\n", 20), "= a 1; = b ?"),
	    "a bracket that is not closed leaves what was before");
	OK(strstr(told("a = 1\nb = [1,\nc = 2\n", 20), "!a bracket is not closed"), "and is told");
	OK(strstr(told("a = 1\0b = 2\n", 12), "!there is a NUL in it"), "a NUL is told");
	IS_STR(told("a = 1)\nb = 2\n", 13), "= a ?; = b 2", "one bracket too many");
	IS_STR(told("", 0), "", "nothing");
}

static char *
filled(const char *piece, size_t n, size_t *ret_n)
{
	size_t k = strlen(piece);
	char *s = malloc(n * k + 1);

	for (size_t i = 0; s && i < n; i++)
		memcpy(s + i * k, piece, k);
	*ret_n = n * k;
	return s;
}

/* How long and how much: processor time of this process. */
static void
hostile(const char *what, const char *piece, size_t times)
{
	size_t n;
	char *s = filled(piece, times, &n);
	struct ir_arena a = { 0 };
	struct ir_py_module *m;
	clock_t t = clock();

	m = ir_py_parse(&a, s, n);
	OK((double)(clock() - t) / CLOCKS_PER_SEC < 5 && m, "%s", what);
	ir_arena_done(&a);
	free(s);
}

static void
test_hostile(void)
{
	hostile("a megabyte of (", "(", 1 << 20);
	hostile("a megabyte of calls in calls", "a(b=", 1 << 18);
	hostile("a megabyte of [{", "[{", 1 << 19);
	hostile("a megabyte of )", ")", 1 << 20);
	hostile("a megabyte of quotes", "'", 1 << 20);
	hostile("a megabyte of backslashes", "\\", 1 << 20);
	hostile("a megabyte of one name", "a", 1 << 20);
	hostile("a megabyte of dots", "a.", 1 << 19);
	hostile("a megabyte of commas", ",", 1 << 20);
	hostile("a megabyte of assignments", "a=1\n", 1 << 18);
	hostile("a megabyte of lambdas", "lambda:", 150000);
	hostile("a megabyte of pluses", "+1", 1 << 19);
	hostile("a megabyte of imports", "import a\n", 116000);
	hostile("a megabyte of strings", "'a'", 349525);
	hostile("a megabyte of colons", ":", 1 << 20);
	hostile("a megabyte of equal signs", "a==", 349525);
	hostile("a megabyte of decorators", "@a\n", 349525);
	hostile("a megabyte of empty lines", "\n", 1 << 20);
	hostile("a megabyte of async", "async ", 174762);
	hostile("a megabyte of minus signs", "-", 1 << 20);
	hostile("a megabyte of semicolons", ";", 1 << 20);
	hostile("a megabyte of if", "if ", 349525);
	hostile("a megabyte of if:", "if a:", 209715);
	hostile("a megabyte of 0xff", "\xff", 1 << 20);
	hostile("a megabyte of class", "class A(", 131072);
	hostile("a megabyte of with", "with a as b:", 87381);
}

/* Every line deeper than the one before. */
static void
test_deep(void)
{
	struct ir_buf b;
	struct ir_py_module *m;

	ir_buf_init(&b, 4 << 20);
	for (int i = 0; i < 1200; i++)
		ir_buf_addf(&b, "%*sif a:\n", i, "");
	ir_buf_adds(&b, "x = 1\n");
	m = ir_py_parse(&arena, b.data, b.len);
	IS_STR(m->broken, "it is indented too deeply", "indentation is bounded");
	OK(ir_py_find(m->first, IR_PY_ASSIGN, "x"), "and what stands after it is read");
	ir_buf_reset(&b);
	for (int i = 0; i < 5000; i++)
		ir_buf_addf(&b, "%*sx\n%*sy\n", i % 50, "", (i * 7) % 40, "");
	OK(ir_py_parse(&arena, b.data, b.len), "indentation without reason");
	ir_buf_done(&b);
}

/* Every beginning and every lost byte of a text that has everything. */
static void
test_cut(void)
{
	static const char all[] = "from a import (b as c,)\nclass M(x.Y):\n  d = [('a', \"b\" r'''c\n'''), m.f(*a, "
				  "k={1: -2}, **z)] + e\n  def f(s, a=1): pass\n"
				  "with q('t') as w:\n\tw.x(lambda y: 1, n=None); z += [1]\n";
	char *copy = malloc(sizeof(all));
	bool fine = true;

	for (size_t i = 0; i < sizeof(all) - 1; i++) {
		char *s = malloc(i ? i : 1);

		memcpy(s, all, i);
		fine &= told(s, i) != NULL;
		free(s);
		memcpy(copy, all, i);
		memcpy(copy + i, all + i + 1, sizeof(all) - 1 - i);
		fine &= told(copy, sizeof(all) - 2) != NULL;
	}
	OK(fine, "every beginning, and all but one byte");
	free(copy);
}

static void
test_look(void)
{
	static const char text[] = "from django.db import models as m\nimport a.b\nx = m.F('p', 'q', k=None)\ny = "
				   "['a', 1, {'b': (True,)}]\nz = m.F(k=[m.G(a.b.c), 'x\"'])\nw = f(*a)\n"
				   "u = 'a\\nb'\n";
	struct ir_py_module *p = ir_py_parse(&arena, text, strlen(text));
	const struct ir_py_node *x = ir_py_find(p->first, IR_PY_ASSIGN, "x")->value,
				*y = ir_py_find(p->first, IR_PY_ASSIGN, "y")->value;

	IS_STR(ir_py_resolve(&arena, p, "m.F"), "django.db.models.F", "a name by its import");
	IS_STR(ir_py_resolve(&arena, p, "a.b.c"), "a.b.c", "an import that names nothing anew");
	IS_STR(ir_py_resolve(&arena, p, "mm.F"), "mm.F", "one that was not imported");
	IS_STR(ir_py_argument(x, "k", 1)->text, "None", "an argument by its keyword");
	IS_STR(ir_py_argument(x, "none", 1)->text, "q", "one by its position");
	OK(!ir_py_argument(x, "none", 2) && !ir_py_argument(x, NULL, -1), "one that is not there");
	OK(ir_py_literal(y) && !ir_py_literal(x), "literal and not");
	IS_STR(ir_py_written(&arena, p, ir_py_find(p->first, IR_PY_ASSIGN, "z")->value),
	    "django.db.models.F(k=[django.db.models.G(a.b.c,),\"x\\\"\",),)", "written out");
	OK(ir_py_hidden(ir_py_find(p->first, IR_PY_ASSIGN, "w")->value) && !ir_py_hidden(x), "hidden arguments");
	OK(!ir_py_word(ir_py_find(p->first, IR_PY_ASSIGN, "u")->value), "a string with a line's end in it is no word");
	IS_STR(ir_py_parse(&arena, "with a().b() as c: pass", 23)->first->text, "a().b()",
	    "what a with is of, as it is written");
	IS_INT(ir_py_find(p->first, IR_PY_ASSIGN, "z")->line, 5, "lines are told");
}

int
main(void)
{
	test_understood();
	test_broken();
	test_hostile();
	test_deep();
	test_cut();
	test_look();
	ir_arena_done(&arena);
	return tap_done();
}
