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
