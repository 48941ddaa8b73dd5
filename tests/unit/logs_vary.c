/* logs_vary - which words are taken for values because they vary independently of one another */
#include "logs/learn.h"
#include "tap.h"

static struct ir_learn *learn;

static uint32_t
add(const char *message)
{
	struct ir_span s = { message, strlen(message) };
	struct ir_tokens t;
	uint64_t hash;
	uint32_t shape;

	ir_tokens_read(s.p, s.n, &t);
	ir_tokens_collapse(&t, s.p);
	hash = ir_tokens_hash(&t);
	shape = ir_learn_find(learn, hash);
	return shape == UINT32_MAX ? ir_learn_add(learn, hash, &t, s, s) : shape;
}

/* How many there are of the lines, and the template of the first. */
static void
says(const char *const *lines, int64_t patterns, const char *template, const char *what)
{
	uint32_t roots[64];
	int64_t n = 0;
	struct ir_buf b;

	learn = ir_learn_new(1000);
	for (size_t i = 0; lines[i]; i++)
		add(lines[i]);
	ir_learn_vary(learn);
	for (uint32_t i = 0; i < ir_learn_count(learn); i++) {
		uint32_t root = ir_learn_root(learn, i);
		int64_t k = 0;

		while (k < n && roots[k] != root)
			k++;
		if (k == n)
			roots[n++] = root;
	}
	ir_buf_init(&b, 1000);
	ir_learn_template(learn, 0, 0, &b);
	IS_INT(n, patterns, "%s", what);
	IS_STR(b.data, template, "%s: its template", what);
	ir_buf_done(&b);
	ir_learn_free(learn);
}

/* Many shapes of one form end, and are bounded. */
static void
test_many(void)
{
	char line[200];

	learn = ir_learn_new(100000);
	for (int i = 0; i < 30000; i++) {
		snprintf(line, sizeof(line), "the %c%c%c has been %c%c%c with care", 'g' + i % 19, 'g' + i / 19 % 19,
		    'g' + i / 361 % 19, 'g' + i / 7 % 19, 'g' + i / 133 % 19, 'g' + i / 2527 % 19);
		add(line);
	}
	ir_learn_vary(learn);
	OK(ir_learn_root(learn, 100) == ir_learn_root(learn, 0),
	    "thirty thousand shapes of one form, and the first ones are one");
	ir_learn_free(learn);
}

int
main(void)
{
	says((const char *const[]){ "carol may read table orders in shop", "carol may read table carts in shop",
		 "dave may read table orders in till", "erin may read table users in shop",
		 "dave may read table users in bank", NULL },
	    1, "<*> may read table <*> in <*>", "three words that vary independently");
	says((const char *const[]){ "fan one reports normal speed today", "fan two reports high speed today",
		 "fan three reports low speed today", "fan four reports no speed today", NULL },
	    4, "fan one reports normal speed today", "two words that vary together");
	says((const char *const[]){ "cups startup of all succeeded", "cups shutdown of all succeeded",
		 "nfs startup of all succeeded", "nfs shutdown of all succeeded", "dns startup of all succeeded",
		 "dns shutdown of all succeeded", NULL },
	    6, "cups startup of all succeeded", "a word with two values tells messages apart");
	says((const char *const[]){ "link up", "link down", "port up", "port down", "fan up", "fan down", "fan idle",
		 "port idle", NULL },
	    8, "link up", "nothing else is constant");
	test_many();
	return tap_done();
}
