/*
 * loglines - log lines as real systems write them, the same ones in each run; what ir-logs is measured with
 *
 *	loglines BYTES FILE…
 *
 * Blocks of 40 lines, each of one of the sources that the files describe, with increasing times; so many bytes, rounded up to a line. A file holds
 *	: NAME ALTERNATIVE | ALTERNATIVE …	words for $NAME, the most frequent first, the same all over a line; those of the file "common" beside the first one are known to all
 *	! DEBUG INFO WARN ERROR FATAL		how it writes levels
 *	= HEAD					a line, with $level and $message, and $fields for what a message has after a tab
 *	WEIGHT LEVEL MESSAGE			LEVEL is D I W E or F; \n begins a line without a head
 * Besides words, $ begins one of known[] (a number behind the name is its size), and $$ is itself.
 */
#include "base/num.h"

/* LINE: more than any line has. */
enum { BLOCK = 40, STEP_US = 5000, OUT = 1 << 20, LINE = 1 << 16, WORDS = 32, WEIGHT = 10000 };

struct out {
	char data[OUT + LINE];
	size_t n;
	uint64_t random, us, line;
	time_t second; /* that tm is of */
	struct tm tm;
	struct source *now;
	struct message *message;
};

struct part {
	const char *text; /* as it is; else what emit makes */
	size_t n;
	void (*emit)(struct out *, int size);
	int size;
	struct words *words;
};

struct pattern {
	struct part *v;
	size_t n;
};

struct words {
	char *name;
	struct pattern *v;
	size_t n, chosen;
	uint64_t line; /* for which it was */
};

struct message {
	unsigned weight; /* with all before it */
	int level;
	struct pattern text, fields;
};

struct source {
	struct words words[WORDS]; /* stay where they are: parts point to them */
	size_t n_words, n;
	char *levels[5];
	struct pattern head;
	struct message *v;
};

static void *
more(void *v, size_t n, size_t size)
{
	v = reallocarray(v, n + 1, size);
	if (!v)
		abort();
	memset((char *)v + n * size, 0, size);
	return v;
}

/* ---- values */

static unsigned
any(struct out *o, unsigned below)
{
	uint64_t z = o->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (unsigned)((z >> 32) * below >> 32);
}

static void
put(struct out *o, const char *p, size_t n)
{
	memcpy(o->data + o->n, p, n);
	o->n += n;
}

static void
number(struct out *o, unsigned v, int width)
{
	char digits[12], *p = digits + sizeof(digits);

	for (; v || width > 0 || p == digits + sizeof(digits); v /= 10, width--)
		*--p = (char)('0' + v % 10);
	put(o, p, (size_t)(digits + sizeof(digits) - p));
}

static void
hex(struct out *o, int n)
{
	for (; n > 0; n--)
		o->data[o->n++] = "0123456789abcdef"[any(o, 16)];
}

static void
uuid(struct out *o, int size)
{
	static const int groups[] = { 8, 4, 4, 4, 12 };

	(void)size;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (i > 0)
			put(o, "-", 1);
		hex(o, groups[i]);
	}
}

/* Of one to so many digits. */
static void
integer(struct out *o, int digits)
{
	unsigned below = 1;

	for (int n = 1 + (int)any(o, (unsigned)digits); n > 0; n--)
		below *= 10;
	number(o, any(o, below), 0);
}

static void
real(struct out *o, int decimals)
{
	integer(o, 2);
	put(o, ".", 1);
	for (; decimals > 0; decimals--)
		number(o, any(o, 10), 0);
}

static void
address(struct out *o, int size)
{
	static const char *const nets[] = { "10.0.", "10.20.", "172.17.", "192.168.", "203.0.", "198.51." };
	const char *net = nets[any(o, sizeof(nets) / sizeof(nets[0]))];

	(void)size;
	put(o, net, strlen(net));
	number(o, any(o, 256), 0);
	put(o, ".", 1);
	number(o, any(o, 256), 0);
}

static void
port(struct out *o, int size)
{
	(void)size;
	number(o, 1024 + any(o, 64000), 0);
}

/* As Go writes durations. */
static void
duration(struct out *o, int size)
{
	int seconds = any(o, 4) == 0;

	(void)size;
	if (seconds && any(o, 5) == 0) {
		number(o, 1 + any(o, 9), 0);
		put(o, "m", 1);
	}
	real(o, 3);
	put(o, seconds ? "s" : "ms", seconds ? 1 : 2);
}

/* ---- times */

enum { RFC, NS, ZONE, COMMA, DOT, PG, SECONDS, SLASHES, CLF, CLFMS, REDIS, SYSLOG, KLOG, EPOCHMS, EPOCH };
/* Y m d b e H M S as for strftime(), s of the epoch; what stands before and after the digits of the fraction. */
static const struct {
	const char *format, *before, *after;
	int digits;
} times[] = {
	[RFC] = { "Y-m-dTH:M:S", ".", "Z", 3 },
	[NS] = { "Y-m-dTH:M:S", ".", "Z", 9 },
	[ZONE] = { "Y-m-dTH:M:S", ".", "+0000", 6 },
	[COMMA] = { "Y-m-d H:M:S", ",", "", 3 },
	[DOT] = { "Y-m-d H:M:S", ".", "", 3 },
	[PG] = { "Y-m-d H:M:S", ".", " UTC", 3 },
	[SECONDS] = { "Y-m-d H:M:S", "", "", 0 },
	[SLASHES] = { "Y/m/d H:M:S", "", "", 0 },
	[CLF] = { "d/b/Y:H:M:S", "", " +0000", 0 },
	[CLFMS] = { "d/b/Y:H:M:S", ".", "", 3 },
	[REDIS] = { "d b Y H:M:S", ".", "", 3 },
	[SYSLOG] = { "b e H:M:S", "", "", 0 },
	[KLOG] = { "md H:M:S", ".", "", 6 },
	[EPOCHMS] = { "s", "", "", 3 },
	[EPOCH] = { "s", ".", "", 6 },
};

static void
calendar(struct out *o, char c)
{
	static const char letters[] = "YmdHMS", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const struct tm *t = &o->tm;
	const int parts[] = { t->tm_year + 1900, t->tm_mon + 1, t->tm_mday, t->tm_hour, t->tm_min, t->tm_sec };
	const char *letter = strchr(letters, c);

	if (letter)
		number(o, (unsigned)parts[letter - letters], 2);
	else if (c == 'b')
		put(o, months + (size_t)t->tm_mon * 3, 3);
	else if (c == 's')
		number(o, (unsigned)o->second, 10);
	else if (c == 'e' && t->tm_mday < 10)
		put(o, " ", 1), number(o, (unsigned)t->tm_mday, 1);
	else if (c == 'e')
		number(o, (unsigned)t->tm_mday, 2);
	else
		put(o, &c, 1);
}

static void
instant(struct out *o, int which)
{
	time_t second = (time_t)(o->us / 1000000);
	unsigned us = (unsigned)(o->us % 1000000);

	if (second != o->second) {
		o->second = second;
		gmtime_r(&second, &o->tm);
	}
	for (const char *f = times[which].format; *f; f++)
		calendar(o, *f);
	put(o, times[which].before, strlen(times[which].before));
	if (times[which].digits == 3)
		number(o, us / 1000, 3);
	else if (times[which].digits >= 6)
		number(o, us, 6);
	if (times[which].digits == 9)
		number(o, any(o, 1000), 3);
	put(o, times[which].after, strlen(times[which].after));
}

/* ---- templates */

static void emit(struct out *, const struct pattern *);

static void
emit_level(struct out *o, int size)
{
	const char *word = o->now->levels[o->message->level];

	(void)size;
	put(o, word, strlen(word));
}

static void
emit_message(struct out *o, int size)
{
	(void)size;
	emit(o, &o->message->text);
}

static void
emit_fields(struct out *o, int size)
{
	(void)size;
	emit(o, &o->message->fields);
}

/* Below n: the second is half as frequent as the first, the third a third (Zipf), as words are. */
static size_t
one_of(struct out *o, size_t n)
{
	unsigned all = 0, left;
	size_t i = 0;

	for (size_t j = 1; j <= n; j++)
		all += WEIGHT / (unsigned)j;
	for (left = any(o, all); left >= WEIGHT / (unsigned)(i + 1); i++)
		left -= WEIGHT / (unsigned)(i + 1);
	return i;
}

static const struct {
	const char *name;
	void (*emit)(struct out *, int);
	int size;
} known[] = {
	{ "level", emit_level, 0 },
	{ "message", emit_message, 0 },
	{ "fields", emit_fields, 0 },
	{ "hex", hex, 8 },
	{ "uuid", uuid, 0 },
	{ "n", integer, 3 },
	{ "f", real, 2 },
	{ "ip", address, 0 },
	{ "port", port, 0 },
	{ "dur", duration, 0 },
	{ "rfc", instant, RFC },
	{ "ns", instant, NS },
	{ "zone", instant, ZONE },
	{ "comma", instant, COMMA },
	{ "dot", instant, DOT },
	{ "pg", instant, PG },
	{ "seconds", instant, SECONDS },
	{ "slashes", instant, SLASHES },
	{ "clf", instant, CLF },
	{ "clfms", instant, CLFMS },
	{ "redis", instant, REDIS },
	{ "syslog", instant, SYSLOG },
	{ "klog", instant, KLOG },
	{ "epochms", instant, EPOCHMS },
	{ "epoch", instant, EPOCH },
};

/* A line speaks of one table, one host and so on, however often it names it. */
static const struct pattern *
choose(struct out *o, struct words *w)
{
	if (w->line != o->line) {
		w->line = o->line;
		w->chosen = one_of(o, w->n);
	}
	return &w->v[w->chosen];
}

static void
emit(struct out *o, const struct pattern *t)
{
	for (const struct part *p = t->v; p < t->v + t->n; p++)
		if (p->text)
			put(o, p->text, p->n);
		else if (p->words)
			emit(o, choose(o, p->words));
		else
			p->emit(o, p->size);
}

/* ---- reading what a system writes */

static struct words *
find_words(struct source *s, const char *name, size_t n)
{
	for (size_t i = 0; i < s->n_words; i++)
		if (strlen(s->words[i].name) == n && memcmp(s->words[i].name, name, n) == 0)
			return &s->words[i];
	return NULL;
}

/* What $NAME is. *n: how long the name is, with a size behind it. */
static struct part
variable(struct source *s, struct source *common, const char *name, size_t *n)
{
	size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyz"), digits = strspn(name + letters, "0123456789");
	struct part p = { .words = find_words(s, name, letters) };

	*n = letters + digits;
	if (!p.words)
		p.words = find_words(common, name, letters);
	for (size_t i = 0; !p.words && i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == letters && memcmp(known[i].name, name, letters) == 0)
			p = (struct part){ .emit = known[i].emit,
				.size = digits ? (int)strtol(name + letters, NULL, 10) : known[i].size };
	if (!p.words && !p.emit) {
		fprintf(stderr, "loglines: what is $%.*s?\n", (int)*n, name);
		exit(65);
	}
	return p;
}

/* In place: \n and \t, and \\ is a backslash. */
static void
unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from == '\\' && from[1])
			*to++ = *++from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
		else
			*to++ = *from;
	}
	*to = '\0';
}

static struct pattern
compile(struct source *s, struct source *common, char *text)
{
	struct pattern t = { 0 };
	size_t n;

	unescape(text);
	for (; *text; text += n) {
		t.v = more(t.v, t.n, sizeof(*t.v));
		if (*text == '$' && text[1] == '$') {
			t.v[t.n] = (struct part){ .text = ++text, .n = n = 1 };
		} else if (*text == '$') {
			t.v[t.n] = variable(s, common, ++text, &n);
		} else {
			n = strcspn(text, "$");
			t.v[t.n] = (struct part){ .text = text, .n = n };
		}
		t.n++;
	}
	return t;
}

static void
add_words(struct source *s, struct source *common, char *line)
{
	struct words w = { .name = line };

	line += strcspn(line, " ");
	*line++ = '\0';
	for (char *end = line; end; line = end + 3) {
		end = strstr(line, " | ");
		if (end)
			*end = '\0';
		w.v = more(w.v, w.n, sizeof(*w.v));
		w.v[w.n++] = compile(s, common, line);
		if (!end)
			break;
	}
	if (s->n_words == WORDS)
		abort();
	s->words[s->n_words++] = w;
}

static void
add_message(struct source *s, struct source *common, char *line)
{
	static const char letters[] = "DIWEF";
	char *text, *fields;
	unsigned weight = (unsigned)strtoul(line, &text, 10);
	const char *level = weight && *text == ' ' && text[1] ? strchr(letters, text[1]) : NULL;
	struct message *m;

	if (!level || text[2] != ' ') {
		fprintf(stderr, "loglines: no weight or level: %s\n", line);
		exit(65);
	}
	fields = strchr(text, '\t');
	if (fields)
		*fields++ = '\0';
	s->v = more(s->v, s->n, sizeof(*s->v));
	m = &s->v[s->n];
	m->weight = weight + (s->n ? m[-1].weight : 0);
	m->level = (int)(level - letters);
	m->text = compile(s, common, text + 3);
	if (fields)
		m->fields = compile(s, common, fields);
	s->n++;
}

static void
add_levels(struct source *s, char *line)
{
	for (size_t i = 0; i < 5; i++) {
		s->levels[i] = line;
		line += strcspn(line, " ");
		if (*line)
			*line++ = '\0';
	}
}

static void
add_line(struct source *s, struct source *common, char *line)
{
	switch (*line) {
	case '\0':
	case '#':
		return;
	case ':':
		add_words(s, common, line + 2);
		return;
	case '!':
		add_levels(s, line + 2);
		return;
	case '=':
		s->head = compile(s, common, line + 2);
		return;
	default:
		add_message(s, common, line);
	}
}

static void
read_source(struct source *s, struct source *common, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (!f) {
		perror(path);
		exit(66);
	}
	while ((n = getline(&line, &size, f)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		add_line(s, common, line);
		line = NULL; /* the templates are parts of it */
		size = 0;
	}
	free(line);
	fclose(f);
}

static void
read_common(struct source *s, const char *sibling)
{
	const char *slash = strrchr(sibling, '/');
	char path[4096];

	snprintf(path, sizeof(path), "%.*scommon", slash ? (int)(slash + 1 - sibling) : 0, sibling);
	read_source(s, s, path);
}

/* ---- writing */

static void
write_line(struct out *o, struct source *s)
{
	unsigned which = any(o, s->v[s->n - 1].weight);
	size_t i = 0;

	while (s->v[i].weight <= which)
		i++;
	o->now = s;
	o->message = &s->v[i];
	o->us += any(o, STEP_US);
	o->line++;
	emit(o, &s->head);
	put(o, "\n", 1);
}

static void
flush(struct out *o)
{
	if (fwrite(o->data, 1, o->n, stdout) != o->n) {
		perror("loglines");
		exit(74);
	}
	o->n = 0;
}

int
main(int argc, char **argv)
{
	static struct out o = { .us = 1716184800000000 }; /* 2024-05-20T06:00:00Z */
	struct source common = { 0 }, *sources = calloc((size_t)argc, sizeof(*sources));
	int64_t left, before;

	if (argc < 3 || !sources || ir_parse_int(argv[1], 1, INT64_MAX, &left, NULL) < 0) {
		fprintf(stderr, "usage: loglines BYTES FILE...\n");
		return 64;
	}
	read_common(&common, argv[2]);
	for (int i = 2; i < argc; i++) {
		read_source(&sources[i - 2], &common, argv[i]);
		if (sources[i - 2].n == 0) {
			fprintf(stderr, "loglines: %s: no lines of a log in it\n", argv[i]);
			return 65;
		}
	}
	while (left > 0) {
		struct source *s = &sources[any(&o, (unsigned)(argc - 2))];

		for (int i = 0; i < BLOCK && left > 0; i++) {
			before = (int64_t)o.n;
			write_line(&o, s);
			left -= (int64_t)o.n - before;
			if (o.n > OUT)
				flush(&o);
		}
	}
	flush(&o);
	return fflush(stdout) == 0 ? 0 : 74;
}
