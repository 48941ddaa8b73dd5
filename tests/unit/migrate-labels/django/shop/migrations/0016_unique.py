from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0015_null'),
    ]

    operations = [
        migrations.AlterField(
            model_name='customer',
            name='code',
            field=models.SlugField(unique=True),
        ),
    ]
