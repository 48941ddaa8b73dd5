from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0011_choices'),
    ]

    operations = [
        migrations.AlterField(
            model_name='customer',
            name='name',
            field=models.CharField(max_length=200),
        ),
        migrations.AlterField(
            model_name='customer',
            name='visits',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='amount',
            field=models.DecimalField(decimal_places=2, max_digits=12),
        ),
    ]
