/* migrate_order - what has to come first comes first, and what stands in the way is said */
#include "migrate_fake.h"
#include "tap.h"

static struct ir_arena arena;

/* "b a,c": b comes after a and c. */
static struct ir_migrate_set
set_of(const char *const *lines)
{
	struct ir_migrate_set s = { .arena = &arena };

	for (s.size = 0; lines[s.size];)
		s.size++;
	s.v = IR_NEW_N(&arena, struct ir_migrate_file, s.size + 1);
	for (; s.n < s.size; s.n++) {
		const char *name = lines[s.n], *rest = name + strcspn(name, " ");

		s.v[s.n] = (struct ir_migrate_file){
			.app = "a", .name = ir_strndup(&arena, name, (size_t)(rest - name)), .path = "x"
		};
		while (*rest++) {
			size_t n = strcspn(rest, ",");

			ir_list_add(&arena, &s.v[s.n].after, ir_asprintf(&arena, "a\1%.*s", (int)n, rest));
			rest += n;
		}
	}
	return s;
}

static const char *
ordered(struct ir_migrate_set *s)
{
	const char *text = "";

	ir_migrate_order(s);
	for (size_t i = 0; i < s->n; i++)
		text = ir_asprintf(&arena, "%s%s%s", text, i ? " " : "", s->v[i].name);
	return text;
}

static void
test_order(void)
{
	static const char *const none[] = { "c", "a", "b", NULL }, *const chain[] = { "c b", "b a", "a", "d", NULL },
				 *const diamond[] = { "m l,r", "r s", "l s", "s", NULL },
				 *const circle[] = { "x", "a b", "b a", "c b", NULL },
				 *const missing[] = { "a zz", "b", NULL }, *const twice[] = { "a", "b", "a", NULL },
				 *const self[] = { "a a", NULL };
	struct ir_migrate_set s = set_of(none);

	IS_STR(ordered(&s), "c a b", "nothing needed: as they stand");
	s = set_of(chain);
	IS_STR(ordered(&s), "a b c d", "needed ones first, the rest stays");
	OK(!s.trouble, "without trouble");
	s = set_of(diamond);
	IS_STR(ordered(&s), "s l r m", "depth first, in the order of what is needed");
	s = set_of(circle);
	IS_STR(ordered(&s), "x b a c", "all of a circle is there");
	IS_STR(s.trouble, "a/b needs a/a, which needs it, too", "and told");
	s = set_of(self);
	IS_STR(ordered(&s), "a", "one that needs itself");
	OK(s.trouble, "is told: %s", s.trouble);
	s = set_of(missing);
	IS_STR(ordered(&s), "a b", "what is not there is no reason to leave it out");
	IS_STR(s.trouble, "a/a needs a/zz, which is not there", "and told");
	s = set_of(missing);
	ir_list_add(&arena, &s.foreign, "a");
	ordered(&s);
	OK(!s.trouble, "but not when it is a package's");
	s = set_of(twice);
	IS_STR(ordered(&s), "a b a", "a name twice");
	IS_STR(s.trouble, "a/a is there twice: x, x", "is told");
}

/* A long chain the wrong way round: neither deep nor slow. */
static void
test_many(void)
{
	enum { N = 20000 };
	struct ir_migrate_set s = { .arena = &arena, .n = N, .size = N };
	int64_t start = ir_mono_us();
	size_t wrong = 0;

	s.v = IR_NEW_N(&arena, struct ir_migrate_file, N);
	for (size_t i = 0; i < N; i++) {
		s.v[i] = (struct ir_migrate_file){ .app = "", .name = ir_asprintf(&arena, "%05zu", N - i), .path = "" };
		if (i + 1 < N)
			ir_list_add(&arena, &s.v[i].after, ir_asprintf(&arena, "\1%05zu", N - i - 1));
	}
	ir_migrate_order(&s);
	for (size_t i = 0; i + 1 < N; i++)
		wrong += strcmp(s.v[i].name, s.v[i + 1].name) >= 0;
	IS_INT((int64_t)wrong, 0, "20,000 in a chain");
	for (size_t i = 0; i < N; i++)
		wrong += ir_migrate_named(&s, "", ir_asprintf(&arena, "%05zu", i + 1)) != &s.v[i];
	IS_INT((int64_t)wrong, 0, "each is found by its name, though they were moved");
	OK(!ir_migrate_named(&s, "", "99999") && !ir_migrate_named(&s, "x", "00001"), "others are not");
	OK(ir_mono_us() - start < 5000000, "in no time");
}

static void
test_stamp(void)
{
	IS_INT(ir_migrate_stamp("20260101120000", 14), 1767268800000, "14 figures");
	IS_INT(ir_migrate_stamp("202601011200", 12), 1767268800000, "12");
	IS_INT(ir_migrate_stamp("20260101", 8), 1767225600000, "8");
	IS_INT(ir_migrate_stamp("20260231", 8), IR_TIME_NONE, "no such day");
	IS_INT(ir_migrate_stamp("20260101250000", 14), IR_TIME_NONE, "no such hour");
	IS_INT(ir_migrate_stamp("00000001", 8), IR_TIME_NONE, "a number is none");
	IS_INT(ir_migrate_stamp("2026010112000", 13), IR_TIME_NONE, "nor are 13");
	IS_INT(ir_migrate_stamp("2026x101", 8), IR_TIME_NONE, "nor is what has a letter");
}

static void
test_worsen(void)
{
	struct ir_migrate_judgement j = { .reversible = 1 };

	ir_migrate_worsen(&j, IR_MIGRATE_SAFE, "adds", 1);
	ir_migrate_worsen(&j, IR_MIGRATE_SAFE, "adds more", 2);
	IS_STR(j.operation, "adds", "the first of what is safe");
	ir_migrate_worsen(&j, IR_MIGRATE_UNKNOWN, "runs", 3);
	IS_STR(ir_migrate_verdicts[j.verdict], "unknown", "unknown is worse");
	ir_migrate_worsen(&j, IR_MIGRATE_UNSAFE, "drops", 4);
	ir_migrate_worsen(&j, IR_MIGRATE_UNKNOWN, "runs again", 5);
	ir_migrate_worsen(&j, IR_MIGRATE_UNSAFE, "drops more", 6);
	IS_STR(ir_migrate_verdicts[j.verdict], "unsafe", "unsafe is the worst");
	IS_STR(j.operation, "drops", "and the first of it decides");
	IS_INT(j.line, 4, "with its line");
	IS_INT(j.reversible, 1, "the rest stays");
}

int
main(void)
{
	test_order();
	test_many();
	test_stamp();
	test_worsen();
	ir_arena_done(&arena);
	return tap_done();
}
