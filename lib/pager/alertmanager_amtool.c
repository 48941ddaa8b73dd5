/* alertmanager_amtool - what amtool's own configuration says */
#include "pager/alertmanager_amtool.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "base/percent.h"
#include "conf/discover.h"
#include "conf/file.h"
#include "conf/yaml.h"

enum { FILE_MAX = 256 << 10 };

static const char *const places[] = { "~/.config/amtool/config.yml", "~/.config/prometheus/amtool.yml",
	"/etc/amtool/config.yml", "/etc/prometheus/amtool.yml" };

/* What was read of all files. */
struct found {
	const char *url, *author, *http;
	const char *url_file, *http_file; /* that say it */
	unsigned url_line, http_line;
};

/* 1 with the first document, 0: there is no such file. */
static int
read_yaml(struct ir_arena *arena, const char *path, struct ir_yaml_doc *ret, struct ir_err *err)
{
	struct ir_yaml_docs docs = { 0 };
	struct ir_file f;
	int there = ir_file_read(arena, path, FILE_MAX, &f, err);
	int bad;

	*ret = (struct ir_yaml_doc){ 0 };
	if (there <= 0)
		return there;
	bad = ir_yaml_parse(arena, path, f.text, f.n, &docs, err);
	/* it may hold a password */
	explicit_bzero((char *)(uintptr_t)f.text, f.n);
	if (bad)
		return -1;
	if (docs.n)
		*ret = docs.v[0];
	return 1;
}

static const char *
text_at(struct ir_yaml_doc *doc, const struct ir_yaml *map, const char *key, unsigned *line)
{
	const struct ir_yaml *node = ir_yaml_get(doc, map, key);
	const char *s = ir_yaml_text(node);

	if (s && line)
		*line = node->line;
	return s && *s ? s : NULL;
}

static int
take_file(struct ir_arena *arena, const char *path, struct found *f, struct ir_err *err)
{
	struct ir_yaml_doc doc;
	int there = read_yaml(arena, path, &doc, err);

	if (there <= 0)
		return there;
	if (!f->url && (f->url = text_at(&doc, doc.root, "alertmanager.url", &f->url_line)))
		f->url_file = path;
	if (!f->author)
		f->author = text_at(&doc, doc.root, "author", NULL);
	if (!f->http && (f->http = text_at(&doc, doc.root, "http.config.file", &f->http_line)))
		f->http_file = path;
	return 0;
}

static const char *
expand(struct ir_arena *arena, const char *home, const char *path)
{
	if (path[0] != '~')
		return path;
	return home ? ir_asprintf(arena, "%s%s", home, path + 1) : NULL;
}

/* ---- the URL, which may hold user and password as amtool takes them */

static void
take_secret(struct ir_secret *to, const char *s, size_t n)
{
	size_t len;
	char *plain = ir_percent_decode(s, n, false, &len);

	ir_secret_set(to, plain, len);
	explicit_bzero(plain, len);
	free(plain);
}

static int
take_url(struct ir_arena *arena, struct ir_amtool *t, const char *url, struct ir_err *err)
{
	const char *host = strstr(url, "://"), *at, *colon;
	size_t n;

	if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
		return ir_fail(err, IR_CONFIG, "alertmanager.url is no http:// or https:// URL");
	host += 3;
	n = strcspn(host, "/?#");
	at = memrchr(host, '@', n);
	t->url = at ? ir_asprintf(arena, "%.*s%s", (int)(host - url), url, at + 1) : ir_strdup(arena, url);
	if (!at)
		return 0;
	colon = memchr(host, ':', (size_t)(at - host));
	t->user = ir_strndup(arena, host, (size_t)((colon ? colon : at) - host));
	if (colon)
		take_secret(&t->password, colon + 1, (size_t)(at - colon - 1));
	return 0;
}

/* ---- http.config.file: what Prometheus' clients have in common */

struct http {
	struct ir_ctx *ctx;
	struct ir_amtool *t;
	struct ir_yaml_doc doc;
	const char *file, *dir;
};

/* Relative to the directory above the file's own, as amtool has it. */
static const char *
resolve(const struct http *h, const char *path)
{
	return !path || path[0] == '/' ? path : ir_asprintf(h->ctx->arena, "%s/%s", h->dir, path);
}

static const char *
directory(struct ir_arena *arena, const char *path)
{
	for (int i = 0; i < 2; i++) {
		const char *slash = strrchr(path, '/');

		if (!slash)
			return ".";
		path = slash == path ? "/" : ir_strndup(arena, path, (size_t)(slash - path));
	}
	return path;
}

/* key, or key_file, which is read as all files of secrets are. */
static int
take_either(struct http *h, const struct ir_yaml *map, const char *key, struct ir_secret *to, struct ir_err *err)
{
	struct ir_arena *arena = h->ctx->arena;
	struct ir_key type = { .name = key, .type = IR_KEY_SECRET };
	struct ir_value v = { .key = &type, .file = h->file, .variant = "file" };
	struct ir_section section = { .name = "", .v = &v, .n = 1 };
	const char *plain = text_at(&h->doc, map, key, NULL);

	v.text = resolve(h, text_at(&h->doc, map, ir_asprintf(arena, "%s_file", key), &v.line));
	if (plain) {
		ir_secret_set(to, plain, strlen(plain));
		explicit_bzero((char *)(uintptr_t)plain, strlen(plain));
	} else if (v.text) {
		ir_secret_done(to);
		return ir_secret_conf(h->ctx, &section, key, to, err);
	}
	return 0;
}

static int
take_authorization(struct http *h, const struct ir_yaml *map, struct ir_err *err)
{
	const char *type = text_at(&h->doc, map, "type", NULL);

	if (type && strcasecmp(type, "Bearer") != 0)
		return ir_fail(err, IR_CONFIG, "authorization of type '%s' is not supported", type);
	return take_either(h, map, "credentials", &h->t->token, err);
}

static void
take_tls(struct http *h, const struct ir_yaml *map)
{
	struct ir_amtool *t = h->t;
	const char *insecure = text_at(&h->doc, map, "insecure_skip_verify", NULL);
	int yes = 0;

	t->ca_file = resolve(h, text_at(&h->doc, map, "ca_file", NULL));
	t->cert_file = resolve(h, text_at(&h->doc, map, "cert_file", NULL));
	t->key_file = resolve(h, text_at(&h->doc, map, "key_file", NULL));
	t->insecure = insecure && ir_parse_bool(insecure, &yes, NULL) == 0 && yes;
}

static int
take_http(struct http *h, struct ir_err *err)
{
	static const char *const unsupported[] = { "oauth2", "proxy_url", "proxy_from_environment" };
	const struct ir_yaml *root = h->doc.root, *basic = ir_yaml_get(&h->doc, root, "basic_auth");
	const char *user = text_at(&h->doc, basic, "username", NULL);

	for (size_t i = 0; i < sizeof(unsupported) / sizeof(*unsupported); i++)
		if (ir_yaml_get(&h->doc, root, unsupported[i]))
			return ir_fail(err, IR_CONFIG, "'%s' is not supported", unsupported[i]);
	if (user)
		h->t->user = user;
	if (take_either(h, basic, "password", &h->t->password, err) < 0 ||
	    take_either(h, root, "bearer_token", &h->t->token, err) < 0 ||
	    take_authorization(h, ir_yaml_get(&h->doc, root, "authorization"), err) < 0)
		return -1;
	take_tls(h, ir_yaml_get(&h->doc, root, "tls_config"));
	return 0;
}

static int
read_http(struct ir_ctx *ctx, struct ir_amtool *t, const char *path, struct ir_err *err)
{
	struct http h = { .ctx = ctx, .t = t, .file = path, .dir = directory(ctx->arena, path) };
	int there = read_yaml(ctx->arena, path, &h.doc, err);

	if (there == 0)
		return ir_fail(err, IR_CONFIG, "'%s' is not there", path);
	return there < 0 ? -1 : take_http(&h, err) < 0 ? ir_wrap(err, "'%s'", path) : 0;
}

int
ir_alertmanager_amtool(struct ir_ctx *ctx, struct ir_amtool *ret, struct ir_err *err)
{
	struct ir_arena *arena = ctx->arena;
	const char *home = ir_discover_home(arena);
	struct found f = { 0 };

	*ret = (struct ir_amtool){ 0 };
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const char *path = expand(arena, home, places[i]);

		if (path && take_file(arena, path, &f, err) < 0)
			return ir_wrap(err, "amtool's configuration");
	}
	if (!f.url)
		return 0;
	ret->author = f.author;
	ret->origin = ir_conf_origin(arena, f.url_file, f.url_line);
	if (take_url(arena, ret, f.url, err) < 0)
		return ir_wrap(err, "%s", ret->origin);
	if (f.http && read_http(ctx, ret, f.http, err) < 0) {
		ir_wrap(err, "%s: http.config.file", ir_conf_origin(arena, f.http_file, f.http_line));
		return *err->hint ? -1 : ir_hint(err, "write [pager \"main\"] with url into ir.conf instead");
	}
	return 1;
}

void
ir_amtool_done(struct ir_amtool *t)
{
	ir_secret_done(&t->password);
	ir_secret_done(&t->token);
}
