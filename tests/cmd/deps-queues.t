#!/usr/bin/env bash
# ir-deps on the real Celery and RQ in a real Redis: stuffed while nobody works, worked on, a worker killed, drained, failed jobs
. "${0%/*}/../lib.sh"
need redis python-celery python-rq jq
redis_up
URL=redis://127.0.0.1:$REDIS_PORT
printf '%s\n' '[cache "c"]' "url = $URL/0" '[cache "q"]' "url = $URL/1" >"$IR_CONF"
PY=/usr/bin/python3
export PYTHONPATH=$T/work PYTHONDONTWRITEBYTECODE=1

kill_hard() {
	kill -KILL "$1" && wait "$1" 2>/dev/null
	ok "worker $1 is gone" ir_gone "$1"
}

cat >tasks.py <<END
import time
from celery import Celery
app = Celery('tasks', broker='$URL/0')
app.conf.broker_connection_retry_on_startup = True

@app.task
def nap(seconds):
    time.sleep(seconds)
END
cat >work.py <<END
import time

def nap(seconds):
    time.sleep(seconds)

def bad():
    raise ValueError('on purpose')
END

# ---- Celery
ok 'tasks of three priorities are sent, and one to another queue' "$PY" -c '
from tasks import nap
for i in range(4):
    nap.delay(60)
nap.apply_async((0,), priority=6)
nap.apply_async((0,), priority=9)
nap.apply_async((0,), queue="mail")'
await_row c/celery/celery fail '6 pending'
is 'nobody works, and that is said' "$(member c/celery/celery consumers)" 0
like 'the lists of other priorities are counted in' "$(member c/celery/celery summary)" 'other priorities'
is 'the other queue is found by its binding' "$(member c/celery/mail jobs_pending)" 1
is 'which system it is' "$(member c/celery/mail job_system)" celery
spawn "$PY" -m celery -A tasks worker -c 1 -P solo -Q mail --without-gossip --without-mingle
MAIL=$SPAWNED
await_row c/celery/mail ok 'nothing pending, 1 worker'
stop "$MAIL"
await_row c/celery/mail warn 'no worker alive'
spawn "$PY" -m celery -A tasks worker -c 1 -P solo -Q celery --prefetch-multiplier 2 --without-gossip --without-mingle
HELD=$SPAWNED
await_row c/celery/unacked ok 'running'
kill_hard "$HELD"
await_row c/celery/celery fail 'no worker alive'
ok 'what the killed one held is still told' [ "$(member c/celery/unacked jobs_running)" -gt 0 ]
check 'jobs that could be evicted are a warning' -s 1 -o 'like:warn.*jobs can be lost' -- bash -c "redis-cli -p $REDIS_PORT config set maxmemory 1gb >/dev/null && redis-cli -p $REDIS_PORT config set maxmemory-policy allkeys-lru >/dev/null && ir-deps --only warn $URL/0"

# ---- RQ
failed_once() {
	[ "$(redis-cli -p "$REDIS_PORT" -n 1 zcard rq:failed:default)" = 1 ]
}

enqueue() {
	"$PY" -c "
from redis import Redis
from rq import Queue
import work
$1" >>"$T/spawn.log" 2>&1
}
ok 'jobs are put into two queues' enqueue "
c = Redis(port=$REDIS_PORT, db=1)
for i in range(3):
    Queue('default', connection=c).enqueue(work.nap, 0)
Queue('mail', connection=c).enqueue(work.nap, 0)"
await_row q/rq/default fail '3 pending'
like 'how long the oldest waits is known' "$(member q/rq/default oldest_pending_s)" '^[0-9.]+$'
is 'no worker' "$(member q/rq/mail consumers)" 0
spawn "$PY" /usr/bin/rq worker --url "$URL/1" default
WORKER=$SPAWNED
await_row q/rq/default ok 'nothing pending, 1 worker'
is 'which is not one of the other queue' "$(member q/rq/mail consumers)" 0
ok 'a job that fails' enqueue "Queue('default', connection=Redis(port=$REDIS_PORT, db=1)).enqueue(work.bad)"
await 10 failed_once || flunk 'the job failed'
await 5 later
ok 'it failed since the last look' told q/rq/default warn 'more failed'
is 'and is kept' "$(member q/rq/default jobs_failed)" 1
kill_hard "$WORKER"
ok 'one more for nobody' enqueue "Queue('default', connection=Redis(port=$REDIS_PORT, db=1)).enqueue(work.nap, 0)"
await_row q/rq/default fail 'no worker alive'
done_testing
