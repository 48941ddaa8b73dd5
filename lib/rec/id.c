/* id - handles only, one a line */
#include "rec/render.h"

static void
id_recs(struct ir_render *r, const struct ir_rec *recs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!*ir_rec_str(&recs[i], "id"))
			continue;
		ir_rec_cell(&recs[i], "id", 0, &r->buf);
		ir_buf_addc(&r->buf, '\n');
	}
}

const struct ir_renderer ir_render_id = {
	.name = "id",
	.doc = "handles only, one a line",
	.recs = id_recs,
};
