/* sources - everything that can tell of deploys */
#include "change/change.h"

const struct ir_change_ops *const ir_change_sources[] = { &ir_change_docker, &ir_change_ledger, &ir_change_releases,
	&ir_change_log, &ir_change_command, &ir_change_kubectl, &ir_change_helm, &ir_change_github, &ir_change_gitlab,
	&ir_change_git, NULL };
