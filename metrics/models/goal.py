from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.owned import Owned
from crm.policy import PolicyQuerySet
from crm.trash import Trashable


class Goal(Trashable, Owned):
    """A value a KPI should reach in a period, from a baseline, for the company, a team or a person.

    `baseline` and `target_value` are in the KPI's display unit (percent points, whole currency units, counts, hours).
    A relative target is stored with its percentage and resolved into `target_value` against the baseline.
    """

    class Target(models.TextChoices):
        ABSOLUTE = "absolute", _("a value")
        RELATIVE = "relative", _("a change on the baseline")

    class Direction(models.TextChoices):
        UP = "up", _("higher is better")
        DOWN = "down", _("lower is better")

    class State(models.TextChoices):
        NO_DATA = "no_data", _("No data")
        ON_TRACK = "on_track", _("On track")
        AT_RISK = "at_risk", _("At risk")
        OFF_TRACK = "off_track", _("Off track")
        REACHED = "reached", _("Reached")
        MISSED = "missed", _("Missed")

    name = models.CharField(_("name"), max_length=120, blank=True)
    kpi = models.CharField(_("KPI"), max_length=60)
    dimension = models.CharField(_("segment"), max_length=20, blank=True)  # "", "team" or "owner"
    member = models.CharField(max_length=80, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))  # half-open, like every period
    baseline = models.DecimalField(_("baseline"), max_digits=20, decimal_places=6, null=True, blank=True)
    target = models.CharField(_("the target is"), max_length=8, choices=Target.choices, default=Target.ABSOLUTE)
    target_change = models.DecimalField(_("change (%)"), max_digits=9, decimal_places=3, null=True, blank=True)
    target_value = models.DecimalField(_("target"), max_digits=20, decimal_places=6, null=True, blank=True)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction.choices)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.NO_DATA, editable=False)
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["ends_on", "pk"]
        indexes = [models.Index(fields=["ends_on", "id"], name="metrics_goal_ends")]
        constraints = [
            models.CheckConstraint(name="metrics_goal_forward", condition=Q(starts_on__lt=F("ends_on"))),
            models.CheckConstraint(
                name="metrics_goal_member_iff_dimension",
                condition=Q(dimension="", member="") | (~Q(dimension="") & ~Q(member="")),
            ),
            models.CheckConstraint(
                name="metrics_goal_target_known",
                condition=Q(target="absolute", target_value__isnull=False)
                | Q(target="relative", target_change__isnull=False),
            ),
        ]

    def __str__(self):
        return self.name or self.kpi

    def get_absolute_url(self):
        return reverse("goal_detail", args=[self.pk])
