from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.policy import PolicyQuerySet


class Event(models.Model):
    """Something happened. At once the timeline, the audit trail, the outbox and the list of days to count again.

    Written by `crm.events.record` in the transaction of the change, never edited afterwards but for the two stamps:
    `dispatched_at` (its handlers have their job rows) and `counted_at` (the days it touches have been recomputed).
    """

    kind = models.CharField(max_length=60)
    subject_label = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    context_label = models.CharField(max_length=60, blank=True)
    context_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    touches = models.JSONField(default=dict)  # {"leads.lead": ["2026-03-01", …]}: local days per model
    data = models.JSONField(default=dict)
    dispatched_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["subject_label", "subject_id", "-at"], name="crm_event_subject"),
            models.Index(fields=["context_label", "context_id", "-at"], name="crm_event_context"),
            models.Index(fields=["by", "-at"], name="crm_event_by"),
            models.Index(fields=["id"], name="crm_event_undispatched", condition=Q(dispatched_at=None)),
            models.Index(fields=["id"], name="crm_event_uncounted", condition=Q(counted_at=None)),
        ]

    def __str__(self):
        return f"{self.kind} {self.subject_label} {self.subject_id}"
