#!/usr/bin/env bash
# ir-deps on a real Django application's own table of jobs: made by a migration, filled by the ORM, counted with one line of configuration
. "${0%/*}/../lib.sh"
need postgresql python-django jq
pg_up
PY=/usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=settings PYTHONPATH=$T/work

cat >settings.py <<END
SECRET_KEY = 'x'
USE_TZ = True
INSTALLED_APPS = ['jobs']
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': '$PG_DIR', 'PORT': '$PG_PORT', 'USER': 'admin', 'NAME': 'shop'}}
END
mkdir -p jobs/migrations && touch jobs/__init__.py jobs/migrations/__init__.py
cat >jobs/models.py <<'END'
from django.db import models

class JobQueue(models.Model):
    status = models.CharField(max_length=20, default='pending', db_index=True)
    payload = models.TextField(default='{}')
    created_at = models.DateTimeField(auto_now_add=True)
    run_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
END
django() {
	"$PY" -m django "$@" >>"$T/spawn.log" 2>&1 </dev/null
}
orm() {
	"$PY" -c "
import django
django.setup()
from datetime import timedelta
from django.utils.timezone import now
from jobs.models import JobQueue
$1" >>"$T/spawn.log" 2>&1
}
ok 'a migration is made' django makemigrations jobs
ok 'and applied' django migrate
printf '%s\n' "$PG_PASSWORD" >"$T/pw" && chmod 600 "$T/pw"
printf '%s\n' '[database "main"]' "url = postgresql://admin@127.0.0.1:$PG_PORT/shop" "password-file = $T/pw" 'warn = restarted off' '[queue "jobs"]' 'table = jobs_jobqueue' >"$IR_CONF"

await_row jobs ok 'nothing pending'
ok 'jobs are put in' orm "
for i in range(7):
    JobQueue.objects.create()
JobQueue.objects.create(run_at=now() + timedelta(hours=1))
JobQueue.objects.create(status='running', started_at=now())
JobQueue.objects.create(status='failed')
JobQueue.objects.filter(status='pending', run_at=None).update(created_at=now() - timedelta(minutes=3))"
await_row jobs warn '7 pending'
is 'numbers' "$(member jobs jobs_pending) $(member jobs jobs_scheduled) $(member jobs jobs_running) $(member jobs jobs_failed)" '7 1 1 1'
like 'the oldest waits since it was made' "$(member jobs oldest_pending_s)" '^1[89][0-9]'
is 'the same as the runbook counts' "$("$PY" -c 'import django; django.setup(); from jobs.models import JobQueue; print(JobQueue.objects.filter(status="pending", run_at=None).count())')" 7
ok 'they are done' orm "JobQueue.objects.filter(status='pending').delete()"
await_row jobs ok 'nothing pending'
pg_sql 'CREATE ROLE app LOGIN PASSWORD '"'$PG_PASSWORD'"
sed -i 's|admin@|app@|' "$IR_CONF"
await_row jobs/rights warn 'may not be read by'
like 'and what would help' "$(member jobs/rights hint)" 'GRANT SELECT ON "?public"?\."?jobs_jobqueue"? TO "?app'
done_testing
