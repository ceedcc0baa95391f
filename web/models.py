"""Tries: how often somebody guessed lately. Nothing of a dossier or a person stands here.

``bucket`` is a keyed hash of what was guessed at and from where, so that the table does not list addresses; rows older
than a day are deleted as new ones come.
"""

from django.db import models


class Try(models.Model):
    bucket = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["bucket", "at"], name="web_try_bucket_at"),
            models.Index(fields=["at"], name="web_try_at"),
        )

    def __str__(self) -> str:
        return f"try {self.pk}"
