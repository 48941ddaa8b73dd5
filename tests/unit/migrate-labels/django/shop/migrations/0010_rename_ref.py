from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0009_rename_total'),
    ]

    operations = [
        migrations.RenameField(
            model_name='invoice',
            old_name='ref',
            new_name='reference',
        ),
    ]
