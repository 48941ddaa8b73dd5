/* nagios - one line with performance data, as monitoring plugins print it */
#include "base/utf8.h"
#include "rec/render.h"

enum {
	LINE_MAX_BYTES = 4096, /* some schedulers read no more */
	PROBLEMS = 5,          /* named in the text */
	PROBLEM_BYTES = 160,
	LABEL_BYTES = 64,
};

enum { PLUGIN_OK, PLUGIN_WARNING, PLUGIN_CRITICAL, PLUGIN_UNKNOWN };

static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

static int64_t
count(const struct ir_rec *end, const char *key)
{
	return json_integer_value(json_object_get(end->obj, key));
}

/* Bad news first; then what is not known, which is never good, nor is having looked at nothing. */
static int
judge(const struct ir_rec *end, int64_t all)
{
	int64_t code = count(end, "exit");

	if (count(end, "fail") > 0)
		return PLUGIN_CRITICAL;
	if (all == 0 || count(end, "unknown") > 0 || !json_is_true(json_object_get(end->obj, "complete")) || code > 1)
		return PLUGIN_UNKNOWN;
	if (count(end, "warn") > 0)
		return PLUGIN_WARNING;
	return code == 0 ? PLUGIN_OK : PLUGIN_UNKNOWN;
}

/* Add s, at most max bytes, with '|', which would begin the performance data, replaced. */
static void
add_text(struct ir_buf *b, const char *s, size_t n, size_t max)
{
	size_t from = b->len;

	ir_buf_add(b, s, ir_utf8_cut(s, n, max));
	for (size_t i = from; i < b->len; i++)
		if (b->data[i] == '|')
			b->data[i] = '/';
}

/* "service/name", by what the record has. */
static void
add_name(struct ir_buf *b, const struct ir_rec *rec)
{
	const char *service = ir_rec_str(rec, "service"), *name = ir_rec_str(rec, "name");

	if (!*name)
		name = ir_rec_str(rec, "subject");
	if (*service)
		ir_utf8_escape(b, service, strlen(service));
	if (*service && *name)
		ir_buf_addc(b, '/');
	ir_utf8_escape(b, name, strlen(name));
}

static size_t
add_problems(struct ir_buf *b, const struct ir_rec *recs, size_t n, const char *status, size_t named)
{
	struct ir_buf one;

	ir_buf_init(&one, 1 << 12);
	for (size_t i = 0; i < n && named < PROBLEMS; i++) {
		if (strcmp(ir_rec_str(&recs[i], "status"), status) != 0)
			continue;
		ir_buf_reset(&one);
		add_name(&one, &recs[i]);
		ir_buf_adds(&one, ": ");
		ir_rec_cell(&recs[i], "summary", 0, &one);
		ir_buf_adds(b, named++ ? "; " : " - ");
		add_text(b, one.data, one.len, PROBLEM_BYTES);
	}
	ir_buf_done(&one);
	return named;
}

static void
add_counts(struct ir_buf *b, const struct ir_rec *end, int64_t all)
{
	static const char *const keys[] = { "fail", "unknown", "warn" };
	int some = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (count(end, keys[i]) > 0)
			ir_buf_addf(b, "%s%lld %s", some++ ? ", " : "", (long long)count(end, keys[i]), keys[i]);
	if (all == 0)
		ir_buf_adds(b, "nothing was looked at");
	else if (some)
		ir_buf_addf(b, " of %lld", (long long)all);
	else
		ir_buf_addf(b, "%lld ok", (long long)all);
	if (!json_is_true(json_object_get(end->obj, "complete")))
		ir_buf_adds(b, ", and the run is incomplete");
}

/* One answer of the engine tells of all containers: its time is not theirs. */
static bool
is_of_engine(const struct ir_rec *rec)
{
	return strcmp(ir_rec_str(rec, "origin"), "engine") == 0;
}

/* " 'label'=VALUE", or nothing when there is no room. more: what the label says beyond the name. */
static void
add_perf(struct ir_buf *b, const struct ir_rec *rec, const char *more, const char *value)
{
	struct ir_buf label, item;

	ir_buf_init(&label, 1 << 12);
	ir_buf_init(&item, 1 << 12);
	if (is_of_engine(rec))
		ir_buf_adds(&label, "engine");
	else
		add_name(&label, rec);
	ir_buf_adds(&item, " '");
	for (size_t i = 0, max = ir_utf8_cut(label.data, label.len, LABEL_BYTES); i < max; i++) {
		char c = label.data[i];

		ir_buf_adds(&item, c == '\'' ? "'" : "");
		ir_buf_addc(&item, c == '=' ? '_' : c == '|' ? '/' : c);
	}
	ir_buf_addf(&item, "%s'=%s", more, value);
	if (b->len + item.len < LINE_MAX_BYTES - 1)
		ir_buf_add(b, item.data, item.len);
	ir_buf_done(&label);
	ir_buf_done(&item);
}

/* Add a number of the record; nothing when it has none. */
static bool
add_number(struct ir_buf *b, const struct ir_rec *rec, const char *key)
{
	const json_t *v = json_object_get(rec->obj, key);

	if (json_is_number(v))
		ir_rec_number(b, json_number_value(v));
	return json_is_number(v);
}

static void
add_latency(struct ir_buf *b, const struct ir_rec *rec)
{
	struct ir_buf value;

	ir_buf_init(&value, 256);
	if (add_number(&value, rec, "latency_ms")) {
		ir_buf_adds(&value, "ms");
		add_perf(b, rec, "", value.data);
	}
	ir_buf_done(&value);
}

/* "97;80;95;0;100", with the units of plugins: rates and counts have none. A range "5:" is bad below it. */
static void
add_measure(struct ir_buf *b, const struct ir_rec *rec)
{
	const char *unit = ir_rec_str(rec, "measured_in");
	double warn = json_number_value(json_object_get(rec->obj, "warn_at"));
	double fail = json_number_value(json_object_get(rec->obj, "fail_at"));
	bool both = json_is_number(json_object_get(rec->obj, "warn_at")) &&
		    json_is_number(json_object_get(rec->obj, "fail_at"));
	const char *range = both && warn > fail ? ":" : "";
	struct ir_buf value;

	ir_buf_init(&value, 256);
	if (*unit && add_number(&value, rec, "measured")) {
		ir_buf_adds(&value, strcmp(unit, "s") == 0 || strcmp(unit, "B") == 0 ? unit : "");
		ir_buf_addc(&value, ';');
		ir_buf_adds(&value, add_number(&value, rec, "warn_at") ? range : "");
		ir_buf_addc(&value, ';');
		ir_buf_adds(&value, add_number(&value, rec, "fail_at") ? range : "");
		ir_buf_adds(&value, ";0;");
		add_number(&value, rec, "maximum");
		add_perf(b, rec, "", value.data);
	}
	ir_buf_done(&value);
}

/* What waits in a queue. Its row may be that of the server, too, whose latency has the name. */
static void
add_queue(struct ir_buf *b, const struct ir_rec *rec)
{
	struct ir_buf value;

	ir_buf_init(&value, 256);
	if (add_number(&value, rec, "jobs_pending")) {
		ir_buf_adds(&value, ";;;0");
		add_perf(b, rec, json_is_number(json_object_get(rec->obj, "latency_ms")) ? "/pending" : "", value.data);
	}
	ir_buf_done(&value);
}

static void
nagios_end(struct ir_render *r, const struct ir_rec *end, const struct ir_rec *recs, size_t n)
{
	static const char *const bad[] = { "fail", "unknown", "warn" };
	int64_t all = count(end, "ok") + count(end, "warn") + count(end, "fail") + count(end, "unknown");
	size_t named = 0;
	bool engine_told = false;

	r->status = judge(end, all);
	ir_buf_addf(&r->buf, "%s: ", words[r->status]);
	add_counts(&r->buf, end, all);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		named = add_problems(&r->buf, recs, n, bad[i], named);
	ir_buf_addf(&r->buf, " | ok=%lld warn=%lld fail=%lld unknown=%lld time=%.3fs", (long long)count(end, "ok"),
	    (long long)count(end, "warn"), (long long)count(end, "fail"), (long long)count(end, "unknown"),
	    (double)r->elapsed_ms / 1000);
	for (size_t i = 0; i < n; i++) {
		if (!is_of_engine(&recs[i]) || !engine_told)
			add_latency(&r->buf, &recs[i]);
		engine_told |= is_of_engine(&recs[i]);
		add_measure(&r->buf, &recs[i]);
		add_queue(&r->buf, &recs[i]);
	}
	ir_buf_addc(&r->buf, '\n');
}

const struct ir_renderer ir_render_nagios = {
	.name = "nagios",
	.doc = "one line with performance data and the exit status of a monitoring plugin",
	.end = nagios_end,
	.keep = true,
};
