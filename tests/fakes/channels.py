#!/usr/bin/env python3
"""channels - what chat services and forges answer, as a path asks for it

	tests/fakes/channels.py PORT LOG	PORT 0: any; the first line printed is "port N"

In a command test:

	port=$(free_port)
	spawn python3 "$TOP/tests/fakes/channels.py" "$port" "$T/asked"
	await 5 grep -q "^port $port" "$T/spawn.log"
	printf 'http://127.0.0.1:%s/say/429:1,ok/a' "$port" >url && chmod 600 url	# [channel "a"] url-file = url
	jq -r 'select(.path | startswith("/say/")) | .body' "$T/asked"

LOG gets one JSON object for each request, before it is answered: {"n","method","path","headers" (names in lower case),"body","answer"}.

/say/WORD[,WORD...]/ANYTHING answers this path's first request with the first word, the next with the second, then the last again and again:
	ok		200, the body "ok"
	okfalse[:WORD]	200, {"ok":false,"error":WORD}; by default channel_not_found
	hang		takes the request and never answers
	drop		takes the request and closes
	cut		200 and the half of a body
	STATUS[:SECONDS] that status, with Retry-After: SECONDS; a body in JSON that has retry_after, as Discord's
	STATUS=TEXT	that status with the text as body
	echo		404, and the path that was asked for in the words
Then there are, with a memory of their own:
	POST /api/chat.postMessage (Slack)	POST /api/v4/posts (Mattermost)	POST /api/webhooks/ID/TOKEN (Discord)
	GET POST /repos/O/R/issues, POST …/N/comments, PATCH …/N (GitHub)	the same of /api/v4/projects/ID/issues, …/N/notes, PUT …/N (GitLab)
An issue whose title begins with "slow" is made, and then the request is never answered. With /say/… before one of these paths the words come first, and "pass" goes on to it.

Written by hand after the vendors' documents: none of these answers was recorded.
"""
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

lock = threading.Lock()
asked = {}		# path -> requests so far
issues = {}		# (forge, project) -> list of issues
counts = {"n": 0, "ts": 0}


class Handler(BaseHTTPRequestHandler):
	protocol_version = "HTTP/1.1"

	def log_message(self, *args):
		pass

	def answer(self, status, body, headers=()):
		if not isinstance(body, (str, bytes)):
			body = json.dumps(body)
		body = body.encode() if isinstance(body, str) else body
		self.send_response(status)
		for name, value in headers:
			self.send_header(name, value)
		self.send_header("Content-Length", str(len(body)))
		self.send_header("Connection", "close")
		self.end_headers()
		self.wfile.write(body)
		self.close_connection = True

	def note(self, path, body, answer):
		with lock:
			counts["n"] += 1
			line = {"n": counts["n"], "method": self.command, "path": path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body, "answer": answer}
			log.write(json.dumps(line) + "\n")
			log.flush()

	def hang(self):
		self.close_connection = True
		while self.connection.recv(1):	# until the other side has enough
			time.sleep(0.01)

	def say(self, word):
		name, _, arg = word.partition(":")
		if name == "ok":
			self.answer(200, "ok")
		elif name == "okfalse":
			self.answer(200, {"ok": False, "error": arg or "channel_not_found"})
		elif name == "hang":
			self.hang()
		elif name == "drop":
			self.close_connection = True
		elif name == "cut":
			self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{\"ok\":tr")
			self.close_connection = True
		elif name == "echo":
			self.answer(404, {"message": "Cannot POST " + self.path})
		elif "=" in word:
			status, _, text = word.partition("=")
			self.answer(int(status), unquote(text))
		else:
			after = [("Retry-After", arg)] if arg else []
			self.answer(int(name), {"message": "as asked", "retry_after": float(arg)} if arg else {"message": "as asked"}, after)

	def one(self):
		body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode("utf-8", "replace")
		path, word = self.path, "pass"
		if path.startswith("/say/"):
			parts = path.split("/", 3)
			words = parts[2].split(",")
			with lock:
				n = asked.get(path, 0)
				asked[path] = n + 1
			word = words[min(n, len(words) - 1)]
			path = "/" + (parts[3] if len(parts) > 3 else "")
		self.note(self.path, body, word)
		if word == "pass":
			self.service(urlsplit(path).path, body)
		else:
			self.say(word)

	do_GET = do_POST = do_PATCH = do_PUT = one

	# services

	def service(self, path, text):
		try:
			body = json.loads(text) if text else {}
		except ValueError:
			return self.answer(400, {"message": "no JSON"})
		parts = path.strip("/").split("/")
		if path == "/api/chat.postMessage":
			return self.slack(body)
		if path == "/api/v4/posts":
			return self.mattermost(body)
		if path.startswith("/api/webhooks/"):
			return self.discord(body)
		if parts[0] == "repos" and len(parts) >= 4:
			return self.forge("github", "/".join(parts[1:3]), parts[4:], body)
		if path.startswith("/api/v4/projects/"):
			return self.forge("gitlab", unquote(parts[3]), parts[5:], body)
		return self.answer(404, {"message": "Not Found"})

	def number(self):
		with lock:
			counts["ts"] += 1
			return counts["ts"]

	def slack(self, body):
		if self.headers.get("authorization") != "Bearer xoxb-right":
			return self.answer(200, {"ok": False, "error": "invalid_auth"})
		if not body.get("text"):
			return self.answer(200, {"ok": False, "error": "no_text"})
		ts = "1769911964.%06d" % self.number()
		return self.answer(200, {"ok": True, "channel": body.get("channel"), "ts": ts, "message": {"text": body["text"], "ts": ts}})

	def mattermost(self, body):
		if self.headers.get("authorization") != "Bearer right":
			return self.answer(401, {"id": "api.context.session_expired.app_error", "message": "Invalid or expired session, please login again.", "status_code": 401})
		n = self.number()
		return self.answer(201, {"id": ("post%022d" % n), "channel_id": body.get("channel_id"), "message": body.get("message"), "root_id": body.get("root_id", "")})

	def discord(self, body):
		if len(body.get("content", "").encode("utf-16-le")) // 2 > 2000:
			return self.answer(400, {"content": ["Must be 2000 or fewer in length."]})
		return self.answer(200, {"id": str(10**17 + self.number()), "content": body.get("content")})

	def forge(self, kind, project, rest, body):
		if not self.headers.get("authorization", "").startswith("Bearer "):
			return self.answer(401, {"message": "Requires authentication" if kind == "github" else "401 Unauthorized"})
		if project.endswith("/gone"):
			return self.answer(410, {"message": "Issues are disabled for this repo"})
		if project.endswith("/secret"):
			return self.answer(404, {"message": "Not Found"})
		text = "body" if kind == "github" else "description"
		with lock:
			known = issues.setdefault((kind, project), [])
		base = "http://127.0.0.1:%d" % port
		if not rest and self.command == "GET":
			return self.answer(200, list(reversed(known))[:50])
		if not rest:
			number = len(known) + 1
			where = "%s/%s/issues/%d" % (base, project, number) if kind == "github" else "%s/%s/-/issues/%d" % (base, project, number)
			issue = {"title": body.get("title"), text: body.get(text), "state": "open", "comments": []}
			issue.update({"number": number, "html_url": where} if kind == "github" else {"iid": number, "web_url": where})
			known.append(issue)
			if issue["title"].startswith("slow"):
				return self.hang()
			return self.answer(201, issue)
		if not rest[0].isdigit() or not 0 < int(rest[0]) <= len(known):
			return self.answer(404, {"message": "Not Found"})
		issue = known[int(rest[0]) - 1]
		if len(rest) > 1:
			issue["comments"].append(body.get("body"))
			return self.answer(201, {"id": self.number(), "body": body.get("body")})
		if body.get("state") == "closed" or body.get("state_event") == "close":
			issue["state"] = "closed"
		return self.answer(200, issue)


class Server(ThreadingHTTPServer):
	daemon_threads = True
	request_queue_size = 64

	def handle_error(self, request, client_address):
		pass


server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
port = server.server_address[1]
log = open(sys.argv[2], "a", encoding="utf-8")
print("port %d" % port, flush=True)
server.serve_forever()
