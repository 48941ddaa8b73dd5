from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('phone', models.CharField(blank=True, max_length=20, null=True)),
                ('visits', models.IntegerField(default=0)),
                ('code', models.SlugField()),
            ],
            options={'ordering': ['name'], 'verbose_name': 'customer'},
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer', models.ForeignKey(on_delete=models.deletion.CASCADE, related_name='invoices', to='shop.customer')),
                ('total', models.DecimalField(decimal_places=2, max_digits=8)),
                ('state', models.CharField(choices=[('new', 'New'), ('paid', 'Paid')], default='new', max_length=10)),
                ('ref', models.CharField(db_column='reference', max_length=30)),
                ('memo', models.TextField(null=True)),
            ],
            options={'unique_together': {('customer', 'ref'), ('customer', 'state')}},
        ),
        migrations.AddField(
            model_name='customer',
            name='last_invoice',
            field=models.ForeignKey(null=True, on_delete=models.SET_NULL, related_name='+', to='shop.Invoice'),
        ),
        migrations.AlterUniqueTogether(
            name='customer',
            unique_together={('name', 'code')},
        ),
    ]
