from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0043_extension'),
    ]

    operations = [
    ]
