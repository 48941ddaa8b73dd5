/* json - JSON Lines, and the same records as one array; the last one is `end` */
#include "rec/render.h"

/* To a terminal nothing goes that it would obey; else the bytes are those of the record. */
static void
put_line(struct ir_render *r, const struct ir_rec *rec)
{
	if (r->term.tty)
		ir_rec_safe(&r->buf, rec->line, rec->len);
	else
		ir_buf_add(&r->buf, rec->line, rec->len);
}

static void
json_recs(struct ir_render *r, const struct ir_rec *recs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_line(r, &recs[i]);
		ir_buf_addc(&r->buf, '\n');
	}
}

static void
json_end(struct ir_render *r, const struct ir_rec *end, const struct ir_rec *recs, size_t n)
{
	(void)recs;
	(void)n;
	if (end)
		json_recs(r, end, 1);
}

static void
array_recs(struct ir_render *r, const struct ir_rec *recs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ir_buf_adds(&r->buf, r->header_done ? ",\n" : "[\n");
		r->header_done = true;
		put_line(r, &recs[i]);
	}
}

static void
array_end(struct ir_render *r, const struct ir_rec *end, const struct ir_rec *recs, size_t n)
{
	(void)recs;
	(void)n;
	if (end)
		array_recs(r, end, 1);
	ir_buf_adds(&r->buf, r->header_done ? "\n]\n" : "[]\n");
}

const struct ir_renderer ir_render_json = {
	.name = "json",
	.doc = "JSON Lines; the last line tells how the run ended",
	.recs = json_recs,
	.end = json_end,
};

const struct ir_renderer ir_render_json_array = {
	.name = "json-array",
	.doc = "the same records as one JSON array",
	.recs = array_recs,
	.end = array_end,
};
