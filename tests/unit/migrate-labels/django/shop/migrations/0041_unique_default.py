from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0040_generated'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='token',
            field=models.CharField(db_default='', max_length=40, unique=True),
        ),
    ]
