#!/usr/bin/env bash
# make.sh - the project of this directory, made anew by the real makemigrations and squashmigrations, and ORDER by showmigrations
cd "${0%/*}" || exit 1
rm -rf src
set -e
mkdir -p src/shop src/tools
for a in accounts catalog orders billing notify reports audit; do mkdir -p src/$a/migrations; : > src/$a/__init__.py; : > src/$a/migrations/__init__.py; done
: > src/shop/__init__.py
cat > src/manage.py <<'P'
import os
import sys

if __name__ == '__main__':
    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
P
cat > src/shop/settings.py <<'P'
import os

SECRET_KEY = 'not-a-secret'
DEBUG = os.environ.get('DEBUG') == '1'
DJANGO_APPS = [
    'django.contrib.admin',
    'django.contrib.auth',
    'django.contrib.contenttypes',
    'django.contrib.sessions',
    'django.contrib.messages',
]
LOCAL_APPS = (
    'accounts.apps.AccountsConfig',
    'audit.apps.AuditConfig',
    'billing',
    'catalog',
    'notify',
    'orders',
    'reports',
)
INSTALLED_APPS = DJANGO_APPS + [
    'django.contrib.sites',
    'django.contrib.flatpages',
]
INSTALLED_APPS += LOCAL_APPS
AUTH_USER_MODEL = 'members.User'
SITE_ID = 1
MIDDLEWARE = [
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware',
]
TEMPLATES = [{
    'BACKEND': 'django.template.backends.django.DjangoTemplates',
    'APP_DIRS': True,
    'OPTIONS': {'context_processors': [
        'django.template.context_processors.request',
        'django.contrib.auth.context_processors.auth',
        'django.contrib.messages.context_processors.messages',
    ]},
}]
ROOT_URLCONF = 'shop.settings'
urlpatterns = []
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': os.environ.get('DB', ':memory:')}}
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
USE_TZ = True
P
cat > src/accounts/apps.py <<'P'
from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = 'accounts'
    label = 'members'
P
cat > src/audit/apps.py <<'P'
from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit trail"
P
mm() { /usr/bin/python3 -B src/manage.py makemigrations --no-header "$@" >/dev/null; }
cat > src/accounts/models.py <<'P'
from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    pass
P
cat > src/catalog/models.py <<'P'
from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=50)
P
for a in orders billing notify reports audit; do : > src/$a/models.py; done
mm members -n initial; mm catalog -n initial
cat > src/orders/models.py <<'P'
from django.conf import settings
from django.db import models


class Order(models.Model):
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    product = models.ForeignKey('catalog.Product', models.PROTECT)
P
mm orders
cat > src/billing/models.py <<'P'
from django.db import models


class Invoice(models.Model):
    order = models.OneToOneField('orders.Order', models.PROTECT, related_name='+')
    total = models.DecimalField(max_digits=8, decimal_places=2)
P
mm billing
cat >> src/orders/models.py <<'P'
    invoice = models.ForeignKey('billing.Invoice', models.SET_NULL, null=True, related_name='+')
    note = models.TextField(blank=True, default='')
P
mm orders -n invoice
cat >> src/catalog/models.py <<'P'
    first_order = models.ForeignKey('orders.Order', models.SET_NULL, null=True, related_name='+')


class Tag(models.Model):
    slug = models.SlugField(unique=True)
    products = models.ManyToManyField(Product)
P
mm catalog -n tags
cat > src/notify/models.py <<'P'
from django.db import models


class Message(models.Model):
    text = models.CharField(max_length=100)
P
mm notify
for i in 1 2 3 4; do
echo "    c$i = models.IntegerField(null=True)" >> src/notify/models.py; mm notify -n c$i; done
sed -i 's/^    c4.*/    c4 = models.BigIntegerField(null=True, db_index=True)/' src/notify/models.py; mm notify -n wider
/usr/bin/python3 -B src/manage.py squashmigrations --no-header --noinput notify 0002 0004 >/dev/null
cat > src/reports/models.py <<'P'
from django.db import models


class Report(models.Model):
    name = models.CharField(max_length=20)
    site = models.ForeignKey('sites.Site', models.CASCADE)
    page = models.ForeignKey('flatpages.FlatPage', models.CASCADE)
    about = models.ForeignKey('notify.Message', models.CASCADE, null=True)
P
mm reports
cat > src/audit/models.py <<'P'
from django.db import models


class Entry(models.Model):
    kind = models.ForeignKey('contenttypes.ContentType', models.CASCADE)
P
mm audit
# by hand: it has to come before the catalog's second, and before one of a package
/usr/bin/python3 -B - <<'P'
import re
p='src/audit/migrations/0001_initial.py'; s=open(p).read()
s=s.replace("    operations = [","    run_before = [\n        ('catalog', '0002_tags'),\n        ('admin', '0002_logentry_remove_auto_add'),\n    ]\n\n    operations = [",1)
open(p,'w').write(s)
P
# the branches of two people, merged
cat >> src/billing/models.py <<'P'
    paid = models.BooleanField(null=True)
P
mm billing -n paid
mv src/billing/migrations/0002_paid.py hold
sed -i '/paid/d' src/billing/models.py; echo "    due = models.DateField(null=True)" >> src/billing/models.py
mm billing -n due; mv hold src/billing/migrations/0002_paid.py
echo "    paid = models.BooleanField(null=True)" >> src/billing/models.py
/usr/bin/python3 -B src/manage.py makemigrations --merge --noinput --no-header >/dev/null
# data, in the ways people write it
cat > src/orders/migrations/0003_fill.py <<'P'
from django.conf import settings
from django.db import migrations


def fill(apps, schema_editor):
    apps.get_model('orders', 'Order').objects.filter(note=None).update(note='')


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('orders', '0002_invoice'),
        ('notify', '0003_c2'),
        ('billing', '__latest__'),
        ('audit', '__first__'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
P
# not installed
mkdir -p src/tools/old/migrations; : > src/tools/old/migrations/__init__.py; cp src/billing/migrations/0001_initial.py src/tools/old/migrations/
find src -name __pycache__ -prune -exec rm -rf {} +
/usr/bin/python3 -B src/manage.py showmigrations --plan >ORDER
