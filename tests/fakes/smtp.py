#!/usr/bin/env python3
"""smtp - a mail server that takes mail, or fails as its mode says

	tests/fakes/smtp.py PORT LOG [MODE [CERT KEY]]	PORT 0: any; the first line printed is "port N"

LOG gets one JSON object for each mail: {"n","from","to","mail","tls","user"}. With CERT and KEY (PEM) STARTTLS is offered.
Modes:	take		whoever comes (the default)
	login		only after AUTH PLAIN or LOGIN as "ir" with "secret"; else 530, and 535 for a wrong one
	greeting-hang	it connects and says nothing
	data-hang	it takes the mail and never says so
	quit-hang	it takes the mail, says so, and never answers QUIT
	rcpt-hang	RCPT of an address that begins with "bad" is refused, and QUIT is never answered
	busy		421 as the greeting
	data-451 data-554	the answer to the whole mail
	data-451-bye	the same, and with it the answer to the QUIT that will come
	drop		it closes after the mail, without a word
In all of them RCPT of an address that begins with "bad" is answered 550, of one that begins with "later" 450, MAIL FROM one that begins with "spoof" 553.
"""
import base64
import json
import socket
import ssl
import sys
import threading
import time

mode = sys.argv[3] if len(sys.argv) > 3 else "take"
tls = None
if len(sys.argv) > 5:
	tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	tls.load_cert_chain(sys.argv[4], sys.argv[5])
lock = threading.Lock()
counts = {"n": 0}


class Line:
	def __init__(self, conn):
		self.conn, self.rest, self.tls = conn, b"", False

	def read(self):
		while b"\n" not in self.rest:
			part = self.conn.recv(65536)
			if not part:
				raise EOFError
			self.rest += part
		line, self.rest = self.rest.split(b"\n", 1)
		return line.rstrip(b"\r")

	def say(self, *lines):
		for i, text in enumerate(lines):
			code, words = text.split(" ", 1)
			self.conn.sendall(("%s%s%s\r\n" % (code, " " if i == len(lines) - 1 else "-", words)).encode())


def sleep_for_ever(line):
	while line.conn.recv(1000):
		pass
	time.sleep(3600)


def login(line, arg):
	how, _, first = arg.partition(" ")
	if how.upper() == "PLAIN":
		if not first:
			line.say("334 ")
			first = line.read().decode()
		_, user, password = base64.b64decode(first).decode().split("\0")
	else:
		line.say("334 VXNlcm5hbWU6")
		user = base64.b64decode(line.read()).decode()
		line.say("334 UGFzc3dvcmQ6")
		password = base64.b64decode(line.read()).decode()
	return user if (user, password) == ("ir", "secret") else None


def take(line, mail):
	line.say("354 go on")
	body = []
	while True:
		text = line.read()
		if text == b".":
			break
		body.append(text[1:] if text.startswith(b".") else text)
	with lock:
		counts["n"] += 1
		mail = dict(mail, n=counts["n"], mail=b"\n".join(body).decode("utf-8", "replace"), tls=line.tls)
		log.write(json.dumps(mail) + "\n")
		log.flush()
	if mode == "data-hang":
		sleep_for_ever(line)
	if mode == "drop":
		raise EOFError
	if mode == "data-451-bye":
		line.conn.sendall(b"451 4.3.0 try again later\r\n221 2.0.0 bye\r\n")
		return
	line.say({"data-451": "451 4.3.0 try again later", "data-554": "554 5.7.1 looks like spam"}.get(mode, "250 2.0.0 taken as %d" % counts["n"]))


def serve(conn):
	line, mail, user = Line(conn), {}, None
	if mode == "greeting-hang":
		sleep_for_ever(line)
	if mode == "busy":
		line.say("421 4.3.2 too busy")
		return
	line.say("220 fake ESMTP")
	while True:
		text = line.read().decode("utf-8", "replace")
		verb, _, arg = text.partition(" ")
		verb = verb.upper()
		address = text[text.find("<") + 1:text.rfind(">")] if "<" in text else ""
		if verb == "EHLO":
			line.say("250 fake", *(["250 STARTTLS"] if tls and not line.tls else []), *(["250 AUTH PLAIN LOGIN"] if mode == "login" else []), "250 8BITMIME")
		elif verb == "STARTTLS" and tls:
			line.say("220 go ahead")
			line.conn = tls.wrap_socket(conn, server_side=True)
			line.tls, line.rest = True, b""
		elif verb == "AUTH":
			user = login(line, arg)
			line.say("235 2.7.0 welcome" if user else "535 5.7.8 wrong user or password")
		elif verb == "MAIL":
			mail = {"from": address, "to": [], "user": user}
			if mode == "login" and not user:
				line.say("530 5.7.0 log in first")
			else:
				line.say("553 5.7.1 not yours" if address.startswith("spoof") else "250 2.1.0 ok")
		elif verb == "RCPT":
			if address.startswith("bad"):
				line.say("550 5.1.1 no such user")
			elif address.startswith("later"):
				line.say("450 4.2.1 greylisted")
			else:
				mail["to"].append(address)
				line.say("250 2.1.5 ok")
		elif verb == "DATA":
			take(line, mail)
		elif verb == "QUIT":
			if mode in ("quit-hang", "rcpt-hang"):
				sleep_for_ever(line)
			line.say("221 2.0.0 bye")
			return
		else:
			line.say("250 ok" if verb in ("HELO", "RSET", "NOOP") else "502 5.5.2 what?")


def run(conn):
	try:
		serve(conn)
	except (EOFError, OSError, ValueError):
		pass
	finally:
		conn.close()


server = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64)
log = open(sys.argv[2], "a", encoding="utf-8")
print("port %d" % server.getsockname()[1], flush=True)
while True:
	threading.Thread(target=run, args=(server.accept()[0],), daemon=True).start()
