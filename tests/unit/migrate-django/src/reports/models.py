from django.db import models


class Report(models.Model):
    name = models.CharField(max_length=20)
    site = models.ForeignKey('sites.Site', models.CASCADE)
    page = models.ForeignKey('flatpages.FlatPage', models.CASCADE)
    about = models.ForeignKey('notify.Message', models.CASCADE, null=True)
