/* url - where a URL leads, by libcurl's own parser */
#include "net/url.h"

#include <strings.h>

#include "base/num.h"

static char *
part(const struct ir_curl *c, const CURLU *u, CURLUPart what, unsigned flags)
{
	char *s = NULL;

	return c->url_get(u, what, &s, flags) == CURLUE_OK ? s : NULL;
}

/* "[fe80::1]" and its zone "eth0" -> "fe80::1%eth0". */
static int
take_host(const struct ir_curl *c, const CURLU *u, struct ir_url *ret)
{
	char *host = part(c, u, CURLUPART_HOST, CURLU_PUNYCODE), *zone;
	size_t n = host ? strlen(host) : 0;

	ret->host = host;
	if (n == 0)
		return -1;
	if (host[0] != '[')
		return 0;
	zone = part(c, u, CURLUPART_ZONEID, 0);
	ret->host = malloc(n + (zone ? strlen(zone) : 0) + 1);
	if (!ret->host)
		ir_oom();
	snprintf(ret->host, n + (zone ? strlen(zone) : 0) + 1, "%.*s%s%s", (int)(n - 2), host + 1, zone ? "%" : "",
	    zone ? zone : "");
	c->free(zone);
	c->free(host);
	return 0;
}

static int
take_port(const struct ir_curl *c, const CURLU *u, struct ir_url *ret)
{
	char *port = part(c, u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	int64_t n = 0;
	int rc = port ? ir_parse_int(port, 1, 65535, &n, NULL) : -1;

	c->free(port);
	ret->port = (uint16_t)n;
	return rc;
}

/* u -> *ret. Returns what is wrong with it, or NULL. */
static const char *
take(const struct ir_curl *c, CURLU *u, struct ir_url *ret)
{
	char *scheme = part(c, u, CURLUPART_SCHEME, 0);
	bool http = scheme && strcmp(scheme, "http") == 0;

	ret->tls = scheme && strcmp(scheme, "https") == 0;
	c->free(scheme);
	if (!http && !ret->tls)
		return "not http:// or https://";
	if (take_host(c, u, ret) < 0)
		return "no host in it";
	if (take_port(c, u, ret) < 0)
		return "no port from 1 to 65535 in it";
	ret->user = part(c, u, CURLUPART_USER, CURLU_URLDECODE);
	ret->password = part(c, u, CURLUPART_PASSWORD, CURLU_URLDECODE);
	c->url_set(u, CURLUPART_USER, NULL, 0);
	c->url_set(u, CURLUPART_PASSWORD, NULL, 0);
	c->url_set(u, CURLUPART_FRAGMENT, NULL, 0);
	ret->text = part(c, u, CURLUPART_URL, 0);
	return ret->text ? NULL : "not a URL";
}

static CURLU *
parser(const struct ir_curl *c)
{
	CURLU *u = c->url();

	if (!u)
		ir_oom();
	return u;
}

int
ir_url_parse(const struct ir_curl *c, const char *text, struct ir_url *ret, struct ir_err *err)
{
	CURLU *u = parser(c);
	const char *wrong = "not a URL";

	memset(ret, 0, sizeof(*ret));
	if (c->url_set(u, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
		wrong = take(c, u, ret);
	c->url_cleanup(u);
	if (!wrong)
		return 0;
	ir_url_done(c, ret);
	return ir_fail(err, IR_USAGE, "cannot ask this URL: %s", wrong);
}

int
ir_url_follow(
    const struct ir_curl *c, const struct ir_url *from, const char *location, struct ir_url *ret, struct ir_err *err)
{
	CURLU *u = parser(c);
	const char *wrong = "not a URL";

	memset(ret, 0, sizeof(*ret));
	if (c->url_set(u, CURLUPART_URL, from->text, 0) == CURLUE_OK &&
	    c->url_set(u, CURLUPART_URL, location, CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE) == CURLUE_OK)
		wrong = take(c, u, ret);
	c->url_cleanup(u);
	if (!wrong && from->tls && !ret->tls)
		wrong = "from https to http";
	if (wrong) {
		ir_url_done(c, ret);
		return ir_fail(err, IR_DATA, "%s", wrong);
	}
	c->free(ret->user);
	c->free(ret->password);
	ret->user = ret->password = NULL;
	return 0;
}

bool
ir_url_same_origin(const struct ir_url *a, const struct ir_url *b)
{
	return a->tls == b->tls && a->port == b->port && strcasecmp(a->host, b->host) == 0;
}

void
ir_url_done(const struct ir_curl *c, struct ir_url *u)
{
	if (u->password)
		explicit_bzero(u->password, strlen(u->password));
	c->free(u->text);
	c->free(u->host);
	c->free(u->user);
	c->free(u->password);
	memset(u, 0, sizeof(*u));
}
