from django.db import migrations


def fill(apps, schema_editor):
    Invoice = apps.get_model('shop', 'Invoice')
    for invoice in Invoice.objects.filter(memo=None).iterator():
        invoice.memo = ''
        invoice.save(update_fields=['memo'])


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0023_options'),
    ]

    operations = [
        migrations.RunPython(fill, reverse_code=migrations.RunPython.noop),
    ]
