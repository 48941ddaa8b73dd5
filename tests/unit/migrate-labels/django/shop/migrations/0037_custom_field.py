import shop.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0036_generated_list'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='place',
            field=shop.fields.PlaceField(null=True),
        ),
    ]
