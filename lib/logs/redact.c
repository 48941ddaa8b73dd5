/* redact - secrets and personal data as *** */
#include "logs/clean.h"

#include "logs/redact_priv.h"

enum mark { NOTHING, NAMED, AT, DASH, QUOTE, WORD, NUMBER };

static enum mark
mark_of(char c)
{
	switch (c) {
	case '=':
	case ':':
	case '>':
		return NAMED;
	case '@':
		return AT;
	case '-':
		return DASH;
	case '\'':
		return QUOTE;
	default:
		return ir_redact_letter(c) ? WORD : ir_redact_digit(c) ? NUMBER : NOTHING;
	}
}

static bool
find_cut(const char *p, size_t n, size_t i, size_t done, struct ir_cut *cut)
{
	bool begins = i == 0 || !ir_redact_word(p[i - 1]);

	switch (mark_of(p[i])) {
	case NAMED:
		return ir_redact_named(p, n, i, cut) || (p[i] == ':' && ir_redact_url(p, n, i, cut));
	case AT:
		return ir_redact_email(p, n, i, done, cut);
	case DASH:
		return begins && (ir_redact_pem(p, n, i, cut) || ir_redact_option(p, n, i, cut));
	case QUOTE:
		return ir_redact_sql(p, n, i, cut);
	case WORD:
		return begins && ir_redact_key(p, n, i, cut);
	case NUMBER:
		return begins && ir_redact_card(p, n, i, cut);
	default:
		return false;
	}
}

void
ir_log_redact(struct ir_buf *b, const char *p, size_t n)
{
	size_t done = 0;

	for (size_t i = 0; i < n && !b->full;) {
		struct ir_cut cut;

		if (!find_cut(p, n, i, done, &cut) || cut.to <= cut.from || cut.from < done) {
			i++;
			continue;
		}
		ir_buf_add(b, p + done, cut.from - done);
		ir_buf_add(b, "***", 3);
		done = cut.to;
		i = done > i ? done : i + 1;
	}
	if (!b->full)
		ir_buf_add(b, p + done, n - done);
}
