"""Where traces are left: nothing in these tables hinders the same trace from being left twice."""

from typing import ClassVar

from django.db import models


class Effect(models.Model):
    """What a job did."""

    number = models.IntegerField()
    objects: ClassVar["models.Manager[Effect]"] = models.Manager()

    def __str__(self) -> str:
        return f"Effect {self.number}"


class Arrival(models.Model):
    """An event that reached the receiver."""

    subject = models.CharField(max_length=100)
    version = models.IntegerField()
    objects: ClassVar["models.Manager[Arrival]"] = models.Manager()

    def __str__(self) -> str:
        return f"{self.subject} {self.version}"
