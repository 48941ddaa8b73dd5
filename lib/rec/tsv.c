/* tsv - tab-separated cells under a line with the members' names; the same on a terminal and in a pipe */
#include "rec/render.h"

static void
put_names(struct ir_render *r)
{
	for (size_t i = 0; r->columns[i]; i++) {
		if (i)
			ir_buf_addc(&r->buf, '\t');
		ir_buf_adds(&r->buf, r->columns[i]);
	}
	ir_buf_addc(&r->buf, '\n');
}

static void
put_header_once(struct ir_render *r)
{
	if (r->header && !r->header_done)
		put_names(r);
	r->header_done = true;
}

static void
tsv_recs(struct ir_render *r, const struct ir_rec *recs, size_t n)
{
	put_header_once(r);
	for (size_t k = 0; k < n; k++) {
		for (size_t i = 0; r->columns[i]; i++) {
			if (i)
				ir_buf_addc(&r->buf, '\t');
			ir_rec_cell(&recs[k], r->columns[i], 0, &r->buf);
		}
		ir_buf_addc(&r->buf, '\n');
	}
}

static void
tsv_end(struct ir_render *r, const struct ir_rec *end, const struct ir_rec *recs, size_t n)
{
	(void)end;
	(void)recs;
	(void)n;
	put_header_once(r); /* nothing found is still a table */
}

const struct ir_renderer ir_render_tsv = {
	.name = "tsv",
	.doc = "tab-separated columns under their names",
	.recs = tsv_recs,
	.end = tsv_end,
};
