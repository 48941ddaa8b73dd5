from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0044_merge'),
    ]

    operations = [
        migrations.AlterField(
            model_name='invoice',
            name='id',
            field=models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID'),
        ),
    ]
