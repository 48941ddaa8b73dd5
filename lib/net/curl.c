/* curl - libcurl, loaded when it is first needed */
#include "net/curl.h"

#include <dlfcn.h>
#include <stddef.h>

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
	{ "curl_global_init", offsetof(struct ir_curl, global_init) },
	{ "curl_easy_init", offsetof(struct ir_curl, easy_init) },
	{ "curl_easy_cleanup", offsetof(struct ir_curl, easy_cleanup) },
	{ "curl_easy_perform", offsetof(struct ir_curl, easy_perform) },
	{ "curl_easy_setopt", offsetof(struct ir_curl, easy_setopt) },
	{ "curl_easy_getinfo", offsetof(struct ir_curl, easy_getinfo) },
	{ "curl_easy_strerror", offsetof(struct ir_curl, easy_strerror) },
	{ "curl_easy_send", offsetof(struct ir_curl, easy_send) },
	{ "curl_easy_recv", offsetof(struct ir_curl, easy_recv) },
	{ "curl_multi_init", offsetof(struct ir_curl, multi_init) },
	{ "curl_multi_cleanup", offsetof(struct ir_curl, multi_cleanup) },
	{ "curl_multi_setopt", offsetof(struct ir_curl, multi_setopt) },
	{ "curl_multi_add_handle", offsetof(struct ir_curl, multi_add_handle) },
	{ "curl_multi_remove_handle", offsetof(struct ir_curl, multi_remove_handle) },
	{ "curl_multi_perform", offsetof(struct ir_curl, multi_perform) },
	{ "curl_multi_poll", offsetof(struct ir_curl, multi_poll) },
	{ "curl_multi_timeout", offsetof(struct ir_curl, multi_timeout) },
	{ "curl_multi_info_read", offsetof(struct ir_curl, multi_info_read) },
	{ "curl_slist_append", offsetof(struct ir_curl, slist_append) },
	{ "curl_slist_free_all", offsetof(struct ir_curl, slist_free_all) },
	{ "curl_url", offsetof(struct ir_curl, url) },
	{ "curl_url_cleanup", offsetof(struct ir_curl, url_cleanup) },
	{ "curl_url_set", offsetof(struct ir_curl, url_set) },
	{ "curl_url_get", offsetof(struct ir_curl, url_get) },
	{ "curl_free", offsetof(struct ir_curl, free) },
	{ "curl_getdate", offsetof(struct ir_curl, getdate) },
};

int
ir_curl_load(struct ir_curl *c, struct ir_err *err)
{
	void *f;

	memset(c, 0, sizeof(*c));
	c->lib = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
	if (!c->lib) {
		ir_fail(err, IR_BACKEND, "cannot load libcurl: %s", dlerror());
		return ir_hint(err, "install libcurl 7.88 or newer (Debian: libcurl4)");
	}
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		f = dlsym(c->lib, functions[i].name);
		if (!f) {
			ir_fail(err, IR_BACKEND, "libcurl is too old: it has no '%s'", functions[i].name);
			return ir_hint(err, "install libcurl 7.88 or newer (Debian: libcurl4)");
		}
		memcpy((char *)c + functions[i].offset, &f, sizeof(f));
	}
	f = dlsym(c->lib, "SSL_get_version");
	memcpy(&c->ssl_get_version, &f, sizeof(f));
	f = dlsym(c->lib, "idn2_lookup_u8");
	memcpy(&c->idn_lookup, &f, sizeof(f));
	if (c->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return ir_fail(err, IR_BACKEND, "libcurl does not start");
	return 0;
}
