from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notify', '0004_c3'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='c4',
            field=models.IntegerField(null=True),
        ),
    ]
