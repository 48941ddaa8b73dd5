from django.db import models


class Invoice(models.Model):
    order = models.OneToOneField('orders.Order', models.PROTECT, related_name='+')
    total = models.DecimalField(max_digits=8, decimal_places=2)
    due = models.DateField(null=True)
    paid = models.BooleanField(null=True)
