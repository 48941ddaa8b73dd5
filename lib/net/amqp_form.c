/* amqp_form - AMQP 0-9-1's frames of the opening and closing of a connection, built and read */
#include "net/amqp_form.h"

#include <string.h>

enum { METHOD = 1, HEARTBEAT = 8, FRAME_END = 0xce, CLASS_CONNECTION = 10, HEAD = 7, TABLE_MAX = 200 };

/* What is left to read; bad is set by the first read beyond it and stays. */
struct in {
	const unsigned char *p;
	size_t n;
	bool bad;
};

static const unsigned char *
take(struct in *in, size_t n)
{
	const unsigned char *p = in->p;

	if (in->bad || n > in->n) {
		in->bad = true;
		return NULL;
	}
	in->p += n;
	in->n -= n;
	return p;
}

static uint32_t
take_number(struct in *in, size_t bytes)
{
	const unsigned char *p = take(in, bytes);
	uint32_t v = 0;

	for (size_t i = 0; p && i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

/* A string whose length takes that many bytes. */
static struct in
take_string(struct in *in, size_t length_bytes)
{
	struct in s = { .n = take_number(in, length_bytes) };

	s.p = take(in, s.n);
	if (!s.p)
		s = (struct in){ .bad = true };
	return s;
}

static bool
is(struct in s, const char *text)
{
	return s.n == strlen(text) && (s.n == 0 || memcmp(s.p, text, s.n) == 0);
}

static void
copy(char *to, size_t size, struct in s)
{
	size_t n = s.n < size ? s.n : size - 1;

	if (n)
		memcpy(to, s.p, n);
	to[n] = '\0';
	/* a NUL inside ends it */
}

static bool
has_word(struct in words, const char *word)
{
	for (size_t i = 0; i < words.n;) {
		struct in w = { .p = words.p + i };

		while (i + w.n < words.n && w.p[w.n] != ' ')
			w.n++;
		if (is(w, word))
			return true;
		i += w.n + 1;
	}
	return false;
}

/* Step over a value of a table; what is a string is returned. */
static struct in
take_value(struct in *in)
{
	static const char sizes[] = { ['t'] = 1,
		['b'] = 1,
		['B'] = 1,
		['s'] = 2,
		['u'] = 2,
		['I'] = 4,
		['i'] = 4,
		['f'] = 4,
		['l'] = 8,
		['L'] = 8,
		['d'] = 8,
		['T'] = 8,
		['D'] = 5 };
	struct in none = { .n = 0 };
	uint32_t type = take_number(in, 1);

	if (type == 'S' || type == 'x' || type == 'F' || type == 'A') {
		struct in s = take_string(in, 4);

		return type == 'S' ? s : none;
	}
	if (type < sizeof(sizes) && sizes[type])
		take(in, (size_t)sizes[type]);
	else if (type != 'V')
		in->bad = true;
	return none;
}

int
ir_amqp_greeting(const struct ir_amqp_frame *f, struct ir_amqp_res *ret, bool *plain)
{
	struct in in = { .p = f->args, .n = f->n }, table, mechanisms;

	if (f->method != IR_AMQP_START)
		return -1;
	take_number(&in, 2); /* version 0-9, as asked for */
	table = take_string(&in, 4);
	mechanisms = take_string(&in, 4);
	take_string(&in, 4); /* locales */
	ret->product[0] = ret->version[0] = ret->cluster[0] = '\0';
	for (int i = 0; table.n > 0 && !table.bad && i < TABLE_MAX; i++) {
		struct in key = take_string(&table, 1), value = take_value(&table);

		if (is(key, "product"))
			copy(ret->product, sizeof(ret->product), value);
		else if (is(key, "version"))
			copy(ret->version, sizeof(ret->version), value);
		else if (is(key, "cluster_name"))
			copy(ret->cluster, sizeof(ret->cluster), value);
	}
	*plain = has_word(mechanisms, "PLAIN");
	return in.bad || table.bad ? -1 : 0;
}

int
ir_amqp_tune(const struct ir_amqp_frame *f, uint16_t *channels, uint32_t *frame_max)
{
	struct in in = { .p = f->args, .n = f->n };

	*channels = (uint16_t)take_number(&in, 2);
	*frame_max = take_number(&in, 4);
	take_number(&in, 2); /* heartbeat */
	return f->method != IR_AMQP_TUNE || in.bad ? -1 : 0;
}

int
ir_amqp_close(const struct ir_amqp_frame *f, int *code, char *text, size_t size)
{
	struct in in = { .p = f->args, .n = f->n };

	*code = (int)take_number(&in, 2);
	copy(text, size, take_string(&in, 1));
	return f->method != IR_AMQP_CLOSE || in.bad ? -1 : 0;
}

/* A broker that wants another protocol says which, in eight bytes. */
static int
other_protocol(const unsigned char *p, size_t n, const char **why)
{
	*why = "what came is not AMQP";
	if (memcmp(p, "AMQP", n < 4 ? n : 4) != 0)
		return -1;
	if (n < 8)
		return 0;
	*why = p[5] == 1 ? "the broker speaks AMQP 1.0, not 0-9-1" : "the broker speaks another AMQP than 0-9-1";
	return -1;
}

int
ir_amqp_frame(const unsigned char *p, size_t n, struct ir_amqp_frame *ret, size_t *used, const char **why)
{
	struct in in = { .p = p, .n = n };
	uint32_t type = take_number(&in, 1), channel = take_number(&in, 2), size = take_number(&in, 4), class;

	if (n == 0)
		return 0;
	if (p[0] == 'A')
		return other_protocol(p, n, why);
	*why = "what came is not AMQP";
	if (p[0] != METHOD && p[0] != HEARTBEAT)
		return -1;
	if (in.bad)
		return 0;
	if (channel != 0 || size > IR_AMQP_FRAME_MAX || (type == METHOD && size < 4))
		return -1;
	if (n < HEAD + (size_t)size + 1)
		return 0;
	if (p[HEAD + size] != FRAME_END)
		return -1;
	*used = HEAD + (size_t)size + 1;
	in.n = size;
	*ret = (struct ir_amqp_frame){ .method = IR_AMQP_OTHER };
	if (type == HEARTBEAT)
		return 1;
	class = take_number(&in, 2);
	ret->method = class == CLASS_CONNECTION ? (enum ir_amqp_method)take_number(&in, 2) : IR_AMQP_OTHER;
	ret->args = in.p;
	ret->n = in.n;
	return 1;
}

static void
put(struct ir_amqp_out *o, const void *p, size_t n)
{
	if (o->full || n > sizeof(o->bytes) - o->n) {
		o->full = true;
		return;
	}
	memcpy(o->bytes + o->n, p, n);
	o->n += n;
}

static void
put_number(struct ir_amqp_out *o, uint32_t v, size_t bytes)
{
	for (size_t i = bytes; i-- > 0;)
		put(o, &(unsigned char){ (unsigned char)(v >> 8 * i) }, 1);
}

static void
put_string(struct ir_amqp_out *o, size_t length_bytes, const char *s)
{
	size_t n = strlen(s);

	o->full |= length_bytes == 1 && n > 255;
	put_number(o, (uint32_t)n, length_bytes);
	put(o, s, n);
}

/* The length of what is put after it is written when it is known: put_length() with what this returns. */
static size_t
begin_length(struct ir_amqp_out *o)
{
	put_number(o, 0, 4);
	return o->n;
}

static void
end_length(struct ir_amqp_out *o, size_t from)
{
	struct ir_amqp_out length = { .n = 0 };

	put_number(&length, (uint32_t)(o->n - from), 4);
	if (!o->full)
		memcpy(o->bytes + from - 4, length.bytes, 4);
}

static size_t
begin_frame(struct ir_amqp_out *o, enum ir_amqp_method method)
{
	size_t from;

	put_number(o, METHOD, 1);
	put_number(o, 0, 2);
	from = begin_length(o);
	put_number(o, CLASS_CONNECTION, 2);
	put_number(o, method, 2);
	return from;
}

static void
end_frame(struct ir_amqp_out *o, size_t from)
{
	end_length(o, from);
	put_number(o, FRAME_END, 1);
}

void
ir_amqp_put_protocol(struct ir_amqp_out *o)
{
	put(o, "AMQP\0\0\x09\x01", 8);
}

/* With what makes the broker say that it refuses us, instead of just going away. */
static void
put_properties(struct ir_amqp_out *o)
{
	size_t all = begin_length(o), capabilities;

	put_string(o, 1, "product");
	put(o, "S", 1);
	put_string(o, 4, "ir");
	put_string(o, 1, "capabilities");
	put(o, "F", 1);
	capabilities = begin_length(o);
	put_string(o, 1, "authentication_failure_close");
	put(o, "t\1", 2);
	end_length(o, capabilities);
	end_length(o, all);
}

void
ir_amqp_put_login(struct ir_amqp_out *o, const char *user, const char *password)
{
	size_t from = begin_frame(o, IR_AMQP_START_OK), answer;

	put_properties(o);
	put_string(o, 1, "PLAIN");
	answer = begin_length(o);
	put(o, "", 1);
	put(o, user, strlen(user));
	put(o, "", 1);
	put(o, password, strlen(password));
	end_length(o, answer);
	put_string(o, 1, "en_US");
	end_frame(o, from);
}

void
ir_amqp_put_tune_ok(struct ir_amqp_out *o, uint16_t channels, uint32_t frame_max)
{
	size_t from = begin_frame(o, IR_AMQP_TUNE_OK);

	put_number(o, channels, 2);
	put_number(o, frame_max, 4);
	put_number(o, 0, 2); /* no heartbeats */
	end_frame(o, from);
}

void
ir_amqp_put_open(struct ir_amqp_out *o, const char *vhost)
{
	size_t from = begin_frame(o, IR_AMQP_OPEN);

	put_string(o, 1, vhost);
	put_string(o, 1, "");
	put_number(o, 0, 1);
	end_frame(o, from);
}

void
ir_amqp_put_close(struct ir_amqp_out *o)
{
	size_t from = begin_frame(o, IR_AMQP_CLOSE);

	put_number(o, 200, 2);
	put_string(o, 1, "seen");
	put_number(o, 0, 4);
	end_frame(o, from);
}

void
ir_amqp_put_close_ok(struct ir_amqp_out *o)
{
	end_frame(o, begin_frame(o, IR_AMQP_CLOSE_OK));
}
