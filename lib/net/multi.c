/* multi - libcurl's many transfers as the loop's guest */
#include "net/multi.h"

#include "net/guest.h"

static void
multi_wait(void *arg, int epfd, int timeout_ms)
{
	struct ir_multi *m = arg;
	struct curl_waitfd ours = { .fd = epfd, .events = CURL_WAIT_POLLIN };
	int n = 0;

	m->curl.multi_poll(m->m, &ours, 1, m->waiting ? 0 : timeout_ms, &n);
	if (n > (ours.revents != 0))
		m->fresh = true;
}

static void
multi_drain(struct ir_multi *m)
{
	const CURLMsg *msg;
	int left;

	while ((msg = m->curl.multi_info_read(m->m, &left))) {
		struct ir_transfer *t = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		m->curl.easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
		t->ended(t, msg->data.result);
	}
}

/* libcurl walks all its transfers each time: not for other descriptors' sake. */
static void
multi_turn(void *arg)
{
	struct ir_multi *m = arg;
	long due_ms = -1;
	int running;

	for (int share = 0; m->waiting && share < IR_MULTI_PER_TURN;)
		share += ir_http_admit(m->waiting);
	if (!m->fresh) {
		m->curl.multi_timeout(m->m, &due_ms);
		if (due_ms != 0)
			return;
	}
	m->fresh = false;
	m->inside = true;
	m->curl.multi_perform(m->m, &running);
	m->inside = false;
	ir_http_free_dead(m);
	multi_drain(m);
}

static void
multi_free(void *arg)
{
	struct ir_multi *m = arg;

	ir_http_free_all(m);
	while (m->transfers)
		m->transfers->free(m->transfers);
	m->curl.multi_cleanup(m->m);
	free(m->ca_file);
	free(m);
}

/* The bundle's name is asked for because only a file is cached by libcurl, and only when no directory is set besides. */
static char *
built_in_ca_file(const struct ir_curl *c)
{
	CURL *easy = c->easy_init();
	char *name = NULL, *copy = NULL;

	if (easy && c->easy_getinfo(easy, CURLINFO_CAINFO, &name) == CURLE_OK && name)
		copy = strdup(name);
	if (easy)
		c->easy_cleanup(easy);
	return copy;
}

static const struct ir_loop_guest guest = { multi_wait, multi_turn, multi_free };

struct ir_multi *
ir_multi_of(struct ir_loop *loop, struct ir_err *err)
{
	struct ir_multi *m = ir_loop_guest_arg(loop);

	if (m)
		return m;
	m = calloc(1, sizeof(*m));
	if (!m)
		ir_oom();
	if (ir_curl_load(&m->curl, err) < 0) {
		free(m);
		return NULL;
	}
	m->loop = loop;
	m->waiting_end = &m->waiting;
	m->m = m->curl.multi_init();
	if (!m->m)
		ir_oom();
	m->curl.multi_setopt(m->m, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	m->ca_file = built_in_ca_file(&m->curl);
	ir_loop_set_guest(loop, &guest, m);
	return m;
}

int
ir_multi_add(struct ir_multi *m, CURL *easy)
{
	m->fresh = true;
	return m->curl.multi_add_handle(m->m, easy) == CURLM_OK ? 0 : -1;
}
