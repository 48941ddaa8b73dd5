/* amqp - any bytes as a broker's frames, as a URL of one, and as answers of its management */
#include "net/amqp_form.h"

#include "dep/rabbitmq_api.h"
#include "fuzz.h"
#include "net/amqp_url.h"

static void
frames(const unsigned char *p, size_t n)
{
	struct ir_amqp_frame f;
	struct ir_amqp_res res;
	const char *why = NULL;
	size_t used = 0;
	uint32_t frame_max;
	uint16_t channels;
	char text[16];
	bool plain;
	int code, rc;

	while ((rc = ir_amqp_frame(p, n, &f, &used, &why)) > 0) {
		HOLDS(used > 0 && used <= n && f.n < used);
		if (ir_amqp_greeting(&f, &res, &plain) == 0)
			HOLDS(strlen(res.product) < sizeof(res.product) && strlen(res.cluster) < sizeof(res.cluster));
		if (ir_amqp_close(&f, &code, text, sizeof(text)) == 0)
			HOLDS(code >= 0 && code <= 65535 && strlen(text) < sizeof(text));
		ir_amqp_tune(&f, &channels, &frame_max);
		p += used;
		n -= used;
	}
	HOLDS(rc == 0 || why);
	HOLDS(rc < 0 || n <= IR_AMQP_FRAME_MAX + 8);
}

static void
url(const char *text)
{
	struct ir_arena arena = { NULL };
	struct ir_err err = IR_ERR_INIT;
	struct ir_amqp_url u;

	if (ir_amqp_url_parse(&arena, text, &u, &err) == 0) {
		HOLDS(u.host && *u.host && u.port && u.vhost && strstr(u.subject, "://"));
		HOLDS(!strchr(u.subject, '@') && !strchr(u.host, '/'));
		for (const char *s = u.subject; *s; s++)
			HOLDS(*s > ' ' && *s < 0x7f);
	} else {
		HOLDS(err.code == IR_CONFIG && !u.password.bytes);
	}
	ir_amqp_url_done(&u);
	ir_arena_done(&arena);
}

static void
answers(const char *body, size_t n)
{
	struct ir_arena arena = { NULL };
	struct ir_rabbitmq_overview o;
	struct ir_rabbitmq_node *nodes;
	struct ir_rabbitmq_queues q = { .n = 0 };
	struct ir_list exchanges = { .n = 0 }, bound = { .n = 0 };
	const char *said;
	size_t nodes_n;

	ir_rabbitmq_overview(&arena, body, n, &o);
	if (ir_rabbitmq_nodes(&arena, body, n, &nodes, &nodes_n) == 0)
		HOLDS(nodes_n > 0 && nodes_n <= IR_RABBITMQ_NODES && nodes[nodes_n - 1].name);
	ir_rabbitmq_health(&arena, 503, body, n, &said);
	ir_rabbitmq_reason(&arena, body, n);
	ir_list_add(&arena, &exchanges, "x");
	ir_rabbitmq_bindings(&arena, body, n, &bound);
	if (ir_rabbitmq_queues(&arena, body, n, &q) == 0) {
		HOLDS(q.n <= IR_RABBITMQ_ASKED);
		ir_rabbitmq_relate(&q, &exchanges, &bound);
		for (size_t i = 0; i < q.n; i++) {
			HOLDS(q.v[i].name && strlen(q.v[i].name) <= IR_RABBITMQ_NAME);
			HOLDS(!(q.v[i].dead_letters && q.v[i].delays));
			ir_rabbitmq_no_jobs(&q.v[i]);
		}
	}
	ir_rabbitmq_queues_path(&arena, "/", &bound, false);
	ir_arena_done(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	frames(data, size);
	url(text);
	answers(text, size);
	free(text);
	return 0;
}
