from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0008_remove_phone'),
    ]

    operations = [
        migrations.RenameField('invoice', 'total', 'amount'),
    ]
