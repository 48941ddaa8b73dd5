/*
 * multi - the least that libcurl needs to ask many URLs at once; what ir-health is measured against
 *
 *	multi [SECONDS] <URLS
 *
 * Reads a URL a line, asks all of them at once, prints "STATUS URL" as each answers (000: none), and ends when all have or when SECONDS (2) have passed.
 */
#include <curl/curl.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/num.h"

enum { LINE_MAX_BYTES = 4096, BODY_MAX = 65536 };

struct body {
	char *url;
	size_t n;
};

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct body *b = arg;

	(void)p;
	b->n += size * n;
	return b->n > BODY_MAX ? 0 : size * n;
}

static void
add(CURLM *m, const char *url, int64_t timeout_ms)
{
	CURL *easy = curl_easy_init();
	struct body *b = calloc(1, sizeof(*b));

	if (!easy || !b || !(b->url = strdup(url)))
		abort();
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, b);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, b);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_multi_add_handle(m, easy);
}

static void
finished(CURLM *m, CURL *easy)
{
	struct body *b = NULL;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &b);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	printf("%03ld %s\n", status, b->url);
	curl_multi_remove_handle(m, easy);
	curl_easy_cleanup(easy);
	free(b->url);
	free(b);
}

static int
read_urls(CURLM *m, int64_t timeout_ms)
{
	char line[LINE_MAX_BYTES];
	int n = 0;

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0')
			continue;
		add(m, line, timeout_ms);
		n++;
	}
	return n;
}

static void
run(CURLM *m, int left, int64_t end_us)
{
	const CURLMsg *msg;
	int running, queued;

	while (left > 0 && ir_mono_us() < end_us) {
		curl_multi_perform(m, &running);
		while ((msg = curl_multi_info_read(m, &queued))) {
			finished(m, msg->easy_handle);
			left--;
		}
		if (left > 0)
			curl_multi_poll(m, NULL, 0, (int)((end_us - ir_mono_us()) / 1000 + 1), NULL);
	}
}

int
main(int argc, char **argv)
{
	struct rlimit files;
	int64_t seconds = 2;
	CURLM *m;
	int n;

	if (argc > 1 && ir_parse_int(argv[1], 1, 3600, &seconds, NULL) < 0)
		return 64;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	m = curl_multi_init();
	n = read_urls(m, seconds * 1000);
	run(m, n, ir_mono_us() + seconds * 1000000);
	fflush(stdout);
	_Exit(0);
}
