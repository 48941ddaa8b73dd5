from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0034_unique_less'),
    ]

    operations = [
        migrations.AlterUniqueTogether(
            name='invoice',
            unique_together={('customer', 'state'), ('customer', 'rank')},
        ),
    ]
