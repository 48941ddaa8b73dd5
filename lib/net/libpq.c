/* libpq - PostgreSQL's client library, loaded when it is first needed */
#include "net/libpq.h"

#include <dlfcn.h>
#include <stddef.h>

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
	{ "PQconndefaults", offsetof(struct ir_libpq, conndefaults) },
	{ "PQconninfoParse", offsetof(struct ir_libpq, conninfo_parse) },
	{ "PQconninfo", offsetof(struct ir_libpq, conninfo) },
	{ "PQconninfoFree", offsetof(struct ir_libpq, conninfo_free) },
	{ "PQconnectStartParams", offsetof(struct ir_libpq, connect_start) },
	{ "PQconnectPoll", offsetof(struct ir_libpq, connect_poll) },
	{ "PQfinish", offsetof(struct ir_libpq, finish) },
	{ "PQstatus", offsetof(struct ir_libpq, status) },
	{ "PQtransactionStatus", offsetof(struct ir_libpq, transaction_status) },
	{ "PQparameterStatus", offsetof(struct ir_libpq, parameter_status) },
	{ "PQserverVersion", offsetof(struct ir_libpq, server_version) },
	{ "PQbackendPID", offsetof(struct ir_libpq, backend_pid) },
	{ "PQsocket", offsetof(struct ir_libpq, socket) },
	{ "PQhost", offsetof(struct ir_libpq, host) },
	{ "PQpass", offsetof(struct ir_libpq, pass) },
	{ "PQerrorMessage", offsetof(struct ir_libpq, error_message) },
	{ "PQsslInUse", offsetof(struct ir_libpq, ssl_in_use) },
	{ "PQsslAttribute", offsetof(struct ir_libpq, ssl_attribute) },
	{ "PQconnectionNeedsPassword", offsetof(struct ir_libpq, needs_password) },
	{ "PQconnectionUsedPassword", offsetof(struct ir_libpq, used_password) },
	{ "PQsetErrorVerbosity", offsetof(struct ir_libpq, set_error_verbosity) },
	{ "PQsetNoticeProcessor", offsetof(struct ir_libpq, set_notice_processor) },
	{ "PQsetnonblocking", offsetof(struct ir_libpq, set_nonblocking) },
	{ "PQsendQuery", offsetof(struct ir_libpq, send_query) },
	{ "PQsendQueryParams", offsetof(struct ir_libpq, send_query_params) },
	{ "PQnotifies", offsetof(struct ir_libpq, notifies) },
	{ "PQsetSingleRowMode", offsetof(struct ir_libpq, set_single_row_mode) },
	{ "PQflush", offsetof(struct ir_libpq, flush) },
	{ "PQconsumeInput", offsetof(struct ir_libpq, consume_input) },
	{ "PQisBusy", offsetof(struct ir_libpq, is_busy) },
	{ "PQgetResult", offsetof(struct ir_libpq, get_result) },
	{ "PQresultStatus", offsetof(struct ir_libpq, result_status) },
	{ "PQresultErrorField", offsetof(struct ir_libpq, result_error_field) },
	{ "PQcmdStatus", offsetof(struct ir_libpq, cmd_status) },
	{ "PQntuples", offsetof(struct ir_libpq, ntuples) },
	{ "PQnfields", offsetof(struct ir_libpq, nfields) },
	{ "PQfname", offsetof(struct ir_libpq, fname) },
	{ "PQgetvalue", offsetof(struct ir_libpq, get_value) },
	{ "PQgetlength", offsetof(struct ir_libpq, get_length) },
	{ "PQgetisnull", offsetof(struct ir_libpq, get_is_null) },
	{ "PQclear", offsetof(struct ir_libpq, clear) },
	{ "PQfreemem", offsetof(struct ir_libpq, freemem) },
};

int
ir_libpq_load(struct ir_libpq *q, struct ir_err *err)
{
	void *f;

	memset(q, 0, sizeof(*q));
	q->lib = dlopen("libpq.so.5", RTLD_LAZY | RTLD_LOCAL);
	if (!q->lib) {
		ir_fail(err, IR_BACKEND, "cannot load libpq: %s", dlerror());
		return ir_hint(err, "install libpq 12 or newer (Debian: libpq5)");
	}
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		f = dlsym(q->lib, functions[i].name);
		if (!f) {
			ir_fail(err, IR_BACKEND, "libpq is too old: it has no '%s'", functions[i].name);
			return ir_hint(err, "install libpq 12 or newer (Debian: libpq5)");
		}
		memcpy((char *)q + functions[i].offset, &f, sizeof(f));
	}
	return 0;
}
