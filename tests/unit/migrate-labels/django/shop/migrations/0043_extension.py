from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0042_drop_default'),
    ]

    operations = [
        TrigramExtension(),
    ]
