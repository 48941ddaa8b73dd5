#!/usr/bin/env python3
"""headers.py - the Loghub samples with the headers of other loggers: does the clusterer know messages, or eight headers?

  headers.py --loghub DIR --out DIR    for each kind: DIR/KIND/raw/NAME.log and DIR/KIND/gt, for the samples' own score.py (--set DIR/KIND/raw)
  headers.py --list                    names of the kinds

Each line's message is what logparser's log_format of its system calls Content; level and component are kept where the system has them. Times, process ids
and the like are made up, the same in every run. The samples are never copied into the repository.
"""
import argparse
import datetime
import json
import os
import random
import re
import sys

# As in logparser's benchmark; <X> is as short as it can be.
FORMATS = {
    "Apache": r"\[<Time>\] \[<Level>\] <Content>",
    "BGL": r"<Label> <Timestamp> <Date> <Node> <Time> <NodeRepeat> <Type> <Component> <Level> <Content>",
    "HDFS": r"<Date> <Time> <Pid> <Level> <Component>: <Content>",
    "HPC": r"<LogId> <Node> <Component> <State> <Time> <Flag> <Content>",
    "Mac": r"<Month>  <Date> <Time> <User> <Component>\[<PID>\]( \(<Address>\))?: <Content>",
    "Proxifier": r"\[<Time>\] <Program> - <Content>",
    "Spark": r"<Date> <Time> <Level> <Component>: <Content>",
    "Thunderbird": r"<Label> <Timestamp> <Date> <User> <Month> <Day> <Time> <Location> <Component>(\[<PID>\])?: <Content>",
}
LEVELS = {"trace": 0, "debug": 1, "info": 2, "notice": 2, "warn": 3, "warning": 3, "error": 4, "err": 4, "severe": 4, "failure": 4, "crit": 5, "fatal": 5}
LOUD = re.compile(r"\b(error|fail(ed|ure)?|fatal|exception|panic|denied|refused)\b", re.I)
ZONE = datetime.timezone.utc


def pattern(log_format):
    out = ""
    for part in re.split(r"(<[^<>]+>)", log_format):
        out += "(?P<%s>.*?)" % part[1:-1] if part.startswith("<") else re.sub(" +", r"\\s+", part)
    return re.compile("^" + out + "$")


class Line:
    """What a logger is given, and what it knows by itself."""

    def __init__(self, rng, system, fields, when):
        self.message = fields["Content"]
        component = fields.get("Component") or fields.get("Program") or system
        self.name = re.sub(r"[^A-Za-z0-9_.$-]", "_", component).strip("._") or system
        level = LEVELS.get((fields.get("Level") or "").lower())
        self.level = level if level is not None else 4 if LOUD.search(self.message) else 2
        self.when = when
        self.micro = when.microsecond
        self.pid = 1000 + sum(map(ord, system))
        self.thread = rng.choice(["main", "worker-1", "worker-12", "http-nio-8080-exec-7"])
        self.source = "%s.go:%d" % (re.sub(r".*[.$]", "", self.name).lower(), rng.randrange(20, 900))
        self.request = rng.randrange(1, 99999)
        self.hex = "%016x" % rng.getrandbits(64)

    def at(self, form, digits=3):
        """strftime, with %L for the fraction."""
        return self.when.strftime(form.replace("%L", ("%06d" % self.micro)[:digits]))

    def epoch(self):
        return self.when.timestamp()


def pick(line, names):
    """One of trace debug info warn error fatal."""
    return names.split(" ")[line.level]


UPPER = "TRACE DEBUG INFO WARN ERROR FATAL"
PYTHON = "DEBUG DEBUG INFO WARNING ERROR CRITICAL"
LOWER = "trace debug info warn error fatal"


def logfmt(line, time, level, key="level"):
    text = json.dumps(line.message, ensure_ascii=False) if re.search(r'[\s="]', line.message) or not line.message else line.message
    return "time=%s %s=%s msg=%s component=%s" % (time, key, level, text, line.name)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def cri(line, text):
    return line.at("%Y-%m-%dT%H:%M:%S.%LZ", 6)[:-1] + "%03dZ stderr F " % (line.request % 1000) + text


def python(line):
    return line.at("%Y-%m-%d %H:%M:%S,%L") + " - %s - %s - %s" % (line.name, pick(line, PYTHON), line.message)


KINDS = {
    # what people run in containers
    "bare": lambda l: l.message,
    "compose": lambda l: "web_1  | " + l.message,
    "compose-python": lambda l: "web-1  | " + python(l),
    "cri": lambda l: cri(l, l.message),
    "cri-python": lambda l: cri(l, python(l)),
    "docker-json": lambda l: compact({"log": l.message + "\n", "stream": "stderr", "time": l.at("%Y-%m-%dT%H:%M:%S.%L123Z", 6)}),
    "kubectl-timestamps": lambda l: l.at("%Y-%m-%dT%H:%M:%S.%L123Z ", 6) + l.message,
    # syslog and what is like it
    "rfc3164": lambda l: l.at("%b %e %H:%M:%S") + " web1 %s[%d]: %s" % (l.name, l.pid, l.message),
    "rfc3164-pri": lambda l: "<%d>" % (16 * 8 + [7, 7, 6, 4, 3, 2][l.level]) + l.at("%b %e %H:%M:%S") + " web1 %s[%d]: %s" % (l.name, l.pid, l.message),
    "rfc5424": lambda l: "<%d>1 " % (16 * 8 + [7, 7, 6, 4, 3, 2][l.level]) + l.at("%Y-%m-%dT%H:%M:%S.%LZ") + " web1 %s %d ID47 - %s" % (l.name, l.pid, l.message),
    "short-iso": lambda l: l.at("%Y-%m-%dT%H:%M:%S+0000") + " web1 %s[%d]: %s" % (l.name, l.pid, l.message),
    # JSON and logfmt
    "logfmt": lambda l: logfmt(l, l.at("%Y-%m-%dT%H:%M:%S.%LZ"), pick(l, LOWER)),
    "slog": lambda l: logfmt(l, l.at("%Y-%m-%dT%H:%M:%S.%L+00:00"), pick(l, "DEBUG DEBUG INFO WARN ERROR ERROR")),
    "zap": lambda l: compact({"level": pick(l, "debug debug info warn error fatal"), "ts": round(l.epoch(), 4), "caller": l.source, "msg": l.message}),
    "pino": lambda l: compact({"level": 10 + 10 * l.level, "time": int(l.epoch() * 1000), "pid": l.pid, "hostname": "web1", "msg": l.message}),
    "bunyan": lambda l: compact({"name": l.name, "hostname": "web1", "pid": l.pid, "level": 10 + 10 * l.level, "msg": l.message, "time": l.at("%Y-%m-%dT%H:%M:%S.%LZ"), "v": 0}),
    "logrus": lambda l: compact({"level": pick(l, "trace debug info warning error fatal"), "msg": l.message, "time": l.at("%Y-%m-%dT%H:%M:%SZ")}),
    "structlog": lambda l: json.dumps({"event": l.message, "logger": l.name, "level": pick(l, "debug debug info warning error critical"), "timestamp": l.at("%Y-%m-%dT%H:%M:%S.%LZ", 6)}),
    # Python, Java, Ruby, .NET, PHP
    "python": python,
    "python-short": lambda l: "%s:%s:%s" % (pick(l, PYTHON), l.name, l.message),
    "gunicorn": lambda l: l.at("[%Y-%m-%d %H:%M:%S +0000] ") + "[%d] [%s] %s" % (l.pid, pick(l, PYTHON), l.message),
    "celery": lambda l: l.at("[%Y-%m-%d %H:%M:%S,%L: ") + "%s/ForkPoolWorker-%d] %s" % (pick(l, PYTHON), l.request % 16, l.message),
    "logback": lambda l: l.at("%H:%M:%S.%L ") + "[%s] %-5s %s - %s" % (l.thread, pick(l, UPPER), l.name, l.message),
    "log4j": lambda l: l.at("%Y-%m-%d %H:%M:%S,%L ") + "%-5s [%s] %s: %s" % (pick(l, UPPER), l.thread, l.name, l.message),
    "spring": lambda l: l.at("%Y-%m-%d %H:%M:%S.%L ") + "%5s %d --- [%15.15s] %-40.40s : %s" % (pick(l, UPPER), l.pid, l.thread, l.name, l.message),
    "rails": lambda l: "%s, [" % pick(l, "D D I W E F") + l.at("%Y-%m-%dT%H:%M:%S.%L ", 6) + "#%d] %5s -- : %s" % (l.pid, pick(l, "DEBUG DEBUG INFO WARN ERROR FATAL"), l.message),
    "dotnet": lambda l: l.at("%Y-%m-%d %H:%M:%S ") + "%s: %s[%d] %s" % (pick(l, "trce dbug info warn fail crit"), l.name, 0, l.message),
    "serilog": lambda l: l.at("[%H:%M:%S ") + "%s] %s" % (pick(l, "VRB DBG INF WRN ERR FTL"), l.message),
    "monolog": lambda l: l.at("[%Y-%m-%dT%H:%M:%S.%L+00:00] ", 6) + "app.%s: %s [] []" % (pick(l, "DEBUG DEBUG INFO WARNING ERROR CRITICAL"), l.message),
    # Go, Rust, C++
    "golog": lambda l: l.at("%Y/%m/%d %H:%M:%S ") + l.message,
    "golog-file": lambda l: l.at("%Y/%m/%d %H:%M:%S.%L ", 6) + "%s: %s" % (l.source, l.message),
    "zap-console": lambda l: l.at("%Y-%m-%dT%H:%M:%S.%LZ\t") + "%s\t%s\t%s" % (pick(l, "DEBUG DEBUG INFO WARN ERROR FATAL"), l.source, l.message),
    "klog": lambda l: pick(l, "I I I W E F") + l.at("%m%d %H:%M:%S.%L ", 6) + "%7d %s] %s" % (l.pid, l.source, l.message),
    "glog": lambda l: pick(l, "I I I W E F") + l.at("%Y%m%d %H:%M:%S.%L ", 6) + "%5d %s] %s" % (l.pid, l.source.replace(".go", ".cc"), l.message),
    "env_logger": lambda l: l.at("[%Y-%m-%dT%H:%M:%SZ ") + "%-5s %s] %s" % (pick(l, "TRACE DEBUG INFO WARN ERROR ERROR"), l.name.replace(".", "::"), l.message),
    "tracing": lambda l: l.at("%Y-%m-%dT%H:%M:%S.%LZ ", 6) + "%5s %s: %s" % (pick(l, "TRACE DEBUG INFO WARN ERROR ERROR"), l.name.replace(".", "::"), l.message),
    # servers
    "nginx": lambda l: l.at("%Y/%m/%d %H:%M:%S ") + "[%s] %d#%d: *%d %s" % (pick(l, "debug debug notice warn error crit"), l.pid, l.pid, l.request, l.message),
    "apache": lambda l: l.at("[%a %b %d %H:%M:%S.%L %Y] ", 6) + "[core:%s] [pid %d:tid %d] %s" % (pick(l, "trace1 debug notice warn error crit"), l.pid, 140000 + l.request, l.message),
    "postgres": lambda l: l.at("%Y-%m-%d %H:%M:%S.%L UTC ") + "[%d] %s:  %s" % (l.pid, pick(l, "DEBUG DEBUG LOG WARNING ERROR FATAL"), l.message),
    "mysql": lambda l: l.at("%Y-%m-%dT%H:%M:%S.%LZ ", 6) + "%d [%s] [MY-%06d] [Server] %s" % (l.request, pick(l, "Note Note Note Warning ERROR ERROR"), 10000 + l.request % 50, l.message),
    "redis": lambda l: "%d:M " % l.pid + l.at("%d %b %Y %H:%M:%S.%L ") + "%s %s" % (pick(l, ". . * # # #"), l.message),
    "elasticsearch": lambda l: l.at("[%Y-%m-%dT%H:%M:%S,%L]") + "[%-5s][%-25.25s] [node-1] %s" % (pick(l, UPPER), l.name, l.message),
    "envoy": lambda l: l.at("[%Y-%m-%d %H:%M:%S.%L]") + "[%d][%s][%s] [source/server/server.cc:%d] %s" % (l.pid, pick(l, "trace debug info warning error critical"), "main", 100 + l.request % 800, l.message),
    "rabbitmq": lambda l: l.at("%Y-%m-%d %H:%M:%S.%L+00:00 ", 6) + "[%s] <0.%d.0> %s" % (pick(l, "debug debug info warning error critical"), l.request, l.message),
}


def lines(loghub, system):
    """The sample's lines, each as what its message, level and component are."""
    rng = random.Random(system)
    wanted = pattern(FORMATS[system])
    when = datetime.datetime(2024, 5, 3, 1, 2, 3, 4000, ZONE)
    out, other = [], 0
    with open(os.path.join(loghub, "raw", system + ".log"), encoding="utf-8", errors="surrogateescape", newline="") as f:
        text = f.read().split("\n")
    for raw in text[:-1] if not text[-1] else text:
        when += datetime.timedelta(microseconds=rng.choice([137, 4099, 81233, 1400907]))
        found = wanted.match(raw.rstrip("\r"))
        other += not found
        out.append(Line(rng, system, found.groupdict() if found else {"Content": raw}, when))
    if other:
        print("%s: %d lines are not of its format, and taken whole" % (system, other), file=sys.stderr)
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--loghub")
    ap.add_argument("--out")
    ap.add_argument("--list", action="store_true")
    a = ap.parse_args()
    if a.list:
        print("\n".join(KINDS))
        return
    if not a.loghub or not a.out:
        ap.error("--loghub and --out")
    for kind in KINDS:
        os.makedirs(os.path.join(a.out, kind, "raw"), exist_ok=True)
        gt = os.path.join(a.out, kind, "gt")
        if not os.path.islink(gt):
            os.symlink(os.path.join(os.path.abspath(a.loghub), "gt"), gt)
    for system in FORMATS:
        sample = lines(a.loghub, system)
        for kind, header in KINDS.items():
            with open(os.path.join(a.out, kind, "raw", system + ".log"), "w", encoding="utf-8", errors="surrogateescape", newline="") as f:
                f.writelines(header(line) + "\n" for line in sample)


if __name__ == "__main__":
    main()
