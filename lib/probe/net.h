/* net - what http, tls and tcp checks share: the request's ways, certificates, failures. Private to lib/probe. */
#ifndef IR_PROBE_NET_H
#define IR_PROBE_NET_H

#include "net/http.h"
#include "probe/target.h"

/* AF_UNSPEC, AF_INET, AF_INET6 by the key `family`. */
int ir_target_family(const struct ir_target *);

/* The keys about the way there (family, resolve, unix-socket, proxy, certificates) into *req; checks them
 * against one another. */
int ir_net_prepare(struct ir_ctx *, struct ir_target *, struct ir_http_req *, struct ir_err *);

/* Address, phase, times, certificate of an answer into the row. */
void ir_net_take(struct ir_ctx *, struct ir_check *, const struct ir_http_res *);

/* No answer came: status and summary. Returns 1 when that was so. */
int ir_net_failed(struct ir_ctx *, struct ir_check *, const struct ir_http_res *);

/* The certificate expires too soon: sets status and summary and returns 1. what is said before ("200 in 41ms").
 * warn and fail are thresholds in days. */
int ir_cert_judge(struct ir_ctx *, struct ir_check *, const char *what, int64_t warn, int64_t fail, bool failing);

#endif
