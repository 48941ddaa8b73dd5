from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0016_unique'),
    ]

    operations = [
        migrations.AlterField(
            model_name='customer',
            name='name',
            field=models.TextField(),
        ),
    ]
