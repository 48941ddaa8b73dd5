/* http_keep - the bytes of a kept connection: TLS by libcurl for protocols that it does not speak */
#include <errno.h>

#include "net/request.h"

int
ir_http_fd(const struct ir_http *h)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (h->net->curl.easy_getinfo(h->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK)
		return -1;
	return fd == CURL_SOCKET_BAD ? -1 : fd;
}

/* What libcurl says, as errno. */
static ssize_t
broken(CURLcode code)
{
	errno = code == CURLE_AGAIN ? EAGAIN : ECONNRESET;
	return -1;
}

ssize_t
ir_http_read(struct ir_http *h, void *p, size_t size)
{
	size_t n = 0;
	CURLcode code = h->net->curl.easy_recv(h->easy, p, size, &n);

	return code == CURLE_OK ? (ssize_t)n : broken(code);
}

ssize_t
ir_http_write(struct ir_http *h, const void *p, size_t size)
{
	size_t n = 0;
	CURLcode code = h->net->curl.easy_send(h->easy, p, size, &n);

	return code == CURLE_OK ? (ssize_t)n : broken(code);
}
