#!/usr/bin/env bash
# ir-logs --correlate on containers of a real engine: what a real Django application and its worker log, of which one fails by the other's request
. "${0%/*}/../lib.sh"
need docker compose jq python-django

# ---- the application: its web logs JSON, its worker text with tracebacks; both name the request

export PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=settings PYTHONPATH=$T/work
cat >settings.py <<'END'
import json, logging, time, uuid
from contextvars import ContextVar

request_id = ContextVar('request_id', default=None)

class Json(logging.Formatter):
    converter = time.gmtime
    def format(self, r):
        out = {'time': self.formatTime(r, '%Y-%m-%dT%H:%M:%S') + '.%03dZ' % r.msecs, 'level': r.levelname, 'logger': r.name,
               'msg': r.getMessage(), 'request_id': request_id.get()}
        if r.exc_info:
            out['exc_info'] = self.formatException(r.exc_info)
        return json.dumps(out)

def named(get_response):
    def run(request):
        request_id.set(uuid.uuid4().hex)
        return get_response(request)
    return run

SECRET_KEY = 'x'
DEBUG = False
ALLOWED_HOSTS = ['*']
ROOT_URLCONF = 'shop'
MIDDLEWARE = ['settings.named']
LOGGING_CONFIG = None
END
cat >shop.py <<'END'
import logging
from django.http import HttpResponse
from django.urls import path
from settings import request_id

log = logging.getLogger('shop.orders')
jobs = []

def total(cart):
    if cart % 4 == 0:
        raise ValueError('cart %d has no prices' % cart)
    return cart

def order(request, cart):
    log.info('order of cart %d is queued', cart)
    jobs.append((request_id.get(), cart))
    return HttpResponse('queued')

def basket(request, cart):
    log.info('basket %d is shown', cart)
    if cart == 3:
        return HttpResponse({}['no such key'])
    return HttpResponse('basket')

urlpatterns = [path('order/<int:cart>', order), path('basket/<int:cart>', basket)]
END
cat >run.py <<'END'
import logging, sys, time
import django
django.setup()
from django.test import Client
import settings, shop

web = logging.StreamHandler(open('web.log', 'w'))
web.setFormatter(settings.Json())
logging.getLogger().addHandler(web)
logging.getLogger().setLevel('INFO')
client = Client(raise_request_exception=False)
for cart in range(20):
    client.get('/basket/%d' % cart)
    client.get('/order/%d' % cart)
    time.sleep(0.002)

text = logging.Formatter('%(asctime)s.%(msecs)03d+00:00 [%(levelname)s] %(name)s: %(message)s', '%Y-%m-%d %H:%M:%S')
text.converter = time.gmtime
worker = logging.StreamHandler(open('worker.log', 'w'))
worker.setFormatter(text)
log = logging.getLogger('shop.worker')
log.propagate = False
log.addHandler(worker)
for request_id, cart in shop.jobs:
    log.info('charging started request_id=%s', request_id)
    try:
        shop.total(cart)
    except ValueError:
        log.exception('charging failed request_id=%s', request_id)
END
ok 'the application runs' /usr/bin/python3 run.py
is 'five of its jobs fail' "$(grep -c 'charging failed' worker.log)" 5
is 'and one page' "$(grep -c 'Internal Server Error: /basket/3' web.log)" 1

# ---- as containers

docker_up
# say FILE out|err: the words that make a container print the file
say() {
	jq -R --arg to "$2" '$to + "=" + gsub("\\$"; "$$")' "$1" | jq -sc '["print"] + . + ["hold="]'
}
compose_up chain <<YAML
version: "2.4"
services:
  web: { image: box, network_mode: none, command: $(say web.log out) }
  worker: { image: box, network_mode: none, command: $(say worker.log err) }
  other: { image: box, network_mode: none, command: [print, "err=ERROR quite another thing", "out=ready", hold=] }
YAML
has_all() { [ "$(docker logs "${PROJECT}_$1_1" 2>&1 | wc -l)" -eq "$(wc -l <"$T/work/$1.log")" ]; }
ok 'the web said all' await 20 has_all web
ok 'the worker, too' await 20 has_all worker

check 'one chain' -s 1 -e ignore -o save:"$T/json" -- ir-logs --correlate -j
is 'and no other' "$(jq -c 'select(.kind == "chain") | [.how, .status, .services, .ids, .level]' "$T/json")" '["request","fail",["web","worker"],5,"error"]'
like 'from the request to the fault that it caused' "$(jq -r 'select(.kind == "chain").summary' "$T/json")" \
	'^web: order of cart <\*> is queued -> worker: charging failed request_id=<\*> \| ValueError: cart <\*> has no prices \(5 requests, as [0-9a-f]{16}…\)$'
is 'its examples are requests that failed' "$(jq -r 'select(.kind == "chain").examples[]' "$T/json" | while read -r id; do grep -c "failed request_id=$id" "$T/work/worker.log"; done | tr '\n' ' ')" '1 1 1 '
is 'it rests on the pattern with the stack trace' "$(jq -rn --slurpfile r "$T/json" '($r[] | select(.kind == "chain").refs[1]) as $id | $r[] | select(.id == $id) | [.service, .error, .events, .frames[0]] | @json')" \
	"[\"worker\",\"ValueError\",5,\"$T/work/shop.py:11 in total\"]"
check 'the lines of one request, over both services' -s 1 -o save:"$T/lines" -- ir-logs --lines --all --grep "$(jq -r 'select(.kind == "chain").examples[0]' "$T/json")"
is 'in the order of time' "$(cut -f 4 "$T/lines" | uniq | tr '\n' ' ')" 'web worker '
is 'with the trace' "$(grep -c 'ValueError: cart 0 has no prices' "$T/lines")" 1
done_testing
