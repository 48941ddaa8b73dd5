from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0032_payment'),
    ]

    operations = [
        migrations.RenameModel('Payment', 'Transfer'),
    ]
