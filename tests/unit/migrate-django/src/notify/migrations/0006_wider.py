from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notify', '0005_c4'),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='c4',
            field=models.BigIntegerField(db_index=True, null=True),
        ),
    ]
