/*
 * journal_line - one line of the journal: its envelope, its hashes, what it is found by
 *
 * The envelope is ours and has one form, so it is taken apart by position and every byte of it
 * is checked. The record in it is only bytes.
 */
#include <jansson.h>

#include "base/num.h"
#include "rec/journal_priv.h"

enum { SHA_DIGITS = IR_SHA_HEX - 1 };

/* What is left to read. */
struct cursor {
	const char *p, *end;
};

static bool
take(struct cursor *c, const char *lit)
{
	size_t n = strlen(lit);

	if ((size_t)(c->end - c->p) < n || memcmp(c->p, lit, n) != 0)
		return false;
	c->p += n;
	return true;
}

/* No way out before the end, so that the compiler can take many bytes at a time: this is where scanning spends its time. */
static bool
take_hex(struct cursor *c, const char **ret)
{
	unsigned bad = 0;

	*ret = c->p;
	if (c->end - c->p < SHA_DIGITS)
		return false;
	for (int i = 0; i < SHA_DIGITS; i++) {
		unsigned char b = (unsigned char)c->p[i];

		bad |= (unsigned)((unsigned char)(b - '0') > 9) & (unsigned)((unsigned char)(b - 'a') > 5);
	}
	c->p += SHA_DIGITS;
	return !bad;
}

/* From 1, no leading zero, at most 18 digits. */
static bool
take_seq(struct cursor *c, uint64_t *ret)
{
	const char *start = c->p;

	*ret = 0;
	while (c->p < c->end && c->p - start < 18 && *c->p >= '0' && *c->p <= '9')
		*ret = *ret * 10 + (uint64_t)(*c->p++ - '0');
	return c->p > start && *start != '0';
}

static bool
all_spaces(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] != ' ')
			return false;
	}
	return true;
}

static bool
take_record(struct cursor *c, struct journal_line *l)
{
	if (c->p >= c->end || *--c->end != '}')
		return false;
	l->record = c->p;
	l->len = (size_t)(c->end - c->p);
	l->redacted = l->len >= 4 && memcmp(l->record, "null", 4) == 0 && all_spaces(l->record + 4, l->len - 4);
	return l->redacted ||
	       (l->len >= 2 && l->len <= IR_LINE_MAX && l->record[0] == '{' && l->record[l->len - 1] == '}');
}

static bool
take_head(struct cursor *c, struct journal_line *l)
{
	l->start = c->p;
	if (!take(c, "{\"seq\":") || !take_seq(c, &l->seq) || !take(c, ",\"prev\":\"") || !take_hex(c, &l->prev) ||
	    !take(c, "\",\"key\":\""))
		return false;
	l->key = c->p;
	l->key_len = 0;
	if (c->p < c->end && *c->p != '"') {
		if (!take_hex(c, &l->key))
			return false;
		l->key_len = SHA_DIGITS;
	}
	if (!take(c, "\",\"sha256\":\"") || !take_hex(c, &l->sha) || !take(c, "\""))
		return false;
	l->chained = (size_t)(c->p - l->start);
	return take(c, ",\"record\":");
}

int
journal_line_head(const char *s, size_t n, struct journal_line *l)
{
	return take_head(&(struct cursor){ s, s + n }, l) ? 0 : -1;
}

int
journal_line_parse(const char *s, size_t n, struct journal_line *l)
{
	struct cursor c = { s, s + n };

	return take_head(&c, l) && take_record(&c, l) ? 0 : -1;
}

const char *
journal_line_own(const struct journal_line *l, char out[static IR_SHA_HEX])
{
	return ir_sha256_hex(l->start, l->chained, out);
}

bool
journal_line_sound(const struct journal_line *l)
{
	char hex[IR_SHA_HEX];

	return l->redacted || memcmp(ir_sha256_hex(l->record, l->len, hex), l->sha, SHA_DIGITS) == 0;
}

void
journal_line_add(struct ir_buf *b, uint64_t seq, char prev[static IR_SHA_HEX], const char *key, const char *sha,
    const char *record, size_t len)
{
	size_t start = b->len;

	ir_buf_addf(b, "{\"seq\":%llu,\"prev\":\"%s\",\"key\":\"%s\",\"sha256\":\"%s\"", (unsigned long long)seq, prev,
	    key, sha);
	ir_sha256_hex(b->data + start, b->len - start, prev);
	ir_buf_adds(b, ",\"record\":");
	ir_buf_add(b, record, len);
	ir_buf_adds(b, "}\n");
}

bool
journal_record_is(const char *record, size_t len, const char *kind)
{
	struct cursor c = { record, record + len };

	return take(&c, "{\"kind\":\"") && take(&c, kind) && take(&c, "\"");
}

/* The id, where our own encoder puts it: {"kind":"check","v":1,"id":"chk-… */
static bool
quick_id(const char *record, size_t len, char id[static IR_ID_MAX])
{
	struct cursor c = { record, record + len };

	if (!take(&c, "{\"kind\":\""))
		return false;
	while (c.p < c.end && ((*c.p >= 'a' && *c.p <= 'z') || *c.p == '_'))
		c.p++;
	if (!take(&c, "\",\"v\":"))
		return false;
	while (c.p < c.end && *c.p >= '0' && *c.p <= '9')
		c.p++;
	if (!take(&c, ",\"id\":\"") || c.end - c.p < 4 + IR_ID_CHARS + 1 || !ir_id_valid(c.p, 4 + IR_ID_CHARS) ||
	    c.p[4 + IR_ID_CHARS] != '"')
		return false;
	memcpy(id, c.p, 4 + IR_ID_CHARS);
	id[4 + IR_ID_CHARS] = '\0';
	return true;
}

static uint64_t
slow_key(const char *record, size_t len, const char *member)
{
	json_t *o = json_loadb(record, len, 0, NULL);
	const char *s = json_string_value(json_object_get(o, member));
	uint64_t key = s && ir_id_valid(s, strlen(s)) ? ir_id_pack(s) : 0;

	json_decref(o);
	return key;
}

uint64_t
journal_record_key(const char *record, size_t len)
{
	char id[IR_ID_MAX];

	if (journal_record_is(record, len, "start") || journal_record_is(record, len, "end"))
		return slow_key(record, len, "run");
	return quick_id(record, len, id) ? ir_id_pack(id) : slow_key(record, len, "id");
}

bool
journal_line_key_fits(const struct journal_line *l)
{
	uint64_t id = l->redacted || l->key_len == 0 ? 0 : journal_record_key(l->record, l->len);
	uint8_t bits[5] = { 0 };
	char made[IR_ID_MAX] = "chk-";

	if (!id)
		return true;
	for (int i = 0; i < 10; i++)
		bits[i / 2] = (uint8_t)(bits[i / 2] << 4 | (l->key[i] <= '9' ? l->key[i] - '0' : l->key[i] - 'a' + 10));
	ir_base32(bits, made + 4);
	return (ir_id_pack(made) & ((UINT64_C(1) << 40) - 1)) == (id & ((UINT64_C(1) << 40) - 1));
}
