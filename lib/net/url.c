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

static bool
is_ascii(const char *s)
{
	while (*s && !((unsigned char)*s & 0x80))
		s++;
	return !*s;
}

/* An international name in its ASCII form, in u too, so that libcurl need not know how. */
static int
to_ascii(const struct ir_curl *c, CURLU *u, char **host)
{
	enum { NFC_INPUT = 1 };
	unsigned char *ascii = NULL;

	if (is_ascii(*host))
		return 0;
	if (!c->idn_lookup || c->idn_lookup((const unsigned char *)*host, &ascii, NFC_INPUT) != 0)
		return -1;
	c->free(*host);
	*host = (char *)ascii;
	return c->url_set(u, CURLUPART_HOST, *host, 0) == CURLUE_OK ? 0 : -1;
}

/* "[fe80::1]" and its zone "eth0" -> "fe80::1%eth0". */
static char *
with_zone(const struct ir_curl *c, const CURLU *u, char *host)
{
	char *zone = part(c, u, CURLUPART_ZONEID, 0), *out;
	size_t n = strlen(host) + (zone ? strlen(zone) : 0) + 1;

	out = malloc(n);
	if (!out)
		ir_oom();
	snprintf(out, n, "%.*s%s%s", (int)(strlen(host) - 2), host + 1, zone ? "%" : "", zone ? zone : "");
	c->free(zone);
	c->free(host);
	return out;
}

/* Returns what is wrong with it, or NULL. */
static const char *
take_host(const struct ir_curl *c, CURLU *u, struct ir_url *ret)
{
	ret->host = part(c, u, CURLUPART_HOST, 0);
	if (!ret->host || !ret->host[0])
		return "no host in it";
	if (to_ascii(c, u, &ret->host) < 0)
		return "its host has no ASCII form";
	if (ret->host[0] == '[')
		ret->host = with_zone(c, u, ret->host);
	return NULL;
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
	const char *wrong;

	ret->tls = scheme && strcmp(scheme, "https") == 0;
	c->free(scheme);
	if (!http && !ret->tls)
		return "not http:// or https://";
	wrong = take_host(c, u, ret);
	if (wrong)
		return wrong;
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
