from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('shop', '0019_index'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='customer',
            index=models.Index(fields=['name'], name='shop_cus_name_idx'),
        ),
        RemoveIndexConcurrently(model_name='invoice', name='shop_inv_state_idx'),
    ]
