from django.db import models


class Entry(models.Model):
    kind = models.ForeignKey('contenttypes.ContentType', models.CASCADE)
