from django.db import models


class Message(models.Model):
    text = models.CharField(max_length=100)
    c1 = models.IntegerField(null=True)
    c2 = models.IntegerField(null=True)
    c3 = models.IntegerField(null=True)
    c4 = models.BigIntegerField(null=True, db_index=True)
