from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0033_rename_payment'),
    ]

    operations = [
        migrations.AlterUniqueTogether(
            name='invoice',
            unique_together={('customer', 'state')},
        ),
        migrations.AlterUniqueTogether(
            name='customer',
            unique_together=set(),
        ),
    ]
