from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0017_to_text'),
    ]

    operations = [
        migrations.AlterField(
            model_name='customer',
            name='visits',
            field=models.CharField(max_length=20, null=True),
        ),
    ]
