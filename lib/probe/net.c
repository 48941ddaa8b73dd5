/* net - what http, tls and tcp checks share */

#include <math.h>

#include "base/num.h"
#include "net/resolve.h"
#include "probe/net.h"
#include "rec/checks.h"

int
ir_target_family(const struct ir_target *t)
{
	const char *family = ir_target_str(t, "family");

	if (family && strcmp(family, "ipv4") == 0)
		return AF_INET;
	return family && strcmp(family, "ipv6") == 0 ? AF_INET6 : AF_UNSPEC;
}

/* "host:port:address", the address numeric */
static int
check_resolve(struct ir_ctx *ctx, struct ir_target *t, const char *text, struct ir_err *err)
{
	struct ir_addr addr;

	if (ir_addr_override(text, "", 0, &addr) == 0)
		return 0;
	ir_target_fail(ctx, t, "resolve", err, "'%s' is not host:port:address", text);
	return ir_hint(err, "write it as example.org:443:192.0.2.7");
}

int
ir_net_prepare(struct ir_ctx *ctx, struct ir_target *t, struct ir_http_req *req, struct ir_err *err)
{
	const struct ir_list *resolve = ir_conf_list(t->section, "resolve");

	for (size_t i = 0; i < resolve->n; i++) {
		if (check_resolve(ctx, t, resolve->v[i], err) < 0)
			return -1;
	}
	req->resolve = *resolve;
	req->family = ir_target_family(t);
	req->unix_path = ir_target_str(t, "unix-socket");
	req->proxy = ir_target_str(t, "proxy");
	req->ca_file = ir_target_str(t, "ca-file");
	req->cert_file = ir_target_str(t, "client-cert");
	req->key_file = ir_target_str(t, "client-key");
	req->insecure = ir_target_int(t, "insecure") == 1;
	req->want_cert = true;
	if (req->unix_path && req->proxy)
		return ir_target_fail(ctx, t, "proxy", err, "a proxy and a unix-socket exclude one another");
	if (req->key_file && !req->cert_file)
		return ir_target_fail(ctx, t, "client-key", err, "client-key without client-cert");
	return 0;
}

void
ir_net_take(struct ir_ctx *ctx, struct ir_check *row, const struct ir_http_res *res)
{
	row->address = res->address[0] ? ir_strdup(ctx->arena, res->address) : NULL;
	row->phase = ir_http_phase_names[res->phase];
	row->dns_ms = ir_us_to_ms(res->dns_us);
	row->connect_ms = ir_us_to_ms(res->connect_us);
	row->tls_ms = ir_us_to_ms(res->tls_us);
	row->first_byte_ms = ir_us_to_ms(res->first_byte_us);
	row->total_ms = row->latency_ms = ir_us_to_ms(res->total_us);
	row->cert_subject = ir_strdup(ctx->arena, res->cert_subject);
	row->cert_issuer = ir_strdup(ctx->arena, res->cert_issuer);
	ir_check_tls(ctx->arena, row, res->tls_version, res->cert_expires_ms);
}

/* What is known to be bad is a failure; what kept us from knowing is not. */
int
ir_net_failed(struct ir_ctx *ctx, struct ir_check *row, const struct ir_http_res *res)
{
	if (res->error == IR_HTTP_OK)
		return 0;
	row->h.summary = ir_strdup(ctx->arena, res->message);
	switch (res->error) {
	case IR_HTTP_REFUSED:
		row->h.status = IR_STATUS_FAIL;
		row->hint = "nothing listens there: is it started, is it the right port?";
		break;
	case IR_HTTP_TLS_FAILED:
		row->h.status = IR_STATUS_FAIL;
		row->hint = "see the certificate: openssl s_client -connect HOST:PORT -servername HOST";
		break;
	case IR_HTTP_PROTOCOL:
	case IR_HTTP_TOO_BIG:
		row->h.status = IR_STATUS_FAIL;
		break;
	default:
		row->h.status = IR_STATUS_UNKNOWN;
		break;
	}
	return 1;
}

int
ir_cert_judge(struct ir_ctx *ctx, struct ir_check *row, const char *what, int64_t warn, int64_t fail, bool failing)
{
	double days = row->cert_days;

	if (isnan(days) || !(failing ? days < (double)fail : days < (double)warn))
		return 0;
	row->h.status = failing ? IR_STATUS_FAIL : IR_STATUS_WARN;
	if (days < 0)
		row->h.summary = ir_asprintf(ctx->arena, "%s, but its certificate expired %.0f days ago", what, -days);
	else
		row->h.summary = ir_asprintf(ctx->arena, "%s, but its certificate expires in %.0f days (%s below %lld)",
		    what, days, failing ? "fail" : "warn", (long long)(failing ? fail : warn));
	row->hint = "renew the certificate and have the server load it";
	return 1;
}
