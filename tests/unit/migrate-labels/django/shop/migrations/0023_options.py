import shop.managers
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0022_no_constraint'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='customer',
            options={'ordering': ['-name']},
        ),
        migrations.AlterModelManagers(
            name='customer',
            managers=[
                ('active', shop.managers.ActiveManager()),
            ],
        ),
    ]
