from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0013_narrower'),
    ]

    operations = [
        migrations.AlterField(
            model_name='invoice',
            name='memo',
            field=models.TextField(default=''),
        ),
    ]
