#!/usr/bin/env bash
# ir-deps on the real Celery and RQ in a real Redis: stuffed while nobody works, worked on, a worker killed, drained, failed jobs
. "${0%/*}/../lib.sh"
need redis python-celery python-rq jq
redis_up
URL=redis://127.0.0.1:$REDIS_PORT
PY=/usr/bin/python3
export PYTHONPATH=$T/work PYTHONDONTWRITEBYTECODE=1

# told NAME STATUS TEXT: ir-deps says so of the queue NAME, now.
told() {
	ir-deps -j "$URL/$DB" >"$T/told" 2>/dev/null
	jq -e -s --arg n "/$1" --arg s "$2" --arg t "$3" 'any(.[]; .kind == "check" and (.name | endswith($n)) and .status == $s and (.summary | contains($t)))' <"$T/told" >/dev/null
}

await_row() {
	await 20 told "$@" && pass "$1 becomes $2: $3" && return
	flunk "$1 becomes $2: $3" "$(jq -r 'select(.kind == "check") | "\(.name) \(.status) \(.summary)"' <"$T/told")"
}

# member NAME: of the row that ends so, in the last answer.
member() {
	jq -r --arg n "/$1" --arg m "$2" 'select(.kind == "check" and (.name | endswith($n))) | .[$m]' <"$T/told"
}

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
DB=0
ok 'tasks of three priorities are sent, and one to another queue' "$PY" -c '
from tasks import nap
for i in range(4):
    nap.delay(60)
nap.apply_async((0,), priority=6)
nap.apply_async((0,), priority=9)
nap.apply_async((0,), queue="mail")'
await_row celery/celery fail '6 pending'
is 'nobody works, and that is said' "$(member celery/celery consumers)" 0
like 'the lists of other priorities are counted in' "$(member celery/celery summary)" 'other priorities'
is 'the other queue is found by its binding' "$(member celery/mail jobs_pending)" 1
is 'which system it is' "$(member celery/mail job_system)" celery
spawn "$PY" -m celery -A tasks worker -c 1 -P solo -Q mail --without-gossip --without-mingle
MAIL=$SPAWNED
await_row celery/mail ok 'nothing pending, 1 worker'
stop "$MAIL"
await_row celery/mail warn 'no worker alive'
spawn "$PY" -m celery -A tasks worker -c 1 -P solo -Q celery --prefetch-multiplier 2 --without-gossip --without-mingle
HELD=$SPAWNED
await_row celery/unacked ok 'running'
kill_hard "$HELD"
await_row celery/celery fail 'no worker alive'
ok 'what the killed one held is still told' [ "$(member celery/unacked jobs_running)" -gt 0 ]
check 'jobs that could be evicted are a warning' -s 1 -o 'like:warn.*jobs can be lost' -- bash -c "redis-cli -p $REDIS_PORT config set maxmemory 1gb >/dev/null && redis-cli -p $REDIS_PORT config set maxmemory-policy allkeys-lru >/dev/null && ir-deps --only warn $URL/0"

# ---- RQ
DB=1
failed_once() {
	[ "$(redis-cli -p "$REDIS_PORT" -n 1 zcard rq:failed:default)" = 1 ]
}

# Looks of the journal are compared with when they are a second old.
later() {
	[ $(($(date +%s%N) - $(date -r "$T/told" +%s%N))) -gt 1200000000 ]
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
await_row rq/default fail '3 pending'
like 'how long the oldest waits is known' "$(member rq/default oldest_pending_s)" '^[0-9.]+$'
is 'no worker' "$(member rq/mail consumers)" 0
spawn "$PY" /usr/bin/rq worker --url "$URL/1" default
WORKER=$SPAWNED
await_row rq/default ok 'nothing pending, 1 worker'
is 'which is not one of the other queue' "$(member rq/mail consumers)" 0
ok 'a job that fails' enqueue "Queue('default', connection=Redis(port=$REDIS_PORT, db=1)).enqueue(work.bad)"
await 10 failed_once || flunk 'the job failed'
await 5 later
ok 'it failed since the last look' told rq/default warn 'more failed'
is 'and is kept' "$(member rq/default jobs_failed)" 1
kill_hard "$WORKER"
ok 'one more for nobody' enqueue "Queue('default', connection=Redis(port=$REDIS_PORT, db=1)).enqueue(work.nap, 0)"
await_row rq/default fail 'no worker alive'
done_testing
