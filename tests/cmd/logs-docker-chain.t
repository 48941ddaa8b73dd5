#!/usr/bin/env bash
# ir-logs --correlate on a real Django and its worker in containers: a fault of the worker is one chain with the requests that caused it
. "${0%/*}/../lib.sh"
need docker compose python-django jq curl

docker_up
mkdir -p app/spool
cat >app/web.py <<'PY'
import contextvars, datetime, json, logging, os, sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings

request_id = contextvars.ContextVar('request_id', default=None)


class Json(logging.Formatter):
    def format(self, record):
        line = {'timestamp': datetime.datetime.utcfromtimestamp(record.created).isoformat() + 'Z', 'level': record.levelname,
                'logger': record.name, 'message': record.getMessage()}
        if request_id.get():
            line['request_id'] = request_id.get()
        if record.exc_info:
            line['exc_info'] = self.formatException(record.exc_info)
        return json.dumps(line)


sys.modules.setdefault('web', sys.modules[__name__])
settings.configure(
    ROOT_URLCONF='web', ALLOWED_HOSTS=['*'], SECRET_KEY='x', DEBUG=False, MIDDLEWARE=['web.with_request_id'],
    LOGGING={'version': 1, 'disable_existing_loggers': False, 'formatters': {'json': {'()': Json}},
             'handlers': {'out': {'class': 'logging.StreamHandler', 'stream': sys.stdout, 'formatter': 'json'}},
             'loggers': {'django': {'handlers': ['out'], 'level': 'INFO', 'propagate': False}},
             'root': {'handlers': ['out'], 'level': 'INFO'}})

from django.http import HttpResponse
from django.urls import path

log = logging.getLogger('shop.web')


def with_request_id(get_response):
    def handle(request):
        token = request_id.set(request.headers.get('X-Request-ID'))
        try:
            response = get_response(request)
            log.info('%s %s %d', request.method, request.path, response.status_code)
            return response
        finally:
            request_id.reset(token)
    return handle


def order(request, number):
    job = {'order': number, 'amount': request.GET['amount'], 'request_id': request_id.get()}
    with open('/app/spool/.new', 'w') as f:
        json.dump(job, f)
    log.info('order %d queued for payment', number)
    os.rename('/app/spool/.new', '/app/spool/%06d.json' % number)
    return HttpResponse('queued', status=202)


def report(request):
    raise LookupError('no sales on that day')


urlpatterns = [path('order/<int:number>', order), path('report', report)]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


django.setup()
from django.core.wsgi import get_wsgi_application
make_server('127.0.0.1', int(sys.argv[1]), get_wsgi_application(), handler_class=Quiet).serve_forever()
PY
# JSON for what goes well, a plain traceback for what does not
cat >app/worker.py <<'PY'
import glob, json, logging, os, sys, time

current = None


def handler(stream, form, wanted):
    h = logging.StreamHandler(stream)
    h.setFormatter(logging.Formatter(form))

    def say_request(record):
        record.request_id = current
        return wanted(record.levelno)
    h.addFilter(say_request)
    return h


logging.basicConfig(level=logging.INFO, handlers=[
    handler(sys.stdout, '{"time": "%(asctime)s", "level": "%(levelname)s", "logger": "%(name)s", "msg": "%(message)s", "request_id": "%(request_id)s"}',
            lambda level: level < logging.ERROR),
    handler(sys.stderr, '%(asctime)s %(levelname)s %(name)s [req=%(request_id)s] %(message)s', lambda level: level >= logging.ERROR)])
log = logging.getLogger('shop.worker')


def cents(amount):
    return int(amount) * 100


def charge(job):
    log.info('order %d charged: %d cents', job['order'], cents(job['amount']))


while True:
    for name in sorted(glob.glob('/app/spool/*.json')):
        job = json.load(open(name))
        os.unlink(name)
        current = job['request_id']
        try:
            charge(job)
        except Exception:
            log.exception('payment of order %d failed', job['order'])
    time.sleep(0.02)
PY

port=$(free_port)
compose_up shop <<YAML
version: "2.4"
services:
  web: &app
    image: box
    network_mode: host
    entrypoint: [/usr/bin/python3, -u, /app/web.py, "$port"]
    volumes: ["/usr:/usr:ro", "/lib:/lib:ro", "/lib64:/lib64:ro", "$PWD/app:/app"]
  worker:
    <<: *app
    entrypoint: [/usr/bin/python3, -u, /app/worker.py]
YAML
ask() {
	curl -s -o /dev/null -m 5 -H "X-Request-ID: 5f0e1a2b-$1" "http://127.0.0.1:$port/$2"
}
await 60 ask first report
for ((i = 10; i < 70; i++)); do ask "900d-00$i" "order/$i?amount=$i"; done
for ((i = 10; i < 17; i++)); do ask "0bad-00$i" "order/10$i?amount=12,50"; done
worked() {
	[ "$(docker logs "${PROJECT}_worker_1" 2>&1 | grep -c 'charged: [0-9]\|^ValueError')" -eq 67 ]
}
await 30 worked

check 'a fault of the worker is a chain' -s 1 -o ignore -- ir-logs --correlate -j
chain() {
	jq -rc "select(.kind == \"chain\") | $1" <<<"$OUT"
}
is 'one chain, by the request' "$(chain .how)" request
is 'from the web to the worker' "$(chain '.services | join(" ")')" 'web worker'
# the web may or may not have answered by then
like 'of what the web said about it' "$(chain '.steps[0]')" '^(order <\*> queued for payment|GET <\*>)$'
is 'and the worker' "$(chain '.steps[1]')" 'payment of order <*> failed | ValueError: invalid literal for int with base <*>'
is 'of as many requests as went wrong' "$(chain .ids)" 7
is 'some of which are named' "$(chain '.examples[]' | grep -c '^5f0e1a2b-0bad-001[0-6]$')" 3
is 'the worker comes after the web' "$(chain '.offsets_ms[0] == 0 and .offsets_ms[1] >= 0')" true
line_of() {
	grep -n "$2" "$T/work/app/$1.py" | cut -d: -f1
}
pattern() {
	jq -rc "select(.kind == \"pattern\" and (.template | test(\"$1\"))) | $2" <<<"$OUT"
}
is 'its last pattern is the traceback, as one event of many lines' "$(pattern '^payment' '[.service, .level, .events, .error, .frames[0]]')" \
	'["worker","error",7,"ValueError","/app/worker.py:'"$(line_of worker 'return int')"' in cents"]'
is 'the chain refers to it' "$(chain '.refs[1]')" "$(pattern '^payment' .id)"
is 'an error that only the web had is no part of it' "$(pattern '^Internal Server Error' '[.service, .error, .frames[0]]')" '["web","LookupError","/app/web.py:'"$(line_of web 'raise LookupError')"' in report"]'
check 'and as text, first' -s 1 -o 'like:^chn-.*	fail	worker	web\+worker	web: .* -> worker: payment of order <\*> failed \| ValueError: .*\(7 requests, as 5f0e1a2b-0bad' -- ir-logs --correlate
done_testing
