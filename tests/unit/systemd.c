/* systemd - what systemctl 252 shows of units, judged */

#include "probe/systemd.h"
#include "tap.h"

static struct ir_arena arena;
enum { MINUTE_US = 60 * 1000000 };

static void
expect(const char *text, enum ir_status status, const char *summary)
{
	struct ir_check row = { .unit = "x.service" };

	ir_unit_judge(&arena, text, strlen(text), 600LL * MINUTE_US, &row);
	IS_INT(row.h.status, status, "status of: %s", summary);
	IS_STR(row.h.summary, summary, "%s", summary);
}

int
main(void)
{
	struct ir_check row = { .unit = "nginx" };
	const char *text = "Type=forking\nResult=success\nNRestarts=2\nExecMainStatus=0\nId=nginx.service\nLoadState="
			   "loaded\nActiveState=active\nSubState=running\n"
			   "ActiveEnterTimestampMonotonic=32400000000\nInactiveEnterTimestampMonotonic=0\n";

	ir_unit_judge(&arena, text, strlen(text), 600LL * MINUTE_US, &row);
	IS_INT(row.h.status, IR_STATUS_OK, "active");
	IS_STR(row.h.summary, "active (running), up 1h", "since when");
	IS_STR(row.unit, "nginx.service", "its whole name");
	IS_INT(row.restarts, 2, "restarts");
	IS_STR(row.sub_state, "running", "sub-state");
	expect("LoadState=not-found\nActiveState=inactive\nSubState=dead\n", IR_STATUS_FAIL, "there is no such unit");
	expect("LoadState=masked\nActiveState=inactive\n", IR_STATUS_FAIL, "the unit is not loaded: masked");
	expect(
	    "LoadState=bad-setting\nActiveState=inactive\n", IR_STATUS_UNKNOWN, "the unit is not loaded: bad-setting");
	expect("LoadState=loaded\nActiveState=failed\nSubState=failed\nResult=exit-code\nExecMainStatus="
	       "3\nInactiveEnterTimestampMonotonic=35880000000\n",
	    IR_STATUS_FAIL, "failed, since 2m: exit-code, exit 3");
	expect("LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nResult=exit-code\nNRestarts=12\n",
	    IR_STATUS_FAIL, "restarting: 12 restarts, last result exit-code");
	expect("LoadState=loaded\nActiveState=activating\nSubState=start\n", IR_STATUS_WARN, "activating (start)");
	expect("LoadState=loaded\nActiveState=inactive\nSubState=dead\nActiveEnterTimestampMonotonic="
	       "0\nInactiveEnterTimestampMonotonic=0\n",
	    IR_STATUS_FAIL, "inactive, never started since boot");
	expect("LoadState=loaded\nActiveState=inactive\nSubState=dead\nType=simple\nResult="
	       "success\nInactiveEnterTimestampMonotonic=35880000000\n",
	    IR_STATUS_FAIL, "inactive (dead) since 2m");
	expect("LoadState=loaded\nActiveState=inactive\nSubState=dead\nType=oneshot\nResult="
	       "success\nInactiveEnterTimestampMonotonic=35880000000\n",
	    IR_STATUS_OK, "inactive since 2m, its last run succeeded");
	expect("LoadState=loaded\nActiveState=confused\n", IR_STATUS_UNKNOWN, "in a state not known: confused");
	expect("", IR_STATUS_UNKNOWN, "the unit is not loaded: ");
	ir_arena_done(&arena);
	return tap_done();
}
