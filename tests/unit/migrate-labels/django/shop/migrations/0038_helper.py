from django.db import migrations

from shop.migration_helpers import add_audit_columns


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0037_custom_field'),
    ]

    operations = [
        add_audit_columns('customer'),
    ]
