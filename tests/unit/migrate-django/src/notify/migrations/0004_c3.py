from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notify', '0003_c2'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='c3',
            field=models.IntegerField(null=True),
        ),
    ]
