from django.conf import settings
from django.db import models


class Order(models.Model):
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    product = models.ForeignKey('catalog.Product', models.PROTECT)
    invoice = models.ForeignKey('billing.Invoice', models.SET_NULL, null=True, related_name='+')
    note = models.TextField(blank=True, default='')
