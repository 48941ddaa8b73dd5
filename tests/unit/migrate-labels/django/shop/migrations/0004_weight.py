from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0003_priority'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='weight',
            field=models.FloatField(default=1.5),
            preserve_default=False,
        ),
    ]
