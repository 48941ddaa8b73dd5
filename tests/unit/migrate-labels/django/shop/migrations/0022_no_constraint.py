from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0021_constraint'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='invoice',
            name='amount_positive',
        ),
    ]
