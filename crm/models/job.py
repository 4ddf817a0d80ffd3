from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.policy import PolicyQuerySet


class Job(models.Model):
    """One handler's work on one event, with its own state, lease, attempts and last error (see `crm.jobs`)."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        UNCERTAIN = "uncertain", _("Uncertain")

    key = models.CharField(max_length=160, unique=True)  # "handler:event id": a second dispatch changes nothing
    handler = models.CharField(max_length=120)
    event = models.ForeignKey("crm.Event", null=True, on_delete=models.CASCADE, related_name="jobs")
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["next_at"], name="crm_job_due", condition=Q(state="pending")),
            models.Index(fields=["lease_until"], name="crm_job_leased", condition=Q(state="running")),
            models.Index(fields=["-id"], name="crm_job_troubled", condition=Q(state__in=["failed", "uncertain"])),
        ]
        constraints = [
            models.CheckConstraint(
                name="crm_job_lease_iff_running",
                condition=Q(state="running", lease_until__isnull=False) | (~Q(state="running") & Q(lease_until=None)),
            )
        ]

    def __str__(self):
        return self.key
