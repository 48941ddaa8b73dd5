from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0041_unique_default'),
    ]

    operations = [
        migrations.AlterField(
            model_name='invoice',
            name='rank',
            field=models.IntegerField(default=0),
        ),
    ]
