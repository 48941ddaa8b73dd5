/*
 * libpq - PostgreSQL's client library, loaded when it is first needed
 *
 * Loading it costs a hundred times what a check costs. Only lib/net includes this.
 */
#ifndef IR_NET_LIBPQ_H
#define IR_NET_LIBPQ_H

#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif

#include "base/err.h"

struct ir_libpq {
	void *lib;
	PQconninfoOption *(*conndefaults)(void);
	PQconninfoOption *(*conninfo_parse)(const char *, char **);
	PQconninfoOption *(*conninfo)(PGconn *);
	void (*conninfo_free)(PQconninfoOption *);
	PGconn *(*connect_start)(const char *const *, const char *const *, int);
	PostgresPollingStatusType (*connect_poll)(PGconn *);
	void (*finish)(PGconn *);
	ConnStatusType (*status)(const PGconn *);
	PGTransactionStatusType (*transaction_status)(const PGconn *);
	const char *(*parameter_status)(const PGconn *, const char *);
	int (*server_version)(const PGconn *);
	int (*backend_pid)(const PGconn *);
	int (*socket)(const PGconn *);
	char *(*host)(const PGconn *);
	char *(*pass)(const PGconn *);
	char *(*error_message)(const PGconn *);
	int (*ssl_in_use)(PGconn *);
	const char *(*ssl_attribute)(PGconn *, const char *);
	int (*needs_password)(const PGconn *);
	int (*used_password)(const PGconn *);
	PGVerbosity (*set_error_verbosity)(PGconn *, PGVerbosity);
	PQnoticeProcessor (*set_notice_processor)(PGconn *, PQnoticeProcessor, void *);
	int (*set_nonblocking)(PGconn *, int);
	int (*send_query)(PGconn *, const char *);
	int (*send_query_params)(PGconn *, const char *, int, const Oid *, const char *const *, const int *, const int *, int);
	PGnotify *(*notifies)(PGconn *);
	int (*set_single_row_mode)(PGconn *);
	int (*flush)(PGconn *);
	int (*consume_input)(PGconn *);
	int (*is_busy)(PGconn *);
	PGresult *(*get_result)(PGconn *);
	ExecStatusType (*result_status)(const PGresult *);
	char *(*result_error_field)(const PGresult *, int);
	char *(*cmd_status)(PGresult *);
	int (*ntuples)(const PGresult *);
	int (*nfields)(const PGresult *);
	char *(*fname)(const PGresult *, int);
	char *(*get_value)(const PGresult *, int, int);
	int (*get_length)(const PGresult *, int, int);
	int (*get_is_null)(const PGresult *, int, int);
	void (*clear)(PGresult *);
	void (*freemem)(void *);
};

/* IR_BACKEND when it cannot be had. It is never unloaded. */
int ir_libpq_load(struct ir_libpq *, struct ir_err *);

#endif
