from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0030_proxy'),
    ]

    operations = [
        migrations.DeleteModel(
            name='VipCustomer',
        ),
    ]
