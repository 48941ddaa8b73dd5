from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0006_owner'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=20)),
            ],
        ),
        migrations.AddField(
            model_name='invoice',
            name='tags',
            field=models.ManyToManyField(to='shop.Tag'),
        ),
    ]
