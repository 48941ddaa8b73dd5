/*
 * hiredis - hiredis' codec, loaded when it is first needed
 *
 * Of all of it only the reader and the formatter, which take no part in connecting. The library's structures change between its versions: what is loaded is
 * the one whose header this was built with. Only lib/net includes this.
 */
#ifndef IR_NET_HIREDIS_H
#define IR_NET_HIREDIS_H

#include <hiredis/hiredis.h>

#include "base/err.h"

struct ir_hiredis {
	void *lib;
	__typeof__(redisReaderCreate)      *reader_create;
	__typeof__(redisReaderFree)        *reader_free;
	__typeof__(redisReaderFeed)        *reader_feed;
	__typeof__(redisReaderGetReply)    *reader_get;
	__typeof__(redisFormatCommandArgv) *format;
	__typeof__(redisFreeCommand)       *format_free;
	__typeof__(freeReplyObject)        *reply_free;
};

/* IR_BACKEND when it cannot be had. It is never unloaded. */
int ir_hiredis_load(struct ir_hiredis *, struct ir_err *);

#endif
