from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0002_note'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='priority',
            field=models.IntegerField(default=0),
        ),
    ]
