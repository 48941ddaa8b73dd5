from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0020_concurrently'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(check=models.Q(('amount__gte', 0)), name='amount_positive'),
        ),
    ]
