from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notify', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='c1',
            field=models.IntegerField(null=True),
        ),
    ]
