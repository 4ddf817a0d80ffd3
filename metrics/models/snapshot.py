from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.periods import Grain
from crm.policy import PolicyQuerySet


class SnapshotQuerySet(PolicyQuerySet):
    def current(self):
        return self.filter(is_current=True)


class Snapshot(models.Model):
    """A published number: what a KPI was for a period (and a segment) when it was last counted.

    `numerator` and `denominator` are integers in the KPI's own units; `denominator` is null for plain counts and sums.
    `dimension` and `member` are empty for the company. A recomputation that changes a closed period keeps the old row
    (`is_current` false) and adds the next revision.
    """

    class State(models.TextChoices):
        PROVISIONAL = "provisional", _("provisional")
        CLOSED = "closed", pgettext_lazy("figure", "closed")
        RESTATED = "restated", _("restated")

    kpi = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)  # of the KPI's definition
    grain = models.CharField(max_length=8, choices=Grain.choices)
    start = models.DateField()
    end = models.DateField()
    dimension = models.CharField(max_length=20, blank=True)
    member = models.CharField(max_length=80, blank=True)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12, choices=State.choices)
    revision = models.PositiveIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    computed_at = models.DateTimeField()

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        indexes = [
            models.Index(
                fields=["grain", "start"],
                name="metrics_snapshot_open",
                condition=Q(is_current=True, state="provisional"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "grain", "dimension", "member", "start"],
                condition=Q(is_current=True),
                name="metrics_snapshot_one_current",
            ),
            models.UniqueConstraint(
                fields=["grain", "start", "kpi", "dimension", "member", "revision"],  # the night reads by period
                name="metrics_snapshot_revision_once",
            ),
        ]

    def __str__(self):
        return f"{self.kpi} {self.grain} {self.start} {self.dimension}:{self.member} r{self.revision}"


class SnapshotProgress(models.Model):
    """How far one KPI's snapshots of one grain reach without a gap: every period with `since <= start < until`.

    This is what keeps a night's cost apart from the length of history: only what lies beyond is missing.
    """

    kpi = models.CharField(max_length=60)
    grain = models.CharField(max_length=8, choices=Grain.choices)
    version = models.PositiveSmallIntegerField(default=1)
    since = models.DateField()
    until = models.DateField()
    updated_at = models.DateTimeField(auto_now=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("snapshot progress")
        verbose_name_plural = _("snapshot progress")
        constraints = [models.UniqueConstraint(fields=["kpi", "grain"], name="metrics_progress_once")]

    def __str__(self):
        return f"{self.kpi} {self.grain} {self.since}–{self.until}"
