/* row - a line of input: a row, or a record; what it becomes can always be shown */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"
#include "rec/detail.h"
#include "rec/read.h"
#include "rec/render.h"
#include "rec/schema.h"
#include "fuzz.h"

static const char *const columns[] = { "id", "time", "status", "service", "subject", "summary", "refs", "x_ms", NULL };

/* No byte that a terminal would obey. */
static void
must_be_plain(const struct ir_buf *b)
{
	HOLDS(ir_utf8_valid(b->data, b->len));
	for (size_t i = 0; i < b->len; i++)
		HOLDS((unsigned char)b->data[i] >= 0x20 || b->data[i] == '\n' || b->data[i] == '\t');
}

static void
must_fit(const struct ir_buf *b, size_t width)
{
	for (const char *s = b->data, *nl; (nl = strchr(s, '\n')); s = nl + 1)
		HOLDS(ir_utf8_width(s, (size_t)(nl - s)) <= width);
}

static void
show(const struct ir_renderer *ops, const struct ir_rec *rec, size_t width)
{
	struct ir_render r = { .ops = ops,
		.columns = columns,
		.header = true,
		.now_ms = 1769912000000,
		.term = { width > 0, width, false } };

	ir_buf_init(&r.buf, 64 << 20);
	ops->recs(&r, rec, 1);
	if (width || ops != &ir_render_json)
		must_be_plain(&r.buf);
	else
		HOLDS(r.buf.len == rec->len + 1 && memcmp(r.buf.data, rec->line, rec->len) == 0);
	if (width && ops == &ir_render_text)
		must_fit(&r.buf, width);
	ir_buf_done(&r.buf);
}

static void
show_all(const struct ir_rec *rec)
{
	struct ir_term term = { true, 40, false };
	struct ir_err err = IR_ERR_INIT;
	struct ir_buf b;

	show(&ir_render_text, rec, 0);
	show(&ir_render_text, rec, 60);
	show(&ir_render_tsv, rec, 0);
	show(&ir_render_json, rec, 0);
	show(&ir_render_json, rec, 80);
	ir_buf_init(&b, 64 << 20);
	ir_detail(&b, &term, rec, 1769912000000, NULL, NULL);
	must_be_plain(&b);
	ir_buf_done(&b);
	if (rec->kind)
		ir_schema_check(rec->kind, rec->obj, &err);
}

static void
read_it(const uint8_t *data, size_t size)
{
	struct ir_arena arena = { 0 };
	volatile sig_atomic_t stop = 0;
	struct ir_ctx ctx = { .command = "ir-fuzz", .run = "run-00000000", .arena = &arena, .stop = &stop };
	struct ir_err err = IR_ERR_INIT;
	struct ir_in in = { 0 };
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	HOLDS(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	if (ir_in_read(&ctx, fd, &in, &err) == 0) {
		for (size_t i = 0; i < in.n; i++)
			show_all(&in.v[i].rec);
	} else {
		HOLDS(err.code != 0 && *err.msg);
	}
	close(fd);
	ir_in_done(&in);
	ir_arena_done(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char id[16];
	int64_t ms;

	if (ir_in_row((const char *)data, size, id, &ms) == 1)
		HOLDS(ir_id_valid(id, strlen(id)));
	read_it(data, size);
	return 0;
}
