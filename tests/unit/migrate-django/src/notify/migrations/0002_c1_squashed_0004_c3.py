from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('notify', '0002_c1'), ('notify', '0003_c2'), ('notify', '0004_c3')]

    dependencies = [
        ('notify', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='c1',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='c2',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='c3',
            field=models.IntegerField(null=True),
        ),
    ]
