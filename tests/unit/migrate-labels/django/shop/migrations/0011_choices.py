from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0010_rename_ref'),
    ]

    operations = [
        migrations.AlterField(
            model_name='invoice',
            name='state',
            field=models.CharField(choices=[('new', 'New'), ('paid', 'Paid'), ('void', 'Void')], default='new', help_text='how it stands', max_length=10),
        ),
    ]
