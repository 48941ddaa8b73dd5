from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0012_wider'),
    ]

    operations = [
        migrations.AlterField(
            model_name='customer',
            name='name',
            field=models.CharField(max_length=80),
        ),
    ]
