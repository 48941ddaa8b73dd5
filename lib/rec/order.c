/* order - of check rows: bad first, then what is not known; the same every time */
#include "rec/order.h"

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
