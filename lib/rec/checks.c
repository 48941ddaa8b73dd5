/* checks - what all that makes check rows does with them */
#include "rec/checks.h"

#include <string.h>

static int
by_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int
by_badness(const void *a, const void *b)
{
	static const int rank[] = {
		[IR_STATUS_FAIL] = 0, [IR_STATUS_UNKNOWN] = 1, [IR_STATUS_WARN] = 2, [IR_STATUS_OK] = 3
	};
	const struct ir_check *x = *(struct ir_check *const *)a, *y = *(struct ir_check *const *)b;
	int d = rank[x->h.status] - rank[y->h.status];

	if (!d)
		d = by_text(x->h.service, y->h.service);
	if (!d)
		d = strcmp(x->name, y->name);
	return d ? d : by_text(x->h.subject, y->h.subject);
}

void
ir_checks_sort(struct ir_check **v, size_t n)
{
	if (n)
		qsort(v, n, sizeof(*v), by_badness);
}

void
ir_check_tls(struct ir_arena *arena, struct ir_check *row, const char *version, int64_t expires_ms)
{
	row->cert_expires_ms = expires_ms;
	if (expires_ms != IR_TIME_NONE)
		row->cert_days = (double)(expires_ms - ir_now_ms()) / 86400e3;
	row->tls_version = ir_strdup(arena, version);
	if (version)
		row->groups |= IR_CHECK_TLS;
}
