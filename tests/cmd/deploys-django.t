#!/usr/bin/env bash
# ir-deploys on a real Django project and PostgreSQL: the same migrations as showmigrations --plan and in its order; pending, ahead, unknown; the verdicts; going back
. "${0%/*}/../lib.sh"
need postgresql python-django git jq
pg_up
PY=/usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=shop.settings PYTHONPATH=$T/work

mkdir -p shop && touch shop/__init__.py
cat >shop/settings.py <<END
SECRET_KEY = 'x'
USE_TZ = True
SILENCED_SYSTEM_CHECKS = ['admin.E403', 'admin.E406', 'admin.E408', 'admin.E409', 'admin.E410']
INSTALLED_APPS = [
    'django.contrib.admin', 'django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions',
    'django.contrib.messages', 'billing', 'notify.apps.NotifyConfig',
]
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': '$PG_DIR', 'PORT': '$PG_PORT', 'USER': 'admin', 'NAME': 'shop'}}
END
for app in billing notify; do mkdir -p $app/migrations && touch $app/__init__.py $app/migrations/__init__.py; done
printf 'from django.apps import AppConfig\nclass NotifyConfig(AppConfig):\n    name = "notify"\n' >notify/apps.py
cat >billing/models.py <<'END'
from django.db import models
class Invoice(models.Model):
    total = models.IntegerField()
    user = models.ForeignKey('auth.User', on_delete=models.CASCADE)
END
cat >notify/models.py <<'END'
from django.db import models
class Mail(models.Model):
    text = models.TextField()
    invoice = models.ForeignKey('billing.Invoice', on_delete=models.CASCADE)
END
django() {
	"$PY" -m django "$@" 2>>"$T/spawn.log" </dev/null
}
git_() {
	git -c user.name=Ann -c user.email=a@b.c "$@" >>"$T/spawn.log" 2>&1
}
printf '%s\n' "$PG_PASSWORD" >"$T/pw" && chmod 600 "$T/pw"
printf '%s\n' '[database "main"]' "url = postgresql://admin@127.0.0.1:$PG_PORT/shop" "password-file = $T/pw" >"$IR_CONF"
# "[X]  app.name" as showmigrations --plan has it
plan() {
	ir-deploys --plan --kind migration -j 2>/dev/null | jq -r 'select(.kind == "migration") | "[" + (if .state == "applied" then "X" else " " end) + "]  " + .app + "." + .name'
}
same_plan() {
	is "$1" "$(plan)" "$(django showmigrations --plan)"
}
# state APP.NAME [OPTION…]
state() {
	ir-deploys --plan --kind migration -j "${@:2}" 2>/dev/null | jq -r --arg m "$1" 'select(.kind == "migration" and .app + "." + .name == $m) | .state + " " + .verdict'
}

ok 'migrations are made' django makemigrations billing notify
[ $ir_bad = 0 ] || diag "$(tail -3 "$T/spawn.log")"
git_ init -b main . && git_ add -A && git_ commit -qm 'the first' && git_ tag v1
same_plan 'nothing is applied'
django migrate >/dev/null
same_plan 'all are applied'
check 'the last five and how they are' -o 'lines:5' -o 'like:^mig-.{8}	[-0-9]{10}T[^	]*	ok	-	migration:' -e empty -- ir-deploys --kind migration
is 'times are those of the table' "$(ir-deploys --plan --kind migration -j 2>/dev/null | jq -r 'select(.app == "billing") | .applied' | cut -c1-19)" \
	"$(pg_sql "SELECT to_char(applied AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') FROM django_migrations WHERE app = 'billing'" -At)"

sed -i 's/^    total.*/&\n    due = models.IntegerField(default=0)/' billing/models.py && django makemigrations billing -n due >/dev/null
sed -i 's/^    text.*/&\n    seen = models.TextField(null=True)/' notify/models.py && django makemigrations notify -n seen >/dev/null
cat >notify/migrations/0003_fill.py <<'END'
from django.db import migrations
def fill(apps, schema_editor):
    pass
class Migration(migrations.Migration):
    dependencies = [('notify', '0002_seen')]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
END
git_ add -A && git_ commit -qm 'due' && git_ tag v2
same_plan 'three are pending'
is 'a column that is not null without a default' "$(state billing.0002_due)" 'pending unsafe'
is 'a column that may be null' "$(state notify.0002_seen)" 'pending safe'
is 'Python that is run' "$(state notify.0003_fill)" 'pending unknown'
check 'what is pending is always told' -o 'has:pending in database main, unsafe: AddField billing.invoice.due' -o 'lines:8' -- ir-deploys --kind migration
django migrate notify >/dev/null
same_plan 'one is pending, in the middle of the plan'
django migrate >/dev/null
same_plan 'all are applied again'

check 'compared with the code before: three stand in the way' -o 'lines:3' -o 'has:ahead in database main, unsafe: AddField billing.invoice.due' -- \
	ir-deploys --kind migration --at v1 --only warn
is 'safe' "$(state notify.0002_seen --at v1)" 'ahead safe'
is 'unsafe' "$(state billing.0002_due --at v1)" 'ahead unsafe'
is 'where that is written' "$(ir-deploys --plan --kind migration --at v1 -j 2>/dev/null | jq -r 'select(.name == "0002_due") | .file')" billing/migrations/0002_due.py
is 'what the packages bring is never ahead' "$(ir-deploys --plan --kind migration --at v1 -j 2>/dev/null | jq -r 'select(.state == "ahead") | .app' | sort -u | xargs)" 'billing notify'
rm notify/migrations/0003_fill.py
is 'its file is gone' "$(state notify.0003_fill)" 'ahead unknown'
git_ checkout -q -- .
n=$(django showmigrations --plan | wc -l)
sed -i 's/^INSTALLED_APPS/import nothing_of_that_name\n&/' shop/settings.py
ok 'an application that does not start' [ "$(django showmigrations --plan | wc -l)" = 0 ]
is 'is no matter' "$(plan | wc -l)" "$n"

printf '%s\n' '[database "main"]' "url = postgresql://admin@127.0.0.1:1/shop" >"$IR_CONF"
check 'a database that does not answer' -s 2 -o 'has:unknown' -o 'lines:6' -e 'has:database main: ' -- ir-deploys --kind migration
: >"$IR_CONF"
check 'MySQL is not asked' -s 2 -o 'has:unknown: ' -e ignore -- env DATABASE_URL=mysql://u@db/shop ir-deploys --kind migration
done_testing
