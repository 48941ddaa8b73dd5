from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0014_not_null'),
    ]

    operations = [
        migrations.AlterField(
            model_name='customer',
            name='visits',
            field=models.BigIntegerField(null=True),
        ),
    ]
