/* addr - addresses as text */
#include "net/resolve.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <strings.h>

#include "base/num.h"

static void
format_v6(char *out, const char *text, const struct sockaddr_in6 *in6)
{
	char scope[16] = "";

	if (in6->sin6_scope_id)
		snprintf(scope, sizeof(scope), "%%%u", in6->sin6_scope_id);
	snprintf(out, IR_ADDR_MAX, "[%s%s]:%d", text, scope, ntohs(in6->sin6_port));
}

const char *
ir_addr_format(char out[static IR_ADDR_MAX], const struct ir_addr *a)
{
	const struct sockaddr_in *in = (const void *)&a->sa;
	const struct sockaddr_in6 *in6 = (const void *)&a->sa;
	char text[INET6_ADDRSTRLEN] = "";

	out[0] = '\0';
	if (a->sa.ss_family == AF_INET && inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)))
		snprintf(out, IR_ADDR_MAX, "%s:%d", text, ntohs(in->sin_port));
	else if (a->sa.ss_family == AF_INET6 && inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text)))
		format_v6(out, text, in6);
	return out;
}

/* "eth0" or "2" after the "%" of a link-local address. */
static int
parse_scope(const char *s, uint32_t *ret)
{
	int64_t n;

	*ret = if_nametoindex(s);
	if (*ret)
		return 0;
	if (ir_parse_int(s, 1, UINT32_MAX, &n, NULL) < 0)
		return -1;
	*ret = (uint32_t)n;
	return 0;
}

static int
parse_v6(char *text, uint16_t port, struct ir_addr *a)
{
	struct sockaddr_in6 *in6 = (void *)&a->sa;
	char *scope = strchr(text, '%');

	if (scope)
		*scope++ = '\0';
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
		return -1;
	if (scope && parse_scope(scope, &in6->sin6_scope_id) < 0)
		return -1;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	a->len = sizeof(*in6);
	return 0;
}

int
ir_addr_parse(const char *host, uint16_t port, struct ir_addr *a)
{
	struct sockaddr_in *in = (void *)&a->sa;
	size_t n = strlen(host);
	char text[IR_ADDR_MAX];

	memset(a, 0, sizeof(*a));
	if (n >= 2 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof(text))
		return -1;
	memcpy(text, host, n);
	text[n] = '\0';
	if (strchr(text, ':'))
		return parse_v6(text, port, a);
	if (inet_pton(AF_INET, text, &in->sin_addr) != 1)
		return -1;
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	a->len = sizeof(*in);
	return 0;
}

static int
parse_port(const char *s, const char *end, uint16_t *ret)
{
	char text[8];
	int64_t n;

	if (end - s >= (ptrdiff_t)sizeof(text))
		return -1;
	snprintf(text, sizeof(text), "%.*s", (int)(end - s), s);
	if (ir_parse_int(text, 1, 65535, &n, NULL) < 0)
		return -1;
	*ret = (uint16_t)n;
	return 0;
}

/* "127.0.0.1" "127.0.0.1:15432" "::1" "[::1]" "[::1]:15432" */
static int
parse_with_port(const char *s, uint16_t port, struct ir_addr *a)
{
	const char *first = strchr(s, ':'), *bracket = *s == '[' ? strchr(s, ']') : NULL;
	const char *colon = bracket ? bracket + 1 : first && !strchr(first + 1, ':') ? first : NULL;
	char host[IR_ADDR_MAX];

	if (!colon || !*colon)
		return ir_addr_parse(s, port, a);
	if (*colon != ':' || parse_port(colon + 1, colon + strlen(colon), &port) < 0 ||
	    colon - s >= (ptrdiff_t)sizeof(host))
		return -1;
	snprintf(host, sizeof(host), "%.*s", (int)(colon - s), s);
	return ir_addr_parse(host, port, a);
}

int
ir_addr_override(const char *entry, const char *host, uint16_t port, struct ir_addr *ret)
{
	const char *s = strchr(entry, ':'), *address = s ? strchr(s + 1, ':') : NULL;
	uint16_t n;

	if (!address || s == entry || parse_port(s + 1, address, &n) < 0 || parse_with_port(address + 1, port, ret) < 0)
		return -1;
	return n == port && strlen(host) == (size_t)(s - entry) && strncasecmp(entry, host, strlen(host)) == 0;
}
