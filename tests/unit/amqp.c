/* amqp - URLs of brokers, frames, and openings of connections with peers that are no brokers, or bad ones; a real one is in tests/cmd/deps-rabbitmq.t */
#include "net/amqp.h"

#include "base/clock.h"
#include "net/amqp_form.h"
#include "net/amqp_url.h"
#include "peer.h"
#include "tap.h"

#define SECRET "pl4nted-s3cret"

static struct ir_arena arena;

/* ---- URLs */

static void
url_is(const char *text, const char *subject, const char *user, const char *password, const char *vhost)
{
	struct ir_amqp_url u;
	const char *secret;

	if (ir_amqp_url_parse(&arena, text, &u, NULL) < 0) {
		tap_ok(false, "%s", text);
		return;
	}
	secret = ir_secret_reveal(&u.password);
	tap_ok(strcmp(u.subject, subject) == 0 && strcmp(u.user ? u.user : "-", user) == 0 &&
		   strcmp(secret ? secret : "-", password) == 0 && strcmp(u.vhost, vhost) == 0,
	    "%s: %s as %s, %s", text, u.subject, u.user ? u.user : "-", u.vhost);
	ir_amqp_url_done(&u);
}

static void
url_is_none(const char *text)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_amqp_url u;

	OK(ir_amqp_url_parse(&arena, text, &u, &err) < 0 && !u.password.bytes, "refused: %s", err.msg);
	OK(!strstr(err.msg, SECRET) && !strstr(err.hint, SECRET), "without a secret");
}

static void
urls(void)
{
	struct ir_amqp_url u;

	url_is("amqp://db", "amqp://db:5672", "-", "-", "/");
	url_is("amqp://u:p%40ss@db:5673/shop", "amqp://db:5673/shop", "u", "p@ss", "shop");
	url_is("pyamqp://u@db//", "amqp://db:5672", "u", "-", "/");
	url_is("amqp://u:p@db/%2F", "amqp://db:5672", "u", "p", "/");
	url_is("amqp://u:p@db/%2fa b", "amqp://db:5672/%2Fa%20b", "u", "p", "/a b");
	url_is("AMQPS://[::1]/x", "amqps://[::1]:5671/x", "-", "-", "x");
	url_is("amqp://", "amqp://localhost:5672", "-", "-", "/");
	url_is("amqp://a:b@c:1;amqp://d", "amqp://c:1", "a", "b", "/");
	url_is("amqp://a:b;c@d", "amqp://d:5672", "a", "b;c", "/");
	url_is("http://u:p@db/shop?x=1#y", "http://db:15672/shop", "u", "p", "shop");
	url_is("https://db:443/", "https://db:443", "-", "-", "/");
	OK(ir_amqp_url_parse(
	       &arena, "amqps://db/x?cacertfile=/ca&certfile=/c&keyfile=/k&verify=verify_none", &u, NULL) == 0 &&
		strcmp(u.ca_file, "/ca") == 0 && strcmp(u.cert_file, "/c") == 0 && strcmp(u.key_file, "/k") == 0 &&
		u.insecure && u.tls,
	    "what the query says of TLS");
	url_is_none("redis://u:" SECRET "@db");
	url_is_none("amqp://u:" SECRET "/x@db");
	url_is_none("amqp://u:" SECRET "@d b");
	url_is_none("amqp://u:" SECRET "@db:99999");
	url_is_none("amqp://u:" SECRET "@[::1");
	url_is_none(SECRET);
}

/* ---- frames */

static size_t
greeting(struct ir_amqp_out *o, const char *mechanisms)
{
	static const char head[] = "\1\0\0", table[] =
						 "\7productS\0\0\0\10RabbitMQ\7versionS\0\0\0\6"
						 "3.10.8\1nI\0\0\0\7\1tt\1\14cluster_nameS\0\0\0\3r@h\1xF\0\0\0\0";
	size_t t = sizeof(table) - 1, m = strlen(mechanisms), n = 4 + 2 + 4 + t + 4 + m + 4;
	unsigned char *p = o->bytes + o->n, *s = p;

	memcpy(p, head, 3);
	memcpy(p + 3, (unsigned char[]){ 0, 0, 0, (unsigned char)n, 0, 10, 0, 10, 0, 9 }, 10);
	p += 13;
	memcpy(p, (unsigned char[]){ 0, 0, 0, (unsigned char)t }, 4);
	memcpy(p + 4, table, t);
	p += 4 + t;
	memcpy(p, (unsigned char[]){ 0, 0, 0, (unsigned char)m }, 4);
	memcpy(p + 4, mechanisms, m);
	p += 4 + m;
	memcpy(p, (unsigned char[]){ 0, 0, 0, 0, 0xce }, 5);
	o->n += (size_t)(p + 5 - s);
	return o->n;
}

static void
add_frame(struct ir_amqp_out *o, unsigned method, const char *args, size_t n)
{
	unsigned char head[] = { 1, 0, 0, 0, 0, 0, (unsigned char)(n + 4), 0, 10, 0, (unsigned char)method };

	memcpy(o->bytes + o->n, head, sizeof(head));
	memcpy(o->bytes + o->n + sizeof(head), args, n);
	o->n += sizeof(head) + n;
	o->bytes[o->n++] = 0xce;
}

static void
frames(void)
{
	struct ir_amqp_out o = { .n = 0 };
	struct ir_amqp_frame f;
	struct ir_amqp_res res;
	const char *why = NULL;
	size_t used, n = greeting(&o, "EXTERNAL PLAIN");
	bool plain, whole = true;
	char text[4];
	int code;

	for (size_t i = 0; i < n; i++)
		whole &= ir_amqp_frame(o.bytes, i, &f, &used, &why) == 0;
	OK(whole, "more must come, wherever a frame is cut");
	OK(ir_amqp_frame(o.bytes, n, &f, &used, &why) == 1 && used == n && ir_amqp_greeting(&f, &res, &plain) == 0,
	    "a greeting");
	OK(strcmp(res.product, "RabbitMQ") == 0 && strcmp(res.version, "3.10.8") == 0 &&
		strcmp(res.cluster, "r@h") == 0 && plain,
	    "says who it is, and that it takes passwords");
	for (size_t i = 0; i < f.n; i++) {
		struct ir_amqp_frame cut = { f.method, f.args, i };

		whole &= ir_amqp_greeting(&cut, &res, &plain) < 0;
	}
	OK(whole, "a greeting that is cut off is none");
	o.n = 0;
	add_frame(&o, 50, "\1\223\5text!\0\0\0\0", 12);
	OK(ir_amqp_frame(o.bytes, o.n, &f, &used, &why) == 1 && ir_amqp_close(&f, &code, text, sizeof(text)) == 0 &&
		code == 403 && strcmp(text, "tex") == 0,
	    "a close, with its text cut to what there is room for");
	o.bytes[o.n - 1] = 0;
	OK(ir_amqp_frame(o.bytes, o.n, &f, &used, &why) < 0, "a frame ends with its mark");
	OK(ir_amqp_frame((const unsigned char *)"HTTP/1.1", 8, &f, &used, &why) < 0 && strstr(why, "not AMQP"), "%s",
	    why);
	OK(ir_amqp_frame((const unsigned char *)"AMQP\0\1\0\0", 8, &f, &used, &why) < 0 && strstr(why, "1.0"), "%s",
	    why);
	OK(ir_amqp_frame((const unsigned char *)"\1\0\0\377\377\377\377", 7, &f, &used, &why) < 0,
	    "no frame is that long");
}

/* ---- openings */

struct opening {
	int called;
	struct ir_amqp_res res;
};

static void
on_open(void *arg, const struct ir_amqp_res *res)
{
	struct opening *o = arg;

	o->called++;
	o->res = *res;
}

static struct opening
opened(int port, int64_t timeout_ms, bool login, bool stopped)
{
	struct ir_ctx ctx = { .arena = &arena, .deadline_us = ir_mono_us() + 20000000 };
	struct ir_loop *l = ir_loop_new(&ctx, NULL);
	struct ir_secret password = { NULL, 0 };
	struct ir_amqp_req req = { .host = "127.0.0.1", .port = (uint16_t)port, .timeout_us = timeout_ms * 1000 };
	struct opening o = { .called = 0 };
	struct ir_amqp *a;

	ir_secret_set(&password, SECRET, strlen(SECRET));
	if (login) {
		req.user = "u";
		req.password = &password;
		req.vhost = "shop";
	}
	if (ir_amqp_open(l, &req, on_open, &o, &a, NULL) == 0 && stopped)
		ir_amqp_stop(a);
	ir_loop_run(l, NULL, NULL);
	ir_loop_free(l);
	ir_secret_done(&password);
	return o;
}

static void
peer_says(const char *mode, enum ir_amqp_error error, enum ir_amqp_phase phase, const char *words)
{
	struct peer p = peer_start(mode, NULL, NULL);
	struct opening o = opened(p.port, 300, true, false);

	tap_ok(o.called == 1 && o.res.error == error && o.res.phase == phase && strstr(o.res.message, words) &&
		   !strstr(o.res.message, SECRET),
	    "%.20s: %d in %s: %s", mode, o.res.error, ir_amqp_phase_names[o.res.phase], o.res.message);
	peer_stop(&p);
}

/* The peer says these bytes at once, then nothing more, or the end. */
static const char *
mode_of(const char *mode, const struct ir_amqp_out *o)
{
	const char *text = ir_asprintf(&arena, "%s/0/", mode);

	for (size_t i = 0; i < o->n; i++)
		text = ir_asprintf(&arena, "%s%%%02x", text, o->bytes[i]);
	return text;
}

static void
openings(void)
{
	struct ir_amqp_out o = { .n = 0 };
	struct opening got;
	struct peer p;

	peer_says("silent", IR_AMQP_TIMEOUT, IR_AMQP_GREETING, "waiting for the broker's greeting");
	peer_says("raw/100/%01%00%00%00%00%01%f1%00%0a", IR_AMQP_TIMEOUT, IR_AMQP_GREETING, "in the middle of");
	peer_says("close", IR_AMQP_PROTOCOL, IR_AMQP_GREETING, "closed before the broker's greeting");
	peer_says("garbage", IR_AMQP_PROTOCOL, IR_AMQP_GREETING, "not AMQP");
	greeting(&o, "EXTERNAL");
	peer_says(mode_of("raw", &o), IR_AMQP_DENIED, IR_AMQP_GREETING, "takes no passwords");
	o.n = 0;
	greeting(&o, "PLAIN");
	peer_says(mode_of("raw", &o), IR_AMQP_TIMEOUT, IR_AMQP_LOGIN, "waiting for the answer to the login");
	peer_says(
	    mode_of("rawend", &o), IR_AMQP_PROTOCOL, IR_AMQP_LOGIN, "at the login: user or password may be wrong");
	p = peer_start(mode_of("raw", &o), NULL, NULL);
	got = opened(p.port, 300, false, false);
	OK(!got.res.error && got.res.greeted && !got.res.opened && strcmp(got.res.version, "3.10.8") == 0,
	    "without a user the greeting is all");
	peer_stop(&p);
	add_frame(&o, 50, "\1\223\16" SECRET "\0\0\0\0", 21);
	peer_says(mode_of("raw", &o), IR_AMQP_DENIED, IR_AMQP_LOGIN, "refuses user or password");
	o.n -= 33;
	add_frame(&o, 30, "\7\377\0\2\0\0\0\74", 8);
	peer_says(mode_of("raw", &o), IR_AMQP_TIMEOUT, IR_AMQP_VHOST, "waiting for the virtual host");
	add_frame(&o, 50, "\2\22\11not found\0\0\0\0", 16);
	peer_says(mode_of("raw", &o), IR_AMQP_NO_VHOST, IR_AMQP_VHOST, "virtual host 'shop' is not there");
	o.n -= 28;
	add_frame(&o, 41, "\0", 1);
	p = peer_start(mode_of("raw", &o), NULL, NULL);
	got = opened(p.port, 300, true, false);
	OK(got.called == 1 && !got.res.error && got.res.opened && got.res.phase == IR_AMQP_DONE &&
		got.res.total_us >= 0,
	    "let in, though it does not say goodbye");
	got = opened(p.port, 300, true, true);
	OK(got.called == 1 && got.res.error == IR_AMQP_STOPPED, "stopped: %s", got.res.message);
	peer_stop(&p);
	got = opened(1, 300, true, false);
	OK(got.res.error == IR_AMQP_REFUSED && got.res.phase == IR_AMQP_CONNECT, "%s", got.res.message);
}

int
main(void)
{
	urls();
	frames();
	openings();
	ir_arena_done(&arena);
	return tap_done();
}
