from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0004_weight'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='rank',
            field=models.IntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='invoice',
            name='made',
            field=models.DateTimeField(db_default=Now()),
        ),
    ]
