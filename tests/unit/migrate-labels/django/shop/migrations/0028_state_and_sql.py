from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0027_state_only'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL("ALTER TABLE shop_invoice RENAME TO billing_invoice"),
            ],
            state_operations=[
                migrations.AlterModelTable(name='invoice', table='billing_invoice'),
            ],
        ),
    ]
