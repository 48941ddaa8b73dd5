from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('shop', '0024_fill'),
    ]

    operations = [
        migrations.RunSQL(
            sql='CREATE INDEX CONCURRENTLY IF NOT EXISTS cus_lower ON shop_customer (lower(email))',
            reverse_sql='DROP INDEX cus_lower',
        ),
    ]
