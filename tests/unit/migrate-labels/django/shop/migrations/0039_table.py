from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0038_helper'),
    ]

    operations = [
        migrations.AlterModelTable(
            name='customer',
            table='customers',
        ),
    ]
