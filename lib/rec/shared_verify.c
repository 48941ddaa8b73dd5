/* shared_verify - do both chains hold, the shared one and that of each host in it? */
#include <jansson.h>

#include "rec/shared_priv.h"

enum { ROWS = 1000, BATCH_MS = 10000, HEAD_MIN = 12, SHA_DIGITS = IR_SHA_HEX - 1 };

/* The columns of ir.since. */
enum { SEQ, PREV, OWN, JOURNAL, HOST, WHO, HOST_SEQ, HOST_PREV, HOST_OWN, KEY, SHA, KIND, ID, RECORD };

/* The end of a host's chain so far. */
struct chain {
	uint64_t seq;
	char own[IR_SHA_HEX];
};

struct checking {
	struct ir_shared *s;
	struct ir_shared_state *st;
	struct ir_err *err;
	const char *head; /* that is looked for; "" none */
	json_t *numbers;  /* of chains, by journal */
	struct chain *chains;
	size_t n, size;
	size_t rows; /* of the last answer */
	bool bad;
};

static void
damage(struct checking *c, uint64_t seq, const char *what)
{
	c->bad = true;
	ir_fail(
	    c->err, IR_DATA, "shared journal %s: record %llu: %s", c->s->target.label, (unsigned long long)seq, what);
}

static const char *
own_of(uint64_t seq, const char *prev, const char *key, const char *sha, char out[static IR_SHA_HEX])
{
	char line[JOURNAL_HEAD_MAX + 64];
	int n = snprintf(line, sizeof(line), "{\"seq\":%llu,\"prev\":\"%.64s\",\"key\":\"%.64s\",\"sha256\":\"%.64s\"",
	    (unsigned long long)seq, prev, key, sha);

	return ir_sha256_hex(line, (size_t)n, out);
}

static struct chain *
chain_of(struct checking *c, const char *journal)
{
	json_t *number = json_object_get(c->numbers, journal);

	if (number)
		return &c->chains[json_integer_value(number)];
	if (c->n == c->size) {
		c->size = c->size ? 2 * c->size : 16;
		c->chains = realloc(c->chains, c->size * sizeof(*c->chains));
		if (!c->chains)
			ir_oom();
	}
	json_object_set_new(c->numbers, journal, json_integer((json_int_t)c->n));
	c->chains[c->n] = (struct chain){ .seq = 0 };
	c->st->journals = c->n + 1;
	return &c->chains[c->n++];
}

/* What does not fit of the host's chain, or NULL. */
static const char *
check_host(struct checking *c, const struct ir_pg_set *set, size_t row)
{
	uint64_t seq = shared_number(set, row, HOST_SEQ);
	const char *prev = shared_cell(set, row, HOST_PREV), *own = shared_cell(set, row, HOST_OWN);
	struct chain *chain = chain_of(c, shared_cell(set, row, JOURNAL));
	char want[IR_SHA_HEX];

	if (seq <= chain->seq)
		return "its line of the host's journal is not behind the one before";
	if (strcmp(own_of(seq, prev, shared_cell(set, row, KEY), shared_cell(set, row, SHA), want), own) != 0)
		return "its host_own is not the hash of its line in the host's journal";
	if (seq == chain->seq + 1 && chain->seq > 0 && strcmp(prev, chain->own) != 0)
		return "its host_prev is not the hash of the line before in the host's journal";
	c->st->gaps += chain->seq > 0 && seq > chain->seq + 1;
	chain->seq = seq;
	snprintf(chain->own, sizeof(chain->own), "%s", own);
	return NULL;
}

static const char *
check_record(const struct ir_pg_set *set, size_t row)
{
	const char *record = ir_pg_cell(set, row, RECORD), *id = shared_cell(set, row, ID);
	size_t len = record ? strlen(record) : 0;
	char sha[IR_SHA_HEX];

	if (!record)
		return NULL;
	if (strcmp(ir_sha256_hex(record, len, sha), shared_cell(set, row, SHA)) != 0)
		return "its sha256 is not that of its record";
	if (journal_record_key(record, len) != (ir_id_valid(id, strlen(id)) ? ir_id_pack(id) : 0))
		return "its id is not that of its record";
	return journal_record_is(record, len, shared_cell(set, row, KIND)) ? NULL
									   : "its kind is not that of its record";
}

static const char *
check_row(struct checking *c, const struct ir_pg_set *set, size_t row)
{
	struct ir_shared_state *st = c->st;
	uint64_t seq = shared_number(set, row, SEQ);
	const char *prev = shared_cell(set, row, PREV), *own = shared_cell(set, row, OWN), *what;
	char want[IR_SHA_HEX];

	if (seq != st->last_seq + 1)
		return st->last_seq == 0 ? "it has no record before it" : "records before it are missing";
	if (strcmp(prev, st->head) != 0)
		return "its prev is not the hash of the record before";
	if (strcmp(own_of(seq, prev, shared_cell(set, row, KEY), shared_cell(set, row, SHA), want), own) != 0)
		return "its own hash is not that of seq, prev, key and sha256";
	what = check_record(set, row);
	return what ? what : check_host(c, set, row);
}

static void
look_for_head(struct checking *c, const struct ir_pg_set *set, size_t row)
{
	struct ir_shared_state *st = c->st;
	size_t n = strlen(c->head);

	if (n == 0 || st->at)
		return;
	bool shared = strncmp(shared_cell(set, row, OWN), c->head, n) == 0;
	if (!shared && strncmp(shared_cell(set, row, HOST_OWN), c->head, n) != 0)
		return;
	st->at = shared_number(set, row, SEQ);
	st->at_host_seq = shared ? 0 : shared_number(set, row, HOST_SEQ);
	snprintf(st->at_host, sizeof(st->at_host), "%s", shared ? "" : shared_cell(set, row, HOST));
}

static void
take_rows(void *arg, const struct ir_pg_set *set)
{
	struct checking *c = arg;
	struct ir_shared_state *st = c->st;

	c->rows = set->rows;
	for (size_t i = 0; i < set->rows && !c->bad; i++) {
		const char *what = check_row(c, set, i);

		if (what) {
			damage(c, shared_number(set, i, SEQ), what);
			return;
		}
		look_for_head(c, set, i);
		st->last_seq = shared_number(set, i, SEQ);
		st->first_seq = st->first_seq ? st->first_seq : st->last_seq;
		st->records++;
		st->redacted += !ir_pg_cell(set, i, RECORD);
		snprintf(st->head, sizeof(st->head), "%s", shared_cell(set, i, OWN));
	}
}

static int
walk(struct checking *c)
{
	struct ir_shared *s = c->s;
	int rc = 0;

	do {
		struct ir_list params = { 0 };
		struct ir_arena arena = { 0 };

		if (s->run->stop && *s->run->stop)
			return ir_fail(c->err, IR_INTERRUPTED, "interrupted");
		c->rows = 0;
		ir_list_add(&arena, &params, ir_asprintf(&arena, "%llu", (unsigned long long)c->st->last_seq));
		ir_list_add(&arena, &params, ir_asprintf(&arena, "%d", ROWS));
		rc = shared_begin_anew(s, BATCH_MS, c->err);
		if (rc == 0)
			rc = shared_ask(s, "SELECT * FROM ir.since($1, $2)", &params, ROWS, take_rows, c, c->err);
		ir_arena_done(&arena);
	} while (rc == 0 && c->rows > 0 && !c->bad);
	return rc < 0 || c->bad ? -1 : 0;
}

int
ir_shared_verify(struct ir_ctx *ctx, const char *head, struct ir_shared_state *st, struct ir_err *err)
{
	struct ir_shared *s = shared_of(ctx, err);
	struct checking c = { .s = s, .st = st, .err = err, .head = head ? head : "" };
	size_t n = strlen(c.head);
	int rc;

	memset(st, 0, sizeof(*st));
	memset(st->head, '0', SHA_DIGITS);
	if (!s)
		return -1;
	if (head && (n < HEAD_MIN || n > SHA_DIGITS || strspn(head, "0123456789abcdef") != n))
		return ir_fail(err, IR_USAGE, "'%s' is no head: give 12 hexadecimal digits or more", head);
	c.numbers = json_object();
	rc = walk(&c);
	json_decref(c.numbers);
	free(c.chains);
	return rc;
}
