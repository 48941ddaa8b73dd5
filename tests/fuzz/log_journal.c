/* log_journal - any bytes as an entry of journalctl: what comes of it is whole lines, each with its time, within bounds */
#include "base/clock.h"
#include "logs/journal_entry.h"

#include "fuzz.h"

enum { LINES_MAX = 64 << 10 };

/* Does each line begin with a time and a blank? Only what the buffer's end cut off need not. */
static void
look(const struct ir_buf *b, int64_t ms)
{
	const char *p = b->data, *end = p + b->len, *nl;
	char stamp[IR_TIME_MAX];
	size_t n = strlen(ir_time_format(stamp, ms));

	HOLDS(b->full || (b->len && end[-1] == '\n'));
	for (; (nl = memchr(p, '\n', (size_t)(end - p))); p = nl + 1)
		HOLDS((size_t)(nl - p) > n && memcmp(p, stamp, n) == 0 && p[n] == ' ');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ir_journal_entry e = { .ms = 0 };
	char *s = fuzz_string(data, size);
	struct ir_buf b;
	int rc;

	ir_buf_init(&b, LINES_MAX);
	rc = ir_journal_entry_read(s, size, &e, &b);
	HOLDS(rc == 1 || b.len == 0);
	HOLDS(rc >= -1 && rc <= 1);
	if (rc >= 0)
		HOLDS(memchr(e.unit, '\0', sizeof(e.unit)) && memchr(e.container, '\0', sizeof(e.container)));
	if (rc == 1)
		look(&b, e.ms);
	ir_buf_done(&b);
	free(s);
	return 0;
}
