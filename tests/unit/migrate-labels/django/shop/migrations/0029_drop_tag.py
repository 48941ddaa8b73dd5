from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0028_state_and_sql'),
    ]

    operations = [
        migrations.RemoveField(model_name='invoice', name='tags'),
        migrations.DeleteModel(
            name='Tag',
        ),
    ]
