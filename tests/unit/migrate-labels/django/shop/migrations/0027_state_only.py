from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0026_sql_drop'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[],
            state_operations=[
                migrations.RemoveField(model_name='invoice', name='weight'),
                migrations.AlterField(
                    model_name='invoice',
                    name='priority',
                    field=models.IntegerField(null=True),
                ),
            ],
        ),
    ]
