from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notify', '0002_c1'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='c2',
            field=models.IntegerField(null=True),
        ),
    ]
