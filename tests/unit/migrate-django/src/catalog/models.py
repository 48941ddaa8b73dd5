from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=50)
    first_order = models.ForeignKey('orders.Order', models.SET_NULL, null=True, related_name='+')


class Tag(models.Model):
    slug = models.SlugField(unique=True)
    products = models.ManyToManyField(Product)
