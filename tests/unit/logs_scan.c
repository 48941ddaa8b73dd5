/* logs_scan - what is told of a line from one that was alike is what reading it in full tells, whatever its digits and ids are */
#include "base/buf.h"
#include "logs/counter_priv.h"
#include "logs/layout.h"

#include "any.h"
#include "tap.h"

enum { LINES = 60000, BATCH = 4000 };

/* $d $t a day and a time, $e seconds of the epoch, $m the same in milliseconds; # a number; @ an id of hex digits, ~ a UUID; % a status; & one of pino's levels; ^ syslog's <number> */
static const char *const templates[] = {
	"$d $t,123 INFO shop.cart: cart # of user # updated in #ms",
	"$d $t,123 INFO [shop.payments:#] payment @ authorised for order #",
	"$d $t,123 WARNING @: sku # is low",
	"$d $t,123 @ ERROR sku # is low",
	"$d $t,123 [@] ERROR sku # is low",
	"$d $t.123456 # ~ INFO nova.compute [req-~ # -] VM # resumed",
	"[$d $t,123: INFO/MainProcess] Task shop.tasks.mail[~] received",
	"[$d $t,123: ERROR/ForkPoolWorker-#] Task shop.tasks.mail[@] raised",
	"[$d $t +0000] [#] [INFO] Booting worker with pid: #",
	"$dT$tZ INFO # --- [shop] [http-nio-#-exec-#] c.e.shop.OrderService : Order # moved",
	"$dT$t.123Z host app[#]: request @ took #ms",
	"$dT$t.123Z @ app[@]: request # took #ms",
	"May  3 $t web# sshd[#]: Failed password for root from #.#.#.# port # ssh2",
	"May 13 $t web1 app[@]: job # done",
	"May 13 $t web1 kernel: [#.#] eth#: link up, # Mbps",
	"^May 13 $t web1 su: failed # times",
	"^1 $dT$t.000Z web1 app # ID# - hello @",
	"I0503 $t.000132 # kubelet.go:#] \"SyncLoop\" pod=\"shop/web-@\" id=~",
	"#.#.#.# - - [03/May/2024:$t +0000] \"GET /item/#?q=@ HTTP/1.1\" % # \"-\" \"curl/#.#\" #",
	"#.#.#.# - user# [03/May/2024:$t +0000] \"POST /pay HTTP/2.0\" % #",
	"#:M 03 May 2024 $t.456 # Out of memory #",
	"$d $t.456 UTC [#] app@shop ERROR:  relation \"x#\" does not exist at character #",
	"$d/$t #: not a time before @",
	"server # started at $d $t on port #",
	"@ $d $t ERROR boom #",
	"# errors in ~ until $t",
	"{\"level\":&,\"time\":$m,\"pid\":#,\"hostname\":\"web-@\",\"reqId\":\"req-@\",\"msg\":\"cart # updated\"}",
	"{\"level\":\"error\",\"ts\":$e.000132,\"caller\":\"a/b.go:#\",\"msg\":\"slow query "
	"#\",\"took\":\"#ms\",\"id\":\"~\"}",
	"{\"pid\":#,\"status\":%,\"time\":\"$dT$tZ\",\"msg\":\"request @\",\"a\":{\"status\":%}}",
	"{\"n\":#,\"msg\":\"GET /# -> #\",\"status\":%,\"bytes\":#,\"time\":\"$dT$tZ\"}",
	"{\"log\":\"$d $t,1 INFO inner: # of @\\n\",\"stream\":\"stderr\",\"time\":\"$dT$t.#Z\"}",
	"{\"a\":\"@\",\"severity\":\"WARNING\",\"message\":\"took #\",\"timestamp\":\"$d $t\"}",
	"{\"log\":\"{\\\"level\\\":\\\"error\\\",\\\"msg\\\":\\\"boom "
	"#\\\",\\\"status\\\":%}\\n\",\"time\":\"$dT$t.#Z\"}",
	"{\"time\":\"$dT$tZ\",\"service\":\"shop-api\",\"status\":\"%\",\"msg\":\"#\"}",
	"{\"time\":\"$dT$tZ\",\"service\":\"shop-#\",\"level\":\"warn\",\"status\":#,\"msg\":\"a\"}",
	"{\"time\":\"$dT$tZ\",\"status\":#,\"msg\":\"failed # times\"}",
	"{\"time\":\"$dT$tZ\",\"msg\":\"Traceback (most recent call last):\\n  File \\\"a.py\\\", line #\\nKeyError: "
	"#\"}",
	"^$dT$tZ host app[#]: {\"level\":\"info\",\"msg\":\"cart # updated\",\"status\":%}",
	"$d $t INFO {\"msg\":\"cart # updated\",\"level\":&}",
	"\033[32m$d $t\033[0m INFO \033[1mcart\033[0m # updated",
	"{\"log\":\"{\\\"level\\\":&,\\\"msg\\\":\\\"boom #\\\"}\\n\",\"time\":\"$dT$tZ\"}",
	"{\"log\":\"level=& msg=\\\"x #\\\"\\n\",\"time\":\"$dT$tZ\"}",
	"{\"log\":\"^May 13 $t web1 su: # failed\\n\",\"time\":\"$dT$tZ\"}",
	"^$d $t host app[#]: {\"msg\":\"a\",\"status\":%}",
	"^$d $t host app[#]: status=% msg=\"a\" x=#",
	"$d $t {\"severity_number\":#,\"msg\":\"x #\"}",
	"$d $t {\"msg\":\"a\",\"status\":#}",
	"{\"level\":&,\"a\":{\"level\":#},\"msg\":\"boom #\"}",
	"{\"level\":#,\"time\":\"$dT$tZ\",\"msg\":\"boom #\"}",
	"{\"level\":\"#\",\"time\":\"$dT$tZ\",\"msg\":\"failed #\"}",
	"{\"time\":\"$dT$tZ\",\"msg\":\"result:\\t# errors\"}",
	"\033[32m{\"level\":&,\"msg\":\"x\"}\033[0m",
	"$d $t value error=@ in it",
	"$d $t app exit error: #",
	"$d $t # @ ERROR x #",
	"$d $t INFO worker.@ ready",
	"$d $t INFO app.web:@ is up",
	"ts=$dT$t.000132970Z caller=http.go:# level=warn msg=\"request finished\" status=% duration=#.#ms id=@",
	"time=$dT$tZ id=~ level=error msg=\"could not upload #\" n=#",
	"info: Microsoft.Hosting.Lifetime[#]",
	"$d $t fail: Shop.Web.Http#[@]",
	"      now listening on port #",
	"  File \"/srv/shop/pay.py\", line #, in charge#",
	"ValueError: card # is not @",
	"no header here, only # and @",
};

/* JSON has none of several digits that begins with a zero. */
static void
add_number(struct ir_buf *b, bool zero)
{
	unsigned n = 1 + any(any(4) ? 3 : 9); /* of ten digits some are a time, by their value */

	for (ir_buf_addc(b, (char)('0' + (zero || n == 1 ? any(10) : 1 + any(9)))); n > 1; n--)
		ir_buf_addc(b, (char)('0' + any(10)));
}

static void
add_hex(struct ir_buf *b, unsigned n)
{
	unsigned how = any(4); /* now and then without a letter, or without a digit */

	for (; n > 0; n--)
		ir_buf_addc(b, "0123456789abcdef"[how == 0 ? any(10) : how == 1 ? 10 + any(6) : any(16)]);
}

static void
add_word(struct ir_buf *b, char what, unsigned second, bool zero)
{
	static const unsigned lengths[] = { 3, 4, 7, 8, 11, 12, 13, 16, 32 };
	static const unsigned statuses[] = { 200, 404, 500, 503, 301 };

	switch (what) {
	case '#':
		add_number(b, zero);
		break;
	case '@':
		add_hex(b, lengths[any(9)]);
		break;
	case '~':
		for (unsigned i = 0; i < 5; i++) {
			add_hex(b, i == 0 ? 8 : i == 4 ? 12 : 4);
			ir_buf_adds(b, i < 4 ? "-" : "");
		}
		break;
	case '%':
		ir_buf_addf(b, "%u", statuses[any(5)]);
		break;
	case '&':
		ir_buf_addf(b, "%u", 10 * (1 + any(6)));
		break;
	case '^':
		ir_buf_addf(b, "<%u>", any(192));
		break;
	case 'd':
		ir_buf_adds(b, "2024-05-03");
		break;
	case 't':
		ir_buf_addf(b, "%02u:%02u:%02u", second / 3600 % 24, second / 60 % 60, second % 60);
		break;
	case 'e':
		ir_buf_addf(b, "%u", 1714694400 + second);
		break;
	case 'm':
		ir_buf_addf(b, "%u%03u", 1714694400 + second, any(1000));
	}
}

static void
add_line(struct ir_buf *b, const char *t, unsigned second)
{
	bool zero = *t != '{' || any(20) == 0;

	for (; *t; t++) {
		if (*t == '$')
			add_word(b, *++t, second, zero);
		else if (strchr("#@~%&^", *t))
			add_word(b, *t, second, zero);
		else
			ir_buf_addc(b, *t);
	}
	ir_buf_adds(b, any(10) ? "\n" : "\r\n");
}

static struct ir_names names = { .lock = PTHREAD_MUTEX_INITIALIZER };
static struct ir_logs_stream stream = { .newest_ms = 1714780800000 };

/* Two scans: in one lines are told from those that are alike, of the other the cache is not used. */
struct pair {
	struct ir_scan *scan, *full;
	struct ir_stamp_base base, full_base;
};

static void
begin(struct pair *p, const struct ir_skeleton *skeleton)
{
	*p = (struct pair){ .scan = ir_scan_new(skeleton, &names), .full = ir_scan_new(skeleton, &names) };
	p->base.newest_ms = p->full_base.newest_ms = stream.newest_ms;
}

static void
end(struct pair *p)
{
	ir_scan_free(p->scan);
	ir_scan_free(p->full);
	for (size_t i = 0; i < names.n; i++)
		free(names.v[i]);
	free(names.v);
	names.v = NULL;
	names.n = names.size = 0;
}

/* The text's lines, of which each ends with a newline. */
static size_t
scan(struct pair *p, struct ir_buf *text, struct ir_scanned *v)
{
	size_t n = text->len, used;

	for (size_t i = 0; i < IR_LAYOUT_BYTES; i++) /* may be read beyond */
		ir_buf_addc(text, ' ');
	return ir_scan_lines(p->scan, &stream, &p->base, text->data, text->data + n, true, v, &used);
}

static bool
is_service(uint16_t told, struct ir_span want)
{
	return told ? want.p && strlen(names.v[told - 1]) == want.n && memcmp(names.v[told - 1], want.p, want.n) == 0
		    : want.n == 0;
}

/* Does what was told say what the line says? */
static bool
is_true(struct pair *f, const char *p, const struct ir_scanned *s)
{
	struct ir_log_line line;
	struct ir_tokens t;
	enum ir_log_level level;
	bool guessed, failed, counted = false;

	ir_scan_tokens(f->full, &stream, &f->full_base, p, s->n, &line, &t);
	if (line.message.n > 0 && *line.message.p == '{' && !line.fields)
		return true; /* 007: read as JSON where others like it are, but these must be */
	failed = line.status >= 500 && line.status <= 599;
	guessed = !line.named && !failed;
	level = failed && line.named < IR_LEVEL_ERROR ? IR_LEVEL_ERROR
		: line.named                          ? line.named
						      : ir_level_guess(line.message.p, line.message.n, &counted);
	return s->hash == ir_tokens_hash(&t) && s->ms == line.ms && s->level == level &&
	       !!(s->flags & IR_SCANNED_GUESSED) == guessed && !!(s->flags & IR_SCANNED_HEADER) == line.header &&
	       s->variant == (failed ? 5 : 0) && is_service(s->service, line.service) &&
	       s->cls == ir_fold_class(line.message.p, line.message.n);
}

static void
test_scan(const char *isa, bool stamped)
{
	static struct ir_scanned v[IR_SCAN_LINES];
	struct ir_buf text;
	struct pair p;
	long wrong = 0;

	begin(&p, ir_skeleton_named(isa));
	stream.stamped = stamped;
	ir_buf_init(&text, 4 << 20);
	for (unsigned n = 0; n < LINES; n += BATCH) {
		size_t lines;

		ir_buf_reset(&text);
		for (unsigned i = 0; i < BATCH; i++) {
			if (stamped)
				ir_buf_addf(&text, "2024-05-03T01:%02u:%02u.%09uZ ", i / 60 % 60, i % 60, i);
			add_line(&text, templates[any(sizeof(templates) / sizeof(templates[0]))], (n + i) / 10);
		}
		lines = scan(&p, &text, v);
		for (size_t i = 0; i < lines; i++) {
			if (!is_true(&p, text.data + v[i].at, &v[i]) && wrong++ < 5)
				fprintf(stderr, "# not as in full: %.*s\n", (int)v[i].n, text.data + v[i].at);
		}
		wrong += lines != BATCH;
	}
	IS_INT(wrong, 0, "%s: all lines are told as they are%s", isa, stamped ? ", stamped by their transport" : "");
	OK(p.scan->misses < LINES / 2 && p.scan->misses > 100, "and most of them not read in full: %llu",
	    (unsigned long long)p.scan->misses);
	ir_buf_done(&text);
	stream.stamped = false;
	end(&p);
}

/* More kinds of lines than are kept: all is forgotten, and nothing is wrong. */
static void
test_kinds(void)
{
	static struct ir_scanned v[IR_SCAN_LINES];
	long wrong = 0, forgotten = 0;
	struct ir_buf b;
	struct pair p;

	begin(&p, ir_skeleton_best());
	ir_buf_init(&b, 64 << 10);
	for (unsigned i = 0; i < 3 * IR_SCAN_KINDS; i++) {
		static const char *const levels[] = { "error", "info", "warn" };
		uint16_t before = p.scan->n_kinds;

		ir_buf_reset(&b);
		ir_buf_addf(&b, "{\"level\":\"%s\",\"a\":\"", levels[i % 3]);
		for (unsigned n = i / 3 % 2900; n > 0; n--)
			ir_buf_addc(&b, 'x');
		ir_buf_addf(&b, "\",\"ts\":%u,\"msg\":\"%s", 1714694400 + i, i % 2 ? "is not there" : "is there");
		for (unsigned n = i / 3 % 3000; n > 0; n--)
			ir_buf_addc(&b, '.');
		ir_buf_adds(&b, "\"}\n");
		wrong += scan(&p, &b, v) != 1 || !is_true(&p, b.data, &v[0]);
		forgotten += p.scan->n_kinds < before;
	}
	IS_INT(wrong, 0, "lines of more kinds than are kept are told as they are");
	OK(forgotten > 0, "and kinds were forgotten: %ld times", forgotten);
	ir_buf_done(&b);
	end(&p);
}

int
main(void)
{
	static const char *const isas[] = { "portable", "avx2", "avx512" };

	for (size_t i = 0; i < sizeof(isas) / sizeof(isas[0]); i++) {
		if (ir_skeleton_named(isas[i]))
			test_scan(isas[i], false);
		else
			SKIP(isas[i], "lines told from those that are alike");
	}
	test_scan("portable", true);
	test_kinds();
	return tap_done();
}
