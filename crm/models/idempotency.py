from django.conf import settings
from django.db import models

from crm.policy import PolicyQuerySet


class IdempotencyKey(models.Model):
    """The stored answer to one write request; the unique pair decides who runs it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)  # null while the first request is still running
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="crm_idempotency_once")]

    def __str__(self):
        return self.key
