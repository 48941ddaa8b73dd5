#!/usr/bin/env bash
# make.sh - the revisions of this directory, made anew by the real alembic, and HISTORY by its history
cd "${0%/*}" || exit 1
rm -rf db alembic.ini
set -e
export PYTHONDONTWRITEBYTECODE=1
alembic init db >/dev/null
new() { alembic revision --rev-id "$@" >/dev/null; }
new a1f0 -m 'Create users'
new a2f0 -m 'Add email'
new b1f0 -m 'Billing begins' --head base --branch-label billing --splice
new b2f0 -m 'Invoices' --head billing@head --depends-on a1f0
new a3f0 -m 'One way' --head a2f0
new a4f0 -m 'Other way' --head a2f0 --splice
new a5f0 -m 'Further the other way' --head a4f0
alembic merge -m 'Both ways' --rev-id a6f0 a3f0 a5f0 >/dev/null
new b3f0 -m 'Paid' --head billing@head --depends-on a3f0
new c1f0 -m 'Search' --head base --splice --depends-on billing
new c2f0 -m 'Search more' --head c1f0 --depends-on b1f0
alembic merge -m 'All together' --rev-id d1f0 a6f0 b3f0 c2f0 >/dev/null
new d2f0 -m 'After all' --head d1f0
alembic history >HISTORY
rm -rf alembic.ini db/env.py db/README db/script.py.mako
find . -name __pycache__ -prune -exec rm -rf {} +
