from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0007_tags'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='customer',
            name='phone',
        ),
    ]
