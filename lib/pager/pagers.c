/* pagers - every pager there is */
#include "pager/pager.h"

const struct ir_pager_ops *const ir_pagers[] = {
	&ir_pager_alertmanager,
	&ir_pager_pagerduty,
	&ir_pager_goalert,
	&ir_pager_oncall,
	&ir_pager_opsgenie,
	&ir_pager_jsm,
	&ir_pager_command,
	NULL,
};

const char *const ir_pager_verbs[] = { "ack", "renew", "unack", NULL };
