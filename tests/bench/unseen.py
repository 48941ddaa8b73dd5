#!/usr/bin/env python3
"""unseen.py - logs of systems that no sample is of, with the true template of each line, to tell how well a clusterer does on what it was not made for

  unseen.py --out DIR [--seed N] [--lines N]     DIR/raw/NAME.log and DIR/gt/NAME.tsv for each unseen/NAME.txt, laid out as the Loghub samples
  unseen.py --score DIR --run 'CMD {}'           grouping accuracy and its F1 of each, as the samples' score.py reckons them

A line of unseen/NAME.txt is one log statement of the program: level, place in the source (- for none), message. {name} is a value of a kind (VALUES below),
{=a|b|c} one of these words, {1-90} a number. In JSON lines what stands behind ## are the other members: the message alone says which statement it is. How often
a statement is said follows Zipf's law, roughly in the order of the file, and so do words; numbers do not. The templates are written from what the programs say, not taken from logs.
"""
import argparse
import bisect
import datetime
import itertools
import json
import os
import random
import re
import subprocess
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "unseen")
ZONE = datetime.timezone.utc

WORDS = {
    "user": "root admin alice deploy postgres bob app carol backup jenkins grafana svc-api test guest dave oracle erin ftpuser www-data mallory metrics ubuntu replicator celery peggy".split(),
    "db": "shop app_production analytics billing auth metabase inventory keycloak postgres orders_db legacy sentry reporting n8n staging".split(),
    "table": "orders users carts line_items sessions products payments audit_log events invoices customers shipments coupons addresses job_queue refunds tags settings".split(),
    "column": "id user_id email created_at status sku order_id token price country updated_at name quantity tenant expires_at slug".split(),
    "model": "User Cart Order Session Product Comment".split(),
    "field": "name total email note sku locale quantity".split(),
    "topic": "orders payments page-views clickstream user.events audit inventory-updates emails __consumer_offsets dlq.orders metrics shop.public.orders".split(),
    "group": "billing-service search-indexer email-sender analytics connect-sink fraud shop-web audit-writer recommendations etl".split(),
    "svc": "web-1 api-2 cart auth-1 search checkout-3 media payments redis-cart frontend orders-api-1 mailer gateway pricing catalog ratings-v1".split(),
    "ns": "default kube-system shop monitoring ingress-nginx cert-manager argocd payments staging logging istio-system".split(),
    "container": "web app sidecar istio-proxy nginx fluent-bit redis postgres worker coredns prometheus init-db vault-agent".split(),
    "volume": "config tls-certs kube-api-access tmp data shop-secrets kube-root-ca.crt istio-token cache logs credentials prometheus-config".split(),
    "node": "ip-10-0-3-17 worker-1 node-a frankfurt db-2 ada gke-pool-1-4f2c master-0 grace web1 turing k8s-node-12 lyon hopper".split(),
    "esnode": "es-master-0 es-data-1 es-data-2 elastic-hot-0 node-1 ingest01 warm-a es-coord".split(),
    "queue": "default mailers orders celery payments.retry low critical email.outbound reports dead-letter thumbnails search-index".split(),
    "word": "blue widget summer lamp report total chair invoice kettle promo gift newsletter account verify lantern copper basket window urgent hello".split(),
    "index": "logs-2024.05.03 shop-products metrics-system-000012 .kibana_8 orders-v3 filebeat-8.12-2024.05 users logs-app-prod .ds-traces-apm-000004 audit-2024-18".split(),
    "ctrl": "Carts Users Orders Sessions Products Admin::Users Api::V1::Orders Health Webhooks Passwords".split(),
    "job": "SendReceiptJob ReindexJob ChargeCardJob Reports::DailyJob ActionMailer::MailDeliveryJob CleanupSessionsJob ImportJob WebhookJob ThumbnailJob".split(),
    "class": "com.example.shop.Cart com.example.shop.api.OrderController org.springframework.boot.Foo com.example.auth.TokenFilter com.example.Billing".split(),
    "migration": "AddStatusToOrders CreateCarts IndexUsersOnEmail BackfillPrices DropLegacyTokens RenameSku".split(),
    "method": "GET POST GET PUT HEAD DELETE PATCH OPTIONS".split(),
    "mon": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "bool": "true false".split(),
    "tld": "com net org de io fr co.uk".split(),
    "firm": "example acme initech globex umbrella hooli widgets northwind contoso".split(),
    "host": "www mail api smtp mx1 shop static mx2 cdn git vpn db".split(),
}
PATHS = {
    "webpath": ["/usr/share/nginx/html/%s", "/var/www/shop/public/%s", "/srv/www/%s/index.html", "/var/www/html/%s.php"],
    "uri": ["/%s", "/api/v1/%s", "/cart/%s", "/search?q=%s&page=2", "/static/%s.js", "/wp-login.php?user=%s", "/", "/products/%s/reviews"],
    "filepath": ["/var/tmp/%s.tmp", "/srv/shop/%s.jar", "/home/deploy/%s/app.log", "/opt/%s/bin/run"],
    "dirpath": ["/var/www/%s/", "/srv/%s", "/var/lib/%s", "/opt/app/%s/tmp"],
    "confpath": ["/etc/nginx/conf.d/%s.conf", "/etc/%s.conf", "/etc/app/%s.cfg", "/etc/postgresql/14/main/%s.conf"],
    "certpath": ["/etc/ssl/certs/%s.pem", "/etc/letsencrypt/live/%s/fullchain.pem", "/var/lib/app/%s.crt"],
    "datadir": ["/var/lib/data/%s", "/data", "/mnt/disk1/%s", "/var/lib/kafka/%s-logs"],
    "sockpath": ["/var/lib/kubelet/plugins/%s/csi.sock", "/run/%s.sock"],
    "rbpath": ["/app/app/controllers/%s_controller.rb", "/app/lib/%s.rb", "/app/config/initializers/%s.rb"],
    "zonefile": ["/etc/bind/zones/db.%s", "/var/cache/bind/%s.zone"],
}


class Values:
    def __init__(self, rng):
        self.rng = rng
        self.ips = [self.fresh_ip() for _ in range(60)]
        self.weights = {}
        self.when = datetime.datetime(2024, 5, 3, 1, 2, 3, tzinfo=ZONE)

    def zipf(self, pool, key):
        """One of a pool, the first ones more often."""
        if key not in self.weights:
            self.weights[key] = list(itertools.accumulate(1 / (i + 1) for i in range(len(pool))))
        sums = self.weights[key]
        return pool[bisect.bisect(sums, self.rng.random() * sums[-1])]

    def fresh_ip(self):
        return ".".join(str(self.rng.randrange(1, 255)) for _ in range(4))

    def hex(self, n):
        return "%0*x" % (n, self.rng.getrandbits(4 * n))

    def pick(self, name):
        return self.zipf(WORDS[name], name)

    def ip(self):
        return self.zipf(self.ips, "ip") if self.rng.random() < 0.7 else self.fresh_ip()

    def port(self):
        return str(self.rng.choice([80, 443, 5432, 6379, 8080, 9092, 3306, self.rng.randrange(1024, 65535)]))

    def fqdn(self):
        return "%s.%s.%s" % (self.pick("host"), self.pick("firm"), self.pick("tld"))

    def uuid(self):
        return "-".join(self.hex(n) for n in (8, 4, 4, 4, 12))

    def b64(self):
        return "".join(self.rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") for _ in range(22))

    def time(self, form, digits=0):
        return self.when.strftime(form).replace("%L", ("%06d" % self.when.microsecond)[:digits])

    def godur(self):
        return self.rng.choice(["%d.%06dms" % (self.rng.randrange(1, 900), self.rng.randrange(1000000)), "%d.%09ds" % (self.rng.randrange(1, 30), self.rng.randrange(1000000000)),
                                "%d.%03dµs" % (self.rng.randrange(1, 900), self.rng.randrange(1000))])

    def value(self, name):
        rng = self.rng
        if name in WORDS:
            return self.pick(name)
        if name in PATHS:
            path = rng.choice(PATHS[name])
            return path % self.zipf(WORDS["word"] + WORDS["table"], "leaf") if "%s" in path else path
        if name.startswith("hex"):
            return self.hex(int(name[3:]))
        made = {
            "ip": self.ip, "port": self.port, "fqdn": self.fqdn, "mailhost": self.fqdn, "uuid": self.uuid, "b64": self.b64, "godur": self.godur,
            "domain": lambda: rng.choice([self.fqdn(), "%s.%s" % (self.pick("firm"), self.pick("tld")), "%d.%d.10.in-addr.arpa" % (rng.randrange(255), rng.randrange(255))]),
            "peer": lambda: "unknown" if rng.random() < 0.3 else self.fqdn(),
            "hp": lambda: "%s:%s" % (self.ip(), self.port()),
            "ip6": lambda: "2001:db8:%x::%x" % (rng.randrange(65536), rng.randrange(65536)),
            "url": lambda: "https://%s%s" % (self.fqdn(), self.value("uri")),
            "email": lambda: "%s@%s.%s" % (self.pick("user"), self.pick("firm"), self.pick("tld")),
            "pod": lambda: "%s-%s-%s" % (self.pick("svc"), self.hex(9), "".join(rng.choice("bcdfghjklmnpqrstvwxz2456789") for _ in range(5))),
            "image": lambda: "%s.%s/%s:%d.%d.%d" % (self.pick("host"), self.pick("firm") + ".io", self.pick("container"), rng.randrange(9), rng.randrange(30), rng.randrange(9)),
            "podpath": lambda: "/var/lib/kubelet/pods/%s/volumes" % self.uuid(),
            "pid": lambda: str(rng.randrange(100, 32000)),
            "qid": lambda: self.hex(10).upper(),
            "key": lambda: str(rng.randrange(1, 99999)),
            "topicpart": lambda: "%s-%d" % (self.pick("topic"), rng.randrange(50)),
            "log20": lambda: "%020d" % rng.randrange(10 ** 8),
            "sstable": lambda: "/var/lib/cassandra/data/%s/%s-%s/nb-%d-big-Data.db" % (self.pick("db"), self.pick("table"), self.hex(32), rng.randrange(1, 99999)),
            "binlog": lambda: "binlog.%06d" % rng.randrange(999),
            "epochms": lambda: str(int(self.when.timestamp() * 1000) - rng.randrange(10 ** 8)),
            "kafkats": lambda: self.time("%a %b %d %H:%M:%S UTC %Y"),
            "gots": lambda: self.time("%Y-%m-%d %H:%M:%S.%L +0000 UTC", 6),
            "goutc": lambda: self.time("%Y-%m-%d %H:%M:%S.%L +0000 UTC m=+", 6) + "%d.%09d" % (rng.randrange(9999), rng.randrange(10 ** 9)),
            "isots": lambda: self.time("%Y-%m-%dT%H:%M:%S.%LZ", 6),
            "pgts": lambda: self.time("%Y-%m-%d %H:%M:%S.%L", 6),
            "railsts": lambda: self.time("%Y-%m-%d %H:%M:%S +0000"),
            "named": lambda: self.time("%d-%b-%Y %H:%M:%S.%L", 3),
            "clf": lambda: self.time("%d/%b/%Y:%H:%M:%S.%L", 3),
        }
        return made[name]()

    def fill(self, template):
        """Values for all that is in braces, innermost first, so that braces of the text's own can stand around them."""
        said = {}

        def one(found):
            s = found.group(1)
            if s in SAME and s in said:
                return said[s]
            said[s] = new(s)
            return said[s]

        def new(s):
            if s == "rows":
                return said["model"].lower() + "s"
            if s[0] == "=":
                words = s[1:].split("|")
                return self.zipf(words, len(words))
            numbers = re.fullmatch(r"(-?\d+)-(-?\d+)", s)
            if numbers:
                return str(self.rng.randint(int(numbers.group(1)), int(numbers.group(2))))
            return self.value(s)
        return SLOT.sub(one, template)


# One line speaks of one of these, however often it names it.
SAME = set("user db table column model field job group volume container pod ns topic topicpart queue svc index node esnode fqdn mailhost domain image uri qid".split())
NAMES = "|".join(sorted(list(WORDS) + list(PATHS), key=len, reverse=True)) + "|rows|peer|hex\\d+|ip6|ip|port|fqdn|mailhost|uuid|b64|godur|domain|hp|url|email|podpath|pod|image|pid|qid|key|topicpart|log20|sstable|binlog|epochms|kafkats|gots|goutc|isots|pgts|railsts|named|clf"
SLOT = re.compile(r"\{(=[^{}]*|-?\d+--?\d+|%s)\}" % NAMES)


def log4j(v, level, place, text):
    return v.time("[%Y-%m-%d %H:%M:%S,%L] ", 3) + "%s %s (%s)" % (level, text, place)


def mysql(v, level, place, text):
    return v.time("%Y-%m-%dT%H:%M:%S.%LZ ", 6) + "%d [%s] [%s] %s" % (v.rng.randrange(0, 900), level, place, text)


def mongodb(v, level, place, text):
    component, number, context, message = (place + " " + text).split(None, 3)
    message, _, rest = message.partition(" ## ")
    context = "conn%d" % v.rng.randrange(1, 9999) if context == "conn" else context
    return '{"t":{"$date":"%s"},"s":"%s",  "c":"%s", "id":%s, "ctx":"%s","msg":%s%s}' % (
        v.time("%Y-%m-%dT%H:%M:%S.%L+00:00", 3), level, component, number, context, json.dumps(message.rstrip()), ',"attr":{%s}' % rest if rest else "")


def zap(v, level, place, text):
    message, _, rest = text.partition(" ## ")
    return '{"level":"%s","ts":"%s","caller":"%s","msg":%s%s}' % (level, v.time("%Y-%m-%dT%H:%M:%S.%LZ", 6), place, json.dumps(message), "," + rest if rest else "")


def dockerd(v, level, _place, text):
    """logrus: the message ends where the first key=value of its own begins."""
    rest = re.search(r" (?=[a-zA-Z.-]+=(\S|\"))", text)
    message, more = (text[:rest.start()], text[rest.start():]) if rest and not text.startswith(("NetworkDB", "Node")) else (text, "")
    return 'time="%s" level=%s msg=%s%s' % (v.time("%Y-%m-%dT%H:%M:%S.%L123Z", 6), level, json.dumps(message, ensure_ascii=False), more)


HEADERS = {
    "nginx": lambda v, level, place, text: v.time("%Y/%m/%d %H:%M:%S ") + "[%s] %d#%d: *%d %s" % (level, 31, 31, v.rng.randrange(1, 99999), text),
    "kubelet": lambda v, level, place, text: level + v.time("%m%d %H:%M:%S.%L ", 6) + "%7d %s] %s" % (1207, place, text),
    "kafka": log4j,
    "cassandra": lambda v, level, place, text: "%-5s %s " % (level, text[:text.index("]") + 1]) + v.time("%Y-%m-%d %H:%M:%S,%L ", 3) + "%s - %s" % (place, text[text.index("]") + 2:]),
    "elasticsearch": lambda v, level, place, text: v.time("[%Y-%m-%dT%H:%M:%S,%L]", 3) + "[%-5s][%-25s] [es-data-1] %s" % (level, place, text),
    "postfix": lambda v, level, place, text: v.time("%b %e %H:%M:%S mx1 ") + "%s: %s" % (place, text),
    "haproxy": lambda v, level, place, text: v.time("%b %e %H:%M:%S lb1 ") + "%s: %s" % (place, text),
    "mysql": mysql,
    "mongodb": mongodb,
    "etcd": zap,
    "envoy": lambda v, level, place, text: v.time("[%Y-%m-%d %H:%M:%S.%L]", 3) + "[%d][%s][%s] %s" % (v.rng.randrange(1, 40), level, place, text),
    "consul": lambda v, level, place, text: v.time("%Y-%m-%dT%H:%M:%S.%LZ ", 3) + "[%s]%s %s %s" % (level, " " * (5 - len(level)), place, text),
    "rails": lambda v, level, place, text: v.time(level + ", [%Y-%m-%dT%H:%M:%S.%L ", 6) + "#%d] %5s -- : [%s] %s" % (
        17, {"D": "DEBUG", "I": "INFO", "W": "WARN", "E": "ERROR", "F": "FATAL"}[level], v.uuid(), text),
    "spring": lambda v, level, place, text: v.time("%Y-%m-%dT%H:%M:%S.%LZ ", 3) + "%5s 1 --- [%15s] %-40s : %s" % (level, v.rng.choice(["main", "nio-8080-exec-%d" % v.rng.randrange(1, 20), "scheduling-1"]), place[-40:], text),
    "postgres": lambda v, level, place, text: v.time("%Y-%m-%d %H:%M:%S.%L UTC ", 3) + "[%d] %s%s:  %s" % (v.rng.randrange(100, 32000), v.rng.choice(["", "", "%s@%s " % (v.pick("user"), v.pick("db"))]), level, text),
    "dockerd": dockerd,
    "rabbitmq": lambda v, level, place, text: v.time("%Y-%m-%d %H:%M:%S.%L+00:00 ", 6) + "[%s] <0.%d.0> %s" % (level, v.rng.randrange(100, 99999), text),
    "named": lambda v, level, place, text: v.time("%d-%b-%Y %H:%M:%S.%L ", 3) + "%s: info: %s" % (place, text),
}


def statements(name):
    """(level, place, message) of each line of a system's file."""
    with open(os.path.join(HERE, name + ".txt"), encoding="utf-8") as f:
        return [tuple(line.rstrip("\n").split(" ", 2)) for line in f if line.strip()]


def generate(name, seed, lines):
    """The log's lines and the id of each one's statement."""
    rng = random.Random("%s %s" % (name, seed))
    v = Values(rng)
    all_of = statements(name)
    said = [s[2].split(" ## ")[0] if name in ("mongodb", "etcd") else s[2] for s in all_of]
    said = [re.sub(r"^\S+ \S+ ", "", s) if name == "mongodb" else s for s in said]
    # what is said most stands first in a file, give or take
    order = sorted(range(len(all_of)), key=lambda i: (i + 1) * rng.uniform(0.4, 2.5))
    sums = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(order))))
    out = []
    for _ in range(lines):
        v.when += datetime.timedelta(microseconds=rng.choice([731, 20011, 400009, 3000017]))
        i = order[bisect.bisect(sums, rng.random() * sums[-1])]
        level, place, text = all_of[i]
        out.append((HEADERS[name](v, level, v.fill(place), v.fill(text)), "T%03d" % (said.index(said[i]) + 1)))
    return out


def groups(ids):
    found = {}
    for i, one in enumerate(ids):
        found.setdefault(one, set()).add(i)
    return found


def score(true, said):
    want, got = groups(true), groups(said)
    right = [g for g in got.values() if want[true[min(g)]] == g]
    precision, recall = len(right) / len(got), len(right) / len(want)
    return sum(map(len, right)) / len(true), 2 * precision * recall / (precision + recall) if right else 0.0


def score_all(folder, command, show):
    for name in sorted(HEADERS):
        path = os.path.join(folder, "raw", name + ".log")
        with open(os.path.join(folder, "gt", name + ".tsv"), encoding="utf-8") as f:
            true = [line.rstrip("\n").split("\t")[1] for line in f]
        ran = subprocess.run(command.replace("{}", path), shell=True, stdout=subprocess.PIPE, check=False)
        said = [line.split("\t")[-1] for line in ran.stdout.decode("utf-8", "replace").splitlines()]
        if len(said) != len(true):
            print("%s: %d lines of %d (status %d)" % (name, len(said), len(true), ran.returncode), file=sys.stderr)
            continue
        print("%-20s %7.4f %7.4f" % ((name,) + score(true, said)))
        if name in show:
            differences(path, true, said)


def differences(path, true, said):
    with open(path, encoding="utf-8") as f:
        text = f.read().split("\n")
    got = groups(said)
    for members in sorted(groups(true).values(), key=len, reverse=True):
        parts = groups(said[i] for i in sorted(members))
        foreign = set().union(*(got[one] for one in parts)) - members
        if len(parts) > 1 or foreign:
            at = sorted(members)
            print("  %d lines in %d groups%s" % (len(members), len(parts), ", with %d others: %s" % (len(foreign), text[min(foreign)][:220]) if foreign else ""))
            for one in list(parts)[:4]:
                print("      %s" % text[next(i for i in at if said[i] == one)][:260])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--lines", type=int, default=2000)
    ap.add_argument("--score")
    ap.add_argument("--run")
    ap.add_argument("--show", default="", help="with --score: what went wrong in these, comma separated")
    a = ap.parse_args()
    if a.out:
        for part in ("raw", "gt"):
            os.makedirs(os.path.join(a.out, part), exist_ok=True)
        for name in HEADERS:
            made = generate(name, a.seed, a.lines)
            with open(os.path.join(a.out, "raw", name + ".log"), "w", encoding="utf-8") as f:
                f.writelines(line + "\n" for line, _ in made)
            with open(os.path.join(a.out, "gt", name + ".tsv"), "w", encoding="utf-8") as f:
                f.writelines("%d\t%s\n" % (i + 1, label) for i, (_, label) in enumerate(made))
    if a.score and a.run:
        score_all(a.score, a.run, a.show.split(","))
    elif not a.out:
        ap.error("--out, or --score and --run")


if __name__ == "__main__":
    main()
