from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0018_other_type'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['state', '-made'], name='shop_inv_state_idx'),
        ),
        migrations.AlterIndexTogether(
            name='customer',
            index_together={('name', 'code')},
        ),
    ]
