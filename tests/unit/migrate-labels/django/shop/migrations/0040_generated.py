import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0039_table'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='name_lower',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Lower('name'), output_field=models.TextField()),
        ),
    ]
