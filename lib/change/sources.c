/* sources - everything that can tell of deploys */
#include "change/change.h"

const struct ir_change_ops *const ir_change_sources[] = { &ir_change_docker, &ir_change_ledger, NULL };
