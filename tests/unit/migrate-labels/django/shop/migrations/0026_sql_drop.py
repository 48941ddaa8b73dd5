from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0025_sql_index'),
    ]

    operations = [
        migrations.RunSQL(
            ["ALTER TABLE shop_customer DROP COLUMN legacy", ("UPDATE shop_customer SET name = %s", ['x'])],
            migrations.RunSQL.noop,
        ),
    ]
