from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0029_drop_tag'),
    ]

    operations = [
        migrations.CreateModel(
            name='VipCustomer',
            fields=[
            ],
            options={'proxy': True, 'indexes': [], 'constraints': []},
            bases=('shop.customer',),
        ),
    ]
