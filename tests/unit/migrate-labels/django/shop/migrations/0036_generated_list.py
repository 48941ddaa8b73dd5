from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0035_unique_more'),
    ]

    operations = [
        *[
            migrations.AddField('customer', 'f%d' % i, models.IntegerField(null=True))
            for i in range(3)
        ],
    ]
