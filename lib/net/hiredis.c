/* hiredis - hiredis' codec, loaded when it is first needed */
#include "net/hiredis.h"

#include <dlfcn.h>
#include <stddef.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define SONAME "libhiredis.so." TEXT(HIREDIS_SONAME)

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
	{ "redisReaderCreate", offsetof(struct ir_hiredis, reader_create) },
	{ "redisReaderFree", offsetof(struct ir_hiredis, reader_free) },
	{ "redisReaderFeed", offsetof(struct ir_hiredis, reader_feed) },
	{ "redisReaderGetReply", offsetof(struct ir_hiredis, reader_get) },
	{ "redisFormatCommandArgv", offsetof(struct ir_hiredis, format) },
	{ "redisFreeCommand", offsetof(struct ir_hiredis, format_free) },
	{ "freeReplyObject", offsetof(struct ir_hiredis, reply_free) },
};

int
ir_hiredis_load(struct ir_hiredis *h, struct ir_err *err)
{
	memset(h, 0, sizeof(*h));
	h->lib = dlopen(SONAME, RTLD_LAZY | RTLD_LOCAL);
	if (!h->lib) {
		ir_fail(err, IR_BACKEND, "cannot load hiredis: %s", dlerror());
		return ir_hint(err, "install %s (Debian: libhiredis%s)", SONAME, TEXT(HIREDIS_SONAME));
	}
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *f = dlsym(h->lib, functions[i].name);

		if (!f)
			return ir_fail(err, IR_BACKEND, "%s has no '%s'", SONAME, functions[i].name);
		memcpy((char *)h + functions[i].offset, &f, sizeof(f));
	}
	return 0;
}
