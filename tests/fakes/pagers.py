#!/usr/bin/python3
"""pagers.py PORT LOG [KIND=PORT …] - PagerDuty, GoAlert, Grafana OnCall, Opsgenie and Jira Service Management, as far as our requests go, with state

Written by hand after PagerDuty's and Opsgenie's OpenAPI documents, GoAlert's GraphQL schema, and OnCall's and JSM's pages; none of it was recorded from a real one.
Each is below /pd /ga /oc /og /jsm. LOG gets a JSON line for each request. With KIND=PORT each request goes to a judge on that port first; what it says to a wrong one is "refused" in LOG. Tokens are "…ana" and "…ben": whose key it is; "…nobody" is nobody's.

PUT /ctl/KIND {"n": 251, …}: begin anew with so many open alerts, and with these knobs:
  faults   [{"method", "path" (a regex), "skip", "times", "status", "headers", "body"}, or with "do": hang | cut | close instead of status]
  before   [{"method", "path", "skip", "times", "resolve": [numbers]}]: resolved when such a request comes, before it is answered
  cap, refuse (numbers that an ack is refused for), forever ("same" or "new": more without end), wrong_result (numbers whose asynchronous ack fails), polls (before a result), key ("new", "old", "other"),
  slow (seconds that a PUT of PagerDuty's waits), myself (false: JSM does not tell who we are)
GET /state/KIND: [{"n", "state", "acks": [who, …], "reopened"}]
"""
import http.client, json, re, socket, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit, parse_qs

BASE = 1769911200  # 2026-02-01T02:00:00Z
LOCK = threading.RLock()
KINDS = {}


def when(seconds):
	return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(BASE + seconds))


class World:
	def __init__(self, knobs):
		self.knobs, self.faults, self.before = knobs, [dict(f) for f in knobs.get('faults', [])], [dict(f) for f in knobs.get('before', [])]
		self.clock, self.requests = 900, {}
		self.v = [{'n': i, 'state': 'open', 'acks': [], 'reopened': False, 'until': None} for i in range(knobs.get('n', 3))]

	def tick(self):
		self.clock += 1
		return self.clock

	def due(self, rules, method, path):
		found = []
		for rule in rules:
			if rule.get('method', method) == method and re.search(rule.get('path', ''), path):
				if rule.get('skip', 0) > 0:
					rule['skip'] -= 1
				elif rule.get('times', 1) > 0:
					rule['times'] = rule.get('times', 1) - 1
					found.append(rule)
		return found

	def ack(self, a, who):
		"""1: it was open."""
		if a['state'] == 'resolved':
			a['reopened'] = True
		first = a['state'] != 'acked'
		a['state'] = 'acked'
		if first:
			a['acks'] = []
		a['acks'].append((who, self.tick()))
		return first


class Handler(BaseHTTPRequestHandler):
	protocol_version = 'HTTP/1.1'

	def log_message(self, *args):
		pass

	def reply(self, status, body=None, headers=None):
		data = b'' if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
		self.send_response(status)
		for k, v in (headers or {}).items():
			self.send_header(k, v)
		self.send_header('Content-Length', str(len(data)))
		self.end_headers()
		self.wfile.write(data)

	def who(self):
		found = re.search(r'(ana|ben|nobody)$', self.headers.get('Authorization', ''))
		return found.group(1) if found else None

	def fail(self, rule):
		do = rule.get('do')
		if do == 'hang':
			self.connection.settimeout(60)
			try:
				self.connection.recv(1)
			except OSError:
				pass
		elif do == 'cut':
			self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"incidents":[{"id"')
			self.wfile.flush()
		if do:
			self.close_connection = True
			try:
				self.connection.shutdown(socket.SHUT_RDWR)
			except OSError:
				pass
			return
		self.reply(rule['status'], rule.get('body', ''), rule.get('headers'))

	def judge(self, kind, path, text):
		"""None: all well, as far as the vendor's document goes."""
		if kind not in JUDGES:
			return None
		conn = http.client.HTTPConnection('127.0.0.1', JUDGES[kind], timeout=20)
		conn.request(self.command, path, text or None, {k: v for k, v in self.headers.items() if k.lower() not in ('host', 'content-length', 'connection')})
		res = conn.getresponse()
		said = res.read().decode()
		conn.close()
		wrong = res.status >= 400 or (kind == 'ga' and 'errors' in json.loads(said))
		return {'status': res.status, 'said': said[:2000]} if wrong else None

	def go(self):
		url = urlsplit(self.path)
		text = self.rfile.read(int(self.headers.get('Content-Length') or 0)).decode()
		body = json.loads(text) if text else {}
		kind, _, rest = url.path.lstrip('/').partition('/')
		if kind == 'ctl':
			KINDS[rest] = World(body)
			return self.reply(200, {})
		if kind == 'state':
			return self.reply(200, [dict(a, acks=[w for w, _ in a['acks']]) for a in KINDS[rest].v])
		if self.command != 'GET' and kind == 'pd':
			time.sleep(KINDS[kind].knobs.get('slow', 0))
		refused = self.judge(kind, '/' + rest + ('?' + url.query if url.query else ''), text)
		with LOCK:
			world = KINDS[kind]
			LOG.write(json.dumps({'kind': kind, 'method': self.command, 'path': '/' + rest, 'query': url.query, 'body': body, 'who': self.who(), 'from': self.headers.get('From'), 'refused': refused}) + '\n')
			LOG.flush()
			for rule in world.due(world.before, self.command, '/' + rest + '?' + url.query):
				for n in rule['resolve']:
					world.v[n]['state'] = 'resolved'
			rule = next(iter(world.due(world.faults, self.command, '/' + rest + '?' + url.query)), None)
			applied = None if rule and not rule.get('after') else getattr(self, kind)(world, '/' + rest, {k: v for k, v in parse_qs(url.query).items()}, body)
		if rule:
			return self.fail(rule)
		self.reply(*applied)

	do_GET = do_POST = do_PUT = go

	# ---- PagerDuty

	def user(self, who):
		return {'id': 'U' + who.upper(), 'type': 'user', 'name': who.capitalize(), 'summary': who.capitalize(), 'email': who + '@example.org'}

	def incident(self, world, a):
		people = [dict(self.user(w), type='user_reference') for w in world.knobs.get('assigned', ['ana', 'ben'])]
		acked = a['state'] == 'acked'
		until = a['until'] or (a['acks'][-1][1] + 1800 if acked else None)
		return {'id': 'PD%05d' % a['n'], 'type': 'incident', 'incident_number': a['n'], 'title': 'disk %d is full' % a['n'], 'created_at': when(a['n'] % 600), 'urgency': 'high' if a['n'] % 2 else 'low',
			'status': {'open': 'triggered', 'acked': 'acknowledged', 'resolved': 'resolved'}[a['state']], 'html_url': 'https://x.pagerduty.com/incidents/PD%05d' % a['n'], 'incident_key': 'k%d' % a['n'],
			'service': {'id': 'PSVC', 'type': 'service_reference', 'summary': 'shop'}, 'priority': None, 'teams': [], 'escalation_policy': {'id': 'PEP', 'type': 'escalation_policy_reference', 'summary': 'first line'},
			'assignments': [] if a['state'] == 'resolved' else [{'at': when(0), 'assignee': p} for p in people],
			'acknowledgements': [{'at': when(t), 'acknowledger': dict(self.user(w), type='user_reference')} for w, t in a['acks']] if acked else [],
			'pending_actions': [{'type': 'unacknowledge', 'at': when(until)}] if acked else []}

	def pd(self, world, path, q, body):
		def no(status, message, *errors):
			return status, {'error': {'message': message, 'code': 2001, 'errors': list(errors)}}
		who = self.who()
		if not who or not self.headers.get('Authorization', '').startswith('Token token='):
			return no(401, 'Unauthorized')
		if path == '/users/me':
			return no(400, 'Account-level tokens have no user') if who == 'nobody' else (200, {'user': self.user(who)})
		if path == '/users':
			return 200, {'users': [self.user(w) for w in ('ana', 'ben') if q['query'][0] in w + '@example.org'], 'more': False}
		if path == '/incidents' and self.command == 'GET':
			return self.pd_list(world, int(q.get('limit', ['25'])[0]), int(q.get('offset', ['0'])[0]), q.get('statuses[]', []))
		if self.command != 'GET':
			mail = self.headers.get('From')
			who = (mail or '').partition('@')[0] if who == 'nobody' else who
			if who not in ('ana', 'ben') or not mail:
				return no(400, 'Requester User Not Found', 'the From header is no user')
		if path == '/incidents':
			return self.pd_put(world, body['incidents'], who, no)
		found = re.fullmatch(r'/incidents/PD(\d+)(/snooze)?', path)
		a = world.v[int(found.group(1))] if found and int(found.group(1)) < len(world.v) else None
		if not a:
			return no(404, 'Not Found')
		if found.group(2):
			if a['state'] == 'open':
				world.ack(a, who)
			a['until'] = world.clock + body['duration']
			return 201, {'incident': self.incident(world, a)}
		return 200, {'incident': self.incident(world, a)}

	def pd_list(self, world, limit, offset, statuses):
		want = [{'triggered': 'open', 'acknowledged': 'acked', 'resolved': 'resolved'}[s] for s in statuses]
		if offset + limit > 10000:
			return 400, {'error': {'message': 'Invalid Input Provided', 'code': 2001, 'errors': ['offset + limit must not exceed 10000']}}
		forever = world.knobs.get('forever')
		rows = [a for a in world.v if a['state'] in want]
		page = rows[:limit] if forever == 'same' else rows[offset:offset + limit]
		if forever == 'new':
			page = [{'n': i, 'state': 'open', 'acks': [], 'until': None} for i in range(offset, offset + limit)]
		return 200, {'incidents': [self.incident(world, a) for a in page], 'limit': limit, 'offset': offset, 'more': bool(forever) or offset + limit < len(rows), 'total': None}

	def pd_put(self, world, incidents, who, no):
		if len(incidents) > world.knobs.get('cap', 250):
			return no(413, 'Request Entity Too Large')
		numbers = [int(i['id'][2:]) for i in incidents]
		bad = [n for n in numbers if n in world.knobs.get('refuse', [])]
		if bad:
			return no(400, 'Invalid Input Provided', 'Incident PD%05d may not be changed' % bad[0])
		for n, i in zip(numbers, incidents):
			if i['status'] == 'acknowledged':
				world.ack(world.v[n], who)
			elif i['status'] == 'triggered':
				world.v[n].update(state='open', acks=[])
		return 200, {'incidents': [self.incident(world, world.v[n]) for n in numbers]}

	# ---- GoAlert

	def ga(self, world, path, q, body):
		def no(message, code=None):
			return 200, {'errors': [{'message': message, 'extensions': {'code': code} if code else {}}], 'data': None}
		who = self.who()
		if not who or not self.headers.get('Authorization', '').startswith('Bearer ey'):
			return 401, 'Unauthorized\n'
		key = world.knobs.get('key', 'new')
		if path != '/api/graphql':
			return 404, 'not found'
		if key == 'other' or (key == 'old' and 'mutation Ack(' not in body.get('query', '')):
			return no('wrong query for API key', 'invalid_query')
		i, op = body['variables']['i'], body['operationName']
		if op == 'Ack':
			if len(i['alertIDs']) > 500:
				return no('alertIDs: must not have more than 500 elements')
			if who == 'nobody':
				return no('access denied', 'unauthorized')
			return 200, {'data': {'updateAlerts': [{'alertID': n, 'status': 'StatusAcknowledged'} for n in i['alertIDs'] if n < len(world.v) and world.v[n]['state'] == 'open' and world.ack(world.v[n], who)]}}
		state = {'StatusUnacknowledged': 'open', 'StatusAcknowledged': 'acked'}[i['filterByStatus'][0]]
		start = int(i.get('after') or 0)
		rows = [a for a in world.v if a['state'] == state and a['n'] >= start]
		nodes = [{'alertID': a['n'], 'status': i['filterByStatus'][0], 'summary': 'queue %d is stuck' % a['n'], 'serviceID': 's', 'service': {'name': 'shop'}, 'createdAt': when(a['n'] % 600),
			'meta': [{'key': 'severity', 'value': 'critical'}]} for a in rows[:i['first']]]
		for node, a in zip(nodes, rows):
			if op == 'Acked':
				node['recentEvents'] = {'nodes': [{'timestamp': when(t), 'message': 'Acknowledged by ' + w} for w, t in reversed(a['acks'])] + [{'timestamp': when(0), 'message': 'Created'}]}
		more = len(rows) > i['first'] or world.knobs.get('forever')
		return 200, {'data': {'alerts': {'nodes': nodes, 'pageInfo': {'hasNextPage': bool(more), 'endCursor': str(start if world.knobs.get('forever') else nodes[-1]['alertID'] + 1) if nodes else ''}}}}

	# ---- Grafana OnCall

	def oc(self, world, path, q, body):
		who = self.who()
		if not who or ' ' in self.headers.get('Authorization', ' '):
			return 403, {'detail': 'Invalid token.'}
		if path == '/api/v1/users/current/':
			return (403, {'detail': 'no user'}) if who == 'nobody' else (200, {'id': 'U' + who.upper(), 'username': who, 'email': who + '@example.org'})
		found = re.fullmatch(r'/api/v1/users/U(ANA|BEN)/', path)
		if found:
			return 200, {'id': 'U' + found.group(1), 'username': found.group(1).lower()}
		if path == '/api/v1/alert_groups/':
			state, page = q['state'][0], int(q.get('page', ['1'])[0])
			want = {'new': 'open', 'acknowledged': 'acked', 'silenced': 'silenced'}[state]
			rows = [self.group(a) for a in world.v if a['state'] == want]
			more = page * 50 < len(rows) or world.knobs.get('forever')
			where = world.knobs.get('next', 'http://%s/oc' % self.headers['Host'])
			return 200, {'count': len(rows), 'next': '%s%s?page=%d&state=%s' % (where, path, page + 1, state) if more else None, 'previous': None, 'results': rows[(page - 1) * 50:page * 50],
				'current_page_number': page, 'page_size': 50, 'total_pages': len(rows) // 50 + 1}
		found = re.fullmatch(r'/api/v1/alert_groups/IG(\d+)/(acknowledge|unacknowledge)', path)
		if not found or self.command != 'POST':
			return 404, {'detail': 'Not found.'}
		if who == 'nobody':
			return 403, {'detail': 'You do not have permission to perform this action.'}
		a, un = world.v[int(found.group(1))], found.group(2) == 'unacknowledge'
		if un != (a['state'] == 'acked'):
			return 400, {'detail': "Can't %s %s alert group" % (found.group(2), 'an acknowledged' if a['state'] == 'acked' else 'a resolved' if a['state'] == 'resolved' else 'an unacknowledged')}
		if not un and a['state'] == 'resolved':
			return 400, {'detail': "Can't acknowledge a resolved alert group"}
		if un:
			a.update(state='open', acks=[])
		else:
			world.ack(a, who)
		return 200, None

	def group(self, a):
		acked = a['state'] == 'acked'
		severity = ['critical', 'warning', 'info'][a['n'] % 3]
		return {'id': 'IG%d' % a['n'], 'integration_id': 'CFR', 'route_id': 'RI', 'alerts_count': 1, 'state': {'open': 'new', 'acked': 'acknowledged'}.get(a['state'], a['state']), 'created_at': when(a['n'] % 600),
			'acknowledged_at': when(a['acks'][0][1]) if acked else None, 'acknowledged_by': 'U' + a['acks'][0][0].upper() if acked else None, 'title': 'memory of %d' % a['n'], 'permalinks': {'web': 'https://g/a/%d' % a['n']},
			'labels': [{'key': {'id': 'severity', 'name': 'severity'}, 'value': {'id': severity, 'name': severity}}, {'key': {'name': 'service'}, 'value': {'name': 'shop'}}], 'team_id': None}

	# ---- Opsgenie, Jira Service Management

	def og(self, world, path, q, body):
		if not self.headers.get('Authorization', '').startswith('GenieKey ') or not self.who():
			return 401, {'message': 'Could not authenticate', 'took': 0.0, 'requestId': 'r'}
		return self.alerts(world, path[3:] if path.startswith('/v2/') else '/none', q, body, (body or {}).get('user', self.who()), False)

	def jsm(self, world, path, q, body):
		import base64
		scheme, _, rest = self.headers.get('Authorization', '').partition(' ')
		mail, _, token = base64.b64decode(rest).decode().partition(':') if scheme == 'Basic' else ('', '', '')
		if not token or '@' not in mail:
			return 401, {'code': 401, 'message': 'Unauthorized'}
		if path == '/ex/jira/cloud-1/rest/api/3/myself':
			return (200, {'accountId': 'account-' + mail.partition('@')[0], 'displayName': mail.partition('@')[0]}) if world.knobs.get('myself', True) else (401, {'message': 'Unauthorized'})
		start = '/jsm/ops/api/cloud-1/v1'
		return self.alerts(world, path[len(start):] if path.startswith(start) else '/none', q, body, 'account-' + mail.partition('@')[0], True)

	def alert(self, a, jsm):
		acked = a['state'] == 'acked'
		o = {'id': 'og-%d' % a['n'], 'tinyId': str(a['n']), 'alias': 'a%d' % a['n'], 'message': 'latency of %d' % a['n'], 'status': 'closed' if a['state'] == 'resolved' else 'open', 'acknowledged': acked, 'isSeen': True,
			'tags': ['service:shop', 'blue'], 'snoozed': False, 'count': 1, 'createdAt': when(a['n'] % 600), 'updatedAt': when(0), 'source': 'x', 'owner': a['acks'][0][0] if acked else '', 'priority': 'P%d' % (a['n'] % 5 + 1)}
		if not jsm:
			o['report'] = {'ackTime': 1, 'acknowledgedBy': a['acks'][0][0]} if acked else {}
		return o

	def alerts(self, world, path, q, body, who, jsm):
		if path == '/alerts' and self.command == 'GET':
			size, offset = int(q['size' if jsm else 'limit'][0]), int(q['offset'][0])
			rows = [self.alert(a, jsm) for a in world.v if a['state'] != 'resolved']
			page, more = rows[offset:offset + size], offset + size < len(rows)
			link = {'next': 'https://api/next'} if more or world.knobs.get('forever') else {}
			if world.knobs.get('forever'):
				page = rows[:size]
			return 200, {'values': page, 'count': len(page), 'links': link} if jsm else {'data': page, 'paging': link, 'took': 0.1, 'requestId': 'r'}
		found = re.fullmatch(r'/alerts/requests/rq-(\d+)-(\d+)', path)
		if found:
			return self.result(world, found.group(0), jsm)
		found = re.fullmatch(r'/alerts/og-(\d+)/(acknowledge|unacknowledge)', path)
		if not found or self.command != 'POST':
			return 404, {'message': 'Not found'}
		n, name = int(found.group(1)), '/alerts/requests/rq-%s-%d' % (found.group(1), world.tick())
		ok, said = n not in world.knobs.get('wrong_result', []) and world.v[n]['state'] != 'resolved', 'Alert is not there'
		if ok and found.group(2) == 'acknowledge':
			said = 'Alert acknowledged' if world.ack(world.v[n], who) else 'Alert is already acknowledged'
		elif ok:
			world.v[n].update(state='open', acks=[])
		world.requests[name] = [world.knobs.get('polls', 1), ok, said]
		return 202, {'result': 'Request will be processed', 'took': 0.1, 'requestId': name.rpartition('/')[2]}

	def result(self, world, name, jsm):
		r = world.requests.get(name)
		if not r or r[0] > 0:
			if r:
				r[0] -= 1
			return 404, {'message': 'Request not found. It might not be processed, yet.'}
		data = {'isSuccess': r[1], 'success': r[1], 'action': 'Acknowledge', 'status': r[2], 'alertId': 'x', 'alias': ''}
		return 200, data if jsm else {'data': data, 'took': 0.1, 'requestId': 'r'}


class Server(ThreadingHTTPServer):
	daemon_threads = True
	request_queue_size = 64


LOG = open(sys.argv[2], 'a')
JUDGES = {k: int(v) for k, v in (arg.split('=') for arg in sys.argv[3:])}
for k in ('pd', 'ga', 'oc', 'og', 'jsm'):
	KINDS[k] = World({})
Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
